//! Applications that set something about a channel that is not a variable, or that only decide (`mod_dptools.c`).

use std::net::Ipv4Addr;

use fancy_regex::Regex;

use super::variables::pair;
use super::{Application, Progress};
use crate::api::is_let_in;
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::Origin;
use crate::event::origin::origin;
use crate::log;
use crate::text::{first_word, split, split_spaces};

const NO_USER: Origin = origin("switch_ivr.c", "switch_ivr_set_user_extended", 4015);
const USER_NOT_FOUND: Origin = origin("switch_ivr.c", "switch_ivr_set_user_extended", 4006);
const ACL_HANGUP: Origin = origin("mod_dptools.c", "check_acl_function", 1176);
const NO_CAPTURE: Origin = origin("mod_dptools.c", "capture_function", 3227);

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("set_name", set_name),
    ("set_profile_var", set_profile_var),
    ("set_user", set_user),
    ("check_acl", check_acl),
    ("strftime", strftime),
    ("capture", capture),
    // Nothing of these can be seen in an event.
    ("acknowledge_call", nothing),
    ("block_dtmf", nothing),
    ("clear_digit_action", nothing),
    ("clear_speech_cache", nothing),
    ("cng_plc", nothing),
    ("deduplicate_dtmf", nothing),
    ("digit_action_set_realm", nothing),
    ("early_hangup", nothing),
    ("enable_keepalive", nothing),
    ("eval", nothing),
    ("filter_codecs", nothing),
    ("jitterbuffer", nothing),
    ("media_reset", nothing),
    ("mkdir", nothing),
    ("novideo", nothing),
    ("presence", nothing),
    ("rename", nothing),
    ("session_loglevel", nothing),
    ("set_media_stats", nothing),
    ("set_zombie_exec", nothing),
    ("stop", nothing),
    ("unblock_dtmf", nothing),
    ("unloop", nothing),
];

fn nothing(_: &mut Core, _: ChannelId, _: &[u8]) -> Progress {
    Progress::Done
}

fn set_name(core: &mut Core, id: ChannelId, name: &[u8]) -> Progress {
    if !name.is_empty() {
        core.rename_channel(id, name);
    }
    Progress::Done
}

/// `name=value`: a field of the caller profile.
fn set_profile_var(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let (name, value) = pair(data);
    let profile = core.channels.get_mut(id).and_then(|channel| channel.profile.as_mut());
    if let Some(profile) = profile {
        profile.set_field(name, value);
    }
    Progress::Done
}

/// `user@domain[ prefix]`: the variables the directory has for a user (`switch_ivr_set_user_extended` in
/// `src/switch_ivr.c`).
fn set_user(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let (user, prefix) = first_word(data);
    let [user, prefix] = [user, prefix].map(|text| String::from_utf8_lossy(text).into_owned());
    let Some((name, domain)) = user.split_once('@') else {
        core.log_session(log::ERR, &NO_USER, id, |_| "No user@domain specified.".into());
        return Progress::Done;
    };
    let Some(found) = core.config.directory.user("id", name, domain) else {
        let text = format!("can't find user [{name}@{domain}]");
        core.log_session(log::WARNING, &USER_NOT_FOUND, id, |_| text.clone());
        return Progress::Done;
    };
    let Some(channel) = core.channels.get_mut(id) else { return Progress::Done };
    let alias = found.attribute("number-alias").map(|alias| ("number_alias", alias));
    let own = [("user_name", name), ("domain_name", domain)];
    for (name, value) in alias.into_iter().chain(found.pairs("variables", "variable")).chain(own) {
        channel.variables.set(format!("{prefix}{name}"), value);
    }
    if let Some(profile) = &mut channel.profile {
        for (name, value) in found.pairs("profile-variables", "variable") {
            profile.set_field(format!("{prefix}{name}").as_bytes(), value.as_bytes());
        }
    }
    Progress::Done
}

/// `<address> <list>[ <cause>]`: ends a call whose address the list does not let in.
fn check_acl(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 3);
    let [address, list, rest @ ..] = words.as_slice() else { return Progress::Done };
    let [address, list] = [address, list].map(|word| String::from_utf8_lossy(word).into_owned());
    if !address.parse::<Ipv4Addr>().is_ok_and(|address| is_let_in(address, &list)) {
        let cause = rest.first().map_or_else(|| Cause::parse(b"CALL_REJECTED"), |cause| Cause::parse(cause));
        core.hangup(id, cause, &ACL_HANGUP);
    }
    Progress::Done
}

/// `<variable>=<format>`
fn strftime(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split(data, b'=', 2);
    if let [name, format] = words.as_slice() {
        let date = core.now.formatted(&String::from_utf8_lossy(format));
        if let Some(channel) = core.channels.get_mut(id) {
            channel.variables.set(name, date);
        }
    }
    Progress::Done
}

/// `<variable>|<text>|<expression>`: what an expression finds in a text becomes elements of a variable.
fn capture(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split(data, b'|', 3);
    let [name, text, expression] = words.as_slice() else {
        core.log_session(log::ERR, &NO_CAPTURE, id, |_| "No data specified.".into());
        return Progress::Done;
    };
    let [text, expression] = [text, expression].map(|word| String::from_utf8_lossy(word).into_owned());
    let Ok(expression) = Regex::new(&expression) else { return Progress::Done };
    let Ok(Some(found)) = expression.captures(&text) else { return Progress::Done };
    let Some(channel) = core.channels.get_mut(id) else { return Progress::Done };
    let name = String::from_utf8_lossy(name);
    for group in found.iter().flatten() {
        channel.variables.append(&name, group.as_str());
    }
    Progress::Done
}
