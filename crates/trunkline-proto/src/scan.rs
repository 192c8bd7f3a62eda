//! Finding headers among lines: the loop that every plain event goes through, byte by byte, when it is received and
//! whenever something is looked up in it.
//!
//! A header of a given name is sought by three bytes: the line feed before it, its first letter, and the colon as far
//! behind as the name is long. 128 places are tried at a time, for a few instructions, and nearly all that pass are the
//! header sought: so events need no index. Where the processor has AVX2 it is compiled for that, which makes it several times as fast;
//! `bench decode` and `bench lookup` measure it.

use std::ops::ControlFlow;

use memchr::memchr_iter;

const BLOCK: usize = 128;

/// What ended the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// An empty line, and after it this.
    Body(usize),
    /// The last byte.
    Bytes,
    /// `candidate` wanted no more.
    Enough,
}

/// Tells `candidate` where lines begin that have a colon `len` bytes behind their beginning, from the line that begins
/// at `at` up to the first empty one. (That colon may stand in a later line, or not be the line's first: a candidate
/// is yet to be compared with the name.)
#[inline]
pub(crate) fn outline(
    raw: &[u8],
    at: usize,
    len: usize,
    candidate: impl FnMut(usize) -> ControlFlow<()>,
) -> End {
    candidates::<true>(raw, at, b'\n', len, candidate)
}

/// Of those only the ones that begin with this letter, in either case; and not much heed is paid to empty lines.
#[inline]
pub(crate) fn beginning_with(
    raw: &[u8],
    at: usize,
    letter: u8,
    len: usize,
    candidate: impl FnMut(usize) -> ControlFlow<()>,
) {
    candidates::<false>(raw, at, letter | 0x20, len, candidate);
}

#[inline]
fn candidates<const OUTLINE: bool>(
    raw: &[u8],
    at: usize,
    sought: u8,
    len: usize,
    candidate: impl FnMut(usize) -> ControlFlow<()>,
) -> End {
    #[cfg(target_arch = "x86_64")]
    if avx2::is_there() {
        return avx2::candidates::<OUTLINE>(raw, at, sought, len, candidate);
    }
    candidates_by(raw, at, len, candidate, |places| find::<OUTLINE>(places, sought))
}

/// How far [`near`] looks.
pub(crate) const NEAR: usize = 64;

/// Where the first of these bytes is, if it is near and not too near the end: what most values end with is, and is found
/// in less than a call to `memchr` takes.
#[inline]
pub(crate) fn near<const N: usize>(bytes: &[u8], sought: [u8; N]) -> Option<usize> {
    const STEP: usize = 16;
    let mut at = 0;
    while at < NEAR {
        let found = any_of(bytes.get(at..)?.first_chunk::<STEP>()?, sought);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize);
        }
        at += STEP;
    }
    None
}

/// A bit for each byte that is one of these.
#[cfg(target_arch = "x86_64")]
#[inline]
fn any_of<const N: usize>(bytes: &[u8; 16], sought: [u8; N]) -> u32 {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
        _mm_setzero_si128,
    };
    #[expect(unsafe_code, reason = "the hot loop of a pass over headers; measured by `bench model`")]
    // SAFETY: `bytes` is 16 readable bytes, the load asks for no alignment, and every x86-64 has SSE2.
    unsafe {
        let here = _mm_loadu_si128(bytes.as_ptr().cast::<__m128i>());
        let mut found = _mm_setzero_si128();
        for byte in sought {
            found = _mm_or_si128(found, _mm_cmpeq_epi8(here, _mm_set1_epi8(byte.cast_signed())));
        }
        _mm_movemask_epi8(found).cast_unsigned()
    }
}

#[cfg(not(target_arch = "x86_64"))]
use any_of_anywhere as any_of;

/// A bit for each byte that is one of these, on any processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn any_of_anywhere<const N: usize>(bytes: &[u8; 16], sought: [u8; N]) -> u32 {
    let any = |word: &[u8; 8]| sought.iter().fold(0, |any, byte| any | places_of(*byte, word));
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().rev().fold(0, |found, word| found << 8 | any(word))
}

/// A bit for each byte that is this one.
#[inline]
fn places_of(byte: u8, word: &[u8; 8]) -> u32 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let differs = u64::from_le_bytes(*word) ^ u64::from_le_bytes([byte; 8]);
    // 0x80 in each byte that is zero, exactly.
    let zero = !(((differs & LOW) + LOW) | differs | LOW);
    ((zero >> 7).wrapping_mul(GATHER) >> 56) as u32
}

/// Three views of as many places where a line may begin: the byte before each, the byte itself, and the one where the
/// colon would be.
struct Places<'a> {
    before: &'a [u8; BLOCK],
    here: &'a [u8; BLOCK],
    colon: &'a [u8; BLOCK],
}

