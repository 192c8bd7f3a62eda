//! Digits, both ways (`switch_channel_queue_dtmf` in `src/switch_channel.c`, `switch_core_session_send_dtmf_string` in
//! `src/switch_core_io.c`).

use std::time::Duration;

use crate::app::{Ear, Presses, Running};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::endpoint::Endpoint;
use crate::event::origin;

/// A digit on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digit {
    pub(crate) digit: u8,
    /// In samples.
    pub(crate) duration: u64,
    /// `DTMF-Source`
    pub(crate) source: &'static str,
    /// Whether keys bound to it are passed over (`DTMF_FLAG_SKIP_PROCESS`).
    pub(crate) skips: bool,
}

/// Digits that came over the network are as good as any.
const RTP: &str = "RTP";
/// Samples a millisecond.
const SAMPLES: u64 = 8;
/// How long a digit is, unless it says so, in milliseconds (`SWITCH_DEFAULT_DTMF_DURATION`).
const USUAL: u64 = 250;
/// How long a `w` is; a `W` is twice that.
const PAUSE: u64 = 500;

/// Digits that may wait (`SWITCH_DTMF_LOG_LEN` in `src/include/switch_types.h`).
const MOST_KEPT: usize = 1000;

/// A string of digits: `12w3@250`, pauses in it and how long each is, in milliseconds.
struct Digits<'a> {
    digits: &'a [u8],
    milliseconds: u64,
    /// Whether keys that are bound take notice: a `~` before the digits says so.
    heeded: bool,
}

impl<'a> Digits<'a> {
    fn parse(text: &'a [u8]) -> Self {
        let heeded = text.starts_with(b"~");
        let text = text.strip_prefix(b"~").unwrap_or(text);
        let mut parts = text.splitn(2, |byte| *byte == b'@');
        let digits = parts.next().unwrap_or_default();
        let given = parts.next().and_then(|given| std::str::from_utf8(given).ok()?.parse().ok());
        Self { digits, milliseconds: given.filter(|given| *given > 0).unwrap_or(USUAL), heeded }
    }

    /// How many milliseconds they take, with a pause of 250 after each.
    fn took(&self) -> usize {
        let each = usize::try_from(self.milliseconds).unwrap_or_default() + 250;
        self.timed().count() * each
    }

    /// Each digit, and how many milliseconds after the first.
    fn timed(&self) -> impl Iterator<Item = (u64, u8)> {
        let mut after = 0;
        self.digits.iter().filter_map(move |byte| match byte {
            b'w' => {
                after += PAUSE;
                None
            }
            b'W' => {
                after += 2 * PAUSE;
                None
            }
            digit => {
                let at = after;
                after += self.milliseconds;
                Some((at, *digit))
            }
        })
    }
}

/// Whether a text is digits as commands take them.
pub(crate) fn are_digits(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"~").unwrap_or(text);
    !text.is_empty() && text.iter().all(|byte| b"0123456789*#ABCDabcd@wWFf".contains(byte))
}

impl Core {
    /// Digits as if the far end had pressed them: they are there at once, and taken up one after the other.
    pub(crate) fn press(&mut self, id: ChannelId, text: &[u8]) {
        let digits = Digits::parse(text);
        for (_, digit) in digits.timed() {
            let duration = digits.milliseconds * SAMPLES;
            let digit = Digit { digit, duration, source: "APP", skips: !digits.heeded };
            self.after(Duration::ZERO, Task::Digit { to: id, digit });
        }
    }

    /// Sends digits to the far end.
    pub(crate) fn send_digits(&mut self, id: ChannelId, text: &[u8]) {
        let digits = Digits::parse(text);
        if let (Some(channel), true) = (self.channels.get_mut(id), digits.timed().next().is_some()) {
            channel.variables.set("last_dtmf_duration", digits.took().to_string());
        }
        let (to, source, latency) = match self.channels.get(id).map(|channel| channel.endpoint) {
            Some(Endpoint::Sip { peer: Some(to) }) => (to, RTP, self.config.sip.latency),
            Some(Endpoint::Loopback { peer: Some(to), .. }) => (to, "UNKNOWN", Duration::ZERO),
            _ => return,
        };
        for (after, digit) in digits.timed() {
            let skips = source != RTP && !digits.heeded;
            let digit = Digit { digit, duration: digits.milliseconds * SAMPLES, source, skips };
            self.after(latency + Duration::from_millis(after), Task::Digit { to, digit });
        }
    }

