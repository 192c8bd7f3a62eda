//! How an application is ended before its time.

use trunkline_proto::ChannelUuid;

/// How an application is ended when nobody waits for it any more, so that its call goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cancel {
    /// By `uuid_break`, or `break` where there are no api commands, said again until it has ended.
    Break,
    /// By hanging up these channels, which are those it has the call talk to.
    HangUp(Vec<ChannelUuid>),
    /// Not at all: nothing but its own end, or that of the call, ends it.
    Never,
}
