//! Where lines begin: the loop that every plain event goes through, byte by byte.
//!
//! It looks at 64 bytes at a time and makes a bit of each line feed among them; what it costs is a few instructions a
//! block and a few a line. Where the processor has AVX2 it is compiled for that, which makes it more than twice as
//! fast; `bench stream` measures it.

use crate::header::Mark;

const BLOCK: usize = 64;

/// What ended the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// An empty line, and after it this.
    Body(usize),
    /// The last byte.
    Bytes,
}

/// Where lines begin, in memory that is kept from one message to the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    /// Longer than what is in it, so that writing needs no growing.
    marks: Vec<Mark>,
    len: usize,
}

/// Lines written without asking how many there are: nearly every block has fewer.
const AT_ONCE: usize = 3;

impl Marks {
    pub(crate) fn as_slice(&self) -> &[Mark] {
        self.marks.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) fn push(&mut self, mark: Mark) {
        self.reserve(1);
        if let Some(slot) = self.marks.get_mut(self.len) {
            *slot = mark;
            self.len += 1;
        }
    }

    pub(crate) fn pop(&mut self) {
        self.len = self.len.saturating_sub(1);
    }

    /// Takes one out of the middle.
    pub(crate) fn remove(&mut self, at: usize) {
        if let Some(after) = self.marks.get_mut(at..self.len) {
            after.rotate_left(1);
            self.len -= 1;
        }
    }

    #[inline]
    fn reserve(&mut self, more: usize) {
        if self.marks.len() < self.len + more {
            self.marks.resize((self.len + more).next_power_of_two().max(256), 0);
        }
    }

    /// Notes the places after the line feeds of a block at `base`.
    #[inline(always)]
    fn push_after(&mut self, mut feeds: u64, base: Mark) {
        self.reserve(BLOCK);
        let count = feeds.count_ones() as usize;
        let Some(slots) = self.marks.get_mut(self.len..self.len + BLOCK) else { return };
        let mut write = |slots: &mut [Mark]| {
            for slot in slots {
                *slot = base + feeds.trailing_zeros() + 1;
                feeds &= feeds.wrapping_sub(1);
            }
        };
        // A fixed number first: guessing wrong how many there are costs more than writing a few in vain.
        let (first, rest) = slots.split_at_mut(AT_ONCE);
        write(first);
        if count > AT_ONCE {
            write(rest.get_mut(..count - AT_ONCE).unwrap_or_default());
        }
        self.len += count;
    }
}

/// Notes where each line of `raw` from `at` on begins, up to the first empty one, and tells `begins_with_e` of those
/// that begin with this letter, in any case, as `Event-Name` does. `raw` is shorter than 2 GiB.
#[inline]
pub(crate) fn lines(raw: &[u8], at: usize, marks: &mut Marks, begins_with_e: impl FnMut(usize)) -> End {
    #[cfg(target_arch = "x86_64")]
    if avx2::is_there() {
        return avx2::lines(raw, at, marks, begins_with_e);
    }
    lines_by(raw, at, marks, begins_with_e, find)
}

/// The bytes of a block that matter, a bit each, the first byte's lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    line_feeds: u64,
    letters_e: u64,
}

/// To be inlined where it is called, and so compiled for the processor that caller is compiled for.
#[inline(always)]
fn lines_by(
    raw: &[u8],
    at: usize,
    marks: &mut Marks,
    mut begins_with_e: impl FnMut(usize),
    find: impl Fn(&[u8; BLOCK]) -> Found,
) -> End {
    let (blocks, tail) = raw.get(at..).unwrap_or_default().as_chunks::<BLOCK>();
    if blocks.is_empty() && tail.is_empty() {
        return End::Bytes;
    }
    let mut last = [0; BLOCK];
    if let Some(last) = last.get_mut(..tail.len()) {
        last.copy_from_slice(tail);
    }
    let mut base = Mark::try_from(at).unwrap_or(Mark::MAX);
    marks.push(base);
    // Whether the byte before the block is a line feed, or there is none.
    let mut after_feed = 1;
    for block in blocks.iter().chain([&last]) {
        let Found { line_feeds, letters_e } = find(block);
        let begins = line_feeds << 1 | after_feed;
        let empty = line_feeds & begins;
        // What stands behind an empty line is no header.
        let wanted = if empty == 0 { u64::MAX } else { (1 << empty.trailing_zeros()) - 1 };
        let mut with_e = letters_e & begins & wanted;
        while with_e != 0 {
            begins_with_e((base + with_e.trailing_zeros()) as usize);
            with_e &= with_e - 1;
        }
        marks.push_after(line_feeds & wanted, base);
        if empty != 0 {
            // The empty line itself.
            marks.pop();
            return End::Body((base + empty.trailing_zeros() + 1) as usize);
        }
        after_feed = line_feeds >> (BLOCK - 1);
        base = base.saturating_add(BLOCK as Mark);
    }
    if raw.last() == Some(&b'\n') {
        // What begins after the last line feed is nothing.
        marks.pop();
    }
    End::Bytes
}

