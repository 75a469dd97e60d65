//! The app servers against a scripted cluster: what they send, in which order, and what they make of the answers.

mod bench;
mod by_hand;
mod flows;
mod properties;
