//! Who uses the cache.
