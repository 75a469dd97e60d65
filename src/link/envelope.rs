//! What surrounds a link's content: version, codec, length, checksum, and the URL's alphabet.
//!
//! ```text
//! # 1 d . base64url( length of the rest after the checksum: varint | CRC-32: 4 bytes, little-endian | content )
//!   │ └ codec: s stored, d deflated (RFC 1951)
//!   └ version
//! ```
//!
//! The CRC-32 (that of IEEE 802.3) covers the version, the codec and the content as it travels, so that nothing is inflated that
//! was not written so. The length tells a link that was cut off from one that was damaged. Base64 is RFC 4648's
//! URL-safe alphabet without padding.
//!
//! Start with [`seal`] and [`open`].

use super::{LINK_CHARS_MAX, LinkError};

/// The only version so far.
const VERSION: u8 = b'1';
/// Content as it is.
const STORED: u8 = b's';
/// Content deflated.
const DEFLATED: u8 = b'd';
/// Content in bytes, at most, before deflating.
pub const CONTENT_BYTES_MAX: usize = 64 * 1_024;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The value of a character of [`ALPHABET`].
fn value_of(character: u8) -> Option<u32> {
    ALPHABET.iter().position(|&letter| letter == character).map(|at| at as u32)
}

/// Writes content as a link, deflated where that is shorter.
pub fn seal(content: &[u8]) -> Result<String, LinkError> {
    if content.len() > CONTENT_BYTES_MAX {
        return Err(LinkError::TooLarge);
    }
    let deflated = miniz_oxide::deflate::compress_to_vec(content, 10);
    let link = if deflated.len() < content.len() { wrap(DEFLATED, &deflated) } else { wrap(STORED, content) };
    if link.len() > LINK_CHARS_MAX { Err(LinkError::TooLarge) } else { Ok(link) }
}

/// Wraps bytes that a codec made. For [`seal`], and for tests that must get past the checksum.
pub fn wrap(codec: u8, coded: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(coded.len() + 8);
    put_varint(&mut bytes, coded.len() as u64);
    bytes.extend(checksum(codec, coded).to_le_bytes());
    bytes.extend(coded);
    let mut link = format!("#{}{}.", char::from(VERSION), char::from(codec));
    to_base64(&bytes, &mut link);
    link
}

/// Whether this looks like something that [`seal`] wrote, now or in a later version: two characters and a dot, or the
/// beginning of that.
pub fn is_sealed(text: &str) -> bool {
    let mut chars = text.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(version), Some(codec), Some('.')) => version.is_ascii_alphanumeric() && codec.is_ascii_alphanumeric(),
        (Some('1'), None | Some('s' | 'd'), None) => true,
        _ => false,
    }
}

/// Reads the content of a link (without its `#`). Never allocates more than a few times [`CONTENT_BYTES_MAX`].
pub fn open(text: &str) -> Result<Vec<u8>, LinkError> {
    if text.len() > LINK_CHARS_MAX {
        return Err(LinkError::TooLarge);
    }
    let mut chars = text.chars();
    match chars.next() {
        Some('1') => {}
        Some(version) => return Err(LinkError::FutureVersion(version)),
        None => return Err(LinkError::Empty),
    }
    let codec = match chars.next() {
        Some('s') => STORED,
        Some('d') => DEFLATED,
        Some(codec) => return Err(LinkError::FutureCodec(codec)),
        None => return Err(LinkError::Truncated),
    };
    // A sentence or a bracket around the link may have been copied with it.
    let body = chars.as_str().trim_start_matches('.').trim_end_matches(['.', ',', ')', ']', '>', '"', '\'', '=']);
    let (bytes, ragged) = from_base64(body)?;
    let mut rest = bytes.as_slice();
    let length = take_varint(&mut rest)?;
    let (sum, coded) = rest.split_first_chunk::<4>().ok_or(LinkError::Truncated)?;
    if (coded.len() as u64) < length {
        return Err(LinkError::Truncated);
    }
    if ragged || coded.len() as u64 > length || u32::from_le_bytes(*sum) != checksum(codec, coded) {
        return Err(LinkError::Corrupt);
    }
    let content = match codec {
        STORED => coded.to_vec(),
        _ => inflate(coded)?,
    };
    if content.len() > CONTENT_BYTES_MAX { Err(LinkError::TooLarge) } else { Ok(content) }
}

