//! Ending an application that nobody waits for any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use trunkline_proto::{ChannelUuid, Command, HangupCause, Reply, SendMsg};

use super::CallState;
use crate::application::{Cancel, called_legs};
use crate::core::{Shared, Submission};

/// How soon it is said again, the first time; then twice as late each time.
const FIRST: Duration = Duration::from_millis(100);

/// How late it is said again at last. A break can come in the moment before the switch begins, and be forgotten; of an
/// application that does several things, each is to be ended.
const LAST: Duration = Duration::from_secs(1);

/// What ends one application of one call. It does not keep the connection open.
pub(super) struct Ender {
    pub(super) state: Arc<CallState>,
    pub(super) line: Arc<Shared>,
    /// Whether there are api commands.
    pub(super) full: bool,
    /// Whether the connection is the call's own.
    pub(super) own: bool,
    pub(super) cancel: Cancel,
    /// Of the application.
    pub(super) id: Arc<str>,
}

impl Ender {
    /// Ends it, however often that must be said. Nothing ends where there is no runtime to wait in.
    pub(super) fn start(self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.run());
        }
    }

    async fn run(self) {
        let within = matches!(self.cancel, Cancel::Break | Cancel::Digit(_));
        let mut pause = FIRST;
        while self.state.runs(&self.id, within).await {
            self.say().await;
            if tokio::time::timeout(pause, self.state.gone(&self.id)).await.is_ok() {
                break;
            }
            pause = (pause * 2).min(LAST);
        }
        if let Cancel::Digit(_) = self.cancel {
            self.api("uuid_flush_dtmf {uuid}");
        }
    }

    async fn say(&self) {
        match &self.cancel {
            Cancel::Break if self.full => self.api("uuid_break {uuid}"),
            Cancel::Break => self.message(SendMsg::execute("break", "")),
            Cancel::Digit(digit) => {
                // Not the other way round: a queue forgets what waits to be run when it is broken.
                self.api(&format!("uuid_recv_dtmf {{uuid}} {digit}"));
                self.api("uuid_break {uuid}");
            }
            Cancel::Api(line) => self.api(line),
            Cancel::Legs => self.hang_up_legs().await,
            Cancel::Never => {}
        }
    }

    /// An api command; where there are none, as what a variable is to be put in the place of.
    fn api(&self, line: &str) {
        let line = line.replace("{uuid}", self.state.uuid().as_str());
        // `expand` does not know all variables of a call: where there are any it is told to do it.
        if !self.full || line.contains("${") {
            return self.message(match line.split_once(' ') {
                Some((name, rest)) => SendMsg::execute("eval", &format!("${{{name}({rest})}}")),
                None => SendMsg::execute("eval", &format!("${{{line}()}}")),
            });
        }
        if let Ok(command) = Command::api(&line) {
            self.line.say(command);
        }
    }

    fn message(&self, message: SendMsg) {
        let message = if self.own { message } else { message.to(&self.state.uuid()) };
        if let Ok(command) = Command::sendmsg(&message) {
            self.line.say(command);
        }
    }

    async fn hang_up_legs(&self) {
        for leg in self.legs().await {
            let message = SendMsg::hangup(HangupCause::OriginatorCancel).to(&leg);
            if self.full
                && let Ok(command) = Command::api(&format!("uuid_kill {leg} ORIGINATOR_CANCEL"))
            {
                self.line.say(command);
            } else if let Ok(command) = Command::sendmsg(&message) {
                self.line.say(command);
            }
        }
    }

    /// Those that the call has called, by its variable.
    async fn legs(&self) -> Vec<ChannelUuid> {
        let ask = match self.full {
            true => Command::api(&format!("uuid_getvar {} originated_legs", self.state.uuid())).ok(),
            false => Some(Command::connect()),
        };
        let Some(command) = ask else { return Vec::new() };
        let (sender, receiver) = oneshot::channel();
        self.line.submit(Submission { serial: u64::MAX, command, timeout: None, asker: sender.into() });
        let value = match receiver.await {
            Ok(Ok(Reply::Api(response))) => response.text().into_owned(),
            Ok(Ok(Reply::Command(reply))) => {
                reply.headers().get("variable_originated_legs").unwrap_or_default().into_owned()
            }
            _ => return Vec::new(),
        };
        called_legs(&value)
    }
}
