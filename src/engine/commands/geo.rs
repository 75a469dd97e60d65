//! The geo group: sorted sets whose scores are places.
