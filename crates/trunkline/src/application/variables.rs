//! Variables of the call: `set`, `multiset`, `export`, `unset`.

use trunkline_proto::dialstring::{Variables, multiset_argument, set_argument};
use trunkline_proto::{ApiMisuse, Event, Execute};

use super::{Application, ApplicationError, argument};

/// `set`: sets a variable of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    name: String,
    value: String,
}

impl Set {
    /// To this value; an empty one unsets it.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Application for Set {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        Ok(Execute::new("set", &set_argument(&self.name, &self.value)?))
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `multiset`: sets variables of the call, all at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multiset {
    variables: Variables,
}

impl Multiset {
    /// These: 1 to 255.
    #[must_use]
    pub fn new(variables: Variables) -> Self {
        Self { variables }
    }
}

impl Application for Multiset {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        Ok(Execute::new("multiset", &multiset_argument(&self.variables)?))
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `export`: sets a variable of the call, and of every one that it is bridged to from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    name: String,
    value: String,
    call: bool,
}

impl Export {
    /// To this value; an empty one unsets it, and keeps it from being exported.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), call: true }
    }

    /// Only of those it is bridged to (`nolocal:`).
    #[must_use]
    pub fn only_others(mut self) -> Self {
        self.call = false;
        self
    }
}

impl Application for Export {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        if !self.value.is_empty() {
            // As a variable of a dial string, which it is to become.
            Variables::new().with(&self.name, &self.value)?;
        }
        let local = if self.call { "" } else { "nolocal:" };
        argument("export", &[local, &self.name, "=", &self.value].concat())
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `unset`, or `multiunset`: takes variables of the call away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unset {
    names: Vec<String>,
}

impl Unset {
    /// This one.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { names: vec![name.into()] }
    }

    /// And that one.
    #[must_use]
    pub fn and(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }
}

impl Application for Unset {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        for name in &self.names {
            set_argument(name, "")?;
        }
        match self.names.as_slice() {
            [name] => argument("unset", name),
            names => argument("multiunset", &names.join(" ")),
        }
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}
