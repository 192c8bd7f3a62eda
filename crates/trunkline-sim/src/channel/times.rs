//! The variables that tell a call's times, set when it is over (`switch_channel_set_timestamps` in
//! `src/switch_channel.c`).

use super::{Channel, Times};
use crate::time::Time;

impl Channel {
    /// Sets them, and who and what was called.
    pub(crate) fn set_report(&mut self) {
        let Some(profile) = self.profile.as_deref() else { return };
        let (times, profile_created) = (profile.times, profile.profile_created);
        let (name, number) = (&profile.caller_name, &profile.caller_number);
        let caller = match name.as_slice() {
            [] => number.clone(),
            name => [b"\"".as_slice(), name, b"\" <", number, b">"].concat(),
        };
        if let Some(cause) = self.cause {
            self.variables.set("hangup_cause", cause.name());
            self.variables.set_number("hangup_cause_q850", cause.q850().into());
        }
        let digits = if self.digits.is_empty() { b"none" } else { self.digits.as_slice() };
        self.variables.set("digits_dialed", digits);
        self.set_stamps(&[
            ("start_stamp", times.created),
            ("profile_start_stamp", profile_created),
            ("answer_stamp", times.answered),
            ("bridge_stamp", times.bridged),
            ("last_hold_stamp", times.last_hold),
            ("progress_stamp", times.progress),
            ("progress_media_stamp", times.progress_media),
            ("end_stamp", times.hung_up),
        ]);
        self.set_epochs(&[
            ("start_epoch", "start_uepoch", times.created),
            ("profile_start_epoch", "profile_start_uepoch", profile_created),
            ("answer_epoch", "answer_uepoch", times.answered),
            ("bridge_epoch", "bridge_uepoch", times.bridged),
            ("last_hold_epoch", "last_hold_uepoch", times.last_hold),
        ]);
        for name in ["hold_accum_seconds", "hold_accum_usec", "hold_accum_ms"] {
            self.variables.set(name, "0");
        }
        self.set_epochs(&[
            ("resurrect_epoch", "resurrect_uepoch", Time::default()),
            ("progress_epoch", "progress_uepoch", times.progress),
            ("progress_media_epoch", "progress_media_uepoch", times.progress_media),
            ("end_epoch", "end_uepoch", times.hung_up),
        ]);
        self.set_last_app();
        self.variables.set("caller_id", caller);
        self.set_durations(times);
    }

    fn set_stamps(&mut self, stamps: &[(&str, Time)]) {
        for (name, time) in stamps {
            if *time != Time::default() {
                self.variables.set(name, time.date());
            }
        }
    }

    /// In seconds, and in microseconds.
    fn set_epochs(&mut self, epochs: &[(&str, &str, Time)]) {
        for (seconds, micros, time) in epochs {
            self.variables.set_number(seconds, time.as_secs());
            self.variables.set_number(micros, time.as_micros());
        }
    }

    fn set_last_app(&mut self) {
        if let Some((name, data)) = &self.last_app {
            self.variables.set("last_app", name);
            self.variables.set("last_arg", data);
        }
    }

    fn set_durations(&mut self, times: Times) {
        let since = |earlier: Time, later: Time| {
            if earlier == Time::default() || later == Time::default() {
                0
            } else {
                later.as_micros().saturating_sub(earlier.as_micros())
            }
        };
        let (start, end) = (times.created, times.hung_up);
        // The whole seconds are those between the clock's seconds, not those gone by.
        let seconds = |earlier: Time, later: Time| {
            if earlier == Time::default() { 0 } else { later.as_secs().saturating_sub(earlier.as_secs()) }
        };
        let spans = [
            ("duration", "mduration", "uduration", start, end),
            ("billsec", "billmsec", "billusec", times.answered, end),
            ("progresssec", "progressmsec", "progressusec", start, times.progress),
            ("answersec", "answermsec", "answerusec", start, times.answered),
            ("waitsec", "waitmsec", "waitusec", start, times.bridged),
            ("progress_mediasec", "progress_mediamsec", "progress_mediausec", start, times.progress_media),
            ("flow_billsec", "flow_billmsec", "flow_billusec", start, end),
        ];
        for (name, _, _, from, to) in spans {
            self.variables.set_number(name, seconds(from, to));
        }
        for (_, name, _, from, to) in spans {
            self.variables.set_number(name, (since(from, to) + 500) / 1000);
        }
        for (_, _, name, from, to) in spans {
            self.variables.set_number(name, since(from, to));
        }
    }
}
