//! Members written `"name":"value",`, as nearly all of an event are, gone through 64 bytes at a time.
//!
//! Of each block there are masks, a bit for each byte, of the quotes, backslashes, colons and commas. The quotes up to a
//! byte, if they are odd, say that it is within a string; and between strings nothing may stand but a colon and a comma in
//! turn, each behind a quote: so no byte is looked at by itself. What is written otherwise is left to whoever reads it.

use super::{BODY, Mark, NAME, is_name};
use crate::scan::avx2::places_of;

const BLOCK: usize = 64;
const LAST: u32 = BLOCK as u32 - 1;

pub(super) fn can_be_noted() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("pclmulqdq")
}

/// Notes the members from the one at `at` on, up to one that is written otherwise, whose name has escapes or is one to look
/// at, or that does not end in a whole block. Gives where that one begins.
#[target_feature(enable = "avx2,bmi1,pclmulqdq")]
pub(super) fn note(raw: &[u8], at: usize, marks: &mut Vec<Mark>) -> usize {
    let (blocks, _) = raw.get(at..).unwrap_or_default().as_chunks::<BLOCK>();
    // Offsets are kept in 31 bits.
    let Ok(mut start) = Mark::try_from(at) else { return at };
    let mut place = start;
    // The first member is as one behind a comma.
    let mut state = State { commas: 1 << LAST, ..State::default() };
    for block in blocks {
        let Read { mut commas, looked_at, mut odd } = state.read(block);
        if odd | looked_at != 0 {
            odd |= behind_names(raw, place, looked_at);
            if odd != 0 {
                // Those before it.
                commas &= (odd & odd.wrapping_neg()) - 1;
            }
        }
        while commas != 0 {
            marks.push(start + 1);
            start = place + commas.trailing_zeros() + 1;
            commas &= commas - 1;
        }
        if odd != 0 {
            break;
        }
        place += BLOCK as Mark;
    }
    start as usize
}

/// Those of these colons that are behind a name to look at.
fn behind_names(raw: &[u8], block: Mark, mut colons: u64) -> u64 {
    let mut found = 0;
    while colons != 0 {
        let first = colons & colons.wrapping_neg();
        let quote = (block + colons.trailing_zeros()).wrapping_sub(1) as usize;
        let name = |len: usize| raw.get(quote.checked_sub(len)?..quote);
        if name(BODY.len()).is_some_and(|name| name == BODY) || name(NAME.len()).is_some_and(is_name) {
            found |= first;
        }
        colons ^= first;
    }
    found
}

/// What is known of the bytes before a block: these masks of the block before.
#[derive(Default)]
struct State {
    /// Each string, from its opening quote up to before its closing one.
    within: u64,
    /// From each colon between strings up to before the comma.
    value: u64,
    /// The closing quotes.
    closing: u64,
    /// The commas between strings.
    commas: u64,
    /// Whether the next byte is escaped.
    escaped: bool,
}

/// What is in a block.
struct Read {
    /// The commas that end members.
    commas: u64,
    /// The colons behind names of such a length as those to look at.
    looked_at: u64,
    /// What should not be there; all masks hold up to before the first of it.
    odd: u64,
}

impl State {
    #[target_feature(enable = "avx2,bmi1,pclmulqdq")]
    #[inline]
    fn read(&mut self, block: &[u8; BLOCK]) -> Read {
        let [mut quotes, backslashes, colons, commas] =
            [b'"', b'\\', b':', b','].map(|byte| places_of(byte, block));
        if backslashes != 0 || self.escaped {
            quotes &= !self.escapes(backslashes);
        }
        let within = parity(quotes) ^ continued(self.within);
        let closing = quotes & !within;
        let between = !(within | quotes);
        let value = parity(between) ^ continued(self.value);
        let (colons, commas) = (colons & between & value, commas & between & !value);
        let odd = (between ^ (closing << 1 | self.closing >> LAST))
            | (between & !(colons | commas))
            | (backslashes & !value);
        // From the comma before a name to the colon behind it are two quotes more.
        let before = u128::from(commas) << BLOCK | u128::from(self.commas);
        let looked_at = before >> (BLOCK - BODY.len() - 3) | before >> (BLOCK - NAME.len() - 3);
        *self = Self { within, value, closing, commas, escaped: self.escaped };
        Read { commas, looked_at: colons & looked_at as u64, odd }
    }

    /// The bytes behind backslashes that are not escaped themselves.
    fn escapes(&mut self, mut backslashes: u64) -> u64 {
        let mut escaped = u64::from(self.escaped);
        backslashes &= !escaped;
        self.escaped = false;
        while backslashes != 0 {
            let first = backslashes & backslashes.wrapping_neg();
            escaped |= first << 1;
            self.escaped = first << 1 == 0;
            backslashes &= !(first | first << 1);
        }
        escaped
    }
}

/// The last bit of the block before, for every one.
fn continued(before: u64) -> u64 {
    (before.cast_signed() >> LAST).cast_unsigned()
}

/// Where the bits up to a place, and itself, are an odd number: the product with all ones, without carries.
#[target_feature(enable = "pclmulqdq")]
#[inline]
fn parity(bits: u64) -> u64 {
    use std::arch::x86_64::{_mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_set1_epi8};
    let product = _mm_clmulepi64_si128::<0>(_mm_cvtsi64_si128(bits.cast_signed()), _mm_set1_epi8(-1));
    _mm_cvtsi128_si64(product).cast_unsigned()
}
