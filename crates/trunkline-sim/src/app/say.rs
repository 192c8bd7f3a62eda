//! Applications that speak: `say` by recorded words (`mod_say_en.c`), `speak` by a speech engine, of which there is none,
//! `phrase` by macros, of which there are none either (`mod_dptools.c`, `src/switch_ivr_say.c`).

use trunkline_proto::HangupCause;

use super::playlist::Playlist;
use super::{Application, Progress, RESPONSE};
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::Origin;
use crate::event::origin::origin;
use crate::log;
use crate::text::{split, split_spaces};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("say", say), ("speak", speak), ("phrase", phrase)];

const SAY: Origin = origin("mod_dptools.c", "say_function", 2934);
const NO_LANGUAGE: Origin = origin("switch_ivr_say.c", "switch_ivr_say", 421);
const SPEAK: Origin = origin("mod_dptools.c", "speak_function", 2430);
const SPEAK_PARAMETERS: Origin = origin("mod_dptools.c", "speak_function", 2468);
const SPEAK_HANGUP: Origin = origin("mod_dptools.c", "speak_function", 2469);
const NO_ENGINE: Origin = origin("switch_ivr_play_say.c", "switch_ivr_speak_text", 3100);

/// Where the words are, unless the variable `sound_prefix` says so.
const SOUNDS: &str = "/usr/local/freeswitch/sounds/en";

/// `<module>[:<language>] <type> <method> [<gender>] <text>`
fn say(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 5);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ([module, kind, method, text] | [module, kind, method, _, text]) = words.as_slice() else {
        let usage = "Usage: <module_name>[:<lang>] <say_type> <say_method> [<say_gender>] <text>";
        core.log_session(log::ERR, &SAY, id, |_| usage.into());
        return Progress::Done;
    };
    forget_terminator(core, id);
    let module = module.split(':').next().unwrap_or_default();
    let Some(files) = core.spoken(module, kind, method, text) else {
        let text = format!("Invalid SAY Interface [{module}]!");
        core.log_session(log::ERR, &NO_LANGUAGE, id, |_| text.clone());
        return Progress::Done;
    };
    let prefix = core.channel_variable(id, b"sound_prefix").unwrap_or(SOUNDS.as_bytes()).to_vec();
    let files = files.iter().map(|file| [prefix.as_slice(), b"/", file.as_bytes(), b".wav"].concat());
    let files = files.filter(|file| !core.config.is_missing(file)).collect();
    core.play_list(id, Playlist::words(files))
}

/// `<engine>|<voice>|<text>`
fn speak(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split(data, b'|', 3);
    let (engine, voice) = match words.as_slice() {
        [] => {
            core.log_session(log::ERR, &SPEAK, id, |_| "Invalid Params!".into());
            return Progress::Done;
        }
        [_] => (None, None),
        [voice, _] => (None, Some(voice.clone())),
        [engine, voice, ..] => (Some(engine.clone()), Some(voice.clone())),
    };
    let or = |given: Option<Vec<u8>>, name: &[u8]| {
        given.or_else(|| core.channel_variable(id, name).map(<[u8]>::to_vec))
    };
    let (engine, voice) = (or(engine, b"tts_engine"), or(voice, b"tts_voice"));
    let shown = |name: &Option<Vec<u8>>| {
        name.as_deref().map_or_else(|| "NULL".into(), |name| String::from_utf8_lossy(name).into_owned())
    };
    let (engine_name, voice_name) = (shown(&engine), shown(&voice));
    if engine.is_none() || voice.is_none() {
        let text = words.last().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
        let text = format!("Invalid Params! [{engine_name}][{voice_name}][{text}]");
        core.log_session(log::ERR, &SPEAK_PARAMETERS, id, |_| text.clone());
        core.hangup(id, HangupCause::DestinationOutOfOrder, &SPEAK_HANGUP);
    }
    forget_terminator(core, id);
    let text = format!("Invalid TTS module {engine_name}[{voice_name}]!");
    core.log_session(log::ERR, &NO_ENGINE, id, |_| text.clone());
    Progress::Done
}

/// `<macro>[,<data>]`
fn phrase(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.set(RESPONSE, if data.is_empty() { "NOTHING" } else { "UNKNOWN ERROR" });
    }
    Progress::Done
}

fn forget_terminator(core: &mut Core, id: ChannelId) {
    if let Some(channel) = core.channels.get_mut(id) {
        channel.variables.remove(b"playback_terminator_used");
    }
}
