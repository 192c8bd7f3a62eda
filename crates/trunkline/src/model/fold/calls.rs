//! Calls, of what channels do.

use std::collections::BTreeSet;
use std::sync::Arc;

use trunkline_proto::view::Moment;
use trunkline_proto::{CallState, ChannelUuid, Event};

use crate::model::call::{Call, CallId, CallStage};
use crate::model::change::{Change, Removal};
use crate::model::channel::{Channel, ChannelField};
use crate::model::draft::Draft;
use crate::model::links::Link;
use crate::model::object::Fields;
use crate::model::standing::Standing;

/// Takes a new channel in: into the call of one it is linked to, or into one of its own.
pub(super) fn join(draft: &mut Draft, mut channel: Channel, event: &Event) {
    let id = channel.id.clone();
    note_links(draft, &id, event);
    // Its bridge may have been heard of before it was.
    let bridged = draft.links.of(id.as_str()).iter().find(|(_, link)| *link == Link::Bridged);
    channel.bridged_to = bridged.map(|(other, _)| other.clone());
    let linked: Vec<ChannelUuid> =
        draft.links.of(id.as_str()).iter().map(|(other, _)| other.clone()).collect();
    let calls = linked.iter().filter_map(|other| Some(draft.get::<Channel>(other.as_str())?.call.clone()));
    let calls: Vec<CallId> = calls.collect();
    match calls.first() {
        Some(call) => {
            channel.call = call.clone();
            draft.create(channel);
            draft.alter::<Call>(call.as_str(), |call| call.legs.push(id.clone()));
        }
        None => {
            let call = Call::new(name(draft, &id), &channel, draft.standing());
            channel.call = call.id.clone();
            draft.create(call);
            draft.create(channel);
        }
    }
    for call in calls.into_iter().skip(1) {
        merge(draft, &id, &call);
    }
    touch(draft, id.as_str());
}

/// What a channel is linked to by its making, where its first event did not tell: the first that has its variables does,
/// which this is.
pub(super) fn link(draft: &mut Draft, id: &str, event: &Event) {
    let Some(channel) = draft.get::<Channel>(id) else { return };
    if channel.linked {
        return;
    }
    let id = channel.id.clone();
    note_links(draft, &id, event);
    draft.alter::<Channel>(id.as_str(), |channel| channel.linked = true);
    let linked: Vec<ChannelUuid> =
        draft.links.of(id.as_str()).iter().map(|(other, _)| other.clone()).collect();
    for other in linked {
        if let Some(call) = draft.get::<Channel>(other.as_str()).map(|other| other.call.clone()) {
            merge(draft, &id, &call);
        }
    }
}

/// The links an event tells of, beside those by bridges: which leg made it, and the other half of a loopback.
fn note_links(draft: &mut Draft, id: &ChannelUuid, event: &Event) {
    if let Some(other) = event.other_leg().and_then(|other| other.unique_id()) {
        let other = ChannelUuid::from(other);
        if draft.links.between(id.as_str(), other.as_str()).is_none() {
            draft.links.link(id, &other, Link::Originated);
        }
    }
    if let Some(peer) = event.get("variable_other_loopback_leg_uuid") {
        draft.links.link(id, &ChannelUuid::from(peer), Link::Loopback);
    }
}

/// Two channels are bridged. What they were joined to before, and is not on its way out, goes its own way.
pub(super) fn bridge(draft: &mut Draft, a: &ChannelUuid, b: &ChannelUuid) {
    draft.links.link(a, b, Link::Bridged);
    if let Some(other) = draft.get::<Channel>(b.as_str()).map(|channel| channel.call.clone()) {
        merge(draft, a, &other);
    }
    for (one, other) in [(a, b), (b, a)] {
        for left in lapsed(draft, one, other) {
            draft.links.cut(one.as_str(), left.as_str());
            split(draft, one, &left);
        }
        touch(draft, one.as_str());
    }
}

/// Those one was joined to in the past and is no more, now that it is bridged to another.
fn lapsed(draft: &Draft, one: &ChannelUuid, other: &ChannelUuid) -> Vec<ChannelUuid> {
    let past = draft.links.of(one.as_str()).iter().filter(|(id, link)| *link == Link::Past && id != other);
    let lives =
        |id: &ChannelUuid| draft.get::<Channel>(id.as_str()).is_some_and(|channel| !channel.is_hung_up());
    past.map(|(id, _)| id.clone()).filter(lives).collect()
}

