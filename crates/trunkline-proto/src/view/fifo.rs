//! mod_fifo's event, `fifo::info` (`mod_fifo.c`).

use std::borrow::Cow;
use std::time::Duration;

use super::{Moment, view};
use crate::event::Event;
use crate::vocabulary::vocabulary;

view! {
    /// `fifo::info`: something happened in a queue of mod_fifo. The event's [`channel`](Event::channel) is the caller's or
    /// the consumer's.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: fifo%3A%3Ainfo\nEvent-Name: CUSTOM\nFIFO-Name: lab\nFIFO-Action: push\n\
    /// #                FIFO-Slot: 0\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::fifo::{Action, FifoEvent};
    ///
    /// let happened = FifoEvent::of(&event).unwrap();
    /// assert_eq!((happened.name().as_deref(), happened.action()), (Some("lab"), Some(Action::Push)));
    /// ```
    pub FifoEvent(event: Event) {
        /// The queue; `manual_calls` for agents who dial themselves.
        name: Cow<'a, str> = text "FIFO-Name",
        /// What happened.
        action: Action = word "FIFO-Action",
        /// The priority the caller waits with, 0 first.
        slot: u32 = number "FIFO-Slot",
        /// How the consumer takes calls: `onhook`, `manual`.
        consumer_type: Cow<'a, str> = text "FIFO-Type",
        /// The caller a consumer takes.
        caller_uuid: Cow<'a, str> = text "FIFO-Caller-UUID",
        /// The caller's name.
        caller_cid_name: Cow<'a, str> = text "FIFO-Caller-CID-Name",
        /// The caller's number.
        caller_cid_number: Cow<'a, str> = text "FIFO-Caller-CID-Number",
        /// The member that was dialled.
        consumer_outbound_id: Cow<'a, str> = text "FIFO-Consumer-Outbound-ID",
        /// Calls the member has.
        consumer_use_count: u32 = number "FIFO-Consumer-Use-Count",
        /// How dialling out for a caller ended: `success`, `failure:CAUSE`.
        fifo_result: Cow<'a, str> = text "FIFO-Result",
        /// How dialling members ended: `success`, `failure`.
        result: Cow<'a, str> = text "result",
        /// Why that failed.
        cause: crate::HangupCause = word "cause",
        /// How members are dialled: `ringall`, `enterprise`.
        outbound_strategy: Cow<'a, str> = text "outbound-strategy",
        /// The caller they are dialled for.
        for_caller_uuid: Cow<'a, str> = text "caller-uuid",
        /// What is dialled.
        originate_string: Cow<'a, str> = text "originate_string",
        /// The member dialled, or who answered.
        outbound_uuid: Cow<'a, str> = text "FIFO-Outbound-UUID",
        /// The members dialled.
        outbound_uuid_list: Cow<'a, str> = text "FIFO-Outbound-UUID-List",
        /// When the consumer was bridged.
        consumer_bridged: Moment = moment_us "FIFO-Consumer-Bridge-Time-us",
        /// How long the consumer talked.
        consumer_talk: Duration = micros "FIFO-Consumer-Talk-Time-us",
        /// How long the consumer had the call on hold.
        consumer_hold: Duration = micros "FIFO-Consumer-Hold-Time-us",
        /// How long the caller talked.
        caller_talk: Duration = micros "FIFO-Caller-Talk-Time-us",
        /// How long the caller was on hold.
        caller_hold: Duration = micros "FIFO-Caller-Hold-Time-us",
    }
}

vocabulary! {
    /// What happens in a queue.
    pub enum Action {
        Push => "push",
        CallerPop => "caller_pop",
        ConsumerPop => "consumer_pop",
        ConsumerStart => "consumer_start",
        ConsumerStop => "consumer_stop",
        ConsumerReentrance => "consumer_reentrance",
        ConsumerWrapup => "consumer_wrapup",
        BridgeCallerStart => "bridge-caller-start",
        BridgeCallerStop => "bridge-caller-stop",
        BridgeConsumerStart => "bridge-consumer-start",
        BridgeConsumerStop => "bridge-consumer-stop",
        ChannelConsumerStart => "channel-consumer-start",
        ChannelConsumerStop => "channel-consumer-stop",
        PreDial => "pre-dial",
        PostDial => "post-dial",
        CallerOutbound => "caller_outbound",
        Abort => "abort",
        Timeout => "timeout",
    }
}
