//! Running what a program has given us, so that its panic is its own.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "client")]
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

/// What a panic was told.
pub(crate) struct Panicked(Box<dyn Any + Send>);

/// Runs it, or into its panic.
#[cfg(feature = "blocking")]
pub(crate) fn contained_now<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(run)).map_err(Panicked)
}

/// Waits for it, or for its panic.
#[cfg(feature = "client")]
pub(crate) async fn contained<T>(
    mut running: Pin<Box<dyn Future<Output = T> + Send + '_>>,
) -> Result<T, Panicked> {
    poll_fn(|cx| {
        // What it has half done is its own: nothing of ours is touched.
        match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(Panicked(panic))),
        }
    })
    .await
}

impl Panicked {
    /// In its words, if it has any.
    pub(crate) fn message(&self) -> &str {
        let text = self.0.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| self.0.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
    }
}
