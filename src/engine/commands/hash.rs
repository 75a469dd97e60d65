//! The hash group: HSET, HGETALL and their kin.
