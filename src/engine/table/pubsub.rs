//! Publish and subscribe. Facts of Redis 7.0.15; the words are ours.

use crate::engine::{commands, server};

rows! {
    {
        "psubscribe" -2, Pubsub, "2.0.0", "O(N)";
        "Listen to channels whose names match patterns";
        flags PUBSUB NOSCRIPT LOADING STALE;
        acl PUBSUB SLOW;
        args "pattern(p:pattern)*";
        run commands::pubsub::psubscribe;
    }
    {
        "publish" 3, Pubsub, "2.0.0", "O(N+M)";
        "Send a message to a channel";
        flags PUBSUB LOADING STALE FAST;
        acl PUBSUB FAST;
        args "channel message";
        run commands::pubsub::publish;
    }
    {
        "pubsub" -2, Pubsub, "2.8.0", "that of the subcommand";
        "Look at channels and subscriptions";
        flags;
        acl SLOW;
        subcommands {
            {
                "pubsub|channels" -2, Pubsub, "2.8.0", "O(N)";
                "List channels that have subscribers";
                flags PUBSUB LOADING STALE;
                acl PUBSUB SLOW;
                args "p:pattern?";
                run commands::pubsub::channels;
            }
            {
                "pubsub|help" 2, Pubsub, "6.2.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW;
                run server::help::help;
            }
            {
                "pubsub|numpat" 2, Pubsub, "2.8.0", "O(1)";
                "Count the patterns subscribed to";
                flags PUBSUB LOADING STALE;
                acl PUBSUB SLOW;
                run commands::pubsub::numpat;
            }
            {
                "pubsub|numsub" -2, Pubsub, "2.8.0", "O(N)";
                "Count the subscribers of channels";
                flags PUBSUB LOADING STALE;
                acl PUBSUB SLOW;
                args "channel?*";
                run commands::pubsub::numsub;
            }
            {
                "pubsub|shardchannels" -2, Pubsub, "7.0.0", "O(N)";
                "List shard channels that have subscribers";
                flags PUBSUB LOADING STALE;
                acl PUBSUB SLOW;
                args "p:pattern?";
                run commands::pubsub::shard_channels;
            }
            {
                "pubsub|shardnumsub" -2, Pubsub, "7.0.0", "O(N)";
                "Count the subscribers of shard channels";
                flags PUBSUB LOADING STALE;
                acl PUBSUB SLOW;
                args "shardchannel?*";
                run commands::pubsub::shard_numsub;
            }
        };
    }
    {
        "punsubscribe" -1, Pubsub, "2.0.0", "O(N+M)";
        "Stop listening to patterns";
        flags PUBSUB NOSCRIPT LOADING STALE;
        acl PUBSUB SLOW;
        args "p:pattern?*";
        run commands::pubsub::punsubscribe;
    }
    {
        "spublish" 3, Pubsub, "7.0.0", "O(N)";
        "Send a message to a shard channel";
        flags PUBSUB LOADING STALE FAST;
        acl PUBSUB FAST;
        keys 1 1 1: [NOT_KEY; at 1];
        args "shardchannel message";
        run commands::pubsub::spublish;
    }
    {
        "ssubscribe" -2, Pubsub, "7.0.0", "O(N)";
        "Listen to shard channels";
        flags PUBSUB NOSCRIPT LOADING STALE;
        acl PUBSUB SLOW;
        keys 1 -1 1: [NOT_KEY; at 1 to -1 step 1];
        args "shardchannel*";
        run commands::pubsub::ssubscribe;
    }
    {
        "subscribe" -2, Pubsub, "2.0.0", "O(N)";
        "Listen to channels";
        flags PUBSUB NOSCRIPT LOADING STALE;
        acl PUBSUB SLOW;
        args "channel*";
        run commands::pubsub::subscribe;
    }
    {
        "sunsubscribe" -1, Pubsub, "7.0.0", "O(N)";
        "Stop listening to shard channels";
        flags PUBSUB NOSCRIPT LOADING STALE;
        acl PUBSUB SLOW;
        keys 1 -1 1: [NOT_KEY; at 1 to -1 step 1];
        args "shardchannel?*";
        run commands::pubsub::sunsubscribe;
    }
    {
        "unsubscribe" -1, Pubsub, "2.0.0", "O(N)";
        "Stop listening to channels";
        flags PUBSUB NOSCRIPT LOADING STALE;
        acl PUBSUB SLOW;
        args "channel?*";
        run commands::pubsub::unsubscribe;
    }
}
