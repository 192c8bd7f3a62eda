//! Digits.

use crate::api::command::command;
use crate::api::line::{Line, check_without};
use crate::api::output::{Printed, done};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

command! {
    /// `uuid_send_dtmf`: sends digits to the far end: `1234`, with `w` and `W` for pauses of half a second and a
    /// second, and `@` and a number for the milliseconds of each: `1234@200`.
    UuidSendDtmf = "uuid_send_dtmf" => (), done;
    uuid: ChannelUuid = uuid,
    digits: String = word
}

command! {
    /// `uuid_recv_dtmf`: digits as if the far end had sent them. They are written as in [`UuidSendDtmf`]; with none
    /// among them that is one, the switch says how it is used.
    UuidRecvDtmf = "uuid_recv_dtmf" => (), done;
    uuid: ChannelUuid = uuid,
    digits: String = word
}

command! {
    /// `uuid_flush_dtmf`: forgets the digits that were dialled and not yet read.
    UuidFlushDtmf = "uuid_flush_dtmf" => (), done;
    uuid: ChannelUuid = uuid
}

/// What takes the place of digits that are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DtmfMask {
    /// These digits.
    Digits(String),
    /// This file is played.
    File(String),
}

/// `uuid_drop_dtmf`: drops the digits of a call, or no longer. (The usage says that the mask may be left out. It may
/// not: `uuid_drop_dtmf` in `mod_commands.c`.)
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidDropDtmf {
    uuid: ChannelUuid,
    on: bool,
    mask: DtmfMask,
}

impl UuidDropDtmf {
    /// Drops them, or no longer.
    pub fn new(uuid: impl Into<ChannelUuid>, on: bool, mask: DtmfMask) -> Self {
        Self { uuid: uuid.into(), on, mask }
    }
}

impl ApiCommand for UuidDropDtmf {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let (kind, mask) = match &self.mask {
            DtmfMask::Digits(digits) => ("mask_digits", digits),
            DtmfMask::File(file) => ("mask_file", file),
        };
        check_without("mask", mask, &['\n', '\r'])?;
        Line::new("uuid_drop_dtmf")
            .uuid("uuid", &self.uuid)
            .keyword(super::on_off(self.on))
            .keyword(kind)
            .word("mask", mask)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_drop_dtmf", output)?)
    }
}
