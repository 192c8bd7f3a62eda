//! `sendmsg`: have a channel do something.

mod execute;
mod unicast;

pub use execute::Execute;
pub use unicast::{Transport, Unicast};

use super::{Command, CommandKind, check_header_value, check_line, check_reload, check_word};
use crate::cause::HangupCause;
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// A message to a channel: what it is to do, and how it takes its place among others. To the connection's own channel
/// unless [`to`](Self::to) says which.
///
/// Every header goes out as it is given: no text of a caller may reach an application's argument without
/// [`dialstring::Application`](crate::dialstring::Application), since the switch expands `${…}` in it.
///
/// ```
/// # use trunkline_proto::{Command, SendMsg};
/// let message = SendMsg::execute("playback", "/tmp/a.wav").to(&"my-call".into()).event_lock();
/// assert_eq!(
///     Command::sendmsg(&message)?.wire(),
///     b"sendmsg my-call\ncall-command: execute\nexecute-app-name: playback\n\
///       execute-app-arg: /tmp/a.wav\nevent-lock: true\n\n"
/// );
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMsg {
    target: Option<ChannelUuid>,
    action: Action,
    event_lock: bool,
    event_lock_pri: bool,
    is_async: bool,
    lead_frames: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Action {
    Execute(Execute),
    Hangup(Option<HangupCause>),
    Unicast(Unicast),
    NoMedia(ChannelUuid),
    XferExt(Vec<(String, String)>),
}

impl SendMsg {
    /// Run an application, with its argument as the switch is to expand it; an empty one is none. For repeating it
    /// or knowing its events again make an [`Execute`]; for an argument that is not to be expanded make that of an
    /// [`Application`](crate::dialstring::Application).
    #[must_use]
    pub fn execute(application: &str, argument: &str) -> Self {
        Execute::new(application, argument).into()
    }

    /// Hang up, with this cause. A name the switch does not know it takes for NORMAL_CLEARING.
    #[must_use]
    pub fn hangup(cause: impl Into<HangupCause>) -> Self {
        Self::new(Action::Hangup(Some(cause.into())))
    }

    /// Hang up with NORMAL_CLEARING.
    #[must_use]
    pub fn hangup_normally() -> Self {
        Self::new(Action::Hangup(None))
    }

    /// Exchange the channel's audio with a program, raw, over a socket.
    #[must_use]
    pub fn unicast(unicast: Unicast) -> Self {
        Self::new(Action::Unicast(unicast))
    }

    /// Take the media of this channel, and of the one it is bridged to, past the switch.
    #[must_use]
    pub fn nomedia(channel: &ChannelUuid) -> Self {
        Self::new(Action::NoMedia(channel.clone()))
    }

    /// Leave what it does, and run these applications with their arguments one after the other.
    #[must_use]
    pub fn xferext<A: Into<String>, B: Into<String>>(applications: impl IntoIterator<Item = (A, B)>) -> Self {
        let pairs = applications.into_iter();
        Self::new(Action::XferExt(pairs.map(|(name, argument)| (name.into(), argument.into())).collect()))
    }

    fn new(action: Action) -> Self {
        Self {
            target: None,
            action,
            event_lock: false,
            event_lock_pri: false,
            is_async: false,
            lead_frames: None,
        }
    }

    /// To this channel.
    #[must_use]
    pub fn to(mut self, channel: &ChannelUuid) -> Self {
        self.target = Some(channel.clone());
        self
    }

    /// Hold the messages behind it until it is done. Without it a message that finds an application running is
    /// executed inside of that one: of three playbacks the last ends first.
    #[must_use]
    pub fn event_lock(mut self) -> Self {
        self.event_lock = true;
        self
    }

    /// The same for the priority queue, which features of the core use.
    #[must_use]
    pub fn event_lock_pri(mut self) -> Self {
        self.event_lock_pri = true;
        self
    }

    /// Queue it even on an outbound connection without `async`, where it would be executed before the reply. It is
    /// then executed inside of the next one that is not queued.
    #[must_use]
    pub fn queued(mut self) -> Self {
        self.is_async = true;
        self
    }

    /// Read so many frames of media first, if media flows.
    #[must_use]
    pub fn lead_frames(mut self, frames: u32) -> Self {
        self.lead_frames = Some(frames);
        self
    }

    /// The channel it is for; `None` for the connection's own.
    #[must_use]
    pub fn target(&self) -> Option<&ChannelUuid> {
        self.target.as_ref()
    }

    fn head(&self) -> Result<Head, ApiMisuse> {
        let mut head = Head::new(self.target.as_ref())?;
        match &self.action {
            Action::Execute(execute) => execute.write(&mut head)?,
            Action::Hangup(cause) => {
                head.add("call-command", "hangup")?;
                if let Some(cause) = cause {
                    check_word("the hangup cause", cause.as_str())?;
                    head.add("hangup-cause", cause.as_str())?;
                }
            }
            Action::Unicast(unicast) => unicast.write(&mut head)?,
            Action::NoMedia(channel) => {
                head.add("call-command", "nomedia")?;
                check_word("the channel's uuid", channel.as_str())?;
                head.add("nomedia-uuid", channel.as_str())?;
            }
            Action::XferExt(applications) => write_applications(applications, &mut head)?,
        }
        for (name, is_set) in [
            ("event-lock", self.event_lock),
            ("event-lock-pri", self.event_lock_pri),
            ("async", self.is_async),
        ] {
            if is_set {
                head.add(name, "true")?;
            }
        }
        if let Some(frames) = self.lead_frames {
            head.add("lead-frames", &frames.to_string())?;
        }
        Ok(head)
    }
}

impl From<Execute> for SendMsg {
    fn from(execute: Execute) -> Self {
        Self::new(Action::Execute(execute))
    }
}

impl Command {
    /// `sendmsg [UUID]`: have a channel do something.
    ///
    /// Reply: `+OK`, which on all but an outbound connection without `async` says that the message was queued, and
    /// never that what it asks for was done, or exists. `-ERR invalid session id [UUID]` if there is no such channel,
    /// or no target on a connection bound to none. A channel holds 256 messages that wait: at the 257th the switch
    /// **drops the connection** without a reply.
    ///
    /// # Errors
    ///
    /// A target or cause that is not one word; an application's name with a blank or `::`, or none; a line break
    /// anywhere but in the argument of [`Execute`], NUL anywhere; no application in an `xferext`; the words
    /// that would make the switch reload its event socket, anywhere but in the argument of [`Execute`].
    pub fn sendmsg(message: &SendMsg) -> Result<Self, ApiMisuse> {
        let head = message.head()?;
        check_reload("the message", &head.lines)?;
        Self::new(CommandKind::SendMsg, head.lines, head.body.as_deref())
    }
}

/// Most messages are no longer.
const USUAL: usize = 256;

/// The command's line and headers so far, and its body.
struct Head {
    lines: Vec<u8>,
    body: Option<Vec<u8>>,
}

impl Head {
    fn new(target: Option<&ChannelUuid>) -> Result<Self, ApiMisuse> {
        let mut lines = Vec::with_capacity(USUAL);
        lines.extend_from_slice(b"sendmsg");
        if let Some(uuid) = target {
            check_word("the channel's uuid", uuid.as_str())?;
            lines.push(b' ');
            lines.extend_from_slice(uuid.as_str().as_bytes());
        }
        lines.push(b'\n');
        Ok(Self { lines, body: None })
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), ApiMisuse> {
        check_header_value(value.as_bytes())?;
        for part in [name, ": ", value, "\n"] {
            self.lines.extend_from_slice(part.as_bytes());
        }
        Ok(())
    }
}

fn write_applications(applications: &[(String, String)], head: &mut Head) -> Result<(), ApiMisuse> {
    head.add("call-command", "xferext")?;
    if applications.is_empty() {
        return Err(ApiMisuse::Empty { what: "the list of applications" });
    }
    for (name, argument) in applications {
        check_application(name)?;
        check_line("an application's argument", argument.as_bytes())?;
        let space = if argument.is_empty() { "" } else { " " };
        head.add("application", &format!("{name}{space}{argument}"))?;
    }
    Ok(())
}

/// Refuses what would be taken for a name and an argument.
fn check_application(name: &str) -> Result<(), ApiMisuse> {
    let what = "the application's name";
    check_word(what, name)?;
    if name.contains("::") {
        let why = "holds `::`, after which the switch would read the argument";
        return Err(ApiMisuse::Invalid { what, value: name.to_owned(), why });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(message: impl Into<SendMsg>) -> String {
        String::from_utf8(Command::sendmsg(&message.into()).unwrap().into_wire()).unwrap()
    }

    #[test]
    fn encodes() {
        for (message, expected) in [
            (SendMsg::hangup_normally(), "sendmsg\ncall-command: hangup\n\n"),
            (
                SendMsg::hangup(HangupCause::UserBusy).to(&"a".into()),
                "sendmsg a\ncall-command: hangup\nhangup-cause: USER_BUSY\n\n",
            ),
            (SendMsg::nomedia(&"b".into()), "sendmsg\ncall-command: nomedia\nnomedia-uuid: b\n\n"),
            (
                SendMsg::xferext([("answer", ""), ("playback", "a b.wav")]),
                "sendmsg\ncall-command: xferext\napplication: answer\napplication: playback a b.wav\n\n",
            ),
            (
                SendMsg::execute("park", "").event_lock().event_lock_pri().queued().lead_frames(10),
                "sendmsg\ncall-command: execute\nexecute-app-name: park\nevent-lock: true\n\
                 event-lock-pri: true\nasync: true\nlead-frames: 10\n\n",
            ),
        ] {
            assert_eq!(wire(message), expected);
        }
    }

    #[test]
    fn a_target_is_one_word() {
        for bad in ["", "a b", " "] {
            let refused = Command::sendmsg(&SendMsg::hangup_normally().to(&bad.into()));
            assert!(
                matches!(refused, Err(ApiMisuse::Invalid { .. } | ApiMisuse::Empty { .. })),
                "{bad:?}: {refused:?}"
            );
        }
    }

    #[test]
    fn what_means_something_else_is_refused() {
        for bad in [
            SendMsg::hangup(""),
            SendMsg::hangup("USER BUSY"),
            SendMsg::execute("", "x"),
            SendMsg::execute("play back", "x"),
            // The switch would take `x` for the argument.
            SendMsg::execute("playback::x", ""),
            SendMsg::xferext([("", "x")]),
            SendMsg::xferext([("a b", "x")]),
            SendMsg::xferext(Vec::<(String, String)>::new()),
            SendMsg::nomedia(&"".into()),
        ] {
            let refused = Command::sendmsg(&bad);
            assert!(
                matches!(refused, Err(ApiMisuse::Invalid { .. } | ApiMisuse::Empty { .. })),
                "{bad:?}: {refused:?}"
            );
        }
        let reload = SendMsg::xferext([("log", "mod_event_socket"), ("log", "reload")]);
        assert!(matches!(Command::sendmsg(&reload), Err(ApiMisuse::WouldReload { .. })));
    }
}