/// Makes one call of that of a channel and another one: the older takes the legs of the younger.
fn merge(draft: &mut Draft, of: &ChannelUuid, other: &CallId) {
    let Some(channel) = draft.get::<Channel>(of.as_str()) else { return };
    let pair = [draft.get::<Call>(channel.call.as_str()), draft.get::<Call>(other.as_str())];
    let [Some(one), Some(two)] = pair.map(Option::<&Arc<Call>>::cloned) else { return };
    if one.id == two.id {
        return;
    }
    let (older, younger) = if two.age() < one.age() { (two, one) } else { (one, two) };
    for leg in &younger.legs {
        draft.alter::<Channel>(leg.as_str(), |channel| channel.call = older.id.clone());
    }
    draft.alter::<Call>(older.id.as_str(), |call| call.legs.extend(younger.legs.iter().cloned()));
    draft.tell(Change::Merged { from: younger.clone(), into: older.id.clone() });
    draft.remove::<Call>(&younger.id, Removal::Merged);
    draft.unsettled.push(older.id.clone());
}

/// Parts a call in two if these two are no longer joined by anything. The part with the oldest leg keeps its id.
fn split(draft: &mut Draft, one: &ChannelUuid, left: &ChannelUuid) {
    let is_there = |id: &ChannelUuid| draft.get::<Channel>(id.as_str()).is_some();
    let part = draft.links.component(left, is_there);
    let Some(call) =
        draft.get::<Channel>(one.as_str()).and_then(|channel| draft.get::<Call>(channel.call.as_str()))
    else {
        return;
    };
    let call = call.clone();
    if part.contains(one) {
        return;
    }
    let keeps = call.legs.first().is_some_and(|oldest| !part.contains(oldest));
    let leaving: BTreeSet<ChannelUuid> =
        call.legs.iter().filter(|leg| part.contains(*leg) == keeps).cloned().collect();
    begin(draft, &call, &leaving);
}

/// Makes a call of these legs of another.
fn begin(draft: &mut Draft, from: &Call, legs: &BTreeSet<ChannelUuid>) {
    let Some(oldest) = from.legs.iter().find(|leg| legs.contains(*leg)) else { return };
    let Some(oldest) = draft.get::<Channel>(oldest.as_str()).cloned() else { return };
    let mut call = Call::new(name(draft, &oldest.id), &oldest, draft.standing());
    call.legs = from.legs.iter().filter(|leg| legs.contains(*leg)).cloned().collect();
    let id = call.id.clone();
    draft.alter::<Call>(from.id.as_str(), |call| call.legs.retain(|leg| !legs.contains(leg)));
    draft.create(call);
    for leg in legs {
        draft.alter::<Channel>(leg.as_str(), |channel| channel.call = id.clone());
    }
    if let Some(into) = draft.get::<Call>(id.as_str()).cloned() {
        draft.tell(Change::Split { from: from.id.clone(), into });
    }
    draft.unsettled.extend([from.id.clone(), id]);
}

/// A channel is gone, and with the last one its call.
pub(super) fn leave(draft: &mut Draft, channel: &Channel, cause: Removal) {
    draft.links.remove(channel.id.as_str());
    let call = &channel.call;
    let is_last = draft.get::<Call>(call.as_str()).is_some_and(|call| call.legs == [channel.id.clone()]);
    if is_last {
        draft.remove::<Call>(call, cause);
        return;
    }
    draft.alter::<Call>(call.as_str(), |call| call.legs.retain(|leg| *leg != channel.id));
    draft.unsettled.push(call.clone());
}

/// A channel has another id.
pub(super) fn rename(draft: &mut Draft, was: &Channel, to: &ChannelUuid) {
    draft.links.rename(was.id.as_str(), to);
    draft.alter::<Call>(was.call.as_str(), |call| {
        call.legs.iter_mut().filter(|leg| **leg == was.id).for_each(|leg| *leg = to.clone());
    });
}

/// Whether what a call is follows from some of these fields of its legs.
pub(super) fn depend_on(fields: Fields<ChannelField>) -> bool {
    use ChannelField as F;
    let these = [F::State, F::CallState, F::AnswerState, F::HangupCause, F::Times, F::BridgedTo];
    these.into_iter().chain([F::CallerIdNumber, F::DestinationNumber]).any(|field| fields.contains(field))
}

/// A channel has changed: its call is to be looked at.
pub(super) fn touch(draft: &mut Draft, id: &str) {
    if let Some(call) = draft.get::<Channel>(id).map(|channel| channel.call.clone()) {
        draft.unsettled.push(call);
    }
}

