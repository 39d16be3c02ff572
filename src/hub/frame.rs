//! Frames: how one message is told from the next on a stream of bytes. Knows nothing of what messages mean.
//!
//! `[length u32 LE][crc32 u32 LE][payload]`. A frame that is empty, too long or does not match its checksum is
//! hostile or broken; the connection ends there.

use std::fmt;
use std::io::{self, Read, Write};

/// The longest payload before the other side has said who it is, in bytes.
pub const BEFORE_HELLO: usize = 64 << 10;
/// The longest payload after that, in bytes.
pub const LIMIT: usize = 1 << 20;
/// What one frame of a longer run of bytes carries at most, in bytes.
pub const PIECE: usize = 60 << 10;

/// Why no frame could be read.
#[derive(Debug)]
pub enum FrameProblem {
    /// The other side is gone, or took too long.
    Gone(io::Error),
    /// What came is not a frame of ours.
    Hostile(&'static str),
}

impl fmt::Display for FrameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(error) => write!(f, "{error}"),
            Self::Hostile(why) => f.write_str(why),
        }
    }
}

/// A payload with its length and checksum before it.
#[must_use]
pub fn framed(payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(8 + payload.len());
    let length = u32::try_from(payload.len()).expect("payloads are cut to far less than 4 GB");
    frame.extend(length.to_le_bytes());
    frame.extend(crc32fast::hash(payload).to_le_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// Writes one frame.
///
/// # Errors
/// When the other side is gone or does not read.
pub fn write(stream: &mut impl Write, payload: &[u8]) -> io::Result<()> {
    stream.write_all(&framed(payload))
}

/// Reads one frame's payload; `begun` is called once its first byte has come.
///
/// # Errors
/// When the other side is gone, or sends what is no frame of at most `limit` bytes.
pub fn read<S: Read>(stream: &mut S, limit: usize, begun: impl FnOnce(&S)) -> Result<Vec<u8>, FrameProblem> {
    let mut head = [0; 8];
    stream.read_exact(&mut head[..1]).map_err(FrameProblem::Gone)?;
    begun(stream);
    stream.read_exact(&mut head[1..]).map_err(FrameProblem::Gone)?;
    let [a, b, c, d, sum @ ..] = head;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length == 0 {
        return Err(FrameProblem::Hostile("an empty frame"));
    }
    if length > limit {
        return Err(FrameProblem::Hostile("a frame that is too long"));
    }
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).map_err(FrameProblem::Gone)?;
    if crc32fast::hash(&payload) != u32::from_le_bytes(sum) {
        return Err(FrameProblem::Hostile("a frame with a wrong checksum"));
    }
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8]) -> Result<Vec<u8>, FrameProblem> {
        read(&mut io::Cursor::new(bytes), LIMIT, |_| ())
    }

    #[test]
    fn a_frame_reads_back() {
        assert_eq!(read_all(&framed(b"hello")).unwrap(), b"hello");
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let good = framed(b"hello");
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(read_all(&bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn absurd_lengths_are_refused_before_anything_is_allocated() {
        for length in [0, LIMIT as u32 + 1, u32::MAX] {
            let mut bytes = length.to_le_bytes().to_vec();
            bytes.extend([0; 64]);
            assert!(matches!(read_all(&bytes), Err(FrameProblem::Hostile(_))));
        }
    }
}
