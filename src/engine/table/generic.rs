//! Keys of any type. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "copy" -3, Generic, "6.2.0", "O(N)";
        "Copy a value to another key";
        flags WRITE DENYOOM;
        acl KEYSPACE WRITE SLOW;
        keys 1 2 1: [READ_ONLY ACCESS; at 1] [OVERWRITE UPDATE; at 2];
        args "k0:source k1:destination i:destination-db=DB? REPLACE?";
        run commands::generic::copy;
    }
    {
        "del" -2, Generic, "1.0.0", "O(N+M)";
        "Delete keys";
        flags WRITE;
        acl KEYSPACE WRITE SLOW;
        keys 1 -1 1: [REMOVE DELETE; at 1 to -1 step 1];
        tips REQUEST_POLICY_MULTI_SHARD RESPONSE_POLICY_AGG_SUM;
        args "k0:key*";
        run commands::generic::del;
    }
    {
        "dump" 2, Generic, "2.6.0", "O(N*M)";
        "Serialise a value for RESTORE";
        flags READONLY;
        acl KEYSPACE READ SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key";
        run commands::dump::dump;
    }
    {
        "exists" -2, Generic, "1.0.0", "O(N)";
        "Count how many of the keys exist";
        flags READONLY FAST;
        acl KEYSPACE READ FAST;
        keys 1 -1 1: [READ_ONLY; at 1 to -1 step 1];
        tips REQUEST_POLICY_MULTI_SHARD RESPONSE_POLICY_AGG_SUM;
        args "k0:key*";
        run commands::generic::exists;
    }
    {
        "expire" -3, Generic, "1.0.0", "O(1)";
        "Let a key expire after some seconds";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key i:seconds condition<NX XX GT LT>?@7.0.0";
        run commands::generic::expire;
    }
    {
        "expireat" -3, Generic, "1.2.0", "O(1)";
        "Let a key expire at a Unix time";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key u:unix-time-seconds condition<NX XX GT LT>?@7.0.0";
        run commands::generic::expireat;
    }
    {
        "expiretime" 2, Generic, "7.0.0", "O(1)";
        "Tell the Unix time at which a key expires";
        flags READONLY FAST;
        acl KEYSPACE READ FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key";
        run commands::generic::expiretime;
    }
    {
        "keys" 2, Generic, "1.0.0", "O(N)";
        "List all keys that match a pattern";
        flags READONLY;
        acl KEYSPACE READ SLOW DANGEROUS;
        tips REQUEST_POLICY_ALL_SHARDS NONDETERMINISTIC_OUTPUT_ORDER;
        args "p:pattern";
        run commands::generic::keys;
    }
    {
        "migrate" -6, Generic, "2.6.0", "O(N)";
        "Move keys to another server";
        flags WRITE MOVABLE_KEYS;
        acl KEYSPACE WRITE SLOW DANGEROUS;
        keys 3 3 1: [READ_WRITE ACCESS DELETE; at 3] [READ_WRITE ACCESS DELETE INCOMPLETE; after "KEYS" -2 to -1 step 1];
        finder migrate;
        tips NONDETERMINISTIC_OUTPUT;
        args "host i:port key_or_empty_string<k0:key t:empty_string=\"\"> i:destination-db i:timeout \
              COPY?@3.0.0 REPLACE?@3.0.0 authentication<password=AUTH?@4.0.7 username_password=AUTH2(username \
              password)?@6.0.0>? k1:key=KEYS?*@3.0.6";
        run commands::migrate::migrate;
    }
    {
        "move" 3, Generic, "1.0.0", "O(1)";
        "Move a key to another database";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key i:db";
        run commands::generic::move_;
    }
    {
        "object" -2, Generic, "2.2.3", "that of the subcommand";
        "Look at how values are stored";
        flags;
        acl SLOW;
        subcommands {
            {
                "object|encoding" 3, Generic, "2.2.3", "O(1)";
                "Tell a value's internal encoding";
                flags READONLY;
                acl KEYSPACE READ SLOW;
                keys 2 2 1: [READ_ONLY; at 2];
                tips NONDETERMINISTIC_OUTPUT;
                args "k0:key";
                run commands::generic::object_encoding;
            }
            {
                "object|freq" 3, Generic, "4.0.0", "O(1)";
                "Tell how often a key is used (LFU counter)";
                flags READONLY;
                acl KEYSPACE READ SLOW;
                keys 2 2 1: [READ_ONLY; at 2];
                tips NONDETERMINISTIC_OUTPUT;
                args "k0:key";
                run commands::generic::object_freq;
            }
            {
                "object|help" 2, Generic, "6.2.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl KEYSPACE SLOW;
                run commands::generic::object_help;
            }
            {
                "object|idletime" 3, Generic, "2.2.3", "O(1)";
                "Tell for how long a key has not been used";
                flags READONLY;
                acl KEYSPACE READ SLOW;
                keys 2 2 1: [READ_ONLY; at 2];
                tips NONDETERMINISTIC_OUTPUT;
                args "k0:key";
                run commands::generic::object_idletime;
            }
            {
                "object|refcount" 3, Generic, "2.2.3", "O(1)";
                "Tell how many references a value has";
                flags READONLY;
                acl KEYSPACE READ SLOW;
                keys 2 2 1: [READ_ONLY; at 2];
                tips NONDETERMINISTIC_OUTPUT;
                args "k0:key";
                run commands::generic::object_refcount;
            }
        };
    }
    {
        "persist" 2, Generic, "2.2.0", "O(1)";
        "Remove a key's expiry";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key";
        run commands::generic::persist;
    }
    {
        "pexpire" -3, Generic, "2.6.0", "O(1)";
        "Let a key expire after some milliseconds";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key i:milliseconds condition<NX XX GT LT>?@7.0.0";
        run commands::generic::pexpire;
    }
    {
        "pexpireat" -3, Generic, "2.6.0", "O(1)";
        "Let a key expire at a Unix time in milliseconds";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key u:unix-time-milliseconds condition<NX XX GT LT>?@7.0.0";
        run commands::generic::pexpireat;
    }
    {
        "pexpiretime" 2, Generic, "7.0.0", "O(1)";
        "Tell when a key expires, in Unix milliseconds";
        flags READONLY FAST;
        acl KEYSPACE READ FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key";
        run commands::generic::pexpiretime;
    }
    {
        "pttl" 2, Generic, "2.6.0", "O(1)";
        "Tell how many milliseconds a key has to live";
        flags READONLY FAST;
        acl KEYSPACE READ FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key";
        run commands::generic::pttl;
    }
    {
        "randomkey" 1, Generic, "1.0.0", "O(1)";
        "Pick a random key";
        flags READONLY;
        acl KEYSPACE READ SLOW;
        tips REQUEST_POLICY_ALL_SHARDS NONDETERMINISTIC_OUTPUT;
        run commands::generic::randomkey;
    }
    {
        "rename" 3, Generic, "1.0.0", "O(1)";
        "Give a key a new name, replacing what has it";
        flags WRITE;
        acl KEYSPACE WRITE SLOW;
        keys 1 2 1: [READ_WRITE ACCESS DELETE; at 1] [OVERWRITE UPDATE; at 2];
        args "k0:key k1:newkey";
        run commands::generic::rename;
    }
    {
        "renamenx" 3, Generic, "1.0.0", "O(1)";
        "Give a key a new name, but only if the name is free";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST;
        keys 1 2 1: [READ_WRITE ACCESS DELETE; at 1] [OVERWRITE INSERT; at 2];
        args "k0:key k1:newkey";
        run commands::generic::renamenx;
    }
    {
        "restore" -4, Generic, "2.6.0", "O(N*M)";
        "Create a key from what DUMP answered";
        flags WRITE DENYOOM;
        acl KEYSPACE WRITE SLOW DANGEROUS;
        keys 1 1 1: [OVERWRITE UPDATE; at 1];
        args "k0:key i:ttl serialized-value REPLACE?@3.0.0 ABSTTL?@5.0.0 i:seconds=IDLETIME?@5.0.0 \
              i:frequency=FREQ?@5.0.0";
        run commands::dump::restore;
    }
    {
        "scan" -2, Generic, "2.8.0", "O(N) for a whole walk";
        "Walk through all keys a few at a time";
        flags READONLY;
        acl KEYSPACE READ SLOW;
        tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_SPECIAL;
        args "i:cursor p:pattern=MATCH? i:count=COUNT? type=TYPE?@6.0.0";
        run commands::scan::scan;
    }
    {
        "sort" -2, Generic, "1.0.0", "O(N+M*log(M))";
        "Sort a list, set or sorted set, and store it if wanted";
        flags WRITE DENYOOM MOVABLE_KEYS;
        acl WRITE SET SORTED_SET LIST SLOW DANGEROUS;
        keys 1 1 1: [READ_ONLY ACCESS; at 1] [READ_ONLY ACCESS; unknown; "The keys of BY and GET follow from the elements sorted"] [OVERWRITE UPDATE; unknown; "The key of STORE, which may stand anywhere"];
        finder sort;
        args "k0:key p1:pattern=BY? offset_count=LIMIT(i:offset i:count)? p1:pattern=GET?*+ order<ASC DESC>? \
              t:sorting=ALPHA? k2:destination=STORE?";
        run commands::sort::sort;
    }
    {
        "sort_ro" -2, Generic, "7.0.0", "O(N+M*log(M))";
        "Sort a list, set or sorted set, without storing";
        flags READONLY MOVABLE_KEYS;
        acl READ SET SORTED_SET LIST SLOW DANGEROUS;
        keys 1 1 1: [READ_ONLY ACCESS; at 1] [READ_ONLY ACCESS; unknown; "The keys of BY and GET follow from the elements sorted"];
        finder sort_ro;
        args "k0:key p1:pattern=BY? offset_count=LIMIT(i:offset i:count)? p1:pattern=GET?*+ order<ASC DESC>? \
              t:sorting=ALPHA?";
        run commands::sort::sort_ro;
    }
    {
        "touch" -2, Generic, "3.2.1", "O(N)";
        "Count keys that exist and mark them as just used";
        flags READONLY FAST;
        acl KEYSPACE READ FAST;
        keys 1 -1 1: [READ_ONLY; at 1 to -1 step 1];
        tips REQUEST_POLICY_MULTI_SHARD RESPONSE_POLICY_AGG_SUM;
        args "k0:key*";
        run commands::generic::touch;
    }
    {
        "ttl" 2, Generic, "1.0.0", "O(1)";
        "Tell how many seconds a key has to live";
        flags READONLY FAST;
        acl KEYSPACE READ FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key";
        run commands::generic::ttl;
    }
    {
        "type" 2, Generic, "1.0.0", "O(1)";
        "Tell the type of a value";
        flags READONLY FAST;
        acl KEYSPACE READ FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key";
        run commands::generic::type_;
    }
    {
        "unlink" -2, Generic, "4.0.0", "O(1) a key";
        "Delete keys, freeing their memory later";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST;
        keys 1 -1 1: [REMOVE DELETE; at 1 to -1 step 1];
        tips REQUEST_POLICY_MULTI_SHARD RESPONSE_POLICY_AGG_SUM;
        args "k0:key*";
        run commands::generic::unlink;
    }
    {
        "wait" 3, Generic, "3.0.0", "O(1)";
        "Wait until replicas have this client's writes";
        flags NOSCRIPT;
        acl SLOW CONNECTION;
        tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_AGG_MIN;
        args "i:numreplicas i:timeout";
        run commands::generic::wait;
    }
}
