//! The Yew page.

pub mod charts;
pub mod stage;

/// Mounts the page.
pub fn start() {}
