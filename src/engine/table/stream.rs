//! Streams. Facts of Redis 7.0.15; the words are ours.

use crate::engine::{commands, server};

rows! {
    {
        "xack" -4, Stream, "5.0.0", "O(1) an ID";
        "Mark delivered messages as processed by the group";
        flags WRITE FAST;
        acl WRITE STREAM FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key group id*";
        run commands::stream::pending::xack;
    }
    {
        "xadd" -5, Stream, "5.0.0", "O(1), O(N) when trimming";
        "Append an entry to a stream";
        flags WRITE DENYOOM FAST;
        acl WRITE STREAM FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1; "UPDATE, as trimming deletes entries"];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key NOMKSTREAM?@6.2.0 trim(strategy<MAXLEN MINID@6.2.0> operator<t:equal== t:approximately=~>? \
              threshold i:count=LIMIT?@6.2.0)? id_or_auto<t:auto_id=* id> field_value(field value)*";
        run commands::stream::xadd;
    }
    {
        "xautoclaim" -6, Stream, "6.2.0", "O(1)";
        "Take over messages that have waited too long";
        flags WRITE FAST;
        acl WRITE STREAM FAST;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key group consumer min-idle-time start i:count=COUNT? JUSTID?";
        run commands::stream::pending::xautoclaim;
    }
    {
        "xclaim" -6, Stream, "5.0.0", "O(log(N))";
        "Take over pending messages from another consumer";
        flags WRITE FAST;
        acl WRITE STREAM FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key group consumer min-idle-time id* i:ms=IDLE? u:unix-time-milliseconds=TIME? \
              i:count=RETRYCOUNT? FORCE? JUSTID? id=LASTID?";
        run commands::stream::pending::xclaim;
    }
    {
        "xdel" -3, Stream, "5.0.0", "O(1) an ID";
        "Delete entries of a stream";
        flags WRITE FAST;
        acl WRITE STREAM FAST;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key id*";
        run commands::stream::xdel;
    }
    {
        "xgroup" -2, Stream, "5.0.0", "that of the subcommand";
        "Manage consumer groups";
        flags;
        acl SLOW;
        subcommands {
            {
                "xgroup|create" -5, Stream, "5.0.0", "O(1)";
                "Create a consumer group";
                flags WRITE DENYOOM;
                acl WRITE STREAM SLOW;
                keys 2 2 1: [READ_WRITE INSERT; at 2];
                args "k0:key groupname id<id t:new_id=$> MKSTREAM? i:entries_read=ENTRIESREAD?";
                run commands::stream::groups::create;
            }
            {
                "xgroup|createconsumer" 5, Stream, "6.2.0", "O(1)";
                "Add a consumer to a group";
                flags WRITE DENYOOM;
                acl WRITE STREAM SLOW;
                keys 2 2 1: [READ_WRITE INSERT; at 2];
                args "k0:key groupname consumername";
                run commands::stream::groups::createconsumer;
            }
            {
                "xgroup|delconsumer" 5, Stream, "5.0.0", "O(1)";
                "Remove a consumer from a group";
                flags WRITE;
                acl WRITE STREAM SLOW;
                keys 2 2 1: [READ_WRITE DELETE; at 2];
                args "k0:key groupname consumername";
                run commands::stream::groups::delconsumer;
            }
            {
                "xgroup|destroy" 4, Stream, "5.0.0", "O(N)";
                "Remove a consumer group";
                flags WRITE;
                acl WRITE STREAM SLOW;
                keys 2 2 1: [READ_WRITE DELETE; at 2];
                args "k0:key groupname";
                run commands::stream::groups::destroy;
            }
            {
                "xgroup|help" 2, Stream, "5.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl STREAM SLOW;
                run server::help::help;
            }
            {
                "xgroup|setid" -5, Stream, "5.0.0", "O(1)";
                "Set the last entry a group was given";
                flags WRITE;
                acl WRITE STREAM SLOW;
                keys 2 2 1: [READ_WRITE UPDATE; at 2];
                args "k0:key groupname id<id t:new_id=$> i:entries_read=ENTRIESREAD?";
                run commands::stream::groups::setid;
            }
        };
    }
    {
        "xinfo" -2, Stream, "5.0.0", "that of the subcommand";
        "Look at streams, groups and consumers";
        flags;
        acl SLOW;
        subcommands {
            {
                "xinfo|consumers" 4, Stream, "5.0.0", "O(1)";
                "List the consumers of a group";
                flags READONLY;
                acl READ STREAM SLOW;
                keys 2 2 1: [READ_ONLY ACCESS; at 2];
                tips NONDETERMINISTIC_OUTPUT;
                args "k0:key groupname";
                run commands::stream::info::consumers;
            }
            {
                "xinfo|groups" 3, Stream, "5.0.0", "O(1)";
                "List the consumer groups of a stream";
                flags READONLY;
                acl READ STREAM SLOW;
                keys 2 2 1: [READ_ONLY ACCESS; at 2];
                args "k0:key";
                run commands::stream::info::groups;
            }
            {
                "xinfo|help" 2, Stream, "5.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl STREAM SLOW;
                run server::help::help;
            }
            {
                "xinfo|stream" -3, Stream, "5.0.0", "O(1)";
                "Describe a stream";
                flags READONLY;
                acl READ STREAM SLOW;
                keys 2 2 1: [READ_ONLY ACCESS; at 2];
                args "k0:key full=FULL(i:count=COUNT?)?";
                run commands::stream::info::of_stream;
            }
        };
    }
    {
        "xlen" 2, Stream, "5.0.0", "O(1)";
        "Count the entries of a stream";
        flags READONLY FAST;
        acl READ STREAM FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key";
        run commands::stream::xlen;
    }
    {
        "xpending" -3, Stream, "5.0.0", "O(N)";
        "Show what was delivered and not yet acknowledged";
        flags READONLY;
        acl READ STREAM SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key group filters(i:min-idle-time=IDLE?@6.2.0 start end i:count consumer?)?";
        run commands::stream::pending::xpending;
    }
    {
        "xrange" -4, Stream, "5.0.0", "O(N)";
        "List entries between two IDs";
        flags READONLY;
        acl READ STREAM SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key start end i:count=COUNT?";
        run commands::stream::xrange;
    }
    {
        "xread" -4, Stream, "5.0.0", "O(N)";
        "Read new entries of several streams, waiting if asked to";
        flags READONLY BLOCKING MOVABLE_KEYS;
        acl READ STREAM SLOW BLOCKING;
        keys 0 0 0: [READ_ONLY ACCESS; after "STREAMS" 1 to -1 step 1 limit 2];
        args "i:count=COUNT? i:milliseconds=BLOCK? streams=STREAMS(k0:key* id*)";
        run commands::stream::read::xread;
    }
    {
        "xreadgroup" -7, Stream, "5.0.0", "O(M)";
        "Read entries as a member of a consumer group";
        flags WRITE BLOCKING MOVABLE_KEYS;
        acl WRITE STREAM SLOW BLOCKING;
        keys 0 0 0: [READ_ONLY ACCESS; after "STREAMS" 4 to -1 step 1 limit 2];
        args "group_consumer=GROUP(group consumer) i:count=COUNT? i:milliseconds=BLOCK? NOACK? \
              streams=STREAMS(k0:key* id*)";
        run commands::stream::read::xreadgroup;
    }
    {
        "xrevrange" -4, Stream, "5.0.0", "O(N)";
        "List entries between two IDs, newest first";
        flags READONLY;
        acl READ STREAM SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key end start i:count=COUNT?";
        run commands::stream::xrevrange;
    }
    {
        "xsetid" -3, Stream, "5.0.0", "O(1)";
        "Set a stream's last ID";
        flags WRITE DENYOOM FAST;
        acl WRITE STREAM FAST;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key last-id i:entries_added=ENTRIESADDED?@7.0.0 max_deleted_entry_id=MAXDELETEDID?@7.0.0";
        run commands::stream::xsetid;
    }
    {
        "xtrim" -4, Stream, "5.0.0", "O(N)";
        "Drop the oldest entries of a stream";
        flags WRITE;
        acl WRITE STREAM SLOW;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        tips NONDETERMINISTIC_OUTPUT;
        args "k0:key trim(strategy<MAXLEN MINID@6.2.0> operator<t:equal== t:approximately=~>? threshold \
              i:count=LIMIT?@6.2.0)";
        run commands::stream::xtrim;
    }
}
