//! The view that is being written, and what the writer must remember that is nobody else's business.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;

use trunkline_proto::view::Moment;
use trunkline_proto::{ChannelUuid, CoreUuid};

use super::batch::Batch;
use super::call::CallId;
use super::change::{Altered, Change, Removal};
use super::channel::Channel;
use super::churn::Churn;
use super::graves::Graves;
use super::job::Job;
use super::links::Links;
use super::object::{Fields, Object};
use super::objects::Objects;
use super::options::Options;
use super::over::Over;
use super::recording::RecordingId;
use super::registration::RegistrationId;
use super::rooms::Rooms;
use super::sign::Sign;
use super::snapshot::resync::Resync;
use super::snapshot::{Coverage, Stale, StaleCause};
use super::standing::{Standing, Why};
use super::view::View;

/// The view that is being written. Folds change it by [`create`](Self::create), [`alter`](Self::alter) and
/// [`remove`](Self::remove), which note the changes.
#[derive(Debug, Default)]
pub(in crate::model) struct Draft {
    view: View,
    batch: Batch,
    /// Where in the batch the changes of the present event begin.
    event_begins: usize,
    /// Whether anything at all is different, told or not.
    touched: bool,
    /// Whether what is written now comes of a snapshot.
    pub(in crate::model) while_away: bool,
    now: Option<Instant>,
    /// Channels that are gone.
    pub(in crate::model) graves: Graves,
    /// Which channels belong to one call.
    pub(in crate::model) links: Links,
    /// Calls a leg of which has changed.
    pub(in crate::model) unsettled: Vec<CallId>,
    /// The bytes that told of the run of the switch.
    pub(in crate::model) run_read: Vec<u8>,
    /// When the first event was made.
    pub(in crate::model) begun: Option<Moment>,
    /// Who is in which conference.
    pub(in crate::model) rooms: Rooms,
    /// The registrations of each user of a domain.
    pub(in crate::model) registered: HashMap<(Arc<str>, Arc<str>), Vec<RegistrationId>>,
    /// Channels that were parked, recordings and registrations that have ended.
    pub(in crate::model) unparked: Over<ChannelUuid>,
    pub(in crate::model) recorded: Over<RecordingId>,
    pub(in crate::model) unregistered: Over<RegistrationId>,
    /// Channels that came or went of late.
    pub(in crate::model) churn: Churn,
    /// How what is written now came to be.
    standing: Option<Standing>,
    /// The number of the event that is folded.
    sequence: Option<u64>,
    pub(in crate::model) options: Options,
    pub(in crate::model) resync: Resync,
}

impl Draft {
    pub(in crate::model) fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    pub(in crate::model) fn begin(&mut self, now: Instant) {
        self.now = Some(now);
        self.graves.expire(now);
    }

    pub(in crate::model) fn begin_event(&mut self, standing: Standing, sequence: Option<u64>) {
        self.event_begins = self.batch.changes.len();
        self.standing = Some(standing);
        self.sequence = sequence;
    }

    /// How what is written now came to be.
    pub(in crate::model) fn standing(&self) -> Standing {
        self.standing.clone().unwrap_or_else(|| Standing::new(None, Why::Snapshot))
    }

    /// The number of the event that is folded, if it has one.
    pub(in crate::model) fn sequence(&self) -> Option<u64> {
        self.sequence
    }

    pub(in crate::model) fn channels(&self) -> impl Iterator<Item = &Arc<Channel>> {
        self.view.channels().iter()
    }

    pub(in crate::model) fn set_stale(&mut self, stale: Option<Stale>) {
        self.view.stale = stale;
        self.touched = true;
    }

    pub(in crate::model) fn set_coverage(&mut self, coverage: Coverage) {
        self.view.coverage = coverage;
        self.touched = true;
    }

