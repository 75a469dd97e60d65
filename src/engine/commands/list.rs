//! The list group: LPUSH, LRANGE and their kin.
