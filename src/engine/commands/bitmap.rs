//! The bitmap group: strings as rows of bits.