    /// What was written since the last time, and the view of it unless it is as it was.
    pub(in crate::model) fn finish(&mut self) -> (Option<View>, Batch) {
        self.event_begins = 0;
        let touched = std::mem::take(&mut self.touched);
        if touched {
            self.view.version += 1;
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.version = self.view.version;
        (touched.then(|| self.view.clone()), batch)
    }

    pub(in crate::model) fn now(&self) -> Option<Instant> {
        self.now
    }

    pub(in crate::model) fn view(&self) -> &View {
        &self.view
    }

    pub(in crate::model) fn get<T: Object>(&self, id: &str) -> Option<&Arc<T>>
    where
        T::Id: Borrow<str>,
    {
        T::of(&self.view).get(id)
    }

    /// Puts a new object in. One that has its id is replaced, and told to be gone.
    pub(in crate::model) fn create<T: Object>(&mut self, object: T) {
        let id = object.id().clone();
        self.remove::<T>(&id, Removal::Unknown);
        let after = Arc::new(object);
        self.table().insert(after.clone());
        let while_away = self.while_away;
        self.tell(T::change(Altered::Created { after, while_away }));
    }

    /// Changes an object, if it is there; what of it is different then.
    pub(in crate::model) fn alter<T: Object>(
        &mut self,
        id: &str,
        alter: impl FnOnce(&mut T),
    ) -> Option<Fields<T::Field>>
    where
        T::Id: Borrow<str>,
    {
        self.alter_by::<T, str>(id, alter)
    }

    /// Changes an object whose id is no text, if it is there; what of it is different then.
    pub(in crate::model) fn alter_by<T: Object, Q>(
        &mut self,
        id: &Q,
        alter: impl FnOnce(&mut T),
    ) -> Option<Fields<T::Field>>
    where
        Q: Hash + Eq + ?Sized,
        T::Id: Borrow<Q>,
    {
        let slot = T::of_mut(&mut self.view).get_mut(id)?;
        let before = slot.clone();
        // Others have it: it is a copy that is altered.
        alter(Arc::make_mut(slot));
        let after = slot.clone();
        Some(self.note_altered(before, after))
    }

    /// As [`alter`](Self::alter), where mostly nothing is altered: only then it is copied.
    pub(in crate::model) fn edit<T: Object>(&mut self, id: &str, edit: impl FnOnce(&mut Edited<'_, T>))
    where
        T::Id: Borrow<str>,
    {
        let Some(slot) = T::of_mut(&mut self.view).get_mut(id) else { return };
        let mut edited = Edited { slot, before: None };
        edit(&mut edited);
        if let Edited { slot, before: Some(before) } = edited {
            let after = slot.clone();
            self.note_altered(before, after);
        }
    }

    /// Has an object be as it is here, if it is there.
    pub(in crate::model) fn put<T: Object>(&mut self, object: T) {
        if let Some(slot) = T::of_mut(&mut self.view).get_mut(object.id()) {
            let after = Arc::new(object);
            let before = std::mem::replace(slot, after.clone());
            self.note_altered(before, after);
        }
    }

    fn note_altered<T: Object>(&mut self, before: Arc<T>, after: Arc<T>) -> Fields<T::Field> {
        self.touched = true;
        let fields = T::differing(&before, &after);
        if !fields.is_empty() {
            self.tell_updated(before, after, fields);
        }
        fields
    }

    /// Takes an object away, if it is there.
    pub(in crate::model) fn remove<T: Object>(&mut self, id: &T::Id, cause: Removal) -> Option<Arc<T>> {
        T::of(&self.view).get(id)?;
        let last = self.table::<T>().remove(id)?;
        let while_away = self.while_away;
        self.tell(T::change(Altered::Removed { last: last.clone(), cause, while_away }));
        Some(last)
    }

    /// Puts an object in without telling: it is one that was there, by another id.
    pub(in crate::model) fn rename<T: Object>(&mut self, from: &T::Id, object: T) -> Arc<T> {
        let after = Arc::new(object);
        self.table::<T>().remove(from);
        self.table().insert(after.clone());
        after
    }

    pub(in crate::model) fn tell(&mut self, change: Change) {
        self.touched = true;
        self.batch.changes.push(change);
    }

    /// Notes a sign that events were lost. While it is known that they were, that tells nothing.
    pub(in crate::model) fn note(&mut self, sign: Sign) {
        if self.view.stale.is_none() || matches!(sign, Sign::Restarted { .. }) {
            self.batch.signs.push(sign);
        }
    }

    /// Takes everything away: the switch was started anew, as this run. Jobs that it has taken already stay.
    pub(in crate::model) fn clear(&mut self, core: &CoreUuid) {
        let taken = |job: &&Arc<Job>| job.core.as_ref() == Some(core);
        let taken: Vec<Arc<Job>> = self.view.jobs().iter().filter(taken).cloned().collect();
        for job in &taken {
            self.table::<Job>().remove(&job.id);
        }
        for table in super::kinds::CLEAR {
            table(self, &Removal::Restarted);
        }
        for job in taken {
            self.table().insert(job);
        }
        self.graves.clear();
        self.links.clear();
        self.unsettled.clear();
        self.rooms.clear();
        self.registered.clear();
        self.forget_what_is_over();
        self.churn.clear();
    }

    /// What comes next does not come late. And it may have lower numbers than what came before: those of a machine that was
    /// set back to what it was, whose Core-UUID is the same.
    pub(in crate::model) fn forget_what_is_over(&mut self) {
        self.rooms.forget_what_is_over();
        self.unparked.clear();
        self.recorded.clear();
        self.unregistered.clear();
        self.view.members().iter().for_each(|member| member.believe_anything());
        self.view.conferences().iter().for_each(|conference| conference.believe_anything());
    }

    /// Takes everything of one kind away.
    pub(in crate::model) fn clear_kind<T: Object>(&mut self, cause: &Removal) {
        let ids: Vec<T::Id> = T::of(&self.view).iter().map(|object| object.id().clone()).collect();
        for id in ids {
            self.remove::<T>(&id, cause.clone());
        }
    }

    /// Why the view is to be taken for stale, by what was noted since it was published.
    pub(in crate::model) fn suspicion(&self) -> Option<StaleCause> {
        let restarted = self.batch.signs.iter().any(|sign| matches!(sign, Sign::Restarted { .. }));
        match self.batch.signs.is_empty() {
            true => None,
            false if restarted => Some(StaleCause::Restarted),
            false => Some(StaleCause::Suspected),
        }
    }

    /// Sets the run of the switch.
    pub(in crate::model) fn set_core(&mut self, core: CoreUuid) {
        self.view.core = Some(core);
        self.touched = true;
    }

    fn table<T: Object>(&mut self) -> &mut Objects<T> {
        self.touched = true;
        T::of_mut(&mut self.view)
    }

    /// Tells of an update; if the same event has changed the object before, as one with that. What is as it was before the
    /// event is not told at all.
    fn tell_updated<T: Object>(&mut self, before: Arc<T>, now: Arc<T>, fields: Fields<T::Field>) {
        let while_away = self.while_away;
        let told = &mut self.batch.changes;
        let is_this = |change: &mut Change| T::altered(change).is_some_and(|it| it.object().id() == now.id());
        let place =
            told.iter_mut().skip(self.event_begins).rposition(is_this).map(|at| at + self.event_begins);
        match place.and_then(|place| Some((place, T::altered(told.get_mut(place)?)?))) {
            Some((_, Altered::Created { after, .. })) => *after = now,
            Some((place, Altered::Updated { before, after, fields, .. })) => {
                *fields = T::differing(before, &now);
                *after = now;
                if fields.is_empty() {
                    told.remove(place);
                }
            }
            Some((_, Altered::Removed { .. })) | None => {
                self.tell(T::change(Altered::Updated { before, after: now, fields, while_away }));
            }
        }
    }
}

/// An object that may be altered: it is copied as soon as it is.
pub(in crate::model) struct Edited<'a, T> {
    slot: &'a mut Arc<T>,
    before: Option<Arc<T>>,
}

impl<T> Deref for Edited<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.slot
    }
}

impl<T: Clone> DerefMut for Edited<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.before.get_or_insert_with(|| self.slot.clone());
        Arc::make_mut(self.slot)
    }
}