/// For any processor: eight bytes at a time.
fn find(block: &[u8; BLOCK]) -> Found {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let each = |byte: u8| u64::from(byte) * 0x0101_0101_0101_0101;
    let equal = |word: u64, byte: u8| {
        let differs = word ^ each(byte);
        // 0x80 in each byte that is zero, exactly.
        let zero = !(((differs & LOW) + LOW) | differs | LOW);
        (zero >> 7).wrapping_mul(GATHER) >> 56
    };
    let mut found = Found { line_feeds: 0, letters_e: 0 };
    let (words, _) = block.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        found.line_feeds |= equal(word, b'\n') << (place * 8);
        found.letters_e |= equal(word | each(0x20), b'e') << (place * 8);
    }
    found
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8,
    };

    use super::{BLOCK, End, Found, Marks, lines_by};

    pub(super) fn is_there() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt")
    }

    #[inline]
    pub(super) fn lines(raw: &[u8], at: usize, marks: &mut Marks, begins_with_e: impl FnMut(usize)) -> End {
        #[target_feature(enable = "avx2,bmi1,popcnt")]
        fn with_avx2(raw: &[u8], at: usize, marks: &mut Marks, begins_with_e: impl FnMut(usize)) -> End {
            lines_by(raw, at, marks, begins_with_e, |block| find(block))
        }
        #[expect(unsafe_code, reason = "the hot loop of every plain event; measured by `bench stream`")]
        // SAFETY: the caller has asked `is_there`.
        unsafe {
            with_avx2(raw, at, marks, begins_with_e)
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn find(block: &[u8; BLOCK]) -> Found {
        let (halves, _) = block.as_chunks::<32>();
        let each = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let bits = |equal: __m256i| u64::from(_mm256_movemask_epi8(equal).cast_unsigned());
        let mut found = Found { line_feeds: 0, letters_e: 0 };
        for (place, half) in halves.iter().enumerate() {
            #[expect(unsafe_code, reason = "there is no safe way yet to load a vector")]
            // SAFETY: `half` is 32 readable bytes, and the load asks for no alignment.
            let half = unsafe { _mm256_loadu_si256(half.as_ptr().cast::<__m256i>()) };
            found.line_feeds |= bits(_mm256_cmpeq_epi8(half, each(b'\n'))) << (place * 32);
            let lower = _mm256_or_si256(half, each(0x20));
            found.letters_e |= bits(_mm256_cmpeq_epi8(lower, each(b'e'))) << (place * 32);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slowly(raw: &[u8], at: usize) -> (Vec<Mark>, Vec<usize>, End) {
        let mut marks = Vec::new();
        let mut line = at;
        let mut end = End::Bytes;
        for feed in (at..raw.len()).filter(|i| raw[*i] == b'\n') {
            if feed == line {
                end = End::Body(feed + 1);
                line = raw.len();
                break;
            }
            marks.push(Mark::try_from(line).unwrap());
            line = feed + 1;
        }
        if line < raw.len() {
            marks.push(Mark::try_from(line).unwrap());
        }
        let with_e =
            marks.iter().map(|mark| *mark as usize).filter(|line| raw[*line].eq_ignore_ascii_case(&b'e'));
        (marks.clone(), with_e.collect(), end)
    }

    #[test]
    fn every_place_in_a_block() {
        let none = Found { line_feeds: 0, letters_e: 0 };
        for place in 0..BLOCK {
            for (byte, found) in [
                (b'\n', Found { line_feeds: 1 << place, ..none }),
                (b'E', Found { letters_e: 1 << place, ..none }),
                (b'e', Found { letters_e: 1 << place, ..none }),
            ] {
                let mut block = [b'x'; BLOCK];
                block[place] = byte;
                assert_eq!(find(&block), found);
            }
        }
        // Neighbours of the bytes looked for, and bytes with the high bit.
        for other in [0x0b, 0x8a, 0x09, b'D', b'F', b'd', b'f', 0xc5, 0xe5] {
            assert_eq!(find(&[other; BLOCK]), none, "{other}");
        }
    }

    #[test]
    fn memory_is_used_again() {
        let mut marks = Marks::default();
        lines(&b"a\n".repeat(1000), 0, &mut marks, |_| {});
        assert_eq!(marks.as_slice().len(), 1000);
        marks.clear();
        assert_eq!(lines(b"a\nb\n\nc", 0, &mut marks, |_| {}), End::Body(5));
        assert_eq!(marks.as_slice(), [0, 2]);
    }

    proptest::proptest! {
        #[test]
        fn as_the_slow_way(
            raw in proptest::collection::vec(proptest::sample::select(b"\n\naEe:\x8a\x0b".to_vec()), 0..300),
            at in 0usize..3,
        ) {
            let at = at.min(raw.len());
            // By what this processor has, and by what any has.
            for best in [true, false] {
                let mut marks = Marks::default();
                let mut with_e = Vec::new();
                let note = |line| with_e.push(line);
                let end = if best {
                    lines(&raw, at, &mut marks, note)
                } else {
                    lines_by(&raw, at, &mut marks, note, find)
                };
                proptest::prop_assert_eq!((marks.as_slice().to_vec(), with_e, end), slowly(&raw, at));
            }
        }
    }
}
