//! What answers mean for the model.

use std::collections::{HashSet, VecDeque};

use trunkline_proto::{ChannelUuid, Event};

use super::{Answer, Ask, Coverage, Question, Reading, others, recordings};
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::fold;

/// Takes an answer in.
pub(in crate::model) fn answer(draft: &mut Draft, ask: &Ask, reading: Reading) {
    if !draft.resync.take(ask) {
        return;
    }
    draft.while_away = true;
    match (&ask.question, reading.answer) {
        (Question::Channels, Answer::Channels(rows)) => listed(draft, rows),
        (Question::Channels, Answer::NoTables) => not_listed(draft),
        (Question::Bridged, Answer::Bridged(rows)) => bridged(draft, &rows),
        (Question::Bridged, Answer::NoTables) => finish(draft),
        (Question::Channel(id), Answer::Channel(event)) => found(draft, id, &event),
        (Question::Channel(id), Answer::NoSuchChannel) => not_found(draft, id),
        (Question::List(_), Answer::List(listed)) => others::take(draft, listed),
        (Question::Recordings(id), Answer::Recordings(files)) => recordings::take(draft, id, files),
        (Question::Recordings(_), Answer::NoSuchChannel) => {}
        // This user may not ask, or there is no answer any more: nothing is concluded.
        (Question::Recordings(_), _) => draft.resync.forget_recordings(),
        (Question::Channel(_) | Question::List(_), _) => draft.resync.failed = true,
        (Question::Channels | Question::Bridged, _) => {
            draft.resync.failed = true;
            finish(draft);
        }
    }
    if draft.resync.is_settled() {
        match draft.view().coverage() {
            Coverage::Complete => draft.resync.ask_for_bridges(),
            _ => finish(draft),
        }
    }
    if draft.resync.is_listed() {
        end(draft);
    }
    draft.while_away = false;
}

/// Every channel that may be there: those that no event of this session told of are doubtful.
fn listed(draft: &mut Draft, rows: Vec<ChannelUuid>) {
    draft.set_coverage(Coverage::Complete);
    let mut doubtful: Vec<ChannelUuid> = rows;
    let listed: HashSet<ChannelUuid> = doubtful.iter().cloned().collect();
    doubtful.extend(draft.channels().map(|one| one.id.clone()).filter(|id| !listed.contains(id)));
    doubtful.retain(|id| is_doubtful(draft, id));
    draft.resync.settle(doubtful);
}

/// There are no tables: of those that are known it can be said whether they live.
fn not_listed(draft: &mut Draft) {
    draft.set_coverage(Coverage::NoTables);
    let doubtful: Vec<ChannelUuid> =
        draft.channels().map(|one| one.id.clone()).filter(|id| is_doubtful(draft, id)).collect();
    draft.resync.settle(doubtful);
}

/// Whether events of this session leave open how a channel is.
fn is_doubtful(draft: &Draft, id: &ChannelUuid) -> bool {
    if !draft.resync.is_made(id) {
        return true;
    }
    draft.get::<Channel>(id.as_str()).is_some_and(|channel| !channel.linked)
}

/// The live session tells of a channel. Where an event came later than that, its number tells. Of one that events tell of
/// it is asked only what no event has told.
fn found(draft: &mut Draft, id: &ChannelUuid, event: &Event) {
    if event.unique_id().as_deref() != Some(id.as_str()) {
        return;
    }
    let is_told = draft.resync.heard.contains(id);
    let is_whole = draft.get::<Channel>(id.as_str()).is_some_and(|channel| channel.linked);
    fold::snapshot(draft, event, is_told && is_whole);
}

/// The switch has no such channel. One may have been made since it was asked; and of one that ends events tell more than
/// the switch, which has it no more. Of one that does not, if events tell of it, that may be on its way.
fn not_found(draft: &mut Draft, id: &ChannelUuid) {
    let is_told = draft.resync.heard.contains(id);
    let ends = draft.get::<Channel>(id.as_str()).is_some_and(|channel| channel.is_hung_up());
    if is_told && (ends || draft.resync.is_made(id) || draft.resync.ask_again(id)) {
        return;
    }
    fold::missing(draft, id);
}

/// Who is bridged to whom, where no event of this session told.
fn bridged(draft: &mut Draft, rows: &[(ChannelUuid, ChannelUuid)]) {
    let pairs: HashSet<(&ChannelUuid, &ChannelUuid)> =
        rows.iter().flat_map(|(a, b)| [(a, b), (b, a)]).collect();
    let is_open = |draft: &Draft, a, b| [a, b].into_iter().all(|id| !draft.resync.heard_bridged.contains(id));
    let known: Vec<(ChannelUuid, ChannelUuid)> =
        draft.channels().filter_map(|one| Some((one.id.clone(), one.bridged_to.clone()?))).collect();
    for (a, b) in &known {
        if !pairs.contains(&(a, b)) && is_open(draft, a, b) {
            fold::set_bridged(draft, a, b, false);
        }
    }
    for (a, b) in rows {
        let both = [a, b].into_iter().all(|id| draft.get::<Channel>(id.as_str()).is_some());
        if both && is_open(draft, a, b) {
            fold::set_bridged(draft, a, b, true);
        }
    }
    finish(draft);
}

/// The channels are as they are, or cannot be known: the rest is asked for, or it is over.
fn finish(draft: &mut Draft) {
    if draft.resync.failed {
        end(draft);
    } else {
        let all = draft.channels().map(|one| one.id.clone());
        let doubtful = all.filter(|id| !draft.resync.is_made(id)).collect();
        let recorded = if draft.options.recordings { doubtful } else { VecDeque::new() };
        draft.resync.ask_for_lists(recorded);
    }
}

fn end(draft: &mut Draft) {
    if draft.resync.end() {
        draft.set_stale(None);
    }
}
