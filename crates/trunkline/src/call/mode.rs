//! How a call's applications are run: part of its type, so that what a mode cannot do does not compile.

/// How the applications of a [`Call`](crate::Call) are run.
pub trait Mode: sealed::Sealed + Send + std::marker::Sync + 'static {}

/// Queued by the switch, which tells by events how they go. A future that is dropped, or runs out of time, ends its
/// application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Async {}

/// The same, but each holds those behind it until it has ended by itself (`event-lock`). Dropping a future does not end its
/// application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Locked {}

/// Of an outbound socket without `async`: one at a time, and nothing is read, answered or told while one runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sync {}

impl Mode for Async {}
impl Mode for Locked {}
impl Mode for Sync {}

pub(crate) mod sealed {
    /// What differs.
    pub trait Sealed {
        /// Whether an application holds those behind it.
        const LOCKS: bool = false;
        /// Whether one whose future is gone is to be ended.
        const CANCELS: bool = false;
        /// Whether the answer comes when it has ended.
        const WAITS: bool = false;
    }

    impl Sealed for super::Async {
        const CANCELS: bool = true;
    }

    impl Sealed for super::Locked {
        const LOCKS: bool = true;
    }

    impl Sealed for super::Sync {
        const WAITS: bool = true;
    }
}
