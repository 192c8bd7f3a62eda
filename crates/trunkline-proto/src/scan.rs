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
const AT_ONCE: usize = 4;

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

/// Notes where each line of `raw` from `at` on begins, up to the first empty one. `raw` is shorter than 2 GiB.
pub(crate) fn lines(raw: &[u8], at: usize, marks: &mut Marks) -> End {
    #[cfg(target_arch = "x86_64")]
    if avx2::is_there() {
        return avx2::lines(raw, at, marks);
    }
    lines_by(raw, at, marks, line_feeds)
}

/// `line_feeds` makes a bit of each line feed of a block, the first byte's lowest. To be inlined where it is called,
/// and compiled for the processor that caller is compiled for.
#[inline(always)]
fn lines_by(raw: &[u8], at: usize, marks: &mut Marks, line_feeds: impl Fn(&[u8; BLOCK]) -> u64) -> End {
    let (blocks, tail) = raw.get(at..).unwrap_or_default().as_chunks::<BLOCK>();
    if blocks.is_empty() && tail.is_empty() {
        return End::Bytes;
    }
    let mut last = [0; BLOCK];
    for (to, from) in last.iter_mut().zip(tail) {
        *to = *from;
    }
    let mut base = Mark::try_from(at).unwrap_or(Mark::MAX);
    marks.push(base);
    // Whether the byte before the block is a line feed, or there is none.
    let mut after_feed = 1;
    for block in blocks.iter().chain([&last]) {
        let feeds = line_feeds(block);
        let empty = feeds & (feeds << 1 | after_feed);
        if empty != 0 {
            let end = empty.trailing_zeros();
            marks.push_after(feeds & ((1 << end) - 1), base);
            // The empty line itself.
            marks.pop();
            return End::Body((base + end + 1) as usize);
        }
        marks.push_after(feeds, base);
        after_feed = feeds >> (BLOCK - 1);
        base = base.saturating_add(BLOCK as Mark);
    }
    if raw.last() == Some(&b'\n') {
        // What begins after the last line feed is nothing.
        marks.pop();
    }
    End::Bytes
}

/// For any processor: eight bytes at a time.
fn line_feeds(block: &[u8; BLOCK]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (words, _) = block.as_chunks::<8>();
    words.iter().enumerate().fold(0, |mask, (place, word)| {
        let differs = u64::from_le_bytes(*word) ^ (u64::from(b'\n') * 0x0101_0101_0101_0101);
        // 0x80 in each byte that is zero, exactly.
        let equal = !(((differs & LOW) + LOW) | differs | LOW);
        mask | ((equal >> 7).wrapping_mul(GATHER) >> 56) << (place * 8)
    })
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8,
    };

    use super::{BLOCK, End, Marks, lines_by};

    pub(super) fn is_there() -> bool {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt")
    }

    pub(super) fn lines(raw: &[u8], at: usize, marks: &mut Marks) -> End {
        #[target_feature(enable = "avx2,bmi1,popcnt")]
        fn with_avx2(raw: &[u8], at: usize, marks: &mut Marks) -> End {
            lines_by(raw, at, marks, |block| line_feeds(block))
        }
        #[expect(unsafe_code, reason = "the hot loop of every plain event; measured by `bench stream`")]
        // SAFETY: the caller has asked `is_there`.
        unsafe {
            with_avx2(raw, at, marks)
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn line_feeds(block: &[u8; BLOCK]) -> u64 {
        let (halves, _) = block.as_chunks::<32>();
        let needle = _mm256_set1_epi8(b'\n'.cast_signed());
        let mut mask = 0;
        for (place, half) in halves.iter().enumerate() {
            #[expect(unsafe_code, reason = "there is no safe way yet to load a vector")]
            // SAFETY: `half` is 32 readable bytes, and the load asks for no alignment.
            let half = unsafe { _mm256_loadu_si256(half.as_ptr().cast::<__m256i>()) };
            mask |= u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(half, needle)).cast_unsigned())
                << (place * 32);
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slowly(raw: &[u8], at: usize) -> (Vec<Mark>, End) {
        let mut marks = Vec::new();
        let mut line = at;
        for feed in (at..raw.len()).filter(|i| raw[*i] == b'\n') {
            if feed == line {
                return (marks, End::Body(feed + 1));
            }
            marks.push(Mark::try_from(line).unwrap());
            line = feed + 1;
        }
        if line < raw.len() {
            marks.push(Mark::try_from(line).unwrap());
        }
        (marks, End::Bytes)
    }

    #[test]
    fn every_place_in_a_block() {
        for place in 0..BLOCK {
            let mut block = [b'x'; BLOCK];
            block[place] = b'\n';
            assert_eq!(line_feeds(&block), 1 << place);
        }
        assert_eq!(line_feeds(&[b'\n'; BLOCK]), u64::MAX);
        // Neighbours of the byte looked for, and bytes with the high bit.
        assert_eq!(line_feeds(&[0x0b; BLOCK]) | line_feeds(&[0x8a; BLOCK]) | line_feeds(&[0x09; BLOCK]), 0);
    }

    #[test]
    fn memory_is_used_again() {
        let mut marks = Marks::default();
        lines(&b"a\n".repeat(1000), 0, &mut marks);
        assert_eq!(marks.as_slice().len(), 1000);
        marks.clear();
        assert_eq!(lines(b"a\nb\n\nc", 0, &mut marks), End::Body(5));
        assert_eq!(marks.as_slice(), [0, 2]);
    }

    proptest::proptest! {
        #[test]
        fn as_the_slow_way(
            raw in proptest::collection::vec(proptest::sample::select(b"\n\na:\x8a\x0b".to_vec()), 0..300),
            at in 0usize..3,
        ) {
            let at = at.min(raw.len());
            // By what this processor has, and by what any has.
            let any = |raw: &[u8], at: usize, marks: &mut Marks| lines_by(raw, at, marks, line_feeds);
            for lines in [lines, any] {
                let mut marks = Marks::default();
                let end = lines(&raw, at, &mut marks);
                proptest::prop_assert_eq!((marks.as_slice().to_vec(), end), slowly(&raw, at));
            }
        }
    }
}
