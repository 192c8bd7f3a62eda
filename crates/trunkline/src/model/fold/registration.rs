//! `sofia::register`, `sofia::unregister`, `sofia::expire` (`sofia_reg.c`).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use trunkline_proto::Event;
use trunkline_proto::view::Moment;
use trunkline_proto::view::sofia::Registration as Block;

use super::told::Told;
use super::{sequence, set, standing};
use crate::model::change::Removal;
use crate::model::draft::Draft;
use crate::model::registration::{Registration, RegistrationId};
use crate::model::snapshot::others::Heard;

/// `sofia::register`
pub(super) fn register(draft: &mut Draft, told: &Told<'_>) {
    let event = told.event;
    let Some(block) = Block::of(event) else { return };
    let Some(id) = id_of(block) else { return };
    draft.resync.hear_other(Heard::Registration(id.clone()));
    if draft.unregistered.had_ended(&id, sequence(draft)) {
        return;
    }
    let is_known = draft.alter_by::<Registration, _>(&id, |registration| {
        registration.read(block, event);
    });
    if is_known.is_some() {
        return;
    }
    if let Some(replaced) = of_contact(draft, &id, block) {
        forget(draft, &replaced, Removal::Ended);
    }
    let mut registration = Registration::new(id.clone(), standing(event));
    registration.read(block, event);
    draft.registered.entry(user_of(&id)).or_default().push(id);
    draft.create(registration);
}

/// `sofia::unregister` and `sofia::expire`
pub(super) fn unregister(draft: &mut Draft, told: &Told<'_>) {
    let Some(block) = Block::of(told.event) else { return };
    let Some(id) = id_of(block) else { return };
    draft.resync.hear_other(Heard::Registration(id.clone()));
    draft.unregistered.end(id.clone(), told.sequence.unwrap_or_default());
    if !forget(draft, &id, Removal::Ended)
        && let Some(other) = of_contact(draft, &id, block)
    {
        forget(draft, &other, Removal::Ended);
    }
}

/// How long after the time it was to be renewed by one may still be told to have expired: it is looked for every half
/// minute, a minute late (`sip-expires-late-margin`).
const LATE: Duration = Duration::from_secs(5 * 60);

/// Takes those away that should have been told to have expired: the switch has forgotten them without a word, as it does
/// where a user may have one alone and registered with another contact (`multiple-registrations` in `sofia_reg.c`).
pub(in crate::model) fn forget_expired(draft: &mut Draft, now: Moment) {
    let is_over = |one: &&Arc<Registration>| one.expires.is_some_and(|expires| after(expires, LATE) < now);
    let over: Vec<RegistrationId> =
        draft.view().registrations().iter().filter(is_over).map(|one| one.id.clone()).collect();
    for id in over {
        forget(draft, &id, Removal::Unknown);
    }
}

/// Takes one away; whether it was there.
pub(in crate::model) fn forget(draft: &mut Draft, id: &RegistrationId, cause: Removal) -> bool {
    let user = user_of(id);
    if let Some(ids) = draft.registered.get_mut(&user) {
        ids.retain(|known| known != id);
        if ids.is_empty() {
            draft.registered.remove(&user);
        }
    }
    draft.remove::<Registration>(id, cause).is_some()
}

/// The registration of this user with this contact, under another Call-ID.
fn of_contact(draft: &Draft, id: &RegistrationId, block: Block<'_>) -> Option<RegistrationId> {
    let contact = block.contact()?;
    let contact = uri(&contact);
    let others = draft.registered.get(&user_of(id))?;
    let has_it = |other: &&RegistrationId| {
        let known = draft.view().registrations().get(*other);
        known.is_some_and(|known| known.contact.as_deref() == Some(contact))
    };
    others.iter().find(has_it).cloned()
}

pub(in crate::model) fn user_of(id: &RegistrationId) -> (Arc<str>, Arc<str>) {
    (id.user.clone(), id.host.clone())
}

/// Who is registered: `from-user` and `from-host`; of one that expired, which has neither, `user` and `host`. Others may
/// have these from the user's entry in the directory.
fn id_of(block: Block<'_>) -> Option<RegistrationId> {
    let user = block.from_user().or_else(|| block.user())?;
    let host = block.from_host().or_else(|| block.host())?;
    Some(RegistrationId::new(user, host, block.call_id()?))
}

/// What is between the brackets: `"" <sip:1000@192.0.2.7>`, or all of it.
fn uri(contact: &str) -> &str {
    let bracketed = contact.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    bracketed.map_or(contact, |(uri, _)| uri)
}

impl Registration {
    fn read(&mut self, block: Block<'_>, event: &Event) {
        set(&mut self.profile, block.profile_name());
        set(&mut self.contact, block.contact().map(|contact| Cow::Owned(uri(&contact).to_owned())));
        set(&mut self.network_ip, event.get("network-ip"));
        self.network_port = block.network_port();
        set(&mut self.user_agent, block.user_agent());
        set(&mut self.status, block.status());
        set(&mut self.username, block.username());
        self.expires = event.standard().date().zip(block.expires()).map(|(now, time)| after(now, time));
    }
}

fn after(moment: Moment, time: Duration) -> Moment {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    Moment::from_micros(moment.as_micros().saturating_add(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_of_a_contact() {
        for (contact, is) in [
            ("\"\" <sip:1000@192.0.2.7:5060;transport=udp>", "sip:1000@192.0.2.7:5060;transport=udp"),
            ("<sip:a@b>;expires=60", "sip:a@b"),
            ("sip:a@b", "sip:a@b"),
            ("", ""),
            ("<sip:a@b", "<sip:a@b"),
        ] {
            assert_eq!(uri(contact), is);
        }
    }
}
