//! Keys bound to applications: `bind_meta_app` and `unbind_meta_app` (`mod_dptools.c`, `meta_on_dtmf` in
//! `switch_ivr_async.c`).

use super::{Action, Application, Broadcast, Progress};
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::origin;
use crate::log;
use crate::text::split_spaces;

pub(super) const APPLICATIONS: &[(&str, Application)] =
    &[("bind_meta_app", bind_meta_app), ("unbind_meta_app", unbind_meta_app)];

/// Whose digits a key is among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presses {
    /// Those that come from the channel's far end.
    Received,
    /// Those that the other leg sends there.
    Sent,
}

/// The keys bound on a channel.
#[derive(Debug, Default)]
pub(crate) struct Meta {
    received: Side,
    sent: Side,
}

/// The keys of one side.
#[derive(Debug, Default)]
struct Side {
    /// The key before each, once any is bound.
    key: Option<u8>,
    /// Whether it was pressed just now.
    is_on: bool,
    /// When anything was pressed, in seconds.
    last: u64,
    bound: Vec<(u8, Bound)>,
}

/// What a key does.
#[derive(Debug, Clone)]
struct Bound {
    app: Vec<u8>,
    leg: Leg,
    inline: bool,
    once: bool,
}

/// Which leg runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leg {
    A,
    B,
    /// The one that pressed it.
    Same,
    Opposite,
}

/// Seconds within which a key has to follow.
const PATIENCE: u64 = 5;

/// Keys, by their number.
const KEYS: &[u8] = b"0123456789*#ABCD";
/// How many of them can be bound.
const MOST: usize = 14;

impl Meta {
    fn side(&mut self, presses: Presses) -> &mut Side {
        match presses {
            Presses::Received => &mut self.received,
            Presses::Sent => &mut self.sent,
        }
    }
}

impl Side {
    fn bind(&mut self, meta: u8, key: u8, bound: Bound) {
        self.key = Some(meta);
        self.bound.retain(|(known, _)| *known != key);
        self.bound.push((key, bound));
    }

    /// What a key does; once only, where that is so.
    fn take(&mut self, key: u8) -> Option<Bound> {
        let place = self.bound.iter().position(|(known, _)| *known == key)?;
        let once = self.bound.get(place).is_some_and(|(_, bound)| bound.once);
        if once { Some(self.bound.remove(place).1) } else { self.bound.get(place).map(|(_, b)| b.clone()) }
    }
}

/// What came of a digit.
enum Heard {
    Nothing,
    Eaten,
    Runs(Bound),
}

/// `<key> [a|b|ab] [a|b|o|s|i|1] <app>`
fn bind_meta_app(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 4);
    let [key, dials, flags, app] = words.as_slice() else {
        let usage = "Usage: <key> [a|b|ab] [a|b|o|s|i|1] <app>";
        core.log_session(log::ERR, &origin::BIND_META_USAGE, id, |_| usage.into());
        return Progress::Done;
    };
    let Some(channel) = core.channels.get_mut(id) else { return Progress::Done };
    let meta = channel.variables.get("bind_meta_key").and_then(|key| key.first().copied());
    let meta = meta.filter(|meta| KEYS.contains(meta)).unwrap_or(b'*');
    let key = key.first().copied().unwrap_or_default();
    let place = KEYS.iter().position(|known| *known == key);
    let is_meta_itself = !b"*#".contains(&meta) && meta == key;
    if is_meta_itself || place.is_none_or(|place| place >= MOST) {
        core.log_session(log::ERR, &origin::BIND_META_FAILED, id, |_| "Bind Error!".into());
        return Progress::Done;
    }
    let has = |flag: u8| flags.contains(&flag);
    let leg = match (has(b'a'), has(b'b'), has(b'o'), has(b's')) {
        (true, ..) => Leg::A,
        (_, true, ..) => Leg::B,
        (.., true, _) => Leg::Opposite,
        (.., true) => Leg::Same,
        _ => Leg::A,
    };
    let bound = Bound { app: app.clone(), leg, inline: has(b'i'), once: has(b'1') };
    let bindings = channel.meta.get_or_insert_default();
    for (dialled, side) in [(b'a', Presses::Received), (b'b', Presses::Sent)] {
        if dials.contains(&dialled) {
            bindings.side(side).bind(meta, key, bound.clone());
        }
    }
    Progress::Done
}

