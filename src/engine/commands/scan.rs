//! One step of SSCAN, HSCAN and ZSCAN: cursor, MATCH and COUNT, shared by the types.
