//! The HyperLogLog group: PFADD, PFCOUNT, PFMERGE.
