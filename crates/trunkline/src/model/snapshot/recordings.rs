//! `uuid_buglist`: what listens to a channel, its recordings among it (`switch_core_media_bug_enumerate` in
//! `switch_core_media_bug.c`).

use std::sync::Arc;

use trunkline_proto::ChannelUuid;

use super::others::{Heard, standing};
use crate::model::change::Removal;
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::recording::{Recording, RecordingId};

/// What a recording is called in the list (`switch_ivr_record_session_event` in `switch_ivr_async.c`).
const FUNCTION: &str = "session_record";

/// The files that are recorded to. Nothing in the list is escaped.
pub(super) fn read(bugs: &str) -> Vec<Arc<str>> {
    let within = |text: &str, tag: &str| -> Option<String> {
        let (_, rest) = text.split_once(&format!("<{tag}>"))?;
        Some(rest.split_once(&format!("</{tag}>"))?.0.to_owned())
    };
    let bugs = bugs.split("<media-bug>").skip(1);
    let recordings = bugs.filter(|bug| within(bug, "function").as_deref() == Some(FUNCTION));
    recordings.filter_map(|bug| within(bug, "target").map(Arc::from)).collect()
}

/// Takes in to what a channel is recorded: what no event of this session told of is as the list says.
pub(super) fn take(draft: &mut Draft, id: &ChannelUuid, files: Vec<Arc<str>>) {
    let Some(channel) = draft.get::<Channel>(id.as_str()).cloned() else { return };
    let named = |path: &Arc<str>| RecordingId::new(id.clone(), path.clone());
    let is_open = |draft: &Draft, path| !draft.resync.has_heard(&Heard::Recording(named(path)));
    // The application `record` records without being in the list.
    let records_itself = channel.running.iter().any(|runs| &*runs.application.name == "record");
    draft.begin_event(standing(), None);
    for path in channel.recordings.iter().filter(|path| !files.contains(path)) {
        if is_open(draft, path) && !records_itself {
            draft.remove::<Recording>(&named(path), Removal::Unknown);
            draft.alter::<Channel>(id.as_str(), |channel| channel.recordings.retain(|known| known != path));
        }
    }
    for path in files.iter().filter(|path| !channel.recordings.contains(path)) {
        if is_open(draft, path) {
            draft.create(Recording { id: named(path), started: None, since: standing(), completion: None });
            draft.alter::<Channel>(id.as_str(), |channel| channel.recordings.push(path.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_picked_from_what_listens() {
        let bug = |function: &str, target: &str| {
            format!(
                " <media-bug>\n  <function>{function}</function>\n  <target>{target}</target>\n  \
                 <thread-locked>0</thread-locked>\n </media-bug>\n"
            )
        };
        let listed = [bug(FUNCTION, "/tmp/a & <b>.wav"), bug("eavesdrop", "x"), bug(FUNCTION, "/tmp/c.wav")];
        let files = |bugs: &[String]| {
            let listed = format!("<media-bugs>\n{}</media-bugs>\n", bugs.concat());
            read(&listed).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(files(&listed), ["/tmp/a & <b>.wav", "/tmp/c.wav"]);
        assert_eq!(files(&[]), <[String; 0]>::default());
    }
}