    /// Takes up the digits that have come, if what the channel runs does.
    pub(crate) fn take_digits(&mut self, id: ChannelId) {
        while let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.kept_digits.is_empty())
        {
            match channel.ear() {
                Ear::Deaf => return,
                Ear::Stops => {
                    channel.running_apps.iter_mut().last().into_iter().for_each(Running::stop);
                    return self.wake(id);
                }
                Ear::Takes => {
                    let digit = channel.kept_digits.pop_front();
                    digit.into_iter().for_each(|digit| self.take_digit(id, digit));
                }
            }
        }
    }

    /// A digit has come.
    pub(crate) fn receive_digit(&mut self, id: ChannelId, digit: Digit) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        let heeds = channel.meta.is_some() && !digit.skips;
        let acts = channel.digit_actions.is_some() && !digit.skips;
        let fed = acts && self.actions_hear(id, digit.digit, Presses::Received);
        if heeds && self.meta_hears(id, digit.digit, Presses::Received) {
            return;
        }
        let Some(channel) = self.channels.get_mut(id) else { return };
        if fed {
            return;
        }
        if channel.kept_digits.len() < MOST_KEPT {
            channel.kept_digits.push_back(digit);
        }
        self.take_digits(id);
    }

    /// Forgets the digits that have come and that nobody has taken up.
    pub(crate) fn forget_digits(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.kept_digits.clear();
        }
    }

    fn take_digit(&mut self, id: ChannelId, digit: Digit) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.digits.push(digit.digit);
        let duration = digit.duration.to_string();
        let headers: [(&str, &[u8]); 3] = [
            ("DTMF-Digit", &[digit.digit]),
            ("DTMF-Duration", duration.as_bytes()),
            ("DTMF-Source", digit.source.as_bytes()),
        ];
        self.fire_channel_with(id, &origin::DTMF, &[], &headers);
        if self.dialing_hears(id, digit.digit) || self.consultation_hears(id, digit.digit) {
            return;
        }
        if self.visitor_hears(id, digit.digit) {
            return;
        }
        let talks = self.channels.get(id).and_then(|channel| channel.at_bridge().copied());
        match talks.filter(|bridge| !bridge.is_over()) {
            Some(bridge) => self.forward_digit(bridge.peer, digit),
            None => self.application_hears(id, digit.digit),
        }
    }

    /// Sends a digit of the one a channel is bridged to to its far end.
    fn forward_digit(&mut self, id: ChannelId, digit: Digit) {
        let hears = |core: &mut Self, presses| {
            core.meta_hears(id, digit.digit, presses) || core.actions_hear(id, digit.digit, presses)
        };
        if !digit.skips && hears(self, Presses::Sent) {
            return;
        }
        let (to, source, latency) = match self.channels.get(id).map(|channel| channel.endpoint) {
            Some(Endpoint::Sip { peer: Some(to) }) => (to, RTP, self.config.sip.latency),
            Some(Endpoint::Loopback { peer: Some(to), .. }) => (to, digit.source, Duration::ZERO),
            _ => return,
        };
        self.after(latency, Task::Digit { to, digit: Digit { source, ..digit } });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_take_their_time() {
        let timed = |text: &str| Digits::parse(text.as_bytes()).timed().collect::<Vec<_>>();
        assert_eq!(timed("12w3"), [(0, b'1'), (250, b'2'), (1000, b'3')]);
        assert_eq!(timed("W1@100"), [(1000, b'1')]);
        assert_eq!(timed("12@100"), [(0, b'1'), (100, b'2')]);
        assert!(are_digits(b"1*#w@250") && !are_digits(b"z") && !are_digits(b""));
    }
}
