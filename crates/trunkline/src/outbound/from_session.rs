//! What a handler is given.

use super::Session;
use crate::call::{Call, SyncCall};

/// What a handler may take: a [`Call`], a [`SyncCall`], or a [`Session`], which is either.
pub trait FromSession: sealed::Sealed + Sized + Send + 'static {
    /// The session as this, or as it was.
    ///
    /// # Errors
    ///
    /// The dialplan has it handled in another way.
    fn from_session(session: Session) -> Result<Self, Session>;
}

impl FromSession for Session {
    fn from_session(session: Session) -> Result<Self, Session> {
        Ok(session)
    }
}

impl FromSession for Call {
    fn from_session(session: Session) -> Result<Self, Session> {
        match session {
            Session::Async(call) => Ok(call),
            other => Err(other),
        }
    }
}

impl FromSession for SyncCall {
    fn from_session(session: Session) -> Result<Self, Session> {
        match session {
            Session::Sync(call) => Ok(call),
            other => Err(other),
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Session {}
    impl Sealed for super::Call {}
    impl Sealed for super::SyncCall {}
}
