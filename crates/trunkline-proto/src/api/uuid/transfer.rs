//! A call sent elsewhere.

use crate::api::command::command;
use crate::api::line::{Line, check_without};
use crate::api::output::{Printed, done, remark};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// `uuid_transfer`: sends a call to an extension of a dialplan.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, UuidTransfer};
/// let transfer = UuidTransfer::new("call-1", "9002").dialplan("XML").context("default").both();
/// assert_eq!(transfer.line()?, "uuid_transfer call-1 -both 9002 XML default");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidTransfer {
    uuid: ChannelUuid,
    leg: Option<&'static str>,
    extension: String,
    dialplan: Option<String>,
    context: Option<String>,
}

impl UuidTransfer {
    /// Sends this call to that extension of its own dialplan and context.
    ///
    /// With the dialplan `inline` the extension is a list of applications to run, never data.
    pub fn new(uuid: impl Into<ChannelUuid>, extension: impl Into<String>) -> Self {
        Self { uuid: uuid.into(), leg: None, extension: extension.into(), dialplan: None, context: None }
    }

    /// In this dialplan: `XML`, `inline`.
    pub fn dialplan(mut self, dialplan: impl Into<String>) -> Self {
        self.dialplan = Some(dialplan.into());
        self
    }

    /// In this context of the dialplan. With none given, that is of `XML`.
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// The call it is bridged to instead. If there is none, this one itself.
    pub fn bleg(mut self) -> Self {
        self.leg = Some("-bleg");
        self
    }

    /// The call it is bridged to as well.
    pub fn both(mut self) -> Self {
        self.leg = Some("-both");
        self
    }
}

impl ApiCommand for UuidTransfer {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let xml = "XML".to_owned();
        let dialplan = self.dialplan.as_ref().or_else(|| self.context.as_ref().map(|_| &xml));
        Line::new("uuid_transfer")
            .uuid("uuid", &self.uuid)
            .optional("leg", self.leg.as_ref(), |line, _, leg: &str| line.keyword(leg))
            .require(!self.extension.starts_with('-'), || ApiMisuse::Invalid {
                what: "extension",
                value: self.extension.clone(),
                why: "begins with `-`, after which the switch reads which leg is meant",
            })
            .word("extension", &self.extension)
            .optional("dialplan", dialplan, Line::word)
            .optional("context", self.context.as_ref(), Line::word)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_transfer", output)?)
    }
}

/// An extension with its dialplan and context, as [`UuidDualTransfer`] takes two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    extension: String,
    dialplan: Option<String>,
    context: Option<String>,
}

impl Destination {
    /// An extension of the call's own dialplan and context.
    #[must_use]
    pub fn new(extension: impl Into<String>) -> Self {
        Self { extension: extension.into(), dialplan: None, context: None }
    }

    /// In this dialplan. With `inline` the extension is a list of applications to run, never data.
    #[must_use]
    pub fn dialplan(mut self, dialplan: impl Into<String>) -> Self {
        self.dialplan = Some(dialplan.into());
        self
    }

    /// In this context of the dialplan. With none given, that is of `XML`.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// `EXTENSION/DIALPLAN/CONTEXT`. Of `…/inline` the extension may have slashes.
    fn write(&self) -> Result<String, ApiMisuse> {
        let is_inline = self.dialplan.as_deref() == Some("inline") && self.context.is_none();
        let parts = [("dialplan", self.dialplan.as_deref()), ("context", self.context.as_deref())];
        if !is_inline {
            check_without("extension", &self.extension, &['/'])?;
        }
        for (what, part) in parts {
            check_without(what, part.unwrap_or_default(), &['/'])?;
        }
        Ok(match (&self.dialplan, &self.context) {
            (None, None) => self.extension.clone(),
            (Some(dialplan), None) => format!("{}/{dialplan}", self.extension),
            (dialplan, Some(context)) => {
                format!("{}/{}/{context}", self.extension, dialplan.as_deref().unwrap_or("XML"))
            }
        })
    }
}

impl<T: Into<String>> From<T> for Destination {
    fn from(extension: T) -> Self {
        Self::new(extension)
    }
}

/// `uuid_dual_transfer`: sends a call and the one it is bridged to to different extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidDualTransfer {
    uuid: ChannelUuid,
    a: Destination,
    b: Destination,
}

impl UuidDualTransfer {
    /// Sends this call to `a`, and the one it is bridged to to `b`.
    pub fn new(uuid: impl Into<ChannelUuid>, a: impl Into<Destination>, b: impl Into<Destination>) -> Self {
        Self { uuid: uuid.into(), a: a.into(), b: b.into() }
    }
}

impl ApiCommand for UuidDualTransfer {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let (a, b) = (self.a.write()?, self.b.write()?);
        Line::new("uuid_dual_transfer").uuid("uuid", &self.uuid).word("a", &a).word("b", &b).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_dual_transfer", output)?)
    }
}

command! {
    /// `uuid_deflect`: sends a SIP call elsewhere by REFER. Gives what the endpoint says, which may be nothing.
    UuidDeflect = "uuid_deflect" => String, remark;
    uuid: ChannelUuid = uuid,
    uri: String = rest
}

command! {
    /// `uuid_redirect`: sends an unanswered SIP call elsewhere by a 302. Gives what the endpoint says, which may be
    /// nothing.
    UuidRedirect = "uuid_redirect" => String, remark;
    uuid: ChannelUuid = uuid,
    uri: String = rest
}
