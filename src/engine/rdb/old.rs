//! The predecessors of listpacks, which older servers wrote: ziplists (up to 6.2) and zipmaps (up to 2.4).
//!
//! Source: the formats as `src/ziplist.c` and `src/zipmap.c` of Redis 7.0 explain and check them.

use super::listpack::Element;
use super::wire::Reader;

const END: u8 = 0xff;
/// Lengths from here on take four bytes more.
const LONG: u8 = 0xfe;
/// Bytes before the first element of a ziplist: total length, where the last element is, number of elements.
const ZIPLIST_HEADER: usize = 10;
/// So many elements and more a ziplist does not count.
const UNCOUNTED: usize = 0xffff;

/// The elements of a ziplist: `None` if anything is wrong.
pub fn ziplist(packed: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut reader = Reader(packed);
    let (total, tail) = (reader.little_endian(4)?, reader.little_endian(4)?);
    let count = reader.little_endian(2)? as usize;
    let (end, inside) = reader.0.split_last()?;
    if total != packed.len() as u64 || tail >= total || *end != END {
        return None;
    }
    reader.0 = inside;
    let mut elements = Vec::new();
    let (mut at, mut previous) = (ZIPLIST_HEADER, 0);
    while !reader.0.is_empty() {
        let before = reader.0.len();
        let stated = match reader.byte()? {
            LONG => reader.little_endian(4)? as usize,
            END => return None,
            short => usize::from(short),
        };
        if stated != previous {
            return None;
        }
        elements.push(ziplist_element(&mut reader)?);
        previous = before - reader.0.len();
        at += previous;
    }
    let tail_is_right = elements.is_empty() || tail as usize == at - previous;
    (tail_is_right && (count == UNCOUNTED || count == elements.len())).then_some(elements)
}

fn ziplist_element<'a>(reader: &mut Reader<'a>) -> Option<Element<'a>> {
    let first = reader.byte()?;
    let width = match first {
        0..=0x3f => return reader.take(usize::from(first)).map(Element::Text),
        0x40..=0x7f => {
            let len = usize::from(first & 0x3f) << 8 | usize::from(reader.byte()?);
            return reader.take(len).map(Element::Text);
        }
        0x80 => {
            let len = u32::from_be_bytes(reader.take(4)?.try_into().ok()?);
            return reader.take(len as usize).map(Element::Text);
        }
        0xc0 => 2,
        0xd0 => 4,
        0xe0 => 8,
        0xf0 => 3,
        0xf1..=0xfd => return Some(Element::Integer(i64::from(first & 0x0f) - 1)),
        0xfe => 1,
        _ => return None,
    };
    reader.little_endian_signed(width).map(Element::Integer)
}

/// The fields of a zipmap with their values, one after the other: `None` if anything is wrong, or there is none.
pub fn zipmap(packed: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut reader = Reader(packed);
    let count = reader.byte()?;
    let (end, inside) = reader.0.split_last()?;
    if *end != END {
        return None;
    }
    reader.0 = inside;
    let mut elements = Vec::new();
    while !reader.0.is_empty() {
        let name = zipmap_length(&mut reader)?;
        elements.push(Element::Text(reader.take(name)?));
        let value = zipmap_length(&mut reader)?;
        let unused = usize::from(reader.byte()?);
        elements.push(Element::Text(reader.take(value)?));
        reader.take(unused)?;
    }
    let counted = count == LONG || usize::from(count) == elements.len() / 2;
    (counted && !elements.is_empty()).then_some(elements)
}

fn zipmap_length(reader: &mut Reader<'_>) -> Option<usize> {
    match reader.byte()? {
        LONG => reader.little_endian(4).map(|len| len as usize),
        END => None,
        short => Some(usize::from(short)),
    }
}
