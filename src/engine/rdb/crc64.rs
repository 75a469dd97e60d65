//! CRC-64 of Redis: polynomial 0xad93d23594c935a9 (Jones), bits reflected, no initial or final inversion.

/// The polynomial with its bits reversed.
const POLYNOMIAL: u64 = 0xad93_d235_94c9_35a9u64.reverse_bits();

/// What four bits more do: a table of 16 words rather than 256, which would be two kilobytes of every download.
const TABLE: [u64; 16] = {
    let mut table = [0u64; 16];
    let mut nibble = 0;
    while nibble < 16 {
        let mut crc = nibble as u64;
        let mut bit = 0;
        while bit < 4 {
            crc = if crc & 1 == 0 { crc >> 1 } else { (crc >> 1) ^ POLYNOMIAL };
            bit += 1;
        }
        table[nibble] = crc;
        nibble += 1;
    }
    table
};

/// The checksum of some bytes.
pub fn checksum(bytes: &[u8]) -> u64 {
    let nibble = |crc: u64| TABLE[crc as usize & 15] ^ (crc >> 4);
    bytes.iter().fold(0, |crc, byte| nibble(nibble(crc ^ u64::from(*byte))))
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn the_check_value_is_redis_own() {
        assert_eq!(checksum(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
    }
}
