//! The run's fingerprint: a running 64-bit digest over every event.

/// Two runs with the same fingerprint at the same time handled the same events in the same order.
///
/// The mixing step is `SplitMix64`'s output function over the running state, which is a bijection: two states that differ
/// still differ after the same word.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(words: &[u64]) -> u64 {
        let mut fingerprint = Fingerprint::default();
        for word in words {
            fingerprint.mix(*word);
        }
        fingerprint.value()
    }

    #[test]
    fn golden_values() {
        let mut bytes = Fingerprint::default();
        bytes.mix_bytes(b"GET row:7");
        let values = [Fingerprint::default().value(), of(&[0]), of(&[1, 2]), of(&[2, 1]), bytes.value()];
        expect_test::expect![
            "[736c6f7473636f70, 5e09b47c2e02f6bd, d245c543e78606c0, c285b26d90a97483, 004ef334ccab57f9]"
        ]
        .assert_eq(&format!("{values:016x?}"));
    }

    #[test]
    fn where_one_string_ends_and_the_next_begins_matters() {
        let of_all = |strings: &[&str]| {
            let mut fingerprint = Fingerprint::default();
            for string in strings {
                fingerprint.mix_bytes(string.as_bytes());
            }
            fingerprint
        };
        assert_ne!(of_all(&["ab", "c"]), of_all(&["a", "bc"]));
        assert_ne!(of_all(&["a"]), of_all(&["a\0"]));
        assert_ne!(of_all(&[]), of_all(&[""]));
    }

    proptest! {
        #[test]
        fn one_changed_word_changes_everything_after(
            words in prop::collection::vec(any::<u64>(), 1..50), at: prop::sample::Index, bit in 0_u32..64,
        ) {
            let mut other = words.clone();
            other[at.index(words.len())] ^= 1 << bit;
            prop_assert_ne!(of(&words), of(&other));
        }
    }
}
