//! How a connection is shown: without the bytes that are to be written, among which may be passwords.

use std::fmt;

use super::Connection;

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("config", &self.config)
            .field("state", &self.state)
            .field("replies", &self.replies)
            .field("subscriptions", &self.subscriptions)
            .field("filters", &self.filters)
            .field("jobs", &self.jobs)
            .field("outputs", &self.outputs)
            .field("to_write", &self.out.len())
            .field("sessions", &self.sessions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use bytes::BytesMut;

    use crate::command::Command;
    use crate::connection::{Connection, ConnectionConfig, Credentials};

    #[test]
    fn passwords_are_not_shown() {
        let now = Instant::now();
        let mut connection =
            Connection::inbound(ConnectionConfig::new(Credentials::Password("hunter2".into())), now);
        connection.handle_input(&mut BytesMut::from("Content-Type: auth/request\n\n"), now);
        let setvar = Command::api("uuid_setvar ca11 pin hunter2").unwrap();
        connection.send(setvar, None, now);
        assert_eq!(connection.transmit(), b"auth hunter2\n\n");
        let shown = format!("{connection:?}");
        assert!(!shown.contains("hunter2") && shown.contains("to_write: 14"), "{shown}");
        connection.transmitted(14, now);
        let reply = "Content-Type: command/reply\nReply-Text: +OK accepted\n\n";
        connection.handle_input(&mut BytesMut::from(reply), now);
        assert!(connection.transmit().ends_with(b"hunter2\n\n"));
        let shown = format!("{connection:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