/// `[<key>]`: all of them, where it names none.
fn unbind_meta_app(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let Some(channel) = core.channels.get_mut(id) else { return Progress::Done };
    match (data.first().copied().filter(|key| *key != b'0'), &mut channel.meta) {
        (None, meta) => *meta = None,
        (Some(key), Some(meta)) if key.is_ascii_digit() => {
            for side in [&mut meta.received, &mut meta.sent] {
                side.bound.retain(|(known, _)| *known != key);
            }
        }
        (Some(_), _) => {
            core.log_session(log::ERR, &origin::UNBIND_META_FAILED, id, |_| "Invalid key".into());
        }
    }
    Progress::Done
}

impl Core {
    /// A digit, before anything else hears it; true if it is among those bound, and goes no further.
    pub(crate) fn meta_hears(&mut self, id: ChannelId, digit: u8, presses: Presses) -> bool {
        match self.hear_meta(id, digit, presses) {
            Heard::Nothing => false,
            Heard::Eaten => true,
            Heard::Runs(bound) => {
                self.run_bound(id, &bound, presses);
                true
            }
        }
    }

    fn hear_meta(&mut self, id: ChannelId, digit: u8, presses: Presses) -> Heard {
        let now = self.now.as_secs();
        let Some(channel) = self.channels.get_mut(id) else { return Heard::Nothing };
        if channel.bridge.as_ref().is_some_and(crate::bridge::Bridge::is_inner) {
            return Heard::Nothing;
        }
        let Some(side) = channel.meta.as_mut().map(|meta| meta.side(presses)) else { return Heard::Nothing };
        let Some(meta) = side.key else { return Heard::Nothing };
        let was_on = std::mem::take(&mut side.is_on);
        if was_on && now.saturating_sub(side.last) > PATIENCE {
            return Heard::Nothing;
        }
        side.last = now;
        match (digit == meta, was_on) {
            (true, false) => {
                side.is_on = true;
                Heard::Eaten
            }
            (true, true) | (false, false) => Heard::Nothing,
            (false, true) => match side.take(digit) {
                Some(bound) => Heard::Runs(bound),
                None => {
                    let digit = char::from(digit);
                    self.log_session(log::WARNING, &origin::META_IGNORED, id, |channel| {
                        format!("{} Ignoring meta digit '{digit}' not mapped", channel.shown_name())
                    });
                    Heard::Eaten
                }
            },
        }
    }

    fn run_bound(&mut self, id: ChannelId, bound: &Bound, presses: Presses) {
        let other = match (bound.leg, presses) {
            (Leg::A, _) | (Leg::Same, Presses::Received) | (Leg::Opposite, Presses::Sent) => false,
            (Leg::B, _) | (Leg::Same, Presses::Sent) | (Leg::Opposite, Presses::Received) => true,
        };
        let Some(leg) = (if other { self.partner(id) } else { Some(id) }) else { return };
        let broadcast = Broadcast { holds: true, ..Broadcast::parse(&bound.app) };
        if bound.inline {
            let uuid = self.new_uuid();
            self.execute(leg, Action::new(&broadcast.app, &broadcast.data), uuid, None);
        } else {
            self.broadcast(leg, &broadcast);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_bound_once_does_it_once() {
        let bound = |once| Bound { app: b"log::x".into(), leg: Leg::A, inline: false, once };
        let mut side = Side::default();
        side.bind(b'*', b'1', bound(true));
        side.bind(b'*', b'2', bound(false));
        side.bind(b'*', b'2', bound(false));
        assert_eq!(side.bound.len(), 2);
        for (key, times) in [(b'1', [true, false]), (b'2', [true, true]), (b'3', [false, false])] {
            assert_eq!(times.map(|_| side.take(key).is_some()), times, "{}", char::from(key));
        }
    }
}
