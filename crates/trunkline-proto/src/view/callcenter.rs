//! mod_callcenter's event, `callcenter::info` (`mod_callcenter.c`).

use std::borrow::Cow;

use super::{Moment, view};
use crate::cause::HangupCause;
use crate::event::Event;
use crate::vocabulary::vocabulary;

view! {
    /// `callcenter::info`: an agent's state changed, or a caller waits, is served, or goes.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: callcenter%3A%3Ainfo\nEvent-Name: CUSTOM\nCC-Agent: 1000%40default\n\
    /// #                CC-Action: agent-status-change\nCC-Agent-Status: On%20Break\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::callcenter::{Action, AgentStatus, CallcenterEvent};
    ///
    /// let happened = CallcenterEvent::of(&event).unwrap();
    /// assert_eq!(happened.action(), Some(Action::AgentStatusChange));
    /// assert_eq!(happened.agent_status(), Some(AgentStatus::OnBreak));
    /// ```
    pub CallcenterEvent(event: Event) {
        /// What happened.
        action: Action = word "CC-Action",
        /// The queue.
        queue: Cow<'a, str> = text "CC-Queue",
        /// The agent.
        agent: Cow<'a, str> = text "CC-Agent",
        /// How the agent is reached: `Callback`, `uuid-standby`.
        agent_type: Cow<'a, str> = text "CC-Agent-Type",
        /// Which switch the agent belongs to: `single_box`.
        agent_system: Cow<'a, str> = text "CC-Agent-System",
        /// What the agent says he does.
        agent_status: AgentStatus = word "CC-Agent-Status",
        /// What the agent does.
        agent_state: AgentState = word "CC-Agent-State",
        /// What is dialled for the agent.
        agent_contact: Cow<'a, str> = text "CC-Agent-Contact",
        /// The agent's channel.
        agent_uuid: Cow<'a, str> = text "CC-Agent-UUID",
        /// Whether agent and caller have spoken.
        agent_bridged: bool = flag "CC-Agent-Bridged",
        /// When the agent was called.
        agent_called: Moment = moment_s "CC-Agent-Called-Time",
        /// When he answered.
        agent_answered: Moment = moment_s "CC-Agent-Answered-Time",
        /// When calling him was given up.
        agent_aborted: Moment = moment_s "CC-Agent-Aborted-Time",
        /// How often an agent did not answer.
        agent_no_answer_count: u32 = number "CC-Agent-No-Answer-Count",
        /// What he is made to say he does for that.
        agent_no_answer_status: AgentStatus = word "CC-Agent-No-Answer-Status",
        /// The caller, as the queue numbers him.
        member_uuid: Cow<'a, str> = text "CC-Member-UUID",
        /// The caller's channel.
        member_session_uuid: Cow<'a, str> = text "CC-Member-Session-UUID",
        /// The caller's name.
        member_cid_name: Cow<'a, str> = text "CC-Member-CID-Name",
        /// The caller's number.
        member_cid_number: Cow<'a, str> = text "CC-Member-CID-Number",
        /// The number he called.
        member_dnis: Cow<'a, str> = text "CC-Member-DNIS",
        /// When he began to wait.
        member_joined: Moment = moment_s "CC-Member-Joined-Time",
        /// When he left the queue.
        member_left: Moment = moment_s "CC-Member-Leaving-Time",
        /// When agent and caller parted.
        bridge_terminated: Moment = moment_s "CC-Bridge-Terminated-Time",
        /// Why the agent's call ended.
        hangup_cause: HangupCause = word "CC-Hangup-Cause",
        /// How the caller left: `Terminated` after he was served, `Cancel` otherwise.
        cause: Cow<'a, str> = text "CC-Cause",
        /// Why he was not served.
        cancel_reason: CancelReason = word "CC-Cancel-Reason",
        /// How many wait.
        count: u32 = number "CC-Count",
        /// Of which they are counted: `Single-Queue`, `All-Queue` …
        selection: Cow<'a, str> = text "CC-Selection",
    }
}

vocabulary! {
    /// What happens in a call centre. The `-get` are what `callcenter_config agent get` has read.
    pub enum Action {
        AgentAdd => "agent-add",
        AgentStatusChange => "agent-status-change",
        AgentStateChange => "agent-state-change",
        AgentContactChange => "agent-contact-change",
        AgentOffering => "agent-offering",
        AgentMaxNoAnswer => "agent-max-no-answer",
        AgentStatusGet => "agent-status-get",
        AgentStateGet => "agent-state-get",
        AgentUuidGet => "agent-uuid-get",
        BridgeAgentStart => "bridge-agent-start",
        BridgeAgentEnd => "bridge-agent-end",
        BridgeAgentFail => "bridge-agent-fail",
        MemberQueueStart => "member-queue-start",
        MemberQueueResume => "member-queue-resume",
        MemberQueueEnd => "member-queue-end",
        MembersCount => "members-count",
    }
}

vocabulary! {
    /// What an agent says he does (`AGENT_STATUS_CHART`).
    pub enum AgentStatus: u8 {
        Unknown = 0 => "Unknown",
        LoggedOut = 1 => "Logged Out",
        Available = 2 => "Available",
        AvailableOnDemand = 3 => "Available (On Demand)",
        OnBreak = 4 => "On Break",
    }
}

vocabulary! {
    /// What an agent does (`AGENT_STATE_CHART`).
    pub enum AgentState: u8 {
        Unknown = 0 => "Unknown",
        Waiting = 1 => "Waiting",
        Receiving = 2 => "Receiving",
        InAQueueCall = 3 => "In a queue call",
        Idle = 4 => "Idle",
        Reserved = 5 => "Reserved",
    }
}

vocabulary! {
    /// Why a caller was not served (`MEMBER_CANCEL_REASON_CHART`).
    pub enum CancelReason {
        None => "NONE",
        Timeout => "TIMEOUT",
        NoAgentTimeout => "NO_AGENT_TIMEOUT",
        BreakOut => "BREAK_OUT",
        ExitWithKey => "EXIT_WITH_KEY",
    }
}
