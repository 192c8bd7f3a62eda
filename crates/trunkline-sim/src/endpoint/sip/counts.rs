//! How many calls profiles have had (`mod_sofia.c`, `sofia.c`).

use std::collections::BTreeMap;

use crate::channel::ChannelId;
use crate::core::Core;

/// The calls of a profile: those it made, and took, and of either those that were never answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SipCalls {
    pub(crate) made: u32,
    pub(crate) taken: u32,
    pub(crate) made_in_vain: u32,
    pub(crate) taken_in_vain: u32,
}

/// The calls of each profile.
#[derive(Debug, Default)]
pub(crate) struct SipCounts(BTreeMap<String, SipCalls>);

impl SipCounts {
    pub(crate) fn of(&self, profile: &str) -> SipCalls {
        self.0.get(profile).copied().unwrap_or_default()
    }

    /// A profile counts anew.
    pub(crate) fn forget(&mut self, profile: &str) {
        self.0.remove(profile);
    }

    pub(super) fn change(&mut self, profile: &str, change: impl FnOnce(&mut SipCalls)) {
        change(self.0.entry(profile.to_owned()).or_default());
    }
}

impl Core {
    /// A call that a profile could not even make.
    pub(in crate::endpoint) fn count_unmade_call(&mut self, dial: &[u8]) {
        let dial = String::from_utf8_lossy(dial);
        let profile = dial.strip_prefix("sofia/").and_then(|rest| Some(rest.split_once('/')?.0));
        let profile = profile.and_then(|name| self.config.sip.profile(name)).map(str::to_owned);
        if let Some(profile) = profile {
            self.sip_counts.change(&profile, |calls| calls.made_in_vain += 1);
        }
    }

    /// A call is over.
    pub(super) fn count_sip_end(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get(id).filter(|channel| !channel.answered) else { return };
        let profile = channel.variables.get("sofia_profile_name").unwrap_or_default();
        let profile = String::from_utf8_lossy(profile).into_owned();
        let outbound = channel.is_outbound();
        self.sip_counts.change(&profile, |calls| {
            *(if outbound { &mut calls.made_in_vain } else { &mut calls.taken_in_vain }) += 1;
        });
    }
}
