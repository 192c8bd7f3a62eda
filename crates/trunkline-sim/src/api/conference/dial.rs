//! Commands that call somebody in.

use super::{Line, RoomCommand, Said};
use crate::conference::Wanted;
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, RoomCommand)] =
    &[("dial", |core, _, line| dial_into(core, line)), ("bgdial", |core, _, line| bgdial_into(core, line))];

/// `<conference> dial <dial string> [<caller number> [<caller name>]]`
fn wanted<'a>(line: &'a Line<'_>) -> Result<Wanted<'a>, Said> {
    let dial = line.word(2).ok_or_else(|| Said::Usage("-ERR Bad Args\n".into()))?;
    let (number, name) = (line.word(3), line.word(4));
    Ok(Wanted {
        name: line.name(),
        dial: dial.as_bytes(),
        caller_number: number.map(str::as_bytes),
        caller_name: name.map(str::as_bytes),
    })
}

pub(super) fn dial_into(core: &mut Core, line: &Line<'_>) -> Said {
    match wanted(line) {
        Ok(wanted) => {
            core.dial_in(&wanted, line.call);
            Said::Waits
        }
        Err(said) => said,
    }
}

pub(super) fn bgdial_into(core: &mut Core, line: &Line<'_>) -> Said {
    match wanted(line) {
        Ok(wanted) => format!("+OK Job-UUID: {}\n", core.dial_in_background(&wanted)).into(),
        Err(said) => said,
    }
}
