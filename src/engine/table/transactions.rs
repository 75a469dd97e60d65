//! Transactions. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "discard" 1, Transactions, "2.0.0", "O(N)";
        "Forget the queued commands of a transaction";
        flags NOSCRIPT LOADING STALE FAST ALLOW_BUSY;
        acl FAST TRANSACTION;
        run commands::transactions::discard;
    }
    {
        "exec" 1, Transactions, "1.2.0", "that of the queued commands";
        "Run the queued commands of a transaction";
        flags NOSCRIPT LOADING STALE SKIP_SLOWLOG;
        acl SLOW TRANSACTION;
        run commands::transactions::exec;
    }
    {
        "multi" 1, Transactions, "1.2.0", "O(1)";
        "Begin a transaction";
        flags NOSCRIPT LOADING STALE FAST ALLOW_BUSY;
        acl FAST TRANSACTION;
        run commands::transactions::multi;
    }
    {
        "unwatch" 1, Transactions, "2.2.0", "O(1)";
        "Forget all watched keys";
        flags NOSCRIPT LOADING STALE FAST ALLOW_BUSY;
        acl FAST TRANSACTION;
        run commands::transactions::unwatch;
    }
    {
        "watch" -2, Transactions, "2.2.0", "O(N)";
        "Have the next transaction fail if these keys change";
        flags NOSCRIPT LOADING STALE FAST ALLOW_BUSY;
        acl FAST TRANSACTION;
        keys 1 -1 1: [READ_ONLY; at 1 to -1 step 1];
        args "k0:key*";
        run commands::transactions::watch;
    }
}
