//! Recordings on disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// Samples a second.
const RATE: u32 = 8000;
/// Bytes a sample.
const BYTES: u16 = 2;

/// Writes so much silence, at once however much it is: a file's bytes are naught where none were written. What cannot be written is not: the switch has told its clients already.
pub(super) fn write(path: &str, length: Duration, channels: u16) {
    let _ = try_write(Path::new(path), length, channels);
}

fn try_write(path: &Path, length: Duration, channels: u16) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(path)?;
    let samples = u32::try_from(length.as_millis() * u128::from(RATE) / 1000).unwrap_or(u32::MAX / 8);
    let size = samples * u32::from(channels * BYTES);
    let header = header(size, channels);
    file.write_all(&header)?;
    file.set_len(header.len() as u64 + u64::from(size))
}

/// What stands before so many bytes of sound.
fn header(size: u32, channels: u16) -> Vec<u8> {
    let frame = channels * BYTES;
    let mut header = Vec::with_capacity(44);
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&(36 + size).to_le_bytes());
    header.extend_from_slice(b"WAVEfmt ");
    header.extend_from_slice(&16_u32.to_le_bytes());
    header.extend_from_slice(&1_u16.to_le_bytes());
    header.extend_from_slice(&channels.to_le_bytes());
    header.extend_from_slice(&RATE.to_le_bytes());
    header.extend_from_slice(&(RATE * u32::from(frame)).to_le_bytes());
    header.extend_from_slice(&frame.to_le_bytes());
    header.extend_from_slice(&(BYTES * 8).to_le_bytes());
    header.extend_from_slice(b"data");
    header.extend_from_slice(&size.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_as_long_as_it_was() {
        let folder = std::env::temp_dir().join(format!("trunkline-wav-{}", std::process::id()));
        let path = folder.join("a/b.wav");
        try_write(&path, Duration::from_millis(1080), 2).unwrap();
        let written = fs::read(&path).unwrap();
        fs::remove_dir_all(folder).unwrap();
        // As a real switch begins one of as many bytes.
        assert_eq!(written.len(), 44 + 8640 * 4);
        assert_eq!(
            written[..44].escape_ascii().to_string(),
            r"RIFF$\x87\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00data\x00\x87\x00\x00"
        );
    }
}
