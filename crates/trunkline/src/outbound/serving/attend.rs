//! One connection, from its being accepted to its end.

use std::future::{Future, pending, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;

use tokio::net::TcpStream;
use tokio::time::{sleep, sleep_until, timeout};
use tracing::Instrument;

use super::{Handler, Outcome, Running, Terms};
use crate::contained::{Panicked, contained};
use crate::outbound::Session;
use crate::outbound::counts::Fate;
use crate::outbound::trace;

pub(super) async fn connection(terms: &Terms, stream: TcpStream, peer: SocketAddr, handler: Handler) {
    let session = match terms.accept.accepted(stream, peer).await {
        Ok(session) => session,
        Err(error) => {
            terms.counters.count(Fate::NoCall);
            return trace::no_call(peer, &error);
        }
    };
    let span = trace::call(peer, &session.uuid());
    let fate = call(terms, session, handler).instrument(span).await;
    terms.counters.count(fate);
}

/// Gives a call back that there is no room for. It must be asked for all the same: with `async`, one that is merely hung up
/// on is parked for ever.
pub(super) async fn give_back(terms: &Terms, stream: TcpStream) {
    if let Ok(session) = terms.accept.tcp(stream).await {
        session.client().close().await;
    }
    terms.counters.count(Fate::Busy);
}

async fn call(terms: &Terms, session: Session, handler: Handler) -> Fate {
    let fate = match handler(session.clone()) {
        Ok(handler) => handled(terms, &session, handler).await,
        Err(session) => {
            trace::wrong_mode(matches!(session, Session::Async(_)));
            Fate::WrongMode
        }
    };
    // Whoever still has the call: it is not this program's any more.
    session.client().close().await;
    fate
}

async fn handled(terms: &Terms, session: &Session, handler: Running) -> Fate {
    trace::handler_begins();
    let mut handler = pin!(contained(handler));
    // What it says first goes with what every call begins with.
    let begun = poll_fn(|cx| Poll::Ready(handler.as_mut().poll(cx))).await;
    session.speak();
    let ended = match begun {
        Poll::Ready(ended) => Some(ended),
        Poll::Pending => tokio::select! {
            biased;
            ended = handler => Some(ended),
            () = overdue(terms, session) => None,
            () = stopping(terms, session) => None,
        },
    };
    let is_over = session.ended_already().is_some() && session.client().close_reason().is_some();
    let ended = match ended {
        Some(Ok(outcome)) if is_over => Some(Ok(outcome.without_connection())),
        other => other,
    };
    let fate = fate(session, ended.as_ref());
    trace::handler_ends(session.ended_already(), fate, ended);
    fate
}

fn fate(session: &Session, ended: Option<&Result<Outcome, Panicked>>) -> Fate {
    match ended {
        Some(Ok(Outcome::Done)) if session.ended_already().is_none() => Fate::GivenBack,
        Some(Ok(Outcome::Done | Outcome::CallEnded)) => Fate::Ended,
        Some(Ok(Outcome::Failed(_))) => Fate::Failed,
        Some(Err(_)) => Fate::Panicked,
        None => Fate::Aborted,
    }
}

/// Until a handler should have seen that its call has ended.
async fn overdue(terms: &Terms, session: &Session) {
    session.ended().await;
    Box::pin(sleep(terms.after_end)).await;
}

/// Makes an end of the call when the server is to stop.
async fn stopping(terms: &Terms, session: &Session) {
    let mut stop = terms.stop.subscribe();
    loop {
        let told = stop.borrow_and_update().clone();
        let due = async {
            match &told {
                // Boxed: most calls are not there any more when their server stops.
                Some(stop) => Box::pin(sleep_until(stop.at)).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            () = due => break,
            changed = stop.changed() => if changed.is_err() { pending::<()>().await },
        }
    }
    let cause = stop.borrow().as_ref().and_then(|stop| stop.cause.clone());
    match cause {
        // What the handler makes of it is what counts; and if the switch does not do it, or does not come to it (a locked
        // application holds a message up), the connection is closed.
        Some(cause) => {
            // Boxed: every call would have the room for it otherwise.
            let hung_up = Box::pin(timeout(terms.after_end, session.hangup(cause))).await;
            if !matches!(hung_up, Ok(Ok(_))) {
                session.client().close().await;
            }
        }
        None => {
            session.client().close().await;
        }
    }
    pending().await
}
