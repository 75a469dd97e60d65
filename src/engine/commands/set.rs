//! The set group: SADD, SINTER and their kin.
