//! `auth`, `userauth`

use super::{Command, CommandKind, check_line, check_not_empty};
use crate::error::ApiMisuse;

impl Command {
    /// `auth PASSWORD`: the password of `event_socket.conf.xml`, compared byte for byte.
    ///
    /// Reply: `+OK accepted`, or `-ERR invalid` and the end of the connection.
    ///
    /// # Errors
    ///
    /// A line break or NUL in the password, or none at all.
    pub fn auth(password: &str) -> Result<Self, ApiMisuse> {
        check_line("the password", password.as_bytes())?;
        check_not_empty("the password", password.as_bytes())?;
        Self::line(CommandKind::Auth, &format!("auth {password}"))
    }

    /// `userauth USER@DOMAIN:PASSWORD`: a user of the directory with an `esl-password`.
    ///
    /// Reply: `+OK accepted` with what the user may do, or `-ERR invalid` and the end of the connection.
    ///
    /// # Errors
    ///
    /// A user that is not `name@domain`, or holds a colon, which would end it; a line break or NUL.
    pub fn userauth(user: &str, password: &str) -> Result<Self, ApiMisuse> {
        check_line("the password", password.as_bytes())?;
        check_not_empty("the password", password.as_bytes())?;
        check_line("the user", user.as_bytes())?;
        let refuse = |why| Err(ApiMisuse::Invalid { what: "the user", value: user.to_owned(), why });
        match user.split_once('@') {
            Some((name, domain)) if !name.is_empty() && !domain.is_empty() => {}
            _ => return refuse("is not of the form name@domain"),
        }
        if user.contains(':') {
            return refuse("holds a colon, which would end it");
        }
        Self::line(CommandKind::Auth, &format!("userauth {user}:{password}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        assert_eq!(Command::auth("ClueCon").unwrap().wire(), b"auth ClueCon\n\n");
        assert_eq!(
            Command::userauth("1000@localhost", "p@ss:w").unwrap().wire(),
            b"userauth 1000@localhost:p@ss:w\n\n"
        );
        for bad in ["1000", "@localhost", "1000@", "10:00@localhost", "1000@local:host"] {
            assert!(matches!(Command::userauth(bad, "p"), Err(ApiMisuse::Invalid { .. })), "{bad}");
        }
        assert!(matches!(Command::auth(""), Err(ApiMisuse::Empty { .. })));
    }
}
