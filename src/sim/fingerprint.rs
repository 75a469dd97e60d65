//! The run's fingerprint: a running 64-bit digest over every event.

/// Two runs with the same fingerprint at the same time handled the same events in the same order.
///
/// The mixing step is the finaliser of `MurmurHash3` (public domain, Austin Appleby) over the running state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0x736c_6f74_7363_6f70)
    }
}

impl Fingerprint {
    /// Takes one word in.
    pub fn mix(&mut self, word: u64) {
        self.0 = super::random::scramble(self.0.rotate_left(5) ^ word);
    }

    /// Takes bytes in, their length included.
    pub fn mix_bytes(&mut self, bytes: &[u8]) {
        self.mix(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }

    /// The digest so far.
    pub fn value(self) -> u64 {
        self.0
    }
}
