//! The variables that tell a call's times, set when it is over (`switch_channel_set_timestamps` in
//! `src/switch_channel.c`).

use super::Channel;
use crate::time::Time;

impl Channel {
    /// Sets them, and who and what was called.
    pub(crate) fn set_report(&mut self) {
        let Some(profile) = self.profile.as_deref().cloned() else { return };
        let times = profile.times;
        if let Some(cause) = self.cause {
            self.variables.set("hangup_cause", cause.name());
            self.variables.set("hangup_cause_q850", cause.q850().to_string());
        }
        let digits = if self.digits.is_empty() { b"none".to_vec() } else { self.digits.clone() };
        self.variables.set("digits_dialed", digits);
        self.set_stamps(&[
            ("start", times.created),
            ("profile_start", profile.profile_created),
            ("answer", times.answered),
            ("bridge", times.bridged),
            ("last_hold", times.last_hold),
            ("progress", times.progress),
            ("progress_media", times.progress_media),
            ("end", times.hung_up),
        ]);
        self.set_epochs(&[
            ("start", times.created),
            ("profile_start", profile.profile_created),
            ("answer", times.answered),
            ("bridge", times.bridged),
            ("last_hold", times.last_hold),
        ]);
        for name in ["hold_accum_seconds", "hold_accum_usec", "hold_accum_ms"] {
            self.variables.set(name, "0");
        }
        self.set_epochs(&[
            ("resurrect", Time::default()),
            ("progress", times.progress),
            ("progress_media", times.progress_media),
            ("end", times.hung_up),
        ]);
        self.set_last_app();
        let (name, number) = (&profile.caller_name, &profile.caller_number);
        let caller = match name.as_slice() {
            [] => number.clone(),
            name => [b"\"".as_slice(), name, b"\" <", number, b">"].concat(),
        };
        self.variables.set("caller_id", caller);
        self.set_durations(&profile);
    }

    fn set_stamps(&mut self, stamps: &[(&str, Time)]) {
        for (name, time) in stamps {
            if *time != Time::default() {
                self.variables.set(format!("{name}_stamp"), time.date());
            }
        }
    }

    fn set_epochs(&mut self, epochs: &[(&str, Time)]) {
        for (name, time) in epochs {
            self.variables.set_number(format!("{name}_epoch"), time.as_secs());
            self.variables.set_number(format!("{name}_uepoch"), time.as_micros());
        }
    }

    fn set_last_app(&mut self) {
        if let Some((name, data)) = self.last_app.clone() {
            self.variables.set("last_app", name);
            self.variables.set("last_arg", data);
        }
    }

    fn set_durations(&mut self, profile: &super::Profile) {
        let times = profile.times;
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
            ("", start, end),
            ("bill", times.answered, end),
            ("progress", start, times.progress),
            ("answer", start, times.answered),
            ("wait", start, times.bridged),
            ("progress_media", start, times.progress_media),
            ("flow_bill", start, end),
        ];
        for (name, from, to) in spans {
            let name = if name.is_empty() { "duration".to_owned() } else { format!("{name}sec") };
            self.variables.set_number(name, seconds(from, to));
        }
        for (name, from, to) in spans {
            let name = if name.is_empty() { "mduration".to_owned() } else { format!("{name}msec") };
            self.variables.set_number(name, (since(from, to) + 500) / 1000);
        }
        for (name, from, to) in spans {
            let name = if name.is_empty() { "uduration".to_owned() } else { format!("{name}usec") };
            self.variables.set_number(name, since(from, to));
        }
    }
}
