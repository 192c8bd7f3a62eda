//! `sendmsg` with `call-command: execute`.

use super::{Head, check_application};
use crate::command::{check_body, check_line, check_reload};
use crate::dialstring::Application;
use crate::error::ApiMisuse;

/// An application to run, by a [`SendMsg`](super::SendMsg).
///
/// The switch hangs up a call that is to run an application it does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execute {
    application: String,
    argument: String,
    loops: Option<i32>,
    hold_bleg: bool,
    event_uuid: Option<String>,
    event_uuid_name: Option<String>,
}

impl Execute {
    /// An application with its argument, which the switch expands; an empty one is none. The argument may hold line
    /// breaks, and up to 16 MiB.
    #[must_use]
    pub fn new(application: &str, argument: &str) -> Self {
        Self {
            application: application.to_owned(),
            argument: argument.to_owned(),
            loops: None,
            hold_bleg: false,
            event_uuid: None,
            event_uuid_name: None,
        }
    }

    /// The application's name.
    #[must_use]
    pub fn application(&self) -> &str {
        &self.application
    }

    /// Run it so many times; a negative number is for ever. It is not run again after a time that took less than half
    /// a second.
    #[must_use]
    pub fn loops(mut self, times: i32) -> Self {
        self.loops = Some(times);
        self
    }

    /// Play the hold music to the bridged channel meanwhile.
    #[must_use]
    pub fn hold_bleg(mut self) -> Self {
        self.hold_bleg = true;
        self
    }

    /// What its CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE are to have for their `Application-UUID`: the way to
    /// know them again.
    #[must_use]
    pub fn event_uuid(mut self, uuid: &str) -> Self {
        self.event_uuid = Some(uuid.to_owned());
        self
    }

    /// What they are to have for their `Application-UUID-Name`. (Switches from before 2018 know nothing of it.)
    #[must_use]
    pub fn event_uuid_name(mut self, name: &str) -> Self {
        self.event_uuid_name = Some(name.to_owned());
        self
    }

    pub(super) fn write(&self, head: &mut Head) -> Result<(), ApiMisuse> {
        check_application(&self.application)?;
        head.add("call-command", "execute")?;
        head.add("execute-app-name", &self.application)?;
        let argument = self.argument.as_str();
        let in_body = belongs_in_body(argument);
        if !in_body && !argument.is_empty() {
            head.add("execute-app-arg", argument)?;
        }
        if let Some(times) = self.loops {
            head.add("loops", &times.to_string())?;
        }
        if let Some(uuid) = &self.event_uuid {
            head.add("Event-UUID", uuid)?;
        }
        if let Some(name) = &self.event_uuid_name {
            head.add("event-uuid-name", name)?;
        }
        if self.hold_bleg {
            head.add("hold-bleg", "true")?;
        }
        if in_body {
            check_body(argument.as_bytes())?;
            head.add("content-type", "text/plain")?;
            head.body = Some(argument.as_bytes().to_vec());
        }
        Ok(())
    }
}

/// With an argument that reaches the application as it was given to [`Application::new`].
impl From<Application> for Execute {
    fn from(application: Application) -> Self {
        let (application, argument) = application.into_parts();
        Self { application, argument, ..Self::new("", "") }
    }
}

/// The same.
impl From<&Application> for Execute {
    fn from(application: &Application) -> Self {
        application.clone().into()
    }
}

/// Whether a header could not carry it as it is.
fn belongs_in_body(argument: &str) -> bool {
    check_line("", argument.as_bytes()).is_err()
        || argument.starts_with(' ')
        || argument.starts_with("ARRAY::")
        || argument.len() > MOST_IN_HEADER
        || check_reload("", argument.as_bytes()).is_err()
}

/// Longer ones go in the body: all headers together may have 10 MiB.
const MOST_IN_HEADER: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Command, SendMsg};

    fn wire(execute: Execute) -> String {
        String::from_utf8(Command::sendmsg(&execute.into()).unwrap().into_wire()).unwrap()
    }

    #[test]
    fn encodes() {
        let execute = Execute::new("playback", "a.wav").loops(-1).event_uuid("e").event_uuid_name("n");
        assert_eq!(
            wire(execute.hold_bleg()),
            "sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: a.wav\nloops: -1\n\
             Event-UUID: e\nevent-uuid-name: n\nhold-bleg: true\n\n"
        );
        assert_eq!(
            wire(Execute::new("answer", "")),
            "sendmsg\ncall-command: execute\nexecute-app-name: answer\n\n"
        );
    }

    #[test]
    fn an_application_is_quoted_already() {
        let application = Application::new("playback", r"C:\new $5").unwrap();
        assert_eq!(
            wire(Execute::from(&application)),
            "sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: C:\\\\new \\$5\n\n"
        );
    }

    /// What a header would end, drop, split or act upon is the body.
    #[test]
    fn an_argument_no_header_can_carry_is_the_body() {
        let long = "x".repeat(2_000_000);
        for argument in ["a\nb", "a\rb\r\n\n", " a", "ARRAY::a|:b", "reload mod_event_socket", &long] {
            assert_eq!(
                wire(Execute::new("set", argument).event_uuid("e")),
                format!(
                    "sendmsg\ncall-command: execute\nexecute-app-name: set\nEvent-UUID: e\n\
                     content-type: text/plain\nContent-Length: {}\n\n{argument}",
                    argument.len()
                )
            );
        }
        // With the rest of the locks behind it.
        let message = SendMsg::execute("set", "a\nb").event_lock();
        let wire = String::from_utf8(Command::sendmsg(&message).unwrap().into_wire()).unwrap();
        assert!(
            wire.ends_with("content-type: text/plain\nevent-lock: true\nContent-Length: 3\n\na\nb"),
            "{wire}"
        );
    }

    #[test]
    fn refuses_what_neither_can_carry() {
        let refused = |execute: Execute| Command::sendmsg(&execute.into()).unwrap_err();
        assert!(matches!(refused(Execute::new("set", "a\0b")), ApiMisuse::Unsendable { .. }));
        let too_long = "x".repeat(16_777_217);
        assert!(matches!(refused(Execute::new("set", &too_long)), ApiMisuse::TooLong { .. }));
        assert!(matches!(refused(Execute::new("set", "a").event_uuid("")), ApiMisuse::Empty { .. }));
        let reload = Execute::new("set", "reload").event_uuid("mod_event_socket");
        assert!(matches!(refused(reload), ApiMisuse::WouldReload { .. }));
    }
}
