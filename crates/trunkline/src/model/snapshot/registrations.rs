//! `show registrations`: a table of the core, that modules write (`switch_core_add_registration` in
//! `switch_core_sqldb.c`). It has one row a user, unless `multiple-registrations` is on in `switch.conf`, too.

use std::collections::HashSet;
use std::sync::Arc;

use trunkline_proto::api::RegistrationRow;
use trunkline_proto::view::Moment;

use super::others::{Heard, standing};
use crate::model::change::Removal;
use crate::model::draft::Draft;
use crate::model::fold::registration::{forget, user_of};
use crate::model::registration::{Registration, RegistrationId};

/// Takes the rows in: what no event of this session told of is as they say.
pub(super) fn take(draft: &mut Draft, rows: &[RegistrationRow]) {
    let listed: HashSet<RegistrationId> = rows.iter().map(id_of).collect();
    let known: Vec<RegistrationId> =
        draft.view().registrations().iter().map(|known| known.id.clone()).collect();
    for id in known {
        if !listed.contains(&id) && !draft.resync.has_heard(&Heard::Registration(id.clone())) {
            draft.begin_event(standing(), None);
            forget(draft, &id, Removal::Unknown);
        }
    }
    for row in rows {
        let id = id_of(row);
        if draft.resync.has_heard(&Heard::Registration(id.clone())) {
            continue;
        }
        draft.begin_event(standing(), None);
        if draft.alter_by::<Registration, _>(&id, |registration| registration.read_row(row)).is_none() {
            let mut registration = Registration::new(id.clone(), standing());
            registration.read_row(row);
            draft.registered.entry(user_of(&id)).or_default().push(id);
            draft.create(registration);
        }
    }
}

fn id_of(row: &RegistrationRow) -> RegistrationId {
    RegistrationId::new(&*row.reg_user, &*row.realm, &*row.token)
}

impl Registration {
    fn read_row(&mut self, row: &RegistrationRow) {
        // `sofia/internal/sip:1000@192.0.2.7:5060`
        let url = row.url.strip_prefix("sofia/").and_then(|rest| rest.split_once('/'));
        if let Some((profile, contact)) = url {
            self.profile = Some(Arc::from(profile));
            self.contact = Some(Arc::from(contact));
        }
        self.network_ip = Some(Arc::from(&*row.network_ip));
        self.network_port = row.network_port.and_then(|port| u16::try_from(port).ok());
        let micros = row.expires.filter(|secs| *secs > 0).and_then(|secs| secs.checked_mul(1_000_000));
        self.expires = micros.map(Moment::from_micros);
    }
}
