//! Errors, sorted by whose fault it was: the switch's, nobody's (it refused), or ours.

use crate::dialstring::DialStringError;

/// The peer sent something FreeSWITCH's event socket never sends. The connection cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SwitchMisbehaved {
    /// What answered the connection is not an event socket.
    #[error(
        "what answered is not a FreeSWITCH event socket (it sent \"{received}\"); check the host and port"
    )]
    NotASwitch {
        /// The beginning of what it sent.
        received: String,
    },
    /// A header block over the limit.
    #[error(
        "the switch sent a header block over the limit of {limit} bytes; raise `Limits::header` if it is genuine"
    )]
    HeaderTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A Content-Length that is no number.
    #[error("the switch sent a Content-Length that is no number (\"{value}\")")]
    ContentLength {
        /// What it said.
        value: String,
    },
    /// A Content-Length over the limit.
    #[error(
        "the switch announced a body of {length} bytes, over the limit of {limit}; raise `Limits::body` if it is genuine"
    )]
    BodyTooLong {
        /// What it announced.
        length: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The reply to `getvar` has no end of its own: the variable's value begins with `~`, or holds a Content-Length.
    /// What follows cannot be told from it.
    #[error(
        "the value of a variable asked for by `getvar` broke the reply that holds it; use `uuid_getvar` instead"
    )]
    Unframed,
    /// The connection ended in the middle of a message.
    #[error("the switch closed the connection in the middle of a message ({received} bytes of it had come)")]
    CutOff {
        /// How much of the message had come.
        received: usize,
    },
}

/// Something the caller gave cannot be said over the event socket. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiMisuse {
    /// A line break or NUL in a place where the wire has no way to carry one.
    #[error("{what} holds a {character}, which would end the command early on the wire; nothing was sent")]
    Unsendable {
        /// What held it.
        what: &'static str,
        /// Its name.
        character: &'static str,
    },
    /// An argument that must not be empty is.
    #[error("{what} is empty; nothing was sent")]
    Empty {
        /// Which.
        what: &'static str,
    },
    /// A name that cannot be one.
    #[error("{what} \"{value}\" {why}; nothing was sent")]
    Invalid {
        /// What it was to be.
        what: &'static str,
        /// What it was.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A variable, a dial string or an id that cannot be written.
    #[error("{0}; nothing was sent")]
    DialString(#[from] DialStringError),
    /// The text would make the switch reload its event socket module and disconnect every client: it does so
    /// for any command or header that holds both words (`parse_command` in `mod_event_socket.c`).
    #[error(
        "{what} holds \"mod_event_socket\" with \"reload\" or \"unload\", which would make the switch drop every \
         event socket client; nothing was sent"
    )]
    WouldReload {
        /// What held it.
        what: &'static str,
    },
    /// Said behind the back of the subscriptions there are, this would lose them events.
    #[error(
        "`{what}` would lose events of the subscriptions on this connection: withdraw those instead; nothing was sent"
    )]
    WouldLoseEvents {
        /// The command's verb.
        what: &'static str,
    },
    /// A command for a socket with full control, on one that was given the call alone.
    #[error(
        "`{what}` needs full control, which the dialplan has not given: write <action application=\"socket\" \
         data=\"HOST:PORT async full\"/> there; nothing was sent"
    )]
    NotFull {
        /// The command's verb.
        what: &'static str,
    },
    /// A command that is harmful to a call that the dialplan has not given `async`.
    #[error(
        "`{what}` leaves a call hanging that is handled without `async`: write <action application=\"socket\" \
         data=\"HOST:PORT async full\"/> into the dialplan; nothing was sent"
    )]
    NotAsync {
        /// The command's verb.
        what: &'static str,
    },
    /// More than the switch would read.
    #[error("{what} takes {len} bytes, over the most the switch reads ({limit}); nothing was sent")]
    TooLong {
        /// What.
        what: &'static str,
        /// Its length, in bytes.
        len: usize,
        /// The most, in bytes.
        limit: usize,
    },
}
