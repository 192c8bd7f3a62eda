//! The caller profile (`switch_caller_profile_event_set_data` in `src/switch_caller.c`).

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use trunkline_proto::CallDirection;

use crate::event::{Draft, Headers, Size};
use crate::time::Time;

/// Who calls whom. An empty text is one that is not set.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) direction: CallDirection,
    /// Which way it goes from the channel that shows it.
    pub(crate) logical_direction: CallDirection,
    pub(crate) username: Vec<u8>,
    pub(crate) dialplan: Vec<u8>,
    pub(crate) caller_name: Vec<u8>,
    pub(crate) caller_number: Vec<u8>,
    pub(crate) orig_name: Vec<u8>,
    pub(crate) orig_number: Vec<u8>,
    pub(crate) callee_name: Vec<u8>,
    pub(crate) callee_number: Vec<u8>,
    pub(crate) network_addr: Vec<u8>,
    pub(crate) ani: Vec<u8>,
    pub(crate) destination: Vec<u8>,
    pub(crate) unique_id: String,
    pub(crate) source: &'static str,
    pub(crate) transfer_source: Vec<u8>,
    pub(crate) context: Vec<u8>,
    pub(crate) rdnis: Vec<u8>,
    pub(crate) channel_name: Vec<u8>,
    pub(crate) index: u32,
    pub(crate) profile_created: Time,
    pub(crate) times: Times,
}

/// When things happened to the channel; zero for what has not.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) created: Time,
    pub(crate) answered: Time,
    pub(crate) progress: Time,
    pub(crate) progress_media: Time,
    pub(crate) bridged: Time,
    pub(crate) transferred: Time,
    pub(crate) last_hold: Time,
    /// Microseconds.
    pub(crate) held: u64,
    pub(crate) hung_up: Time,
}

/// A profile as a channel has it: its headers are made once for all events until it changes.
#[derive(Debug)]
pub(crate) struct KeptProfile {
    profile: Profile,
    /// With the prefix they stand under.
    headers: OnceLock<Box<(&'static str, Headers)>>,
}

impl From<Profile> for KeptProfile {
    fn from(profile: Profile) -> Self {
        Self { profile, headers: OnceLock::new() }
    }
}

impl Deref for KeptProfile {
    type Target = Profile;

    fn deref(&self) -> &Profile {
        &self.profile
    }
}

impl DerefMut for KeptProfile {
    fn deref_mut(&mut self) -> &mut Profile {
        self.headers.take();
        &mut self.profile
    }
}

impl KeptProfile {
    /// Appends it under a prefix: `Caller`, `Other-Leg`.
    pub(crate) fn write(&self, prefix: &'static str, event: &mut Draft) {
        let make = || self.profile.headers(prefix);
        let (kept, headers) = &**self.headers.get_or_init(|| Box::new((prefix, make())));
        if *kept == prefix {
            event.append(headers);
        } else {
            event.append(&make());
        }
    }

    /// What its headers take, so far as that is known.
    pub(super) fn size(&self) -> Size {
        self.headers.get().map_or(SIZE, |kept| kept.1.size())
    }
}

/// What the headers of most profiles take.
const SIZE: Size = Size { lines: 32, plain: 1200, raw: 16 };

impl Profile {
    /// As it is shown to another leg: its times are its own.
    pub(crate) fn as_other_leg(&self) -> Self {
        Self {
            logical_direction: CallDirection::Inbound,
            transfer_source: Vec::new(),
            index: 0,
            profile_created: Time::default(),
            times: Times::default(),
            ..self.clone()
        }
    }

    fn headers(&self, prefix: &str) -> Headers {
        let mut headers = Headers::with_capacity(SIZE);
        self.write_texts(prefix, &mut headers);
        self.write_times(prefix, &mut headers);
        for (name, value) in
            [("Screen-Bit", "true"), ("Privacy-Hide-Name", "false"), ("Privacy-Hide-Number", "false")]
        {
            headers.push_joined(&[prefix.as_bytes(), b"-", name.as_bytes()], value.as_bytes());
        }
        headers
    }

    fn write_texts(&self, prefix: &str, headers: &mut Headers) {
        let direction = self.direction.as_str().as_bytes();
        let shown = |text: &'_ Vec<u8>, known: bool| if known { text.clone() } else { Vec::new() };
        let index = if self.index == 0 { String::new() } else { self.index.to_string() };
        let created = self.profile_created.as_micros().to_string();
        let texts: [(&str, &[u8]); 21] = [
            ("Direction", direction),
            ("Logical-Direction", self.logical_direction.as_str().as_bytes()),
            ("Username", &self.username),
            ("Dialplan", &self.dialplan),
            ("Caller-ID-Name", &self.caller_name),
            ("Caller-ID-Number", &self.caller_number),
            ("Orig-Caller-ID-Name", &shown(&self.orig_name, !self.caller_name.is_empty())),
            ("Orig-Caller-ID-Number", &shown(&self.orig_number, !self.caller_number.is_empty())),
            ("Callee-ID-Name", &self.callee_name),
            ("Callee-ID-Number", &self.callee_number),
            ("Network-Addr", &self.network_addr),
            ("ANI", &self.ani),
            ("Destination-Number", &self.destination),
            ("Unique-ID", self.unique_id.as_bytes()),
            ("Source", self.source.as_bytes()),
            ("Transfer-Source", &self.transfer_source),
            ("Context", &self.context),
            ("RDNIS", &self.rdnis),
            ("Channel-Name", &self.channel_name),
            ("Profile-Index", index.as_bytes()),
            ("Profile-Created-Time", created.as_bytes()),
        ];
        for (name, text) in texts {
            if !text.is_empty() {
                headers.push_joined(&[prefix.as_bytes(), b"-", name.as_bytes()], text);
            }
        }
    }

    fn write_times(&self, prefix: &str, headers: &mut Headers) {
        let never = Time::default();
        let times = [
            ("Channel-Created-Time", self.times.created),
            ("Channel-Answered-Time", self.times.answered),
            ("Channel-Progress-Time", self.times.progress),
            ("Channel-Progress-Media-Time", self.times.progress_media),
            ("Channel-Hangup-Time", self.times.hung_up),
            ("Channel-Transfer-Time", self.times.transferred),
            ("Channel-Resurrect-Time", never),
            ("Channel-Bridged-Time", self.times.bridged),
            ("Channel-Last-Hold", self.times.last_hold),
            ("Channel-Hold-Accum", Time::from_micros(self.times.held)),
        ];
        for (name, time) in times {
            headers.push_number(&[prefix.as_bytes(), b"-", name.as_bytes()], time.as_micros());
        }
    }
}
