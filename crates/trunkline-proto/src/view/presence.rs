//! PRESENCE_IN: who is busy (`switch_channel_perform_presence` in `switch_channel.c`, and many modules).

use std::borrow::Cow;

use super::view;
use crate::channel::{AnswerState, CallDirection, ChannelState};
use crate::event::Event;

view! {
    /// PRESENCE_IN: somebody, or something like a conference or a parking lot, is busy or free.
    ///
    /// Of a channel it has the channel's block, too. Of something else the names of a few of the block's headers are used
    /// for what it pretends to be.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: PRESENCE_IN\nproto: conf\nlogin: test\nfrom: test%40localhost\n\
    /// #                force-status: Active%20(1%20caller)\nunique-id: test\nanswer-state: early\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::AnswerState;
    /// use trunkline_proto::view::Presence;
    ///
    /// let presence = Presence::of(&event).unwrap();
    /// assert_eq!(presence.who().as_deref(), Some("test@localhost"));
    /// assert_eq!(presence.force_status().as_deref(), Some("Active (1 caller)"));
    /// assert_eq!(presence.answer_state(), Some(AnswerState::Early));
    /// ```
    pub Presence(event: Event) {
        /// What it is: `any`, `sip`, `conf`, `park`, `fifo` …
        proto: Cow<'a, str> = text "proto",
        /// Whose protocol it is: a profile's address, a conference's name, a C file.
        login: Cow<'a, str> = text "login",
        /// Who is busy: `1000@example.net`.
        who: Cow<'a, str> = text "from",
        /// What he does, in words.
        status: Cow<'a, str> = text "status",
        /// What to say he does, whatever his state.
        force_status: Cow<'a, str> = text "force-status",
        /// What he does, as SIMPLE has it: `unknown`, `busy`, `away`, `active`, `on-the-phone` …
        rpid: Cow<'a, str> = text "rpid",
        /// `presence`.
        event_type: Cow<'a, str> = text "event_type",
        /// `dialog`.
        alt_event_type: Cow<'a, str> = text "alt_event_type",
        /// Counts these events of the same source.
        event_count: u32 = number "event_count",
        /// The channel, or a name for what is none.
        unique_id: Cow<'a, str> = text "unique-id",
        /// The channel's state, or that of what is none.
        channel_state: ChannelState = word "channel-state",
        /// Whether it is answered.
        answer_state: AnswerState = word "answer-state",
        /// Which way the call goes.
        call_direction: CallDirection = word "presence-call-direction",
        /// Which way the call goes, of a conference that has ended.
        ended_call_direction: CallDirection = word "call-direction",
        /// How a shared line looks: `idle`, `held`, `held-private`, `alerting`, `progressing` …
        call_info_state: Cow<'a, str> = text "presence-call-info-state",
        /// Which appearance of the shared line.
        call_info: Cow<'a, str> = text "presence-call-info",
        /// Where the presence comes from: `register`.
        source: Cow<'a, str> = text "presence-source",
        /// His telephone.
        user_agent: Cow<'a, str> = text "user-agent",
        /// Whether he is not to be shown.
        privacy: bool = flag "Presence-Privacy",
        /// The source file that said it.
        calling_file: Cow<'a, str> = text "Presence-Calling-File",
        /// The C function that said it.
        calling_function: Cow<'a, str> = text "Presence-Calling-Function",
        /// The line in [`calling_file`](Self::calling_file).
        calling_line: u32 = number "Presence-Calling-Line",
    }
}
