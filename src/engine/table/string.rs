//! Strings. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "append" 3, String, "2.0.0", "O(1)";
        "Add bytes to the end of a string";
        flags WRITE DENYOOM FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key value";
        run commands::string::append;
    }
    {
        "decr" 2, String, "1.0.0", "O(1)";
        "Subtract one from a number";
        flags WRITE DENYOOM FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key";
        run commands::string::decr;
    }
    {
        "decrby" 3, String, "1.0.0", "O(1)";
        "Subtract an amount from a number";
        flags WRITE DENYOOM FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key i:decrement";
        run commands::string::decrby;
    }
    {
        "get" 2, String, "1.0.0", "O(1)";
        "Read a string";
        flags READONLY FAST;
        acl READ STRING FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key";
        run commands::string::get;
    }
    {
        "getdel" 2, String, "6.2.0", "O(1)";
        "Read a string and delete its key";
        flags WRITE FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE ACCESS DELETE; at 1];
        args "k0:key";
        run commands::string::getdel;
    }
    {
        "getex" -2, String, "6.2.0", "O(1)";
        "Read a string and set or clear its expiry";
        flags WRITE FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1; "RW and UPDATE, as the expiry may change"];
        args "k0:key expiration<i:seconds=EX i:milliseconds=PX u:unix-time-seconds=EXAT \
              u:unix-time-milliseconds=PXAT PERSIST>?";
        run commands::string::getex;
    }
    {
        "getrange" 4, String, "2.4.0", "O(N)";
        "Read part of a string by byte positions";
        flags READONLY;
        acl READ STRING SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key i:start i:end";
        run commands::string::getrange;
    }
    {
        "getset" 3, String, "1.0.0", "O(1)";
        "Write a string and answer what was there before";
        flags WRITE DENYOOM FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        deprecated "6.2.0" "`SET` with the `!GET` argument";
        args "k0:key value";
        run commands::string::getset;
    }
    {
        "incr" 2, String, "1.0.0", "O(1)";
        "Add one to a number";
        flags WRITE DENYOOM FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key";
        run commands::string::incr;
    }
    {
        "incrby" 3, String, "1.0.0", "O(1)";
        "Add an amount to a number";
        flags WRITE DENYOOM FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key i:increment";
        run commands::string::incrby;
    }
    {
        "incrbyfloat" 3, String, "2.6.0", "O(1)";
        "Add an amount to a floating-point number";
        flags WRITE DENYOOM FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key d:increment";
        run commands::string::incrbyfloat;
    }
    {
        "lcs" -3, String, "7.0.0", "O(N*M)";
        "Find the longest subsequence two strings share";
        flags READONLY;
        acl READ STRING SLOW;
        keys 1 2 1: [READ_ONLY ACCESS; at 1 to 1 step 1];
        args "k0:key1 k0:key2 LEN? IDX? i:len=MINMATCHLEN? WITHMATCHLEN?";
        run commands::string::lcs;
    }
    {
        "mget" -2, String, "1.0.0", "O(N)";
        "Read several strings at once";
        flags READONLY FAST;
        acl READ STRING FAST;
        keys 1 -1 1: [READ_ONLY ACCESS; at 1 to -1 step 1];
        tips REQUEST_POLICY_MULTI_SHARD;
        args "k0:key*";
        run commands::string::mget;
    }
    {
        "mset" -3, String, "1.0.1", "O(N)";
        "Write several strings at once";
        flags WRITE DENYOOM;
        acl WRITE STRING SLOW;
        keys 1 -1 2: [OVERWRITE UPDATE; at 1 to -1 step 2];
        tips REQUEST_POLICY_MULTI_SHARD RESPONSE_POLICY_ALL_SUCCEEDED;
        args "key_value(k0:key value)*";
        run commands::string::mset;
    }
    {
        "msetnx" -3, String, "1.0.1", "O(N)";
        "Write several strings, but only if none of the keys exists";
        flags WRITE DENYOOM;
        acl WRITE STRING SLOW;
        keys 1 -1 2: [OVERWRITE INSERT; at 1 to -1 step 2];
        tips REQUEST_POLICY_MULTI_SHARD RESPONSE_POLICY_AGG_MIN;
        args "key_value(k0:key value)*";
        run commands::string::msetnx;
    }
    {
        "psetex" 4, String, "2.6.0", "O(1)";
        "Write a string that expires after some milliseconds";
        flags WRITE DENYOOM;
        acl WRITE STRING SLOW;
        keys 1 1 1: [OVERWRITE UPDATE; at 1];
        args "k0:key i:milliseconds value";
        run commands::string::psetex;
    }
    {
        "set" -3, String, "1.0.0", "O(1)";
        "Write a string, with conditions and an expiry if wanted";
        flags WRITE DENYOOM;
        acl WRITE STRING SLOW;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE VARIABLE_FLAGS; at 1; "RW and ACCESS only with GET"];
        finder set;
        args "k0:key value condition<NX XX>?@2.6.12 GET?@6.2.0 expiration<i:seconds=EX@2.6.12 \
              i:milliseconds=PX@2.6.12 u:unix-time-seconds=EXAT@6.2.0 u:unix-time-milliseconds=PXAT@6.2.0 \
              KEEPTTL@6.0.0>?";
        run commands::string::set;
    }
    {
        "setex" 4, String, "2.0.0", "O(1)";
        "Write a string that expires after some seconds";
        flags WRITE DENYOOM;
        acl WRITE STRING SLOW;
        keys 1 1 1: [OVERWRITE UPDATE; at 1];
        args "k0:key i:seconds value";
        run commands::string::setex;
    }
    {
        "setnx" 3, String, "1.0.0", "O(1)";
        "Write a string, but only if the key does not exist";
        flags WRITE DENYOOM FAST;
        acl WRITE STRING FAST;
        keys 1 1 1: [OVERWRITE INSERT; at 1];
        args "k0:key value";
        run commands::string::setnx;
    }
    {
        "setrange" 4, String, "2.2.0", "O(1)";
        "Overwrite part of a string from a byte position on";
        flags WRITE DENYOOM;
        acl WRITE STRING SLOW;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key i:offset value";
        run commands::string::setrange;
    }
    {
        "strlen" 2, String, "2.2.0", "O(1)";
        "Count the bytes of a string";
        flags READONLY FAST;
        acl READ STRING FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key";
        run commands::string::strlen;
    }
    {
        "substr" 4, String, "1.0.0", "O(N)";
        "Old name of GETRANGE";
        flags READONLY;
        acl READ STRING SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        deprecated "2.0.0" "`GETRANGE`";
        args "k0:key i:start i:end";
        run commands::string::substr;
    }
}
