//! What is heard of a call on the connection it has to us.

use trunkline_proto::{ChannelData, CloseReason, Event, EventName};

use crate::ended::{Ended, EndedBy};

#[derive(Debug, Default)]
pub(in crate::blocking) struct Heard {
    data: Option<Box<ChannelData>>,
    pub(super) ended: Option<Ended>,
    /// This program has asked for its end.
    pub(super) asked: bool,
    /// It is parked for us, or need not be: the connection can end, and the call goes on.
    pub(super) settled: bool,
    /// The application that is waited for, by its Event-UUID, and its end.
    awaited: Option<Box<str>>,
    complete: Option<Event>,
}

impl Heard {
    /// The answer to `connect`.
    pub(in crate::blocking) fn on_call(&mut self, data: Box<ChannelData>) {
        self.data = Some(data);
    }

    pub(in crate::blocking) fn take_data(&mut self) -> Option<Box<ChannelData>> {
        self.data.take()
    }

    pub(in crate::blocking) fn on_event(&mut self, event: &Event) {
        match event.name() {
            Some(EventName::ChannelPark) => self.settled = true,
            // What brought the call to us was begun before.
            Some(EventName::ChannelExecute) => {
                self.settled |= event.get("Application").is_some_and(|name| name != "socket");
            }
            Some(EventName::ChannelExecuteComplete) => self.on_complete(event),
            Some(EventName::ChannelHangup | EventName::ChannelHangupComplete | EventName::ChannelDestroy) => {
                self.settled = true;
                self.end(Ended::told(event, self.asked));
            }
            _ => {}
        }
    }

    fn on_complete(&mut self, event: &Event) {
        let id = event.get("Application-UUID");
        if self.awaited.is_some() && self.awaited.as_deref() == id.as_deref() {
            self.complete = Some(event.detach());
            self.awaited = None;
        }
    }

    /// The first end is the end; its cause may come later.
    pub(super) fn end(&mut self, ended: Ended) -> Ended {
        // What an application says of itself behind it is that it was cut off.
        self.awaited = None;
        match &mut self.ended {
            Some(known) => {
                known.cause = known.cause.take().or(ended.cause);
                known.clone()
            }
            None => self.ended.insert(ended).clone(),
        }
    }

    /// The connection has ended, and with it what this program has to do with the call.
    pub(super) fn close(&mut self, reason: &CloseReason) -> Ended {
        let by = match (self.asked, reason) {
            (true, _) => EndedBy::Program,
            (_, CloseReason::Requested | CloseReason::Notice { .. }) => EndedBy::Released,
            (_, reason) => EndedBy::Lost(reason.clone()),
        };
        self.end(Ended::now(None, by))
    }

    /// This application is waited for from now on.
    pub(super) fn await_end(&mut self, id: &str) {
        self.awaited = Some(id.into());
        self.complete = None;
    }

    /// Its end, or the call's; `None` while there is neither.
    pub(super) fn take_complete(&mut self) -> Option<Result<Event, Ended>> {
        let complete = self.complete.take().map(Ok);
        complete.or_else(|| self.ended.clone().map(Err))
    }
}
