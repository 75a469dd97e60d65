//! Lists as bytes: their nodes one after the other, each a listpack or one large element.

use super::listpack::{self, Builder, Element};
use super::old;
use super::wire::{Reader, Writer};
use crate::engine::config::Config;
use crate::engine::value::ListValue;
use crate::resp::Bytes;

/// What a node holds.
const PLAIN: u64 = 1;
const PACKED: u64 = 2;

/// Writes a list.
pub fn write(writer: &mut Writer, list: &ListValue) {
    let nodes = list.nodes();
    writer.length(nodes.len() as u64);
    for (is_plain, elements) in nodes {
        writer.length(if is_plain { PLAIN } else { PACKED });
        if let Some(element) = elements.front().filter(|_| is_plain) {
            writer.string(element);
            continue;
        }
        let mut packed = Builder::new();
        for element in elements {
            packed.push(element);
        }
        writer.string(&packed.finish());
    }
}

/// Reads one of nodes: of listpacks, of large elements too (`has_kinds`), or of ziplists.
pub fn read(reader: &mut Reader<'_>, config: &Config, has_kinds: bool) -> Option<ListValue> {
    let mut list = ListValue::new(config);
    for _ in 0..reader.count(1)? {
        let kind = if has_kinds { reader.number()? } else { PACKED };
        let text = reader.string()?;
        match kind {
            PLAIN if !text.is_empty() => list.push_node(vec![Bytes::from(text)], true),
            PACKED => {
                let elements = if has_kinds { listpack::elements(&text)? } else { old::ziplist(&text)? };
                list.push_node(elements.into_iter().map(Element::bytes).collect(), false);
            }
            _ => return None,
        }
    }
    Some(list)
}

/// Reads one of elements one after the other.
pub fn read_elements(reader: &mut Reader<'_>, config: &Config) -> Option<ListValue> {
    let mut list = ListValue::new(config);
    for _ in 0..reader.count(1)? {
        list.push_back(Bytes::from(reader.string()?));
    }
    Some(list)
}

/// Reads one that is a single ziplist.
pub fn read_ziplist(reader: &mut Reader<'_>, config: &Config) -> Option<ListValue> {
    let text = reader.string()?;
    let mut list = ListValue::new(config);
    for element in old::ziplist(&text)? {
        list.push_back(element.bytes());
    }
    Some(list)
}
