//! Reading a dial string, layer by layer as `switch_ivr_originate.c` does.

use super::block::{Block, lone_backslash, text_of, unreadable};
use super::dial_string::DialString;
use super::endpoint::Endpoint;
use super::error::DialStringError;
use super::leg::{Group, Leg, MOST_PEERS, check_room};
use super::tokenizer::{after, before, find_close, separate, trim_start};
use super::variables::Variables;

/// Stands for a comma within a `[^^…]` or within quotes, until its block is read.
const QUOTED_COMMA: u8 = 1;
/// Stands for a comma that parts variables.
const PLAIN_COMMA: u8 = 2;

/// `switch_ivr_enterprise_originate`, or `switch_ivr_originate` where there is no `:_:`.
pub(super) fn parse(text: &[u8]) -> Result<DialString, DialStringError> {
    if text.contains(&0) {
        return Err(unreadable("it holds a NUL, which would end it"));
    }
    let is_enterprise = text.windows(3).any(|part| part == b":_:");
    let mut ultra = Variables::new();
    let text = Block::Ultra.read(trim_start(text), b',', &mut ultra)?;
    if !is_enterprise {
        return Ok(DialString { ultra, groups: vec![group(text)?] });
    }
    let mut groups = Vec::new();
    for text in split_enterprise(trim_start(text)) {
        check_room("groups", groups.len())?;
        groups.push(group(trim_start(text))?);
    }
    if groups.len() == 1 {
        return Err(unreadable("a `:_:` within a value makes it an enterprise of one group"));
    }
    Ok(DialString { ultra, groups })
}

/// `switch_separate_string_string`
fn split_enterprise(mut text: &[u8]) -> Vec<&[u8]> {
    let mut groups = Vec::new();
    while let Some(at) = text.windows(3).position(|part| part == b":_:") {
        groups.push(before(text, at));
        text = after(text, at + 3);
    }
    groups.push(text);
    groups
}

fn group(text: &[u8]) -> Result<Group, DialStringError> {
    let mut variables = Variables::new();
    let text = Block::Group.read(text, b',', &mut variables)?;
    let mut attempts = Vec::new();
    // One more than fits, to see whether there is one.
    for text in separate(trim_start(text), b'|', MOST_PEERS + 1).map_err(lone_backslash)? {
        check_room("alternatives", attempts.len())?;
        attempts.push(legs(text)?);
    }
    if attempts.is_empty() {
        return Err(unreadable("it calls nobody"));
    }
    Ok(Group { variables, attempts })
}

fn legs(mut text: Vec<u8>) -> Result<Vec<Leg>, DialStringError> {
    mark_commas(&mut text);
    let mut legs = Vec::new();
    for text in separate(&text, b',', MOST_PEERS + 1).map_err(lone_backslash)? {
        check_room("legs called at once", legs.len())?;
        legs.push(leg(&text)?);
    }
    if legs.is_empty() {
        return Err(unreadable("an alternative calls nobody"));
    }
    Ok(legs)
}

/// The scan that keeps the commas within `[…]` from parting legs. It takes every apostrophe for a quote, escaped or
/// not, and a comma behind any backslash for an escaped one.
fn mark_commas(text: &mut [u8]) {
    let closings = closings(text);
    let mut end = None;
    let mut has_separator = false;
    let mut quoted = false;
    let mut last = 0;
    for at in 0..text.len() {
        let rest = after(text, at);
        let Some(&byte) = rest.first() else { break };
        if end.is_none() && byte == b'[' {
            end = closings.get(at).copied().flatten();
            has_separator = rest.starts_with(b"[^^");
            quoted = false;
        }
        if byte == b'\'' {
            quoted = !quoted;
        }
        if byte == b',' && last != b'\\' && end.is_some_and(|end| at < end) {
            let mark = if quoted || has_separator { QUOTED_COMMA } else { PLAIN_COMMA };
            text.iter_mut().skip(at).take(1).for_each(|byte| *byte = mark);
        }
        if end == Some(at) {
            end = None;
        }
        last = byte;
    }
}

/// Where each `[` is closed: `switch_find_end_paren` from each, in one go.
fn closings(text: &[u8]) -> Vec<Option<usize>> {
    let mut closings = vec![None; text.len()];
    let mut open = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'[' => open.push(at),
            b']' => {
                if let Some(closing) = open.pop().and_then(|open| closings.get_mut(open)) {
                    *closing = Some(at);
                }
            }
            _ => {}
        }
    }
    closings
}

fn leg(text: &[u8]) -> Result<Leg, DialStringError> {
    let mut text = trim_start(text).to_vec();
    unmark_commas(&mut text);
    let mut variables = Variables::new();
    let address = Block::Leg.read(&text, PLAIN_COMMA, &mut variables)?;
    let endpoint = Endpoint::raw(&text_of(trim_start(address))?)?;
    Ok(Leg { variables, endpoint })
}

/// Makes commas of the marks within the blocks at the beginning.
fn unmark_commas(mut text: &mut [u8]) {
    while let Some(close) = find_close(text, b'[', b']').filter(|_| text.starts_with(b"[")) {
        let Some((block, rest)) = text.split_at_mut_checked(close + 1) else { return };
        block.iter_mut().filter(|byte| **byte == QUOTED_COMMA).for_each(|byte| *byte = b',');
        text = rest;
    }
}