/// Says of the calls whose legs have changed what follows for them.
pub(super) fn settle(draft: &mut Draft) {
    while let Some(id) = draft.unsettled.pop() {
        draft.unsettled.retain(|other| *other != id);
        let Some(call) = draft.get::<Call>(id.as_str()) else { continue };
        let leg = |id: &ChannelUuid| draft.get::<Channel>(id.as_str()).map(Arc::as_ref);
        // It mostly is as it was: nothing is copied then.
        if !call.is_settled(call.legs.iter().map(leg)) {
            let mut legs: Vec<&Channel> = call.legs.iter().filter_map(leg).collect();
            legs.sort_by_key(|leg| age(leg));
            let settled = call.settled(&legs, || draft.standing());
            draft.put(settled);
        }
    }
}

/// What tells the older of two legs.
fn age(leg: &Channel) -> (bool, Option<Moment>) {
    (leg.times.created.is_none(), leg.times.created)
}

/// What a call is named whose oldest leg is this one. The leg's id may have been another's before (`origination_uuid`), whose
/// call still goes on.
fn name(draft: &Draft, oldest: &ChannelUuid) -> CallId {
    let taken = |name: &CallId| draft.get::<Call>(name.as_str()).is_some();
    let others = (2..).map(|number: u32| CallId::from(ChannelUuid::from(format!("{oldest}#{number}"))));
    let mut names = std::iter::once(CallId::from(oldest.clone())).chain(others);
    names.find(|name| !taken(name)).unwrap_or_else(|| CallId::from(oldest.clone()))
}

impl Call {
    fn new(id: CallId, leg: &Channel, standing: Standing) -> Self {
        Self {
            id,
            legs: vec![leg.id.clone()],
            stage: CallStage::Setup,
            created: leg.times.created,
            answered: None,
            caller_id_number: None,
            destination_number: None,
            stage_since: standing,
        }
    }

    /// What tells the older of two.
    fn age(&self) -> (bool, Option<Moment>, &str) {
        (self.created.is_none(), self.created, self.id.as_str())
    }

    /// Whether it is what it is with these, its legs; not if one is not there.
    fn is_settled<'c>(&self, legs: impl Iterator<Item = Option<&'c Channel>>) -> bool {
        let (mut stage, mut before) = (CallStage::Ended, None);
        for leg in legs {
            let Some(leg) = leg else { return false };
            let is_said =
                |known: &Option<Arc<str>>, said: &Option<Arc<str>>| known.is_some() || said.is_none();
            let is_first_as_it_was = || {
                (self.created.is_some() || leg.times.created.is_none())
                    && is_said(&self.caller_id_number, &leg.caller_id_number)
                    && is_said(&self.destination_number, &leg.destination_number)
            };
            let is_in_place = match before {
                None => is_first_as_it_was(),
                Some(before) => before <= age(leg),
            };
            let is_answered_before =
                leg.times.answered.is_some_and(|at| self.answered.is_none_or(|known| at < known));
            if !is_in_place || is_answered_before {
                return false;
            }
            before = Some(age(leg));
            stage = stage.with(leg);
        }
        self.stage == stage
    }

    /// What it is with these legs, the oldest first.
    fn settled(&self, legs: &[&Channel], standing: impl FnOnce() -> Standing) -> Self {
        let oldest = legs.first();
        let caller_id_number = oldest.and_then(|oldest| oldest.caller_id_number.as_ref());
        let destination_number = oldest.and_then(|oldest| oldest.destination_number.as_ref());
        let stage = legs.iter().fold(CallStage::Ended, |stage, leg| stage.with(leg));
        Self {
            id: self.id.clone(),
            legs: legs.iter().map(|leg| leg.id.clone()).collect(),
            stage,
            created: self.created.or_else(|| oldest?.times.created),
            answered: legs.iter().filter_map(|leg| leg.times.answered).chain(self.answered).min(),
            caller_id_number: self.caller_id_number.as_ref().or(caller_id_number).cloned(),
            destination_number: self.destination_number.as_ref().or(destination_number).cloned(),
            stage_since: if self.stage == stage { self.stage_since.clone() } else { standing() },
        }
    }
}

impl CallStage {
    /// What it is with one leg more. With none it has ended.
    fn with(self, leg: &Channel) -> Self {
        let of_leg = if leg.is_hung_up() {
            return self;
        } else if leg.is_bridged() {
            Self::Bridged
        } else if leg.is_answered() {
            Self::Answered
        } else if matches!(leg.call_state, Some(CallState::Ringing | CallState::Early | CallState::RingWait))
        {
            Self::Ringing
        } else {
            Self::Setup
        };
        if self == Self::Ended { of_leg } else { self.max(of_leg) }
    }
}
