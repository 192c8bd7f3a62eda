//! What can be done to a conference of a model, and to its members.

use std::sync::Arc;

use trunkline_proto::api::conference::{
    Dial, Level, LevelKind, Lock, MemberAction, Members, OnMembers, Play, Recording, RecordingAction,
};
use trunkline_proto::dialstring::DialString;

use super::{Live, Order};
use crate::model::{Conference, Member, View};

/// A conference, to have things done to it: made by [`Live::conference`]. It may be over.
#[derive(Debug, Clone)]
pub struct OnConference {
    live: Live,
    name: Arc<str>,
}

/// A member of a conference, to have things done to him: made by [`OnConference::member`]. He may be gone.
#[derive(Debug, Clone)]
pub struct OnMember {
    live: Live,
    conference: Arc<str>,
    id: u32,
}

impl Live {
    /// The conference of this name, to have things done to it, whether there is one or not.
    #[must_use]
    pub fn conference(&self, name: &str) -> OnConference {
        OnConference { live: self.clone(), name: name.into() }
    }
}

impl OnConference {
    /// As it is; `None` if there is none.
    #[must_use]
    pub fn get(&self) -> Option<Arc<Conference>> {
        self.live.view().conferences().get(&*self.name).cloned()
    }

    /// One of its members.
    #[must_use]
    pub fn member(&self, id: u32) -> OnMember {
        OnMember { live: self.live.clone(), conference: Arc::clone(&self.name), id }
    }

    /// Lets nobody in any more.
    pub fn lock(&self) -> Order<Lock> {
        self.order(Lock::new(&*self.name, true), |conference| conference.is_some_and(|it| it.locked))
    }

    /// Lets people in again.
    pub fn unlock(&self) -> Order<Lock> {
        self.order(Lock::new(&*self.name, false), |conference| conference.is_some_and(|it| !it.locked))
    }

    /// Begins to record it into a file, a path on the switch.
    pub fn record(&self, path: &str) -> Order<Recording> {
        let file = path.to_owned();
        let command = Recording::new(&*self.name, RecordingAction::Start, path);
        self.order(command, move |conference| conference.is_some_and(|it| is_recorded_to(it, &file)))
    }

    /// Ends a recording. Refused, as one that is not there, for a moment after it has begun: the switch tells that it records
    /// before it can be told to stop (`conference_record.c`).
    pub fn stop_recording(&self, path: &str) -> Order<Recording> {
        let file = path.to_owned();
        let command = Recording::new(&*self.name, RecordingAction::Stop, path);
        self.order(command, move |conference| conference.is_none_or(|it| !is_recorded_to(it, &file)))
    }

    /// Plays a file to all.
    pub fn play(&self, path: &str) -> Order<Play> {
        let file = path.to_owned();
        self.order(Play::new(&*self.name, path), move |conference| {
            conference.is_some_and(|it| it.playing.iter().any(|playing| **playing == *file))
        })
    }

    /// Calls somebody into it. It shows when there is one more in it than there was.
    pub fn dial(&self, dial_string: impl Into<DialString>) -> Order<Dial> {
        let before = self.get().map_or(0, |conference| conference.size);
        let command = Dial::new(&*self.name, dial_string);
        self.order(command, move |conference| conference.is_some_and(|it| it.size > before))
    }

    /// Sends everybody out of it, with which it is over.
    pub fn end(&self) -> Order<OnMembers> {
        let command = OnMembers::new(&*self.name, MemberAction::Hup, Members::All);
        self.order(command, |conference| conference.is_none())
    }

    fn order<C, F>(&self, command: C, mut shows: F) -> Order<C>
    where
        C: trunkline_proto::api::ApiCommand,
        F: FnMut(Option<&Conference>) -> bool + Send + 'static,
    {
        let name = Arc::clone(&self.name);
        Order::new(&self.live, command, move |view: &View| {
            shows(view.conferences().get(&*name).map(|conference| &**conference))
        })
    }
}

fn is_recorded_to(conference: &Conference, file: &str) -> bool {
    conference.recordings.iter().any(|recording| &*recording.path == file)
}

impl OnMember {
    /// As he is; `None` if he is not there.
    #[must_use]
    pub fn get(&self) -> Option<Arc<Member>> {
        self.live.view().members().get(&self.id).cloned()
    }

    /// The others no longer hear him.
    pub fn mute(&self) -> Order<OnMembers> {
        self.action(MemberAction::Mute, |member| !member.speak)
    }

    /// The others hear him again.
    pub fn unmute(&self) -> Order<OnMembers> {
        self.action(MemberAction::Unmute, |member| member.speak)
    }

    /// He no longer hears the others.
    pub fn deaf(&self) -> Order<OnMembers> {
        self.action(MemberAction::Deaf, |member| !member.hear)
    }

    /// He hears the others again.
    pub fn undeaf(&self) -> Order<OnMembers> {
        self.action(MemberAction::Undeaf, |member| member.hear)
    }

    /// Gives him the floor, if nobody has it; refused while another has. From him who has it, it is taken; the switch gives it
    /// at once to whoever came last, who may be he (`mod_conference.c`). It shows when he has it, or has it no more.
    pub fn floor(&self) -> Order<OnMembers> {
        let had = self.get().is_some_and(|member| member.floor);
        self.action(MemberAction::Floor, move |member| member.floor != had)
    }

    /// Sends him out.
    pub fn kick(&self) -> Order<OnMembers> {
        let id = self.id;
        let command = OnMembers::new(&*self.conference, MemberAction::Kick, id);
        Order::new(&self.live, command, move |view| view.members().get(&id).is_none())
    }

    /// How loud he must be to be heard, from 0 to 1800.
    pub fn energy(&self, level: i32) -> Order<Level> {
        self.level(LevelKind::Energy, level, move |member| member.energy_level == Some(level))
    }

    /// How loud he is to the others, from -4 to 4.
    pub fn volume_in(&self, level: i32) -> Order<Level> {
        self.level(LevelKind::VolumeIn, level, move |member| member.volume_in == level)
    }

    /// How loud the others are to him, from -4 to 4.
    pub fn volume_out(&self, level: i32) -> Order<Level> {
        self.level(LevelKind::VolumeOut, level, move |member| member.volume_out == level)
    }

    fn action(
        &self,
        action: MemberAction,
        shows: impl FnMut(&Member) -> bool + Send + 'static,
    ) -> Order<OnMembers> {
        self.order(OnMembers::new(&*self.conference, action, self.id), shows)
    }

    fn level(
        &self,
        kind: LevelKind,
        level: i32,
        shows: impl FnMut(&Member) -> bool + Send + 'static,
    ) -> Order<Level> {
        self.order(Level::set(&*self.conference, kind, self.id, level), shows)
    }

    fn order<C, F>(&self, command: C, mut shows: F) -> Order<C>
    where
        C: trunkline_proto::api::ApiCommand,
        F: FnMut(&Member) -> bool + Send + 'static,
    {
        let id = self.id;
        Order::new(&self.live, command, move |view| {
            view.members().get(&id).is_some_and(|member| shows(member))
        })
    }
}
