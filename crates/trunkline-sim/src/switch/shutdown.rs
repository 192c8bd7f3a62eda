//! How the switch ends (`switch_core_destroy` in `src/switch_core.c`).

use std::time::Duration;

use trunkline_proto::{EventName, HangupCause};

use super::{Effect, Switch, Timer};
use crate::event::origin;
use crate::schedule::Schedule;
use crate::time::Time;

/// How long the main loop takes to see that it is to end.
const NOTICED: Duration = Duration::from_millis(380);
/// How long after the calls its modules are unloaded, about.
const UNLOADED: Duration = Duration::from_millis(970);

/// The steps of the end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// SHUTDOWN is fired, and all calls are hung up.
    Calls,
    /// Connections are told and closed.
    Connections,
}

impl Switch {
    /// Ends as at SIGTERM: SHUTDOWN is fired and the calls are hung up, and a second later every connection is told and
    /// closed, and no more are taken.
    pub fn shut_down(&mut self, now: Time) {
        self.catch_up(now);
        self.begin_shutdown(Duration::ZERO);
        self.deliver();
    }

    /// Ends as if killed: every connection is cut, and no more are taken.
    pub fn halt(&mut self, now: Time) {
        self.catch_up(now);
        self.go_down();
    }

    /// `api shutdown`
    pub(super) fn shut_down_soon(&mut self) {
        self.begin_shutdown(NOTICED);
    }

    fn begin_shutdown(&mut self, delay: Duration) {
        self.timers.at(self.core.now.after(delay), Timer::ShutDown(Step::Calls));
        if delay.is_zero() {
            self.catch_up(self.core.now);
        }
    }

    pub(super) fn shut_down_further(&mut self, step: Step) {
        match step {
            Step::Calls => {
                let name = EventName::Shutdown;
                let event = self.core.new_event(&name, &origin::SHUTDOWN);
                self.core.fire(&name, event.header("Event-Info", "System Shutting Down"));
                let calls: Vec<_> = self.core.channels.iter().map(|channel| channel.id).collect();
                for id in calls {
                    self.core.hangup(id, HangupCause::SystemShutdown, &origin::HUPALL);
                }
                self.core.settle();
                self.timers.at(self.core.now.after(UNLOADED), Timer::ShutDown(Step::Connections));
            }
            Step::Connections => {
                self.shut_listeners_down();
                self.go_down();
            }
        }
    }

    /// Everything is gone; nothing more is taken.
    pub(super) fn go_down(&mut self) {
        self.drop_everything();
        self.timers = Schedule::default();
        self.core.schedule = Schedule::default();
        self.is_down = true;
        self.effects.push_back(Effect::Listen { open: false });
    }
}
