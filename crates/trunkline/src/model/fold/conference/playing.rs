//! Files that are played.

use std::sync::Arc;

/// The end of one may never be told (`suppress-events`): of more than this the oldest are forgotten.
const MOST: usize = 64;

pub(super) fn begin_playing(playing: &mut Vec<Arc<str>>, file: &str) {
    if playing.len() >= MOST {
        playing.remove(0);
    }
    playing.push(file.into());
}

/// Of several of one name the first. The conference's own sounds end, too, and never began.
pub(super) fn end_playing(playing: &mut Vec<Arc<str>>, file: Option<&str>) {
    if let Some(at) = playing.iter().position(|known| Some(&**known) == file) {
        playing.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_end_once_each_and_are_never_too_many() {
        let mut playing = Vec::new();
        for number in 0..=MOST {
            begin_playing(&mut playing, &number.to_string());
        }
        assert_eq!((playing.len(), &*playing[0]), (MOST, "1"));
        begin_playing(&mut playing, "3");
        end_playing(&mut playing, Some("3"));
        end_playing(&mut playing, Some("0"));
        end_playing(&mut playing, None);
        assert_eq!(playing.iter().filter(|file| &***file == "3").count(), 1);
        assert_eq!(playing.len(), MOST - 1);
    }
}
