//! The pub/sub group: SUBSCRIBE, PUBLISH and their kin.
