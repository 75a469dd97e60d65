//! What a cached value is made of: `v12:xxxx…`, the row's version first, so that whoever reads it knows how old it is.

use crate::resp::Bytes;

/// Payloads built of late: versions are small and few are current, so most fills share one.
const SLOTS: usize = 32;

/// Makes payloads of one size, and keeps some of them for the next who asks.
#[derive(Clone, Debug)]
pub(super) struct Payloads {
    bytes: usize,
    recent: Vec<(u64, Bytes)>,
}

impl Payloads {
    /// Payloads of `bytes` bytes: at least as long as `v1:` is.
    pub(super) fn new(bytes: u32) -> Self {
        Self { bytes: bytes as usize, recent: vec![(0, Bytes::default()); SLOTS] }
    }

    /// The payload of a row at `version` (from 1).
    pub(super) fn of(&mut self, version: u64) -> Bytes {
        let (holds, payload) = &mut self.recent[(version % SLOTS as u64) as usize];
        if *holds != version {
            let mut text = format!("v{version}:").into_bytes();
            text.resize(self.bytes.max(text.len()), b'x');
            *payload = Bytes::from(text);
            *holds = version;
        }
        payload.clone()
    }
}

/// The version that a cached value begins with; none where somebody else has written there.
pub(super) fn version_of(value: &[u8]) -> Option<u64> {
    let digits = value.strip_prefix(b"v")?;
    let end = digits.iter().take(21).position(|byte| *byte == b':')?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_has_the_size_asked_for_and_carries_its_version() {
        let mut payloads = Payloads::new(200);
        for version in [1, 2, 33, 1, u64::MAX] {
            let payload = payloads.of(version);
            assert_eq!((payload.len(), version_of(&payload)), (200, Some(version)));
        }
    }

    #[test]
    fn a_payload_too_small_for_its_version_is_longer() {
        assert_eq!(&*Payloads::new(1).of(12), b"v12:");
    }

    #[test]
    fn what_somebody_else_wrote_has_no_version() {
        for value in ["", "v", "v:", "v1", "hello", "vx:", "v99999999999999999999:", "v-1:"] {
            assert_eq!(version_of(value.as_bytes()), None, "{value}");
        }
    }
}
