//! The stream group: XADD, XREADGROUP and their kin.
