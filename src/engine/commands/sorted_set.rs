//! The sorted-set group: ZADD, ZRANGE and their kin.
