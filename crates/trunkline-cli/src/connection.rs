//! From flags and environment to a connected client.

use trunkline::{Client, Config, ConfigError};

use crate::args::ConnectionArgs;
use crate::failure::Failure;

impl ConnectionArgs {
    /// Whether a switch is named at all.
    pub(crate) fn names_a_switch(&self) -> bool {
        self.url.is_some() || self.host.is_some() || self.port.is_some()
    }

    /// The URL, and over it the single flags.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let url = self.url.as_deref().unwrap_or("esl://127.0.0.1");
        let mut config: Config =
            url.parse().map_err(|error: ConfigError| Failure::Usage(error.to_string()))?;
        if let Some(host) = &self.host {
            config.host.clone_from(host);
        }
        if let Some(port) = self.port {
            config.port = port;
        }
        if let Some(password) = self.secret()? {
            config.set_password(&password);
        }
        if let Some(user) = &self.user {
            config.set_user(user);
        }
        if let Some(timeout) = self.timeout {
            config.connect_timeout = timeout;
            config.connection.greeting_timeout = timeout;
            config.connection.auth_timeout = timeout;
            config.connection.command_timeout = timeout;
        }
        Ok(config)
    }

    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        Ok(Client::connect(self.config()?).await?)
    }

    /// The password, if one is given apart from the URL. A file is named on purpose, so it comes first.
    pub(crate) fn secret(&self) -> Result<Option<String>, Failure> {
        let Some(file) = &self.password_file else {
            return Ok(self.password.clone());
        };
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::Usage(format!("cannot read the password from {}: {error}", file.display()))
        })?;
        match text.lines().next().filter(|line| !line.is_empty()) {
            Some(line) => Ok(Some(line.to_owned())),
            None => Err(Failure::Usage(format!(
                "the first line of {} is empty; it should be the password",
                file.display()
            ))),
        }
    }
}
