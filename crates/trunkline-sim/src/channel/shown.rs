//! What `show` still tells of a call though it is otherwise by now: its database follows the events
//! (`core_event_handler` in `switch_core_sqldb.c`), and not every change has one.

use trunkline_proto::ChannelState;

use super::{Channel, Profile};

/// What stands in the table in the place of what is.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    parties: Option<Parties>,
    /// An application that an event told of and nobody ran.
    app: Option<(&'static str, Vec<u8>)>,
}

#[derive(Debug)]
struct Parties {
    caller: (Vec<u8>, Vec<u8>),
    callee: (Vec<u8>, Vec<u8>),
}

impl Channel {
    /// The parties are about to change, and no event will tell of it.
    pub(crate) fn keep_shown_parties(&mut self) {
        let Some(profile) = &self.profile else { return };
        let parties = Parties {
            caller: (profile.caller_name.clone(), profile.caller_number.clone()),
            callee: (profile.callee_name.clone(), profile.callee_number.clone()),
        };
        self.shown.get_or_insert_default().parties.get_or_insert(parties);
    }

    /// An event has told of the parties as they are: CALL_UPDATE, or one of these states.
    pub(crate) fn show_parties(&mut self) {
        if let Some(shown) = &mut self.shown {
            shown.parties = None;
        }
    }

    /// An event of a state tells of the parties, where it is one of those.
    pub(crate) fn show_state(&mut self, state: &ChannelState) {
        if matches!(state, ChannelState::Execute | ChannelState::Routing) {
            self.show_parties();
        }
    }

    pub(crate) fn show_app(&mut self, app: &'static str, data: &[u8]) {
        self.shown.get_or_insert_default().app = Some((app, data.to_vec()));
    }

    /// An application has begun that is one.
    pub(crate) fn show_last_app(&mut self) {
        if let Some(shown) = &mut self.shown {
            shown.app = None;
        }
    }

    /// The application as it is shown.
    pub(crate) fn shown_app(&self) -> Option<(&str, &[u8])> {
        let told = self.shown.as_ref().and_then(|shown| shown.app.as_ref());
        let last = self.last_app.as_ref();
        told.map(|(app, data)| (*app, data.as_slice()))
            .or_else(|| last.map(|(app, data)| (app.as_str(), data.as_slice())))
    }

    /// The name and number of who calls as they are shown.
    pub(crate) fn shown_caller<'a>(&'a self, profile: &'a Profile) -> (&'a [u8], &'a [u8]) {
        match self.shown_parties() {
            Some(Parties { caller: (name, number), .. }) => (name, number),
            None => (&profile.caller_name, &profile.caller_number),
        }
    }

    /// Likewise of who is called.
    pub(crate) fn shown_callee<'a>(&'a self, profile: &'a Profile) -> (&'a [u8], &'a [u8]) {
        match self.shown_parties() {
            Some(Parties { callee: (name, number), .. }) => (name, number),
            None => (&profile.callee_name, &profile.callee_number),
        }
    }

    fn shown_parties(&self) -> Option<&Parties> {
        self.shown.as_ref()?.parties.as_ref()
    }
}
