//! Sorted sets. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "bzmpop" -5, SortedSet, "7.0.0", "O(K)+O(M*log(N))";
        "Pop from the first non-empty sorted set, waiting for one";
        flags WRITE BLOCKING MOVABLE_KEYS;
        acl WRITE SORTED_SET SLOW BLOCKING;
        keys 0 0 0: [READ_WRITE ACCESS DELETE; at 2 counted];
        args "d:timeout i:numkeys k0:key* where<MIN MAX> i:count=COUNT?";
        run commands::sorted_set::pop::bzmpop;
    }
    {
        "bzpopmax" -3, SortedSet, "5.0.0", "O(log(N))";
        "Pop the member of highest score, waiting for one to come";
        flags WRITE NOSCRIPT BLOCKING FAST;
        acl WRITE SORTED_SET FAST BLOCKING;
        keys 1 -2 1: [READ_WRITE ACCESS DELETE; at 1 to -2 step 1];
        args "k0:key* d:timeout";
        run commands::sorted_set::pop::bzpopmax;
    }
    {
        "bzpopmin" -3, SortedSet, "5.0.0", "O(log(N))";
        "Pop the member of lowest score, waiting for one to come";
        flags WRITE NOSCRIPT BLOCKING FAST;
        acl WRITE SORTED_SET FAST BLOCKING;
        keys 1 -2 1: [READ_WRITE ACCESS DELETE; at 1 to -2 step 1];
        args "k0:key* d:timeout";
        run commands::sorted_set::pop::bzpopmin;
    }
    {
        "zadd" -4, SortedSet, "1.2.0", "O(log(N)) a member";
        "Add members with scores, or change their scores";
        flags WRITE DENYOOM FAST;
        acl WRITE SORTED_SET FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key condition<NX XX>?@3.0.2 comparison<GT LT>?@6.2.0 t:change=CH?@3.0.2 \
              t:increment=INCR?@3.0.2 score_member(d:score member)*";
        run commands::sorted_set::zadd;
    }
    {
        "zcard" 2, SortedSet, "1.2.0", "O(1)";
        "Count the members of a sorted set";
        flags READONLY FAST;
        acl READ SORTED_SET FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key";
        run commands::sorted_set::zcard;
    }
    {
        "zcount" 4, SortedSet, "2.0.0", "O(log(N))";
        "Count the members within a range of scores";
        flags READONLY FAST;
        acl READ SORTED_SET FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key d:min d:max";
        run commands::sorted_set::range::zcount;
    }
    {
        "zdiff" -3, SortedSet, "6.2.0", "O(L+(N-K)*log(N))";
        "List members of the first sorted set that no other has";
        flags READONLY MOVABLE_KEYS;
        acl READ SORTED_SET SLOW;
        keys 0 0 0: [READ_ONLY ACCESS; at 1 counted];
        args "i:numkeys k0:key* WITHSCORES?";
        run commands::sorted_set::combine::zdiff;
    }
    {
        "zdiffstore" -4, SortedSet, "6.2.0", "O(L+(N-K)*log(N))";
        "Store members of the first sorted set that no other has";
        flags WRITE DENYOOM MOVABLE_KEYS;
        acl WRITE SORTED_SET SLOW;
        keys 1 1 1: [OVERWRITE UPDATE; at 1] [READ_ONLY ACCESS; at 2 counted];
        args "k0:destination i:numkeys k1:key*";
        run commands::sorted_set::combine::zdiffstore;
    }
    {
        "zincrby" 4, SortedSet, "1.2.0", "O(log(N))";
        "Add an amount to a member's score";
        flags WRITE DENYOOM FAST;
        acl WRITE SORTED_SET FAST;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key i:increment member";
        run commands::sorted_set::zincrby;
    }
    {
        "zinter" -3, SortedSet, "6.2.0", "O(N*K)+O(M*log(M))";
        "List the members all sorted sets have";
        flags READONLY MOVABLE_KEYS;
        acl READ SORTED_SET SLOW;
        keys 0 0 0: [READ_ONLY ACCESS; at 1 counted];
        args "i:numkeys k0:key* i:weight=WEIGHTS?* aggregate=AGGREGATE<SUM MIN MAX>? WITHSCORES?";
        run commands::sorted_set::combine::zinter;
    }
    {
        "zintercard" -3, SortedSet, "7.0.0", "O(N*K)";
        "Count the members all sorted sets have";
        flags READONLY MOVABLE_KEYS;
        acl READ SORTED_SET SLOW;
        keys 0 0 0: [READ_ONLY ACCESS; at 1 counted];
        args "i:numkeys k0:key* i:limit=LIMIT?";
        run commands::sorted_set::combine::zintercard;
    }
    {
        "zinterstore" -4, SortedSet, "2.0.0", "O(N*K)+O(M*log(M))";
        "Store the members all sorted sets have";
        flags WRITE DENYOOM MOVABLE_KEYS;
        acl WRITE SORTED_SET SLOW;
        keys 1 1 1: [OVERWRITE UPDATE; at 1] [READ_ONLY ACCESS; at 2 counted];
        args "k0:destination i:numkeys k1:key* i:weight=WEIGHTS?* aggregate=AGGREGATE<SUM MIN MAX>?";
        run commands::sorted_set::combine::zinterstore;
    }
    {
        "zlexcount" 4, SortedSet, "2.8.9", "O(log(N))";
        "Count the members within an alphabetical range";
        flags READONLY FAST;
        acl READ SORTED_SET FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key min max";
        run commands::sorted_set::range::zlexcount;
    }
    {
        "zmpop" -4, SortedSet, "7.0.0", "O(K)+O(M*log(N))";
        "Pop members from the first sorted set that has any";
        flags WRITE MOVABLE_KEYS;
        acl WRITE SORTED_SET SLOW;
        keys 0 0 0: [READ_WRITE ACCESS DELETE; at 1 counted];
        args "i:numkeys k0:key* where<MIN MAX> i:count=COUNT?";
        run commands::sorted_set::pop::zmpop;
    }
    {
        "zmscore" -3, SortedSet, "6.2.0", "O(N)";
        "Read the scores of several members";
        flags READONLY FAST;
        acl READ SORTED_SET FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key member*";
        run commands::sorted_set::zmscore;
    }
    {
        "zpopmax" -2, SortedSet, "5.0.0", "O(log(N)*M)";
        "Pop members of the highest scores";
        flags WRITE FAST;
        acl WRITE SORTED_SET FAST;
        keys 1 1 1: [READ_WRITE ACCESS DELETE; at 1];
        args "k0:key i:count?";
        run commands::sorted_set::pop::zpopmax;
    }
    {
        "zpopmin" -2, SortedSet, "5.0.0", "O(log(N)*M)";
        "Pop members of the lowest scores";
        flags WRITE FAST;
        acl WRITE SORTED_SET FAST;
        keys 1 1 1: [READ_WRITE ACCESS DELETE; at 1];
        args "k0:key i:count?";
        run commands::sorted_set::pop::zpopmin;
    }
    {
        "zrandmember" -2, SortedSet, "6.2.0", "O(N)";
        "Pick random members of a sorted set";
        flags READONLY;
        acl READ SORTED_SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key options(i:count WITHSCORES?)?";
        run commands::sorted_set::random::zrandmember;
    }
    {
        "zrange" -4, SortedSet, "1.2.0", "O(log(N)+M)";
        "List members by rank, score or alphabet";
        flags READONLY;
        acl READ SORTED_SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key start stop sortby<BYSCORE BYLEX>?@6.2.0 REV?@6.2.0 offset_count=LIMIT(i:offset \
              i:count)?@6.2.0 WITHSCORES?";
        run commands::sorted_set::range::zrange;
    }
    {
        "zrangebylex" -4, SortedSet, "2.8.9", "O(log(N)+M)";
        "List members within an alphabetical range";
        flags READONLY;
        acl READ SORTED_SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        deprecated "6.2.0" "`ZRANGE` with the `BYLEX` argument";
        args "k0:key min max offset_count=LIMIT(i:offset i:count)?";
        run commands::sorted_set::range::zrangebylex;
    }
    {
        "zrangebyscore" -4, SortedSet, "1.0.5", "O(log(N)+M)";
        "List members within a range of scores";
        flags READONLY;
        acl READ SORTED_SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        deprecated "6.2.0" "`ZRANGE` with the `BYSCORE` argument";
        args "k0:key d:min d:max WITHSCORES?@2.0.0 offset_count=LIMIT(i:offset i:count)?";
        run commands::sorted_set::range::zrangebyscore;
    }
    {
        "zrangestore" -5, SortedSet, "6.2.0", "O(log(N)+M)";
        "Store members chosen by rank, score or alphabet";
        flags WRITE DENYOOM;
        acl WRITE SORTED_SET SLOW;
        keys 1 2 1: [OVERWRITE UPDATE; at 1] [READ_ONLY ACCESS; at 2];
        args "k0:dst k1:src min max sortby<BYSCORE BYLEX>? REV? offset_count=LIMIT(i:offset i:count)?";
        run commands::sorted_set::range::zrangestore;
    }
    {
        "zrank" 3, SortedSet, "2.0.0", "O(log(N))";
        "Tell a member's rank from the lowest score";
        flags READONLY FAST;
        acl READ SORTED_SET FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key member";
        run commands::sorted_set::zrank;
    }
    {
        "zrem" -3, SortedSet, "1.2.0", "O(M*log(N))";
        "Delete members of a sorted set";
        flags WRITE FAST;
        acl WRITE SORTED_SET FAST;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key member*";
        run commands::sorted_set::zrem;
    }
    {
        "zremrangebylex" 4, SortedSet, "2.8.9", "O(log(N)+M)";
        "Delete members within an alphabetical range";
        flags WRITE;
        acl WRITE SORTED_SET SLOW;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key min max";
        run commands::sorted_set::range::zremrangebylex;
    }
    {
        "zremrangebyrank" 4, SortedSet, "2.0.0", "O(log(N)+M)";
        "Delete members within a range of ranks";
        flags WRITE;
        acl WRITE SORTED_SET SLOW;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key i:start i:stop";
        run commands::sorted_set::range::zremrangebyrank;
    }
    {
        "zremrangebyscore" 4, SortedSet, "1.2.0", "O(log(N)+M)";
        "Delete members within a range of scores";
        flags WRITE;
        acl WRITE SORTED_SET SLOW;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key d:min d:max";
        run commands::sorted_set::range::zremrangebyscore;
    }
    {
        "zrevrange" -4, SortedSet, "1.2.0", "O(log(N)+M)";
        "List members by rank, highest score first";
        flags READONLY;
        acl READ SORTED_SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        deprecated "6.2.0" "`ZRANGE` with the `REV` argument";
        args "k0:key i:start i:stop WITHSCORES?";
        run commands::sorted_set::range::zrevrange;
    }
    {
        "zrevrangebylex" -4, SortedSet, "2.8.9", "O(log(N)+M)";
        "List members within an alphabetical range, last first";
        flags READONLY;
        acl READ SORTED_SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        deprecated "6.2.0" "`ZRANGE` with the `REV` and `BYLEX` arguments";
        args "k0:key max min offset_count=LIMIT(i:offset i:count)?";
        run commands::sorted_set::range::zrevrangebylex;
    }
    {
        "zrevrangebyscore" -4, SortedSet, "2.2.0", "O(log(N)+M)";
        "List members within a range of scores, highest first";
        flags READONLY;
        acl READ SORTED_SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        deprecated "6.2.0" "`ZRANGE` with the `REV` and `BYSCORE` arguments";
        args "k0:key d:max d:min WITHSCORES? offset_count=LIMIT(i:offset i:count)?";
        run commands::sorted_set::range::zrevrangebyscore;
    }
    {
        "zrevrank" 3, SortedSet, "2.0.0", "O(log(N))";
        "Tell a member's rank from the highest score";
        flags READONLY FAST;
        acl READ SORTED_SET FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key member";
        run commands::sorted_set::zrevrank;
    }
    {
        "zscan" -3, SortedSet, "2.8.0", "O(N) for a whole walk";
        "Walk through a sorted set a few members at a time";
        flags READONLY;
        acl READ SORTED_SET SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key i:cursor p:pattern=MATCH? i:count=COUNT?";
        run commands::sorted_set::zscan;
    }
    {
        "zscore" 3, SortedSet, "1.2.0", "O(1)";
        "Read a member's score";
        flags READONLY FAST;
        acl READ SORTED_SET FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key member";
        run commands::sorted_set::zscore;
    }
    {
        "zunion" -3, SortedSet, "6.2.0", "O(N)+O(M*log(M))";
        "List the members any of the sorted sets has";
        flags READONLY MOVABLE_KEYS;
        acl READ SORTED_SET SLOW;
        keys 0 0 0: [READ_ONLY ACCESS; at 1 counted];
        args "i:numkeys k0:key* i:weight=WEIGHTS?* aggregate=AGGREGATE<SUM MIN MAX>? WITHSCORES?";
        run commands::sorted_set::combine::zunion;
    }
    {
        "zunionstore" -4, SortedSet, "2.0.0", "O(N)+O(M*log(M))";
        "Store the members any of the sorted sets has";
        flags WRITE DENYOOM MOVABLE_KEYS;
        acl WRITE SORTED_SET SLOW;
        keys 1 1 1: [OVERWRITE UPDATE; at 1] [READ_ONLY ACCESS; at 2 counted];
        args "k0:destination i:numkeys k1:key* i:weight=WEIGHTS?* aggregate=AGGREGATE<SUM MIN MAX>?";
        run commands::sorted_set::combine::zunionstore;
    }
}
