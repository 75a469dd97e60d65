//! Hashes. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "hdel" -3, Hash, "2.0.0", "O(N)";
        "Delete fields of a hash";
        flags WRITE FAST;
        acl WRITE HASH FAST;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key field*";
        run commands::hash::hdel;
    }
    {
        "hexists" 3, Hash, "2.0.0", "O(1)";
        "Tell whether a hash has a field";
        flags READONLY FAST;
        acl READ HASH FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key field";
        run commands::hash::hexists;
    }
    {
        "hget" 3, Hash, "2.0.0", "O(1)";
        "Read one field of a hash";
        flags READONLY FAST;
        acl READ HASH FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key field";
        run commands::hash::hget;
    }
    {
        "hgetall" 2, Hash, "2.0.0", "O(N)";
        "Read all fields and values of a hash";
        flags READONLY;
        acl READ HASH SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT_ORDER;
        args "k0:key";
        run commands::hash::hgetall;
    }
    {
        "hincrby" 4, Hash, "2.0.0", "O(1)";
        "Add an amount to an integer field of a hash";
        flags WRITE DENYOOM FAST;
        acl WRITE HASH FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key field i:increment";
        run commands::hash::hincrby;
    }
    {
        "hincrbyfloat" 4, Hash, "2.6.0", "O(1)";
        "Add an amount to a floating-point field of a hash";
        flags WRITE DENYOOM FAST;
        acl WRITE HASH FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key field d:increment";
        run commands::hash::hincrbyfloat;
    }
    {
        "hkeys" 2, Hash, "2.0.0", "O(N)";
        "List the field names of a hash";
        flags READONLY;
        acl READ HASH SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT_ORDER;
        args "k0:key";
        run commands::hash::hkeys;
    }
    {
        "hlen" 2, Hash, "2.0.0", "O(1)";
        "Count the fields of a hash";
        flags READONLY FAST;
        acl READ HASH FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key";
        run commands::hash::hlen;
    }
    {
        "hmget" -3, Hash, "2.0.0", "O(N)";
        "Read several fields of a hash";
        flags READONLY FAST;
        acl READ HASH FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key field*";
        run commands::hash::hmget;
    }
    {
        "hmset" -4, Hash, "2.0.0", "O(N)";
        "Write several fields of a hash";
        flags WRITE DENYOOM FAST;
        acl WRITE HASH FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        deprecated "4.0.0" "`HSET` with multiple field-value pairs";
        args "k0:key field_value(field value)*";
        run commands::hash::hmset;
    }
    {
        "hrandfield" -2, Hash, "6.2.0", "O(N)";
        "Pick random fields of a hash";
        flags READONLY;
        acl READ HASH SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key options(i:count WITHVALUES?)?";
        run commands::hash::hrandfield;
    }
    {
        "hscan" -3, Hash, "2.8.0", "O(N) for a whole walk";
        "Walk through a hash a few fields at a time";
        flags READONLY;
        acl READ HASH SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key i:cursor p:pattern=MATCH? i:count=COUNT?";
        run commands::hash::hscan;
    }
    {
        "hset" -4, Hash, "2.0.0", "O(N) in pairs";
        "Write fields of a hash";
        flags WRITE DENYOOM FAST;
        acl WRITE HASH FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key field_value(field value)*";
        run commands::hash::hset;
    }
    {
        "hsetnx" 4, Hash, "2.0.0", "O(1)";
        "Write a field of a hash, but only if it does not exist";
        flags WRITE DENYOOM FAST;
        acl WRITE HASH FAST;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key field value";
        run commands::hash::hsetnx;
    }
    {
        "hstrlen" 3, Hash, "3.2.0", "O(1)";
        "Count the bytes of a field's value";
        flags READONLY FAST;
        acl READ HASH FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key field";
        run commands::hash::hstrlen;
    }
    {
        "hvals" 2, Hash, "2.0.0", "O(N)";
        "List the values of a hash";
        flags READONLY;
        acl READ HASH SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT_ORDER;
        args "k0:key";
        run commands::hash::hvals;
    }
}
