//! What is played, by its path: how long it is, and how it sounds (`mod_tone_stream.c`, `libteletone_generate.c`,
//! `mod_dptools.c` for `file_string`). There are no files: each is taken to be a second long.

use std::time::Duration;

use crate::originate::{Variables, blocks};
use crate::text::atoi;

/// How long a file is taken to be.
const FILE_LENGTH: Duration = Duration::from_secs(1);

/// The tones there are without frequencies of their own, as far as anybody has them.
const TONES: &[u8] = b"0123456789*#ABCDabcd";

/// The path without the `{…}` that may stand before it.
pub(crate) fn bare(path: &[u8]) -> &[u8] {
    blocks(path, b'{', b'}', b',').map_or(path, |(_, rest)| rest)
}

/// The parameters in front of a path.
pub(crate) fn parameters(path: &[u8]) -> Variables {
    blocks(path, b'{', b'}', b',').map(|(parameters, _)| parameters).unwrap_or_default()
}

/// How long something plays; `None` is for ever.
pub(crate) fn length(path: &[u8]) -> Option<Duration> {
    let path = bare(path);
    if let Some(files) = path.strip_prefix(b"file_string://") {
        return files.split(|byte| *byte == b'!').map(length).sum();
    }
    if let Some(silence) = path.strip_prefix(b"silence_stream://") {
        return u64::try_from(atoi(silence)).ok().map(Duration::from_millis);
    }
    if path.starts_with(b"local_stream://") {
        return None;
    }
    let Some(script) = path.strip_prefix(b"tone_stream://") else {
        return Some(FILE_LENGTH);
    };
    let script = String::from_utf8_lossy(script);
    let (tones, loops) = script.split_once(";loops=").unwrap_or((&script, "1"));
    let once: u64 = Script::parse(tones).tones.iter().map(|(on, off)| on + off).sum();
    let loops = match loops.trim() {
        "1" => 1,
        loops => u64::try_from(atoi(loops.as_bytes())).ok()?,
    };
    Some(Duration::from_millis(once.saturating_mul(loops)))
}

/// Whether something that is to be played says nothing that could be: silence of no length.
pub(crate) fn is_nothing(path: &[u8]) -> bool {
    bare(path).strip_prefix(b"silence_stream://").is_some_and(|silence| atoi(silence) == 0)
}

/// How long the first tone of a script sounds, and then does not, in milliseconds.
pub(crate) fn first_tone(path: &[u8]) -> Option<(u64, u64)> {
    let script = bare(path).strip_prefix(b"tone_stream://")?;
    Script::parse(&String::from_utf8_lossy(script)).tones.first().copied()
}

/// How long a script of tones takes.
pub(crate) fn script_length(script: &str) -> Duration {
    Duration::from_millis(Script::parse(script).tones.iter().map(|(on, off)| on + off).sum())
}

/// Tones, each with how long it sounds and does not, in milliseconds.
#[derive(Debug, Default)]
struct Script {
    tones: Vec<(u64, u64)>,
    duration: u64,
    wait: u64,
    /// How often the next tone is to be heard.
    loops: u32,
    turns: u32,
}

/// As often as all of it is to be heard.
const MOST_TURNS: u32 = 10_000;

impl Script {
    fn parse(text: &str) -> Self {
        let mut script = Self { turns: 1, ..Self::default() };
        for part in text.split(';') {
            match part.trim().split_at_checked(2) {
                Some((name, value)) if name.ends_with('=') => script.set(name, atoi(value.as_bytes())),
                _ if !script.add(part) => break,
                _ => {}
            }
        }
        let turns = usize::try_from(script.turns.min(MOST_TURNS)).unwrap_or(1);
        script.tones = script.tones.repeat(turns);
        script
    }

    fn set(&mut self, name: &str, value: i32) {
        let value = u32::try_from(value).unwrap_or(0);
        match name {
            "d=" => self.duration = value.into(),
            "w=" => self.wait = value.into(),
            "l=" => self.loops = value.min(MOST_TURNS),
            "L=" if value > 0 => self.turns = value,
            _ => {}
        }
    }

    /// Adds tones: keys, or `%(on,off,frequency,…)`; false if that cannot be understood.
    fn add(&mut self, text: &str) -> bool {
        let mut rest = text.trim_start();
        while let Some(key) = rest.chars().next() {
            let after = rest.get(key.len_utf8()..).unwrap_or_default();
            let (tone, left) =
                match after.strip_prefix('(').map(|inside| inside.split_once(')').unwrap_or((inside, ""))) {
                    Some((inside, left)) => {
                        let parts: Vec<&str> = inside.split(',').collect();
                        if (key == '%') != (parts.len() > 2) {
                            return false;
                        }
                        let number = |place: usize| {
                            let part = parts.get(place).map_or(0, |part| atoi(part.trim().as_bytes()));
                            u64::try_from(part).unwrap_or(0)
                        };
                        (Some((number(0), number(1))), left)
                    }
                    None => {
                        let known = u8::try_from(key).is_ok_and(|key| TONES.contains(&key));
                        (known.then_some((self.duration, self.wait)), after)
                    }
                };
            let times = usize::try_from(self.loops.max(1)).unwrap_or(1);
            self.tones.extend(tone.into_iter().cycle().take(times * usize::from(tone.is_some())));
            self.loops = 0;
            rest = left.trim_start();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of tones as a real switch plays them.
    #[test]
    fn lengths() {
        for (path, milliseconds) in [
            ("tone_stream://%(300,100,440)", Some(400)),
            ("tone_stream://%(300,100,440);loops=2", Some(800)),
            ("tone_stream://%(2000,4000,440,480);loops=-1", None),
            ("tone_stream://L=2;%(100,50,440)", Some(300)),
            ("tone_stream://v=-7;%(100,0,940.0)", Some(100)),
            ("tone_stream://d=50;w=50;L=2;1234", Some(800)),
            ("tone_stream://%(100,100)%(50,50)", Some(0)),
            ("tone_stream://%(100,100,440)%(50,50,440)", Some(300)),
            ("tone_stream://l=3;%(100,0,440)", Some(300)),
            ("local_stream://moh", None),
            ("silence_stream://250", Some(250)),
            ("silence_stream://250,1400", Some(250)),
            ("silence_stream://100!silence_stream://200", Some(100)),
            ("silence_stream://-1", None),
            ("file_string://silence_stream://100!/tmp/x.wav", Some(1100)),
            ("file_string:///tmp/x.wav!local_stream://moh", None),
            ("{a=1}silence_stream://250", Some(250)),
            ("/tmp/x.wav", Some(1000)),
        ] {
            assert_eq!(length(path.as_bytes()), milliseconds.map(Duration::from_millis), "{path}");
        }
        assert!(is_nothing(b"silence_stream://x") && !is_nothing(b"silence_stream://-1"));
        assert_eq!(first_tone(b"tone_stream://%(2000,4000,440)"), Some((2000, 4000)));
    }
}
