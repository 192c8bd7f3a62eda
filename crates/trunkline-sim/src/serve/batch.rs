//! Several pieces of bytes to be written at once.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// Pieces in order, none of them empty.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pieces: VecDeque<Bytes>,
    size: usize,
}

impl Batch {
    pub(super) fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.size += bytes.len();
            self.pieces.push_back(bytes);
        }
    }

    /// Takes pieces off the front, whole ones, until they are this many bytes or more.
    pub(super) fn split_front(&mut self, bytes: usize) -> Self {
        let mut front = Self::default();
        while front.size < bytes
            && let Some(piece) = self.pieces.pop_front()
        {
            self.size -= piece.len();
            front.push(piece);
        }
        front
    }
}

impl Buf for Batch {
    fn remaining(&self) -> usize {
        self.size
    }

    fn chunk(&self) -> &[u8] {
        self.pieces.front().map_or(&[], |piece| piece)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let filled = slices.iter_mut().zip(&self.pieces);
        filled.map(|(slice, piece)| *slice = IoSlice::new(piece)).count()
    }

    fn advance(&mut self, mut bytes: usize) {
        self.size -= bytes;
        while let Some(front) = self.pieces.front_mut() {
            if bytes < front.len() {
                return front.advance(bytes);
            }
            bytes -= front.len();
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_go_out_in_order_however_little_is_taken() {
        let mut batch = Batch::default();
        for piece in ["one", "", "two", "three"] {
            batch.push(piece.into());
        }
        let mut slices = [IoSlice::new(&[]); 2];
        assert_eq!(batch.chunks_vectored(&mut slices), 2);
        batch.advance(4);
        assert_eq!((batch.chunk(), batch.remaining()), (b"wo".as_slice(), 7));
        let mut front = batch.split_front(1);
        assert_eq!(front.copy_to_bytes(front.remaining()), "wo");
        assert_eq!(batch.copy_to_bytes(batch.remaining()), "three");
    }
}
