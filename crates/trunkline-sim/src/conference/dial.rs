//! Calls a conference makes (`conference_outcall` in `mod_conference.c`).

use std::collections::BTreeMap;

use super::{ConferenceId, event};
use crate::api::CallId;
use crate::app::Action;
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::originate::Asker;

/// A call of a conference's, by the order they were made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DialId(u64);

/// The calls that are not yet answered.
#[derive(Debug, Default)]
pub(crate) struct Dials {
    made: u64,
    waiting: BTreeMap<DialId, Dial>,
}

/// Who waits for a call.
#[derive(Debug)]
enum Dial {
    /// `dial`
    Command(CallId),
    /// `bgdial`
    Job { conference: Option<ConferenceId>, uuid: String },
}

/// How it is asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) dial: &'a [u8],
    pub(crate) caller_number: Option<&'a [u8]>,
    pub(crate) caller_name: Option<&'a [u8]>,
}

impl Core {
    /// Calls somebody into a conference, which need not be there yet; the command ends with that.
    pub(crate) fn dial_in(&mut self, wanted: &Wanted<'_>, call: CallId) {
        self.dial_out(wanted, Dial::Command(call));
    }

    /// The same in the background; the uuid of the job.
    pub(crate) fn dial_in_background(&mut self, wanted: &Wanted<'_>) -> String {
        let uuid = self.new_uuid();
        let conference = self.conferences.find(wanted.name);
        self.dial_out(wanted, Dial::Job { conference, uuid: uuid.clone() });
        uuid
    }

    fn dial_out(&mut self, wanted: &Wanted<'_>, dial: Dial) {
        let room = self.conferences.find(wanted.name).and_then(|id| self.conferences.get(id));
        let own =
            |of: fn(&crate::ConferenceProfile) -> &String| room.map(|room| of(&room.profile).as_bytes());
        let name = wanted.caller_name.or_else(|| own(|profile| &profile.caller_id_name)).map(<[u8]>::to_vec);
        let number =
            wanted.caller_number.or_else(|| own(|profile| &profile.caller_id_number)).map(<[u8]>::to_vec);
        let caller = (name.unwrap_or_default(), number.unwrap_or_else(|| b"0000000000".to_vec()));
        let mut job = Vec::new();
        if let Dial::Job { uuid, .. } = &dial {
            job = [b"{conference_bgdial_jobid=", uuid.as_bytes(), b"}"].concat();
        }
        let ignored: &[u8] = if room.is_some() { b"" } else { b"{ignore_early_media=true}" };
        let text = [ignored, &job, wanted.dial].concat();
        let dials = &mut self.conferences.dials;
        dials.made += 1;
        let id = DialId(dials.made);
        dials.waiting.insert(id, dial);
        let then = Action::new("conference", wanted.name.as_bytes());
        if let Err(cause) = self.dial_to(Asker::Conference(id), &text, then, caller) {
            self.dialled(id, Err(cause));
        }
    }

    /// Somebody was reached, or nobody.
    pub(crate) fn dialled(&mut self, id: DialId, outcome: Result<ChannelId, Cause>) {
        let cause = outcome.map_or_else(Cause::name, |_| "SUCCESS".to_owned());
        match self.conferences.dials.waiting.remove(&id) {
            Some(Dial::Command(call)) => {
                self.finish_call(call, format!("+OK Call Requested: result: [{cause}]\n").into_bytes());
            }
            Some(Dial::Job { conference: Some(conference), uuid }) => {
                let peer = outcome.ok().map(|channel| self.uuid_of(channel));
                let mut headers = vec![("Result", cause.as_bytes()), ("Job-UUID", uuid.as_bytes())];
                if let Some(peer) = &peer {
                    headers.push(("Peer-UUID", peer.as_bytes()));
                }
                self.tell(conference, &event::DIALLED, "bgdial-result", &headers);
            }
            _ => {}
        }
    }
}
