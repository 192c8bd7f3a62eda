//! The dialplan that is its own extension (`inline_dialplan_hunt` in `mod_dptools.c`).

use crate::app::Action;
use crate::text::split;

const MOST: usize = 128;

/// `app:data,app:data`, or with a separator of one's own `m:c:app:datacapp:data`.
pub(super) fn inline(destination: &[u8]) -> Vec<Action> {
    let destination = destination.strip_prefix(b"m:").map_or_else(
        || destination.to_vec(),
        // `m:c:` chooses the separator as `^^c` does.
        |rest| match rest {
            [chosen, b':', rest @ ..] => [b"^^".as_slice(), &[*chosen], rest].concat(),
            _ => destination.to_vec(),
        },
    );
    let actions = split(&destination, b',', MOST).into_iter().map(|action| {
        let colon = action.iter().position(|byte| *byte == b':').unwrap_or(action.len());
        let (app, data) = action.split_at(colon);
        Action::new(&String::from_utf8_lossy(app), data.get(1..).unwrap_or_default())
    });
    actions.collect()
}
