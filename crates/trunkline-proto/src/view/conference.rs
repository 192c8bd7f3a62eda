//! mod_conference's events: `conference::maintenance` and `conference::cdr` (`conference_event.c` and its neighbours).

mod action;

use std::borrow::Cow;

use super::read::Source;
use super::view;
use crate::event::Event;
use crate::vocabulary::vocabulary;

pub use action::{Action, Played, Recording, Talk, TalkReport};

view! {
    /// `conference::maintenance`: something happened in a conference.
    ///
    /// [`action`](Self::action) says what, with the details that belong to it; [`member`](Self::member) to whom. Getters
    /// are of the conference.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: conference%3A%3Amaintenance\nEvent-Name: CUSTOM\nConference-Name: 3000\n\
    /// #                Conference-Size: 2\nUnique-ID: ca11\nHear: true\nMember-ID: 7\nMember-Type: moderator\n\
    /// #                Action: dtmf-member\nDigits: 5\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::conference::{Action, ConferenceEvent, MemberType};
    ///
    /// let happened = ConferenceEvent::of(&event).unwrap();
    /// assert_eq!((happened.name().as_deref(), happened.size()), (Some("3000"), Some(2)));
    /// let member = happened.member().unwrap();
    /// assert_eq!((member.id(), member.member_type()), (Some(7), Some(MemberType::Moderator)));
    /// match happened.action() {
    ///     Action::DtmfMember { digits } => assert_eq!(digits.as_deref(), Some("5")),
    ///     other => panic!("{other:?}"),
    /// }
    /// ```
    pub ConferenceEvent(event: Event) {
        /// Its name.
        name: Cow<'a, str> = text "Conference-Name",
        /// Its domain.
        domain: Cow<'a, str> = text "Conference-Domain",
        /// Members in it, ghosts not counted. A member who leaves is counted no more.
        size: u32 = number "Conference-Size",
        /// Members in it that nobody hears or sees.
        ghosts: u32 = number "Conference-Ghosts",
        /// Its profile in `conference.conf`.
        profile_name: Cow<'a, str> = text "Conference-Profile-Name",
        /// This meeting of it.
        unique_id: Cow<'a, str> = text "Conference-Unique-ID",
        /// What happened, by name; [`action`](Self::action) has the details.
        action_name: Cow<'a, str> = text "Action",
    }
}

impl<'a> ConferenceEvent<'a> {
    /// What happened.
    #[must_use]
    pub fn action(self) -> Action<'a> {
        Action::of(self)
    }

    /// The member it happened to, if it happened to one.
    #[must_use]
    pub fn member(self) -> Option<Member<'a>> {
        Source::first(self.event, "Member-ID").map(|_| Member { event: self.event })
    }
}

view! {
    /// A member of a conference. His channel is the event's [`channel`](Event::channel), if he has one: a recorder has
    /// none.
    pub Member(event: Event) {
        /// His number in the conference.
        id: u32 = number "Member-ID",
        /// What he may do.
        member_type: MemberType = word "Member-Type",
        /// Whether nobody hears or sees him.
        ghost: bool = flag "Member-Ghost",
        /// Whether he has the floor.
        floor: bool = flag "Floor",
        /// Whether he is in with video.
        video: bool = flag "Video",
        /// Whether he hears the others; false is deaf.
        hear: bool = flag "Hear",
        /// Whether he is seen.
        see: bool = flag "See",
        /// Whether he is heard; false is mute.
        speak: bool = flag "Speak",
        /// Whether he talks.
        talking: bool = flag "Talking",
        /// Whether his talking is told while he is mute.
        mute_detect: bool = flag "Mute-Detect",
        /// Whether he is on hold.
        hold: bool = flag "Hold",
        /// How loud he must be to be heard.
        energy_level: i32 = number "Energy-Level",
        /// How loud he is.
        current_energy: i32 = number "Current-Energy",
    }
}

vocabulary! {
    /// What a member may do.
    pub enum MemberType {
        Moderator => "moderator",
        Member => "member",
    }
}

view! {
    /// `conference::cdr`: a conference is over; its record is the event's body, as XML (`conference_cdr.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: conference%3A%3Acdr\nEvent-Name: CUSTOM\nCDR-Source: conference%3A%3Acdr\n\
    /// #                Content-Length: 6\n\n<cdr/>";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::conference::Cdr;
    ///
    /// assert_eq!(Cdr::of(&event).unwrap().xml().as_deref(), Some("<cdr/>"));
    /// ```
    pub Cdr(event: Event) {
        /// `conference::cdr`.
        source: Cow<'a, str> = text "CDR-Source",
    }
}

impl<'a> Cdr<'a> {
    /// The record.
    #[must_use]
    pub fn xml(self) -> Option<Cow<'a, str>> {
        self.event.body()
    }
}
