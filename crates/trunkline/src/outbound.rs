//! Calls that the switch asks us to handle: the application `socket` of its dialplan connects to us, a connection a call.

mod accept;

pub use accept::{Accept, Session};