impl<'a> Places<'a> {
    #[inline(always)]
    fn at(raw: &'a [u8], first: usize, len: usize) -> Option<Self> {
        let both: &[u8; BLOCK + 1] = raw.get(first.checked_sub(1)?..)?.first_chunk()?;
        let colon = raw.get(first + len..)?.first_chunk()?;
        Some(Self { before: both.first_chunk()?, here: both.last_chunk()?, colon })
    }
}

/// To be inlined where it is called, and so compiled for the processor that caller is compiled for.
#[inline(always)]
fn candidates_by(
    raw: &[u8],
    at: usize,
    len: usize,
    mut candidate: impl FnMut(usize) -> ControlFlow<()>,
    find: impl Fn(&Places<'_>) -> u128,
) -> End {
    let mut look = |line: usize| match raw.get(line) {
        Some(b'\n') => ControlFlow::Break(End::Body(line + 1)),
        Some(_) if raw.get(line + len) == Some(&b':') => candidate(line).map_break(|()| End::Enough),
        _ => ControlFlow::Continue(()),
    };
    if let ControlFlow::Break(end) = look(at) {
        return end;
    }
    // Places before this have been tried.
    let mut tried = at + 1;
    if let Some(last) = raw.len().checked_sub(BLOCK + len).filter(|last| *last >= tried) {
        loop {
            // The last block overlaps the one before.
            let first = tried.min(last);
            let Some(places) = Places::at(raw, first, len) else { break };
            let found = find(&places);
            if found != 0 {
                let mut found = found & u128::MAX << (tried - first);
                while found != 0 {
                    if let ControlFlow::Break(end) = look(first + found.trailing_zeros() as usize) {
                        return end;
                    }
                    found &= found - 1;
                }
            }
            tried = first + BLOCK;
            if first == last {
                break;
            }
        }
    }
    // Too near the end for a block; but an empty line may be there.
    for feed in memchr_iter(b'\n', raw.get(tried - 1..).unwrap_or_default()) {
        if let ControlFlow::Break(end) = look(tried + feed) {
            return end;
        }
    }
    End::Bytes
}

/// For any processor: the line feeds eight bytes at a time, and what is around each.
fn find<const OUTLINE: bool>(places: &Places<'_>, sought: u8) -> u128 {
    let (words, _) = places.before.as_chunks::<8>();
    let mut begins = 0;
    for (place, word) in words.iter().enumerate() {
        begins |= u128::from(places_of(b'\n', word)) << (place * 8);
    }
    let (mut found, mut rest) = (0, begins);
    while rest != 0 {
        let place = rest.trailing_zeros() as usize;
        let colon = places.colon.get(place) == Some(&b':');
        let matches = match places.here.get(place) {
            Some(here) if OUTLINE => *here == sought || colon,
            Some(here) => here | 0x20 == sought && colon,
            None => false,
        };
        found |= u128::from(matches) << place;
        rest &= rest - 1;
    }
    found
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8,
        _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_testz_si256,
    };
    use std::ops::ControlFlow;

    use super::{BLOCK, End, Places, candidates_by};

    pub(super) fn is_there() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1")
    }

    #[inline]
    pub(super) fn candidates<const OUTLINE: bool>(
        raw: &[u8],
        at: usize,
        sought: u8,
        len: usize,
        candidate: impl FnMut(usize) -> ControlFlow<()>,
    ) -> End {
        #[target_feature(enable = "avx2,bmi1")]
        fn with_avx2<const OUTLINE: bool>(
            raw: &[u8],
            at: usize,
            sought: u8,
            len: usize,
            candidate: impl FnMut(usize) -> ControlFlow<()>,
        ) -> End {
            candidates_by(raw, at, len, candidate, |places| find::<OUTLINE>(places, sought))
        }
        #[expect(unsafe_code, reason = "the hot loop of every plain event; measured by `bench decode`")]
        // SAFETY: the caller has asked `is_there`.
        unsafe {
            with_avx2::<OUTLINE>(raw, at, sought, len, candidate)
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn find<const OUTLINE: bool>(places: &Places<'_>, sought: u8) -> u128 {
        let (before, here, colon) = (parts(places.before), parts(places.here), parts(places.colon));
        let mut found = [_mm256_setzero_si256(); PARTS];
        let mut any = _mm256_setzero_si256();
        for (((found, before), here), colon) in found.iter_mut().zip(before).zip(here).zip(colon) {
            let begins = equal(load(before), b'\n');
            let colon = equal(load(colon), b':');
            *found = if OUTLINE {
                _mm256_and_si256(begins, _mm256_or_si256(colon, equal(load(here), sought)))
            } else {
                let lower = _mm256_or_si256(load(here), _mm256_set1_epi8(0x20));
                _mm256_and_si256(_mm256_and_si256(begins, colon), equal(lower, sought))
            };
            any = _mm256_or_si256(any, *found);
        }
        if _mm256_testz_si256(any, any) == 1 {
            return 0;
        }
        let bits = |part: &__m256i| u128::from(_mm256_movemask_epi8(*part).cast_unsigned());
        found.iter().rev().fold(0, |all, part| all << 32 | bits(part))
    }

    /// A bit for each of 64 bytes that is this one.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(crate) fn places_of(byte: u8, block: &[u8; 64]) -> u64 {
        let (parts, _) = block.as_chunks();
        parts.iter().rev().fold(0, |all, part| {
            let bits = _mm256_movemask_epi8(equal(load(part), byte));
            all << 32 | u64::from(bits.cast_unsigned())
        })
    }

    const PARTS: usize = BLOCK / 32;

    #[inline]
    fn parts(block: &[u8; BLOCK]) -> &[[u8; 32]] {
        block.as_chunks().0
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(part: &[u8; 32]) -> __m256i {
        #[expect(unsafe_code, reason = "there is no safe way yet to load a vector")]
        // SAFETY: `part` is 32 readable bytes, and the load asks for no alignment.
        unsafe {
            _mm256_loadu_si256(part.as_ptr().cast::<__m256i>())
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn equal(part: __m256i, byte: u8) -> __m256i {
        _mm256_cmpeq_epi8(part, _mm256_set1_epi8(byte.cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slowly(raw: &[u8], at: usize, len: usize) -> (Vec<usize>, End) {
        let mut found = Vec::new();
        for line in at..raw.len() {
            if line > at && raw[line - 1] != b'\n' {
                continue;
            }
            if raw[line] == b'\n' {
                return (found, End::Body(line + 1));
            }
            if raw.get(line + len) == Some(&b':') {
                found.push(line);
            }
        }
        (found, End::Bytes)
    }

    /// Lines that begin with an `a`, by what this processor has, and by what any has.
    fn those_with_a(raw: &[u8], at: usize, len: usize, best: bool) -> Vec<usize> {
        let mut found = Vec::new();
        let mut note = |line: usize| {
            // The first and the last ones are given whatever they begin with.
            if raw[line].eq_ignore_ascii_case(&b'a') {
                found.push(line);
            }
            ControlFlow::Continue(())
        };
        if best {
            beginning_with(raw, at, b'A', len, &mut note);
        } else {
            candidates_by(raw, at, len, &mut note, |places| find::<false>(places, b'a'));
        }
        found
    }

    /// By what this processor has, and by what any has.
    fn quickly(raw: &[u8], at: usize, len: usize, best: bool) -> (Vec<usize>, End) {
        let mut found = Vec::new();
        let note = |line| {
            found.push(line);
            ControlFlow::Continue(())
        };
        let end = if best {
            outline(raw, at, len, note)
        } else {
            candidates_by(raw, at, len, note, |places| find::<true>(places, b'\n'))
        };
        (found, end)
    }

    #[test]
    fn every_place_in_a_block() {
        for (len, place) in (0..12).flat_map(|len| (1..400).map(move |place| (len, place))) {
            let mut raw = [b'x'; 500];
            raw[place] = b'\n';
            raw[place + 1 + len] = b':';
            for best in [true, false] {
                assert_eq!(quickly(&raw, 0, len, best), (vec![place + 1], End::Bytes), "{len} {place}");
            }
        }
    }

    #[test]
    fn enough_is_enough() {
        let raw = b"ab: 1\ncd: 2\nab: 3\n".repeat(20);
        let mut seen = 0;
        let end = outline(&raw, 0, 2, |_| {
            seen += 1;
            if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((end, seen), (End::Enough, 3));
    }

    proptest::proptest! {
        #[test]
        fn near_on_any_processor(bytes: [u8; 16], sought: [u8; 2]) {
            let sought = [sought[0], sought[1] | 0x80, bytes[usize::from(sought[1]) % 16]];
            let slowly = bytes.iter().rev().fold(0, |found, byte| found << 1 | u32::from(sought.contains(byte)));
            proptest::prop_assert_eq!(any_of(&bytes, sought), slowly);
            proptest::prop_assert_eq!(any_of_anywhere(&bytes, sought), slowly);
        }

        #[test]
        fn as_the_slow_way(
            raw in proptest::collection::vec(proptest::sample::select(b"\naAb::\x8a\xba".to_vec()), 0..500),
            at in 0usize..3,
            len in 0usize..12,
            empty_lines in proptest::bool::ANY,
        ) {
            let mut raw = raw;
            if !empty_lines {
                raw.dedup();
            }
            let at = at.min(raw.len());
            for best in [true, false] {
                let slowly = slowly(&raw, at, len);
                proptest::prop_assert_eq!(quickly(&raw, at, len, best), slowly.clone());
                let with_a = slowly.0.into_iter().filter(|line| raw[*line] | 0x20 == b'a').collect::<Vec<_>>();
                let found = those_with_a(&raw, at, len, best);
                // Empty lines may be passed over.
                proptest::prop_assert_eq!(found.get(..with_a.len()), Some(&with_a[..]));
                proptest::prop_assert!(empty_lines || found == with_a);
            }
        }
    }
}
