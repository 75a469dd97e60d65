//! Estimates of how many different elements were seen. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "pfadd" -2, Hyperloglog, "2.8.9", "O(1)";
        "Let a HyperLogLog see some elements";
        flags WRITE DENYOOM FAST;
        acl WRITE HYPERLOGLOG FAST;
        keys 1 1 1: [READ_WRITE INSERT; at 1];
        args "k0:key element?*";
        run commands::hyperloglog::pfadd;
    }
    {
        "pfcount" -2, Hyperloglog, "2.8.9", "O(N)";
        "Estimate how many different elements were seen";
        flags READONLY;
        acl READ HYPERLOGLOG SLOW;
        keys 1 -1 1: [READ_WRITE ACCESS; at 1 to -1 step 1; "RW, as the cached count may be renewed"];
        args "k0:key*";
        run commands::hyperloglog::pfcount;
    }
    {
        "pfdebug" 3, Hyperloglog, "2.8.9", "N/A";
        "Look inside a HyperLogLog";
        flags WRITE DENYOOM ADMIN;
        acl WRITE HYPERLOGLOG ADMIN SLOW DANGEROUS;
        keys 2 2 1: [READ_WRITE ACCESS; at 2];
        mark syscmd;
        args "subcommand k0:key";
        run commands::hyperloglog::pfdebug;
    }
    {
        "pfmerge" -2, Hyperloglog, "2.8.9", "O(N)";
        "Merge HyperLogLogs into one";
        flags WRITE DENYOOM;
        acl WRITE HYPERLOGLOG SLOW;
        keys 1 -1 1: [READ_WRITE ACCESS INSERT; at 1] [READ_ONLY ACCESS; at 2 to -1 step 1];
        args "k0:destkey k1:sourcekey*";
        run commands::hyperloglog::pfmerge;
    }
    {
        "pfselftest" 1, Hyperloglog, "2.8.9", "N/A";
        "Check the HyperLogLog implementation";
        flags ADMIN;
        acl HYPERLOGLOG ADMIN SLOW DANGEROUS;
        mark syscmd;
        run commands::hyperloglog::pfselftest;
    }
}
