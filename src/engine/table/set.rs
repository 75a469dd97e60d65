//! Sets. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "sadd" -3, Set, "1.0.0", "O(N)";
        "Add members to a set";
        flags WRITE DENYOOM FAST;
        acl WRITE SET FAST;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key member*";
        run commands::set::sadd;
    }
    {
        "scard" 2, Set, "1.0.0", "O(1)";
        "Count the members of a set";
        flags READONLY FAST;
        acl READ SET FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key";
        run commands::set::scard;
    }
    {
        "sdiff" -2, Set, "1.0.0", "O(N)";
        "List members of the first set that no other set has";
        flags READONLY;
        acl READ SET SLOW;
        keys 1 -1 1: [READ_ONLY ACCESS; at 1 to -1 step 1];
        tips NONDETERMINISTIC_OUTPUT_ORDER;
        args "k0:key*";
        run commands::set::sdiff;
    }
    {
        "sdiffstore" -3, Set, "1.0.0", "O(N)";
        "Store the members of the first set that no other set has";
        flags WRITE DENYOOM;
        acl WRITE SET SLOW;
        keys 1 -1 1: [OVERWRITE UPDATE; at 1] [READ_ONLY ACCESS; at 2 to -1 step 1];
        args "k0:destination k1:key*";
        run commands::set::sdiffstore;
    }
    {
        "sinter" -2, Set, "1.0.0", "O(N*M)";
        "List the members all sets have";
        flags READONLY;
        acl READ SET SLOW;
        keys 1 -1 1: [READ_ONLY ACCESS; at 1 to -1 step 1];
        tips NONDETERMINISTIC_OUTPUT_ORDER;
        args "k0:key*";
        run commands::set::sinter;
    }
    {
        "sintercard" -3, Set, "7.0.0", "O(N*M)";
        "Count the members all sets have";
        flags READONLY MOVABLE_KEYS;
        acl READ SET SLOW;
        keys 0 0 0: [READ_ONLY ACCESS; at 1 counted];
        args "i:numkeys k0:key* i:limit=LIMIT?";
        run commands::set::sintercard;
    }
    {
        "sinterstore" -3, Set, "1.0.0", "O(N*M)";
        "Store the members all sets have";
        flags WRITE DENYOOM;
        acl WRITE SET SLOW;
        keys 1 -1 1: [READ_WRITE UPDATE; at 1] [READ_ONLY ACCESS; at 2 to -1 step 1];
        args "k0:destination k1:key*";
        run commands::set::sinterstore;
    }
    {
        "sismember" 3, Set, "1.0.0", "O(1)";
        "Tell whether a set has a member";
        flags READONLY FAST;
        acl READ SET FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key member";
        run commands::set::sismember;
    }
    {
        "smembers" 2, Set, "1.0.0", "O(N)";
        "List all members of a set";
        flags READONLY;
        acl READ SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT_ORDER;
        args "k0:key";
        run commands::set::smembers;
    }
    {
        "smismember" -3, Set, "6.2.0", "O(N)";
        "Tell of several members whether a set has them";
        flags READONLY FAST;
        acl READ SET FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key member*";
        run commands::set::smismember;
    }
    {
        "smove" 4, Set, "1.0.0", "O(1)";
        "Move a member from one set to another";
        flags WRITE FAST;
        acl WRITE SET FAST;
        keys 1 2 1: [READ_WRITE ACCESS DELETE; at 1] [READ_WRITE INSERT; at 2];
        args "k0:source k1:destination member";
        run commands::set::smove;
    }
    {
        "spop" -2, Set, "1.0.0", "O(N) in count";
        "Take random members out of a set";
        flags WRITE FAST;
        acl WRITE SET FAST;
        keys 1 1 1: [READ_WRITE ACCESS DELETE; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key i:count?@3.2.0";
        run commands::set_random::spop;
    }
    {
        "srandmember" -2, Set, "1.0.0", "O(N) in count";
        "Pick random members of a set";
        flags READONLY;
        acl READ SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key i:count?@2.6.0";
        run commands::set_random::srandmember;
    }
    {
        "srem" -3, Set, "1.0.0", "O(N)";
        "Delete members of a set";
        flags WRITE FAST;
        acl WRITE SET FAST;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key member*";
        run commands::set::srem;
    }
    {
        "sscan" -3, Set, "2.8.0", "O(N) for a whole walk";
        "Walk through a set a few members at a time";
        flags READONLY;
        acl READ SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key i:cursor p:pattern=MATCH? i:count=COUNT?";
        run commands::set::sscan;
    }
    {
        "sunion" -2, Set, "1.0.0", "O(N)";
        "List the members any of the sets has";
        flags READONLY;
        acl READ SET SLOW;
        keys 1 -1 1: [READ_ONLY ACCESS; at 1 to -1 step 1];
        tips NONDETERMINISTIC_OUTPUT_ORDER;
        args "k0:key*";
        run commands::set::sunion;
    }
    {
        "sunionstore" -3, Set, "1.0.0", "O(N)";
        "Store the members any of the sets has";
        flags WRITE DENYOOM;
        acl WRITE SET SLOW;
        keys 1 -1 1: [OVERWRITE UPDATE; at 1] [READ_ONLY ACCESS; at 2 to -1 step 1];
        args "k0:destination k1:key*";
        run commands::set::sunionstore;
    }
}
