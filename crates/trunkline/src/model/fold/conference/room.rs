//! What an event says of the conference (`conference_event_add_data` in `conference_event.c`).

use std::sync::Arc;

use trunkline_proto::{Reached, Value};

use crate::model::conference::Conference;
use crate::model::draft::Draft;
use crate::model::fold::pass::pass;
use crate::model::fold::told::Told;

pass! {
    /// Which one it is.
    Named {
        name: "Conference-Name",
    }
}

pass! {
    /// All else.
    Said {
        domain: "Conference-Domain",
        size: "Conference-Size",
        ghosts: "Conference-Ghosts",
        profile: "Conference-Profile-Name",
        uuid: "Conference-Unique-ID",
    }
}

/// What an event says of its conference.
pub(super) struct Room<'e> {
    pub(super) name: Arc<str>,
    /// `None` if it is to the byte what was read last.
    pub(super) said: Option<Said<'e>>,
    /// The bytes of it; none if they are not to be known again.
    pub(super) read: &'e [u8],
}

impl<'e> Room<'e> {
    /// What it says, if it names one, and what comes behind.
    pub(super) fn of(draft: &Draft, told: &Told<'e>) -> Option<(Self, Reached)> {
        let (headers, mut reached) = (told.event.headers(), told.reached);
        let named = Named::read(headers, &mut reached).name;
        let from = reached;
        if let Some(name) = named.map(Value::to_str).filter(|_| !from.has_strays())
            && let Some(known) = draft.get::<Conference>(&name).filter(|known| !known.room_read.is_empty())
            && let Some(behind) = headers.skip(from, &known.room_read)
        {
            return Some((Self { name: known.id.clone(), said: None, read: &[] }, behind));
        }
        let mut said = Said::read(headers, &mut reached);
        let is_whole = named.is_some() && said.uuid.is_some();
        if !is_whole {
            said = Said::look_up(headers);
        }
        let name = named.or_else(|| headers.value("Conference-Name"))?.to_str().into();
        let is_known_again = is_whole && !reached.has_strays();
        let read = if is_known_again { headers.raw_between(from, reached) } else { &[] };
        Some((Self { name, said: Some(said), read }, reached))
    }

    /// The id of this meeting of it.
    pub(super) fn uuid(&self, draft: &Draft) -> Option<Arc<str>> {
        match &self.said {
            Some(said) => said.uuid.map(|uuid| uuid.to_str().into()),
            None => draft.get::<Conference>(&self.name)?.uuid.clone(),
        }
    }
}
