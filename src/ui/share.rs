//! Links: the run as it stands to an address, and an address to a run. The only place of the page that knows the codec.

use slotscope::link::{self, Link};

use super::dom;

/// A link's fragment, `#` included. A run that no link can hold (too much was typed) says why.
pub fn encode(link: &Link) -> Result<String, String> {
    link::encode(link).map_err(|why| why.to_string())
}

/// What an address or its fragment says. `Err` is a sentence for people.
pub fn decode(text: &str) -> Result<Link, String> {
    link::decode(text).map_err(|why| why.to_string())
}

/// The whole address of a fragment.
pub fn address(fragment: &str) -> String {
    format!("{}{fragment}", dom::address())
}
