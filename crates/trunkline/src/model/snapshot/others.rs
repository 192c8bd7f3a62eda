//! What else is asked for, once the channels are known: conferences, registrations, gateways.
//!
//! Each is one list. Where the switch has none to give (a module is not loaded, this user may not ask) nothing is concluded.

use std::collections::VecDeque;
use std::sync::Arc;

use trunkline_proto::ChannelUuid;
use trunkline_proto::api::conference::{Conference, JsonList};
use trunkline_proto::api::sofia::{GatewayEntry, Gateways};
use trunkline_proto::api::{ApiCommand, ApiError, RegistrationRow, Show};

use super::{conferences, gateways, registrations};
use crate::model::draft::Draft;
use crate::model::recording::RecordingId;
use crate::model::registration::RegistrationId;
use crate::model::standing::{Standing, Why};

/// A list that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum List {
    Conferences,
    Registrations,
    Gateways,
}

/// What a list says.
#[derive(Debug, Clone)]
pub(super) enum Listed {
    Conferences(Vec<Conference>),
    Registrations(Vec<RegistrationRow>),
    Gateways(Vec<GatewayEntry>),
    /// There is no such list, or none for this user.
    Nothing,
}

/// What an event of this session told of: it is as events say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::model) enum Heard {
    /// That there is, or is no, conference of this name; and how large it is.
    Room(Arc<str>),
    /// That a conference is locked or is not, which is told but once.
    Locked(Arc<str>),
    /// That a conference is recorded to this file or is not, which is told but once.
    Recorded(Arc<str>, Box<str>),
    /// Who has the floor of a conference.
    Floor(Arc<str>),
    Member(u32),
    /// That a member has left a conference.
    Left(u32),
    /// How loud a member is to others, which is told but once.
    VolumeIn(u32),
    /// How loud others are to a member, which is told but once.
    VolumeOut(u32),
    Registration(RegistrationId),
    Gateway(Arc<str>),
    /// What a channel runs.
    Running(ChannelUuid),
    /// That a channel is, or is not, parked.
    Parked(ChannelUuid),
    /// That a channel is recorded to this file, or is not any more.
    Recording(RecordingId),
}

impl List {
    /// In the order they are asked for.
    pub(super) fn all() -> VecDeque<Self> {
        [Self::Conferences, Self::Registrations, Self::Gateways].into()
    }

    pub(super) fn line(self) -> String {
        let line = match self {
            Self::Conferences => JsonList::all().line(),
            Self::Registrations => Show::registrations().line(),
            Self::Gateways => Gateways::new().line(),
        };
        line.unwrap_or_default()
    }

    pub(super) fn read(self, output: &[u8]) -> Listed {
        let listed: Result<Listed, ApiError> = match self {
            Self::Conferences => JsonList::all().read(output).map(Listed::Conferences),
            Self::Registrations => Show::registrations().read(output).map(Listed::Registrations),
            Self::Gateways => Gateways::new().read(output).map(Listed::Gateways),
        };
        listed.unwrap_or(Listed::Nothing)
    }
}

/// Takes a list in.
pub(super) fn take(draft: &mut Draft, listed: Listed) {
    match listed {
        Listed::Conferences(list) => conferences::take(draft, &list),
        Listed::Registrations(rows) => registrations::take(draft, &rows),
        Listed::Gateways(list) => gateways::take(draft, &list),
        Listed::Nothing => {}
    }
}

/// How what a snapshot tells came to be.
pub(super) fn standing() -> Standing {
    Standing::new(None, Why::Snapshot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_says_nothing() {
        for list in List::all() {
            assert!(!list.line().is_empty());
            for output in
                ["", "-ERR permission denied\n", "-ERR sofia Command not found!\n", "[{", "{\"row_count\":1}"]
            {
                assert!(matches!(list.read(output.as_bytes()), Listed::Nothing), "{list:?} {output}");
            }
        }
        assert!(matches!(List::Conferences.read(b"[]"), Listed::Conferences(none) if none.is_empty()));
        assert!(
            matches!(List::Registrations.read(b"{\"row_count\": 0}\n"), Listed::Registrations(none) if none.is_empty())
        );
    }
}
