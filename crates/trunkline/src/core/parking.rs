//! Leaving a call that the switch has connected to us for, so that it goes on.
//!
//! With `async` the switch answers `connect`, and only then, on the call's own thread, parks the call for us; the end of the
//! connection lets it go. One whose connection has ended before is parked all the same, and **never let go**
//! (`socket_function`, and the end of `listener_run`, in `mod_event_socket.c`; `switch_ivr_park` in `switch_ivr.c`). So we
//! leave only where we have seen that it is parked, and otherwise make it show us.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use trunkline_proto::{Command, Event, EventName, Execute};

use super::{Shared, lock};
use crate::calls::Hangup;

/// How long a call may take to show that it is parked.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long what is told of a hangup may take. Nearly always it comes at once.
const MOMENT: Duration = Duration::from_millis(100);

/// What is known of a call's being parked.
#[derive(Debug, Default)]
pub(crate) struct Parking(AtomicU8);

/// It is, or need not be.
const SETTLED: u8 = 0;
/// Not known.
const UNKNOWN: u8 = 1;
/// Not known, and we are to leave once it is.
const LEAVING: u8 = 2;

impl Shared {
    /// The switch parks a call for this connection.
    pub(crate) fn parks(&self) {
        self.parking.0.store(UNKNOWN, Ordering::Relaxed);
    }

    /// Closes the connection, and has a call go on that was parked for it. Of one that was hung up the rest is on its way: the
    /// connection needs no word then, for which we would have to wait.
    pub(crate) fn leave(&self) {
        let parking = &self.parking.0;
        match parking.compare_exchange(UNKNOWN, LEAVING, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => self.with(|core, now| {
                core.leave_by = now.checked_add(PATIENCE);
                // Nothing, for a parked call to do: only one that is parked does what it is told.
                let nothing = Command::sendmsg(&Execute::new("sleep", "0").into());
                match nothing {
                    Ok(nothing) => drop(core.connection.send(nothing, None, now)),
                    Err(_) => core.connection.close(now),
                }
            }),
            Err(LEAVING) => {}
            Err(_) => {
                let hangup = self.calls.hangup().filter(|_| lock(&self.event_streams).is_empty());
                self.with(|core, now| match hangup.filter(|_| core.connection.outstanding() == 0) {
                    Some(Hangup::Told) => core.connection.abort(),
                    Some(Hangup::Begun) => core.leave_by = core.leave_by.or(now.checked_add(MOMENT)),
                    None => core.connection.close(now),
                });
                // It may have come meanwhile.
                self.heed_end();
            }
        }
    }

    /// Leaves, if that has waited for the last that is told of a hangup, and there is no more.
    pub(crate) fn heed_end(&self) {
        if self.calls.lingers() && self.calls.hangup() == Some(Hangup::Told) {
            self.with(|core, _| {
                if core.leave_by.take().is_some() {
                    core.connection.abort();
                }
            });
        }
    }

    /// Events that may show that the call is parked.
    pub(crate) fn heed_parking(&self, events: &VecDeque<Event>) {
        if self.parking.0.load(Ordering::Relaxed) != SETTLED
            && events.iter().any(shows)
            && self.parking.0.swap(SETTLED, Ordering::Relaxed) == LEAVING
        {
            self.with(|core, now| {
                core.leave_by = None;
                core.connection.close(now);
            });
        }
    }
}

/// Whether an event shows that its call was parked, or will not be any more.
fn shows(event: &Event) -> bool {
    match event.name() {
        Some(EventName::ChannelPark | EventName::ChannelHangup | EventName::ChannelHangupComplete) => true,
        // What brought the call to us was begun before.
        Some(EventName::ChannelExecute) => event.get("Application").is_some_and(|name| name != "socket"),
        _ => false,
    }
}
