//! What is said of conferences.

use super::*;

fn members(word: &str) -> Option<Members> {
    Some(match word {
        "all" => Members::All,
        "last" => Members::Last,
        "non_moderator" => Members::NonModerator,
        _ => match word.split_once('=') {
            Some((name, value)) => Members::Variable(name.to_owned(), value.to_owned()),
            None => Members::Id(word.parse().ok()?),
        },
    })
}

pub(super) fn conference(words: &[&str], rest: &str) -> Option<Typed> {
    match words {
        ["list"] => return some(conf::ListAll::new()),
        ["list", "summary"] => return some(conf::ListAll::summary()),
        ["count"] => return some(conf::CountConferences::new()),
        ["json_list", "compact"] => return some(conf::JsonList::all()),
        _ => {}
    }
    let (&name, words) = words.split_first()?;
    on_members(name, words)
        .or_else(|| files(name, words, rest))
        .or_else(|| settings(name, words))
        .or_else(|| other(name, words))
}

fn on_members(name: &str, words: &[&str]) -> Option<Typed> {
    use MemberAction::{
        Deaf, Floor, Hold, Hup, Kick, Mute, ToggleMute, Undeaf, Unhold, Unmute, VideoFlip, VideoFloor,
        VideoMute, VideoUnmute,
    };
    const LEVELS: [LevelKind; 6] = [
        LevelKind::Energy,
        LevelKind::VolumeIn,
        LevelKind::VolumeOut,
        LevelKind::Agc,
        LevelKind::AutoEnergy,
        LevelKind::MaxEnergy,
    ];
    let actions = [
        Deaf,
        Floor,
        Hold,
        Hup,
        Kick,
        Mute,
        ToggleMute,
        Undeaf,
        Unhold,
        Unmute,
        VideoFlip,
        VideoFloor,
        VideoMute,
        VideoUnmute,
    ];
    let (&action, words) = words.split_first()?;
    if let Some(level) = LEVELS.into_iter().find(|known| known.as_str() == action) {
        return match words {
            [who] => some(conf::Level::get(name, level, members(who)?)),
            [who, "up"] => some(conf::Level::step(name, level, members(who)?, conf::Step::Up)),
            [who, value] => some(conf::Level::set(name, level, members(who)?, value.parse().ok()?)),
            _ => None,
        };
    }
    match (action, words) {
        ("dtmf", [who, digits]) => some(OnMembers::dtmf(name, members(who)?, *digits)),
        ("get-uuid", [who]) => some(conf::GetUuid::new(name, members(who)?)),
        ("relate", [one, other, relation]) => {
            let relation = match *relation {
                "nospeak" => conf::Relation::NoSpeak,
                "clear" => conf::Relation::Clear,
                _ => return None,
            };
            some(conf::Relate::new(name, one.parse().ok()?, other.parse().ok()?, relation))
        }
        (_, [who]) => {
            let action = actions.into_iter().find(|known| known.as_str() == action)?;
            some(OnMembers::new(name, action, members(who)?))
        }
        (_, [who, "quiet"]) => {
            let action = actions.into_iter().find(|known| known.as_str() == action)?;
            some(OnMembers::new(name, action, members(who)?).quiet())
        }
        _ => None,
    }
}

