//! Lists. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "blmove" 6, List, "6.2.0", "O(1)";
        "Move an element between lists, waiting for one to come";
        flags WRITE DENYOOM NOSCRIPT BLOCKING;
        acl WRITE LIST SLOW BLOCKING;
        keys 1 2 1: [READ_WRITE ACCESS DELETE; at 1] [READ_WRITE INSERT; at 2];
        args "k0:source k1:destination wherefrom<LEFT RIGHT> whereto<LEFT RIGHT> d:timeout";
        run commands::list::blocking::blmove;
    }
    {
        "blmpop" -5, List, "7.0.0", "O(N+M)";
        "Pop from the first non-empty list, waiting for one to fill";
        flags WRITE BLOCKING MOVABLE_KEYS;
        acl WRITE LIST SLOW BLOCKING;
        keys 0 0 0: [READ_WRITE ACCESS DELETE; at 2 counted];
        args "d:timeout i:numkeys k0:key* where<LEFT RIGHT> i:count=COUNT?";
        run commands::list::blocking::blmpop;
    }
    {
        "blpop" -3, List, "2.0.0", "O(N)";
        "Pop the first element, waiting for one to come";
        flags WRITE NOSCRIPT BLOCKING;
        acl WRITE LIST SLOW BLOCKING;
        keys 1 -2 1: [READ_WRITE ACCESS DELETE; at 1 to -2 step 1];
        args "k0:key* d:timeout";
        run commands::list::blocking::blpop;
    }
    {
        "brpop" -3, List, "2.0.0", "O(N)";
        "Pop the last element, waiting for one to come";
        flags WRITE NOSCRIPT BLOCKING;
        acl WRITE LIST SLOW BLOCKING;
        keys 1 -2 1: [READ_WRITE ACCESS DELETE; at 1 to -2 step 1];
        args "k0:key* d:timeout";
        run commands::list::blocking::brpop;
    }
    {
        "brpoplpush" 4, List, "2.2.0", "O(1)";
        "Move the last element to another list's head, waiting for one";
        flags WRITE DENYOOM NOSCRIPT BLOCKING;
        acl WRITE LIST SLOW BLOCKING;
        keys 1 2 1: [READ_WRITE ACCESS DELETE; at 1] [READ_WRITE INSERT; at 2];
        deprecated "6.2.0" "`BLMOVE` with the `RIGHT` and `LEFT` arguments";
        args "k0:source k1:destination d:timeout";
        run commands::list::blocking::brpoplpush;
    }
    {
        "lindex" 3, List, "1.0.0", "O(N)";
        "Read one element of a list by position";
        flags READONLY;
        acl READ LIST SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key i:index";
        run commands::list::lindex;
    }
    {
        "linsert" 5, List, "2.2.0", "O(N)";
        "Insert an element before or after another";
        flags WRITE DENYOOM;
        acl WRITE LIST SLOW;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key where<BEFORE AFTER> pivot element";
        run commands::list::linsert;
    }
    {
        "llen" 2, List, "1.0.0", "O(1)";
        "Count the elements of a list";
        flags READONLY FAST;
        acl READ LIST FAST;
        keys 1 1 1: [READ_ONLY; at 1];
        args "k0:key";
        run commands::list::llen;
    }
    {
        "lmove" 5, List, "6.2.0", "O(1)";
        "Move an element from an end of one list to an end of another";
        flags WRITE DENYOOM;
        acl WRITE LIST SLOW;
        keys 1 2 1: [READ_WRITE ACCESS DELETE; at 1] [READ_WRITE INSERT; at 2];
        args "k0:source k1:destination wherefrom<LEFT RIGHT> whereto<LEFT RIGHT>";
        run commands::list::lmove;
    }
    {
        "lmpop" -4, List, "7.0.0", "O(N+M)";
        "Pop elements from the first list that has any";
        flags WRITE MOVABLE_KEYS;
        acl WRITE LIST SLOW;
        keys 0 0 0: [READ_WRITE ACCESS DELETE; at 1 counted];
        args "i:numkeys k0:key* where<LEFT RIGHT> i:count=COUNT?";
        run commands::list::lmpop;
    }
    {
        "lpop" -2, List, "1.0.0", "O(N)";
        "Pop elements off the head of a list";
        flags WRITE FAST;
        acl WRITE LIST FAST;
        keys 1 1 1: [READ_WRITE ACCESS DELETE; at 1];
        args "k0:key i:count?@6.2.0";
        run commands::list::lpop;
    }
    {
        "lpos" -3, List, "6.0.6", "O(N)";
        "Find the positions of an element";
        flags READONLY;
        acl READ LIST SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key element i:rank=RANK? i:num-matches=COUNT? i:len=MAXLEN?";
        run commands::list::lpos;
    }
    {
        "lpush" -3, List, "1.0.0", "O(N)";
        "Push elements onto the head of a list";
        flags WRITE DENYOOM FAST;
        acl WRITE LIST FAST;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key element*";
        run commands::list::lpush;
    }
    {
        "lpushx" -3, List, "2.2.0", "O(N)";
        "Push elements onto the head of a list that exists";
        flags WRITE DENYOOM FAST;
        acl WRITE LIST FAST;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key element*";
        run commands::list::lpushx;
    }
    {
        "lrange" 4, List, "1.0.0", "O(S+N)";
        "Read a range of elements";
        flags READONLY;
        acl READ LIST SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key i:start i:stop";
        run commands::list::lrange;
    }
    {
        "lrem" 4, List, "1.0.0", "O(N+M)";
        "Delete elements that equal a value";
        flags WRITE;
        acl WRITE LIST SLOW;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key i:count element";
        run commands::list::lrem;
    }
    {
        "lset" 4, List, "1.0.0", "O(N)";
        "Replace one element by position";
        flags WRITE DENYOOM;
        acl WRITE LIST SLOW;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key i:index element";
        run commands::list::lset;
    }
    {
        "ltrim" 4, List, "1.0.0", "O(N)";
        "Keep a range of elements and delete the others";
        flags WRITE;
        acl WRITE LIST SLOW;
        keys 1 1 1: [READ_WRITE DELETE; at 1];
        args "k0:key i:start i:stop";
        run commands::list::ltrim;
    }
    {
        "rpop" -2, List, "1.0.0", "O(N)";
        "Pop elements off the tail of a list";
        flags WRITE FAST;
        acl WRITE LIST FAST;
        keys 1 1 1: [READ_WRITE ACCESS DELETE; at 1];
        args "k0:key i:count?@6.2.0";
        run commands::list::rpop;
    }
    {
        "rpoplpush" 3, List, "1.2.0", "O(1)";
        "Move the last element to the head of another list";
        flags WRITE DENYOOM;
        acl WRITE LIST SLOW;
        keys 1 2 1: [READ_WRITE ACCESS DELETE; at 1] [READ_WRITE INSERT; at 2];
        deprecated "6.2.0" "`LMOVE` with the `RIGHT` and `LEFT` arguments";
        args "k0:source k1:destination";
        run commands::list::rpoplpush;
    }
    {
        "rpush" -3, List, "1.0.0", "O(N)";
        "Push elements onto the tail of a list";
        flags WRITE DENYOOM FAST;
        acl WRITE LIST FAST;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key element*";
        run commands::list::rpush;
    }
    {
        "rpushx" -3, List, "2.2.0", "O(N)";
        "Push elements onto the tail of a list that exists";
        flags WRITE DENYOOM FAST;
        acl WRITE LIST FAST;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key element*";
        run commands::list::rpushx;
    }
}
