//! Which keys each hash slot holds, newest first (cluster mode).

use super::Slot;
use super::dict::NIL;
use super::paged::Paged;

/// CRC16 of XMODEM: polynomial 0x1021, initial value 0.
const CRC16: [u16; 256] = {
    let mut table = [0u16; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

/// The slot of a key: of what stands between the first `{` and the next `}`, if that is anything, else of all of it.
pub fn of_key(key: &[u8]) -> u16 {
    let tag = key.iter().position(|byte| *byte == b'{').and_then(|open| {
        let rest = &key[open + 1..];
        let close = rest.iter().position(|byte| *byte == b'}')?;
        (close > 0).then(|| &rest[..close])
    });
    let crc =
        tag.unwrap_or(key).iter().fold(0u16, |crc, byte| (crc << 8) ^ CRC16[usize::from((crc >> 8) as u8 ^ *byte)]);
    crc % Slot::COUNT
}

/// The first (newest) key of a slot and how many there are.
#[derive(Clone, Copy, Debug)]
pub struct SlotHead {
    /// Entry of the newest key.
    pub first: u32,
    /// How many keys.
    pub count: u32,
}

/// Every slot's list.
pub type SlotHeads = Paged<SlotHead, 256>;

/// All slots empty.
pub fn empty() -> SlotHeads {
    Paged::filled(usize::from(Slot::COUNT), &SlotHead { first: NIL, count: 0 })
}

#[cfg(test)]
mod tests {
    use super::of_key;

    #[test]
    fn slots_are_those_of_cluster_keyslot() {
        for (key, slot) in [
            ("", 0),
            ("foo", 12_182),
            ("{foo}bar", 12_182),
            ("foo{}{bar}", 8_363),
            ("foo{{bar}}zap", 4_015),
            ("foo{bar}{zap}", 5_061),
            ("123456789", 0x31c3),
        ] {
            assert_eq!(of_key(key.as_bytes()), slot, "{key}");
        }
    }
}
