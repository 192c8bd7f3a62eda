//! How an application is ended before its time.

/// How an application is ended when nobody waits for it any more, so that its call goes on. What is to be said for it is
/// said again, less and less often, until the application has ended.
///
/// Where there are no api commands, on an outbound socket without `full`, they are run by way of the application `eval`,
/// inside the one that is to end. That is not possible where the switch forbids it (`api-expansion` in `switch.conf`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cancel {
    /// By `uuid_break`, or `break` where there are no api commands.
    Break,
    /// By a digit, as if it came from the other end (`uuid_recv_dtmf`), and a break. Digits that wait are forgotten
    /// afterwards.
    Digit(char),
    /// By an api command, always by way of `eval` if it holds `${`. `{uuid}` in it stands for the call's id, and `${name}` for one of its variables: nothing of a
    /// caller's may be in it.
    Api(String),
    /// By hanging up those whom it has called (`originated_legs`), be they ringing or talking.
    Legs,
    /// Not at all: nothing but its own end, or that of the call, ends it. The next one waits for that.
    Never,
}
