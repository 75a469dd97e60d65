//! The link codec.
