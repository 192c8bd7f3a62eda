//! Any application, by its name.

use trunkline_proto::dialstring;
use trunkline_proto::{ApiMisuse, Event, Execute};

use super::{Application, ApplicationError};

/// Any application, by its name. What comes of it is its CHANNEL_EXECUTE_COMPLETE. The switch **hangs up** a call that is to
/// run an application it does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    application: dialstring::Application,
}

impl Raw {
    /// With an argument that reaches it as given; an empty one is none.
    ///
    /// # Errors
    ///
    /// As [`dialstring::Application::new`].
    pub fn new(name: &str, argument: &str) -> Result<Self, ApiMisuse> {
        Ok(Self { application: dialstring::Application::new(name, argument)? })
    }

    /// With an argument for the switch to expand, as in a dialplan: everything in it must be yours, since
    /// `${system(…)}` runs a command.
    ///
    /// # Errors
    ///
    /// As [`dialstring::Application::expanding`].
    pub fn expanding(name: &str, argument: &str) -> Result<Self, ApiMisuse> {
        Ok(Self { application: dialstring::Application::expanding(name, argument)? })
    }
}

impl From<dialstring::Application> for Raw {
    fn from(application: dialstring::Application) -> Self {
        Self { application }
    }
}

impl Application for Raw {
    type Output = Event;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        Ok(Execute::from(&self.application))
    }

    fn read(&self, complete: &Event) -> Result<Event, ApplicationError> {
        Ok(complete.clone())
    }
}