fn inflate(coded: &[u8]) -> Result<Vec<u8>, LinkError> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
    decompress_to_vec_with_limit(coded, CONTENT_BYTES_MAX).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => LinkError::TooLarge,
        _ => LinkError::Malformed("compression"),
    })
}

/// Seven bits a byte, lowest first, the top bit set where more follow (LEB128).
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads what [`put_varint`] wrote and moves `bytes` past it.
pub fn take_varint(bytes: &mut &[u8]) -> Result<u64, LinkError> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(LinkError::Truncated)?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        // Ten bytes hold 70 bits; the six beyond a u64 must be zero.
        if shift == 63 && bits > 1 {
            break;
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(LinkError::Malformed("number"))
}

/// CRC-32 over version, codec and content, reflected, polynomial 0xEDB88320.
fn checksum(codec: u8, coded: &[u8]) -> u32 {
    let bytes = [VERSION, codec].into_iter().chain(coded.iter().copied());
    let bit = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.fold(!0, |crc: u32, byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| bit(crc)))
}

fn to_base64(bytes: &[u8], out: &mut String) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0, |word, &byte| (word << 8) | u32::from(byte)) << (8 * (3 - group.len()));
        for at in 0..=group.len() {
            out.push(char::from(ALPHABET[(word >> (18 - 6 * at)) as usize & 63]));
        }
    }
}

/// The bytes, and whether bits are left over that no writer leaves: the text is damaged, or its end is missing.
fn from_base64(text: &str) -> Result<(Vec<u8>, bool), LinkError> {
    if let Some((at, character)) =
        text.chars().enumerate().find(|&(_, c)| u8::try_from(c).ok().and_then(value_of).is_none())
    {
        return Err(LinkError::BadCharacter(character, at + 1));
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let mut ragged = false;
    for group in text.as_bytes().chunks(4) {
        let word = group.iter().fold(0, |word, &byte| (word << 6) | value_of(byte).unwrap_or(0));
        let word = (word << (6 * (4 - group.len()))).to_be_bytes();
        // Four characters are three bytes, three are two, two are one; one alone is the beginning of something.
        match group.len() {
            1 => return Err(LinkError::Truncated),
            length => bytes.extend(&word[1..length]),
        }
        ragged = word[group.len()..].iter().any(|&byte| byte != 0) && group.len() < 4;
    }
    Ok((bytes, ragged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_ieee_802_3() {
        // The check value of CRC-32: over "123456789".
        assert_eq!(checksum(b'2', b"3456789"), 0xcbf4_3926);
    }

    #[test]
    fn base64_is_url_safe_and_unpadded() {
        // RFC 4648, section 10, in the URL-safe alphabet without padding.
        for (bytes, text) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")]
        {
            let mut encoded = String::new();
            to_base64(bytes.as_bytes(), &mut encoded);
            assert_eq!(encoded, text);
            assert_eq!(from_base64(text), Ok((bytes.as_bytes().to_vec(), false)));
        }
        assert_eq!(from_base64("-_-_"), Ok((vec![0xfb, 0xff, 0xbf], false)));
        assert_eq!(from_base64("Zh"), Ok((b"f".to_vec(), true)));
    }

    #[test]
    fn numbers_take_as_few_bytes_as_they_need() {
        for (value, length) in [(0, 1), (127, 1), (128, 2), (1 << 42, 7), (u64::MAX, 10)] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            assert_eq!(bytes.len(), length);
            assert_eq!(take_varint(&mut bytes.as_slice()), Ok(value));
        }
        assert_eq!(take_varint(&mut [0xff; 12].as_slice()), Err(LinkError::Malformed("number")));
        assert_eq!(take_varint(&mut [0x80].as_slice()), Err(LinkError::Truncated));
    }
}