fn files(name: &str, words: &[&str], rest: &str) -> Option<Typed> {
    match words {
        ["play", path] => some(conf::Play::new(name, *path)),
        ["play", path, member] => some(conf::Play::new(name, *path).member(member.parse().ok()?, true)),
        ["play_status"] => some(conf::PlayStatus::new(name)),
        ["pause_play"] => some(conf::PausePlay::new(name)),
        ["file_seek", to] => some(conf::FileSeek::by(name, to.parse().ok()?)),
        ["file-vol", volume] => some(conf::FileVolume::new(name, volume.parse().ok()?)),
        ["stop", "all"] => some(conf::Stop::new(name, conf::Playing::All)),
        ["stop", "current"] => some(conf::Stop::new(name, conf::Playing::Current)),
        ["stop", "async"] => some(conf::Stop::new(name, conf::Playing::Async)),
        ["say", _, ..] => some(conf::Say::new(name, rest.split_once(" say ")?.1)),
        ["saymember", member, text] => some(conf::Say::new(name, *text).member(member.parse().ok()?)),
        ["record", path] => some(Recording::new(name, conf::RecordingAction::Start, *path)),
        ["norecord", "all"] => some(Recording::stop_all(name)),
        ["norecord", path] => some(Recording::new(name, conf::RecordingAction::Stop, *path)),
        ["pause", path] => some(Recording::new(name, conf::RecordingAction::Pause, *path)),
        ["resume", path] => some(Recording::new(name, conf::RecordingAction::Resume, *path)),
        ["chkrecord"] => some(conf::CheckRecording::new(name)),
        _ => None,
    }
}

fn settings(name: &str, words: &[&str]) -> Option<Typed> {
    use conf::Parameter::{CallerIdName, Count, MaxMembers, Rate, RunTime, SoundPrefix};
    let parameter = |word: &str| {
        let known = [CallerIdName, Count, MaxMembers, Rate, RunTime, SoundPrefix];
        known.into_iter().find(|known| known.as_str() == word)
    };
    match words {
        ["get", what] => some(conf::Get::new(name, parameter(what)?)),
        ["set", what, value] => some(conf::Set::new(name, parameter(what)?, *value)),
        ["getvar", what] => some(conf::Getvar::new(name, *what)),
        ["setvar", what, value] => some(conf::Setvar::new(name, *what, *value)),
        ["lock"] => some(conf::Lock::new(name, true)),
        ["unlock"] => some(conf::Lock::new(name, false)),
        ["pin", pin] => some(conf::Pin::set(name, *pin)),
        ["nopin"] => some(conf::Pin::none(name)),
        ["enter_sound", "on"] => some(conf::Sound::on(name, conf::SoundKind::Enter)),
        ["enter_sound", "off"] => some(conf::Sound::off(name, conf::SoundKind::Enter)),
        ["exit_sound", "off"] => some(conf::Sound::off(name, conf::SoundKind::Exit)),
        ["enter_sound", "file", file] => some(conf::Sound::file(name, conf::SoundKind::Enter, *file)),
        ["moh", "off"] => some(conf::Moh::new(name, false)),
        ["moh", "toggle"] => some(conf::Moh::toggle(name)),
        _ => None,
    }
}

fn other(name: &str, words: &[&str]) -> Option<Typed> {
    match words {
        ["list"] => some(conf::List::new(name)),
        ["count"] => some(conf::Count::new(name)),
        ["json_list", "compact"] => some(conf::JsonList::of(name)),
        ["transfer", to, ids @ ..] if !ids.is_empty() => {
            let ids: Option<Vec<u32>> = ids.iter().map(|id| id.parse().ok()).collect();
            some(conf::Transfer::new(name, *to, ids?))
        }
        [action @ ("dial" | "bgdial"), to, caller @ ..] => {
            let endpoint = trunkline_proto::dialstring::Endpoint::raw(to).ok()?;
            let mut dial = conf::Dial::new(name, endpoint);
            if let [number, name] = caller {
                dial = dial.caller_id(*number, *name);
            }
            if *action == "dial" { some(dial) } else { some(dial.in_background()) }
        }
        [action, more @ ..] if is_other(action) => {
            let other = conf::Other::new(name, *action);
            some(more.iter().fold(other, |other, word| other.word(*word)))
        }
        _ => None,
    }
}

/// Actions without a type of their own.
fn is_other(action: &str) -> bool {
    action.starts_with("vid-")
        || ["position", "auto-3d-position", "clear-vid-floor", "cam", "recording", "nosuch"].contains(&action)
}
