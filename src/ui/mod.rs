//! The Yew page.

/// Mounts the page.
pub fn start() {}
