//! The server. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;
use crate::engine::server;

rows! {
    {
        "acl" -2, Server, "6.0.0", "that of the subcommand";
        "Manage users and their permissions";
        flags;
        acl SLOW;
        subcommands {
            {
                "acl|cat" -2, Server, "6.0.0", "O(1)";
                "List categories, or the commands of one";
                flags NOSCRIPT LOADING STALE;
                acl SLOW;
                args "categoryname?";
            }
            {
                "acl|deluser" -3, Server, "6.0.0", "O(1)";
                "Delete users";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                args "username*";
            }
            {
                "acl|dryrun" -4, Server, "7.0.0", "O(1)";
                "Tell whether a user may run a command";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                args "username command arg?*";
            }
            {
                "acl|genpass" -2, Server, "6.0.0", "O(1)";
                "Make up a random password";
                flags NOSCRIPT LOADING STALE;
                acl SLOW;
                args "i:bits?";
            }
            {
                "acl|getuser" 3, Server, "6.0.0", "O(N)";
                "Describe a user";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                args "username";
            }
            {
                "acl|help" 2, Server, "6.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW;
                run server::help::help;
            }
            {
                "acl|list" 2, Server, "6.0.0", "O(N)";
                "List users as rules";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
            }
            {
                "acl|load" 2, Server, "6.0.0", "O(N)";
                "Read the ACL file again";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
            }
            {
                "acl|log" -2, Server, "6.0.0", "O(N)";
                "Show refused commands and logins";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                args "operation<i:count RESET>?";
            }
            {
                "acl|save" 2, Server, "6.0.0", "O(N)";
                "Write the ACL file";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
            }
            {
                "acl|setuser" -3, Server, "6.0.0", "O(N)";
                "Create a user or change its rules";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                args "username rule?*";
            }
            {
                "acl|users" 2, Server, "6.0.0", "O(N)";
                "List user names";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
            }
            {
                "acl|whoami" 2, Server, "6.0.0", "O(1)";
                "Tell this connection's user";
                flags NOSCRIPT LOADING STALE;
                acl SLOW;
            }
        };
    }
    {
        "bgrewriteaof" 1, Server, "1.0.0", "O(1)";
        "Rewrite the append-only file in the background";
        flags ADMIN NOSCRIPT NO_ASYNC_LOADING;
        acl ADMIN SLOW DANGEROUS;
    }
    {
        "bgsave" -1, Server, "1.0.0", "O(1)";
        "Save a snapshot in the background";
        flags ADMIN NOSCRIPT NO_ASYNC_LOADING;
        acl ADMIN SLOW DANGEROUS;
        args "SCHEDULE?@3.2.2";
    }
    {
        "command" -1, Server, "2.8.13", "O(N)";
        "Describe all commands";
        flags LOADING STALE;
        acl SLOW CONNECTION;
        tips NONDETERMINISTIC_OUTPUT_ORDER;
        subcommands {
            {
                "command|count" 2, Server, "2.8.13", "O(1)";
                "Count the commands";
                flags LOADING STALE;
                acl SLOW CONNECTION;
                run server::command::command_count;
            }
            {
                "command|docs" -2, Server, "7.0.0", "O(N)";
                "Answer commands' documentation";
                flags LOADING STALE;
                acl SLOW CONNECTION;
                tips NONDETERMINISTIC_OUTPUT_ORDER;
                args "command-name?*";
                run server::command::command_docs;
            }
            {
                "command|getkeys" -4, Server, "2.8.13", "O(N)";
                "Tell which arguments of a command are keys";
                flags LOADING STALE;
                acl SLOW CONNECTION;
                run server::command::command_getkeys;
            }
            {
                "command|getkeysandflags" -4, Server, "7.0.0", "O(N)";
                "Tell keys of a command and what it does to them";
                flags LOADING STALE;
                acl SLOW CONNECTION;
                run server::command::command_getkeysandflags;
            }
            {
                "command|help" 2, Server, "5.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW CONNECTION;
                run server::help::help;
            }
            {
                "command|info" -2, Server, "2.8.13", "O(N)";
                "Describe some commands";
                flags LOADING STALE;
                acl SLOW CONNECTION;
                tips NONDETERMINISTIC_OUTPUT_ORDER;
                args "command-name?*";
                run server::command::command_info;
            }
            {
                "command|list" -2, Server, "7.0.0", "O(N)";
                "List command names";
                flags LOADING STALE;
                acl SLOW CONNECTION;
                tips NONDETERMINISTIC_OUTPUT_ORDER;
                args "filterby=FILTERBY<module-name=MODULE category=ACLCAT p:pattern=PATTERN>?";
                run server::command::command_list;
            }
        };
        run server::command::command;
    }
    {
        "config" -2, Server, "2.0.0", "that of the subcommand";
        "Read and change the configuration";
        flags;
        acl SLOW;
        subcommands {
            {
                "config|get" -3, Server, "2.0.0", "O(N)";
                "Read parameters";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                args "parameter(parameter)*";
                run server::config::config_get;
            }
            {
                "config|help" 2, Server, "5.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW;
                run server::help::help;
            }
            {
                "config|resetstat" 2, Server, "2.0.0", "O(1)";
                "Set the statistics back to zero";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                run server::config::config_resetstat;
            }
            {
                "config|rewrite" 2, Server, "2.8.0", "O(1)";
                "Write the parameters to the configuration file";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                run server::config::config_rewrite;
            }
            {
                "config|set" -4, Server, "2.0.0", "O(N)";
                "Change parameters";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_ALL_SUCCEEDED;
                args "parameter_value(parameter value)*";
                run server::config::config_set;
            }
        };
    }
    {
        "dbsize" 1, Server, "1.0.0", "O(1)";
        "Count the keys of this database";
        flags READONLY FAST;
        acl KEYSPACE READ FAST;
        tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_AGG_SUM;
        run commands::flush::dbsize;
    }
    {
        "debug" -2, Server, "1.0.0", "that of the subcommand";
        "Tools for testing the server";
        flags ADMIN NOSCRIPT LOADING STALE;
        acl ADMIN SLOW DANGEROUS;
        mark syscmd;
        run server::debug::debug;
    }
    {
        "failover" -1, Server, "6.2.0", "O(1)";
        "Hand over to a replica";
        flags ADMIN NOSCRIPT STALE;
        acl ADMIN SLOW DANGEROUS;
        args "target=TO(host i:port FORCE?)? ABORT? i:milliseconds=TIMEOUT?";
        run server::replication::failover;
    }
    {
        "flushall" -1, Server, "1.0.0", "O(N)";
        "Delete all keys of all databases";
        flags WRITE;
        acl KEYSPACE WRITE SLOW DANGEROUS;
        tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ALL_SUCCEEDED;
        args "async<ASYNC@4.0.0 SYNC@6.2.0>?";
        run commands::flush::flushall;
    }
    {
        "flushdb" -1, Server, "1.0.0", "O(N)";
        "Delete all keys of this database";
        flags WRITE;
        acl KEYSPACE WRITE SLOW DANGEROUS;
        tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ALL_SUCCEEDED;
        args "async<ASYNC@4.0.0 SYNC@6.2.0>?";
        run commands::flush::flushdb;
    }
    {
        "info" -1, Server, "1.0.0", "O(1)";
        "Report on the server";
        flags LOADING STALE;
        acl SLOW DANGEROUS;
        tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_SPECIAL;
        args "section?*";
        run server::info::info;
    }
    {
        "lastsave" 1, Server, "1.0.0", "O(1)";
        "Tell the Unix time of the last good snapshot";
        flags LOADING STALE FAST;
        acl ADMIN FAST DANGEROUS;
        tips NONDETERMINISTIC_OUTPUT;
        run server::status::lastsave;
    }
    {
        "latency" -2, Server, "2.8.13", "that of the subcommand";
        "Look at latency spikes";
        flags;
        acl SLOW;
        subcommands {
            {
                "latency|doctor" 2, Server, "2.8.13", "O(1)";
                "Advise on latency";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_SPECIAL;
                run server::latency::latency_doctor;
            }
            {
                "latency|graph" 3, Server, "2.8.13", "O(1)";
                "Draw the spikes of an event";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_SPECIAL;
                args "event";
                run server::latency::latency_graph;
            }
            {
                "latency|help" 2, Server, "2.8.13", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW;
                run server::help::help;
            }
            {
                "latency|histogram" -2, Server, "7.0.0", "O(N)";
                "Show how command times are distributed";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_SPECIAL;
                args "command?*";
                run server::latency::latency_histogram;
            }
            {
                "latency|history" 3, Server, "2.8.13", "O(1)";
                "List the spikes of an event";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_SPECIAL;
                args "event";
                run server::latency::latency_history;
            }
            {
                "latency|latest" 2, Server, "2.8.13", "O(1)";
                "List the last spike of each event";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_SPECIAL;
                run server::latency::latency_latest;
            }
            {
                "latency|reset" -2, Server, "2.8.13", "O(1)";
                "Forget the spikes";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_ALL_SUCCEEDED;
                args "event?*";
                run server::latency::latency_reset;
            }
        };
    }
    {
        "lolwut" -1, Server, "5.0.0", "";
        "Draw a piece of computer art and tell the version";
        flags READONLY FAST;
        acl READ FAST;
        args "i:version=VERSION?";
        run server::lolwut::lolwut;
    }
    {
        "memory" -2, Server, "4.0.0", "that of the subcommand";
        "Look at memory use";
        flags;
        acl SLOW;
        subcommands {
            {
                "memory|doctor" 2, Server, "4.0.0", "O(1)";
                "Advise on memory";
                flags;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_SPECIAL;
                run server::memory::memory_doctor;
            }
            {
                "memory|help" 2, Server, "4.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW;
                run server::help::help;
            }
            {
                "memory|malloc-stats" 2, Server, "4.0.0", "grows with allocated memory";
                "Show the allocator's own statistics";
                flags;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_SPECIAL;
                run server::memory::memory_malloc_stats;
            }
            {
                "memory|purge" 2, Server, "4.0.0", "grows with allocated memory";
                "Have the allocator give memory back";
                flags;
                acl SLOW;
                tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ALL_SUCCEEDED;
                run server::memory::memory_purge;
            }
            {
                "memory|stats" 2, Server, "4.0.0", "O(1)";
                "List where memory goes";
                flags;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_SPECIAL;
                run server::memory::memory_stats;
            }
            {
                "memory|usage" -3, Server, "4.0.0", "O(N)";
                "Estimate the bytes a key takes";
                flags READONLY;
                acl READ SLOW;
                keys 2 2 1: [READ_ONLY; at 2];
                args "k0:key i:count=SAMPLES?";
                run server::status::memory_usage;
            }
        };
    }
    {
        "module" -2, Server, "4.0.0", "that of the subcommand";
        "Manage modules";
        flags;
        acl SLOW;
        subcommands {
            {
                "module|help" 2, Server, "5.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW;
                run server::help::help;
            }
            {
                "module|list" 2, Server, "4.0.0", "O(N)";
                "List loaded modules";
                flags ADMIN NOSCRIPT;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT_ORDER;
                run server::module::list;
            }
            {
                "module|load" -3, Server, "4.0.0", "O(1)";
                "Load a module";
                flags ADMIN NOSCRIPT NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "path arg?*";
                run server::module::load;
            }
            {
                "module|loadex" -3, Server, "7.0.0", "O(1)";
                "Load a module with its configuration";
                flags ADMIN NOSCRIPT NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "path configs=CONFIG(name value)?*+ args=ARGS(arg)?*";
                run server::module::load;
            }
            {
                "module|unload" 3, Server, "4.0.0", "O(1)";
                "Unload a module";
                flags ADMIN NOSCRIPT NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "name";
                run server::module::unload;
            }
        };
    }
    {
        "monitor" 1, Server, "1.0.0", "";
        "Show every command as it comes in";
        flags ADMIN NOSCRIPT LOADING STALE;
        acl ADMIN SLOW DANGEROUS;
        run server::client::monitor;
    }
    {
        "psync" -3, Server, "2.8.0", "";
        "Ask for the replication stream (replicas use it)";
        flags ADMIN NOSCRIPT NO_ASYNC_LOADING NO_MULTI;
        acl ADMIN SLOW DANGEROUS;
        args "replicationid i:offset";
        run server::replication::psync;
    }
    {
        "replconf" -1, Server, "3.0.0", "O(1)";
        "Tell a primary about its replica (replicas use it)";
        flags ADMIN NOSCRIPT LOADING STALE ALLOW_BUSY;
        acl ADMIN SLOW DANGEROUS;
        mark syscmd;
        run server::replication::replconf;
    }
    {
        "replicaof" 3, Server, "5.0.0", "O(1)";
        "Follow a primary, or none";
        flags ADMIN NOSCRIPT STALE NO_ASYNC_LOADING;
        acl ADMIN SLOW DANGEROUS;
        args "args<host-port(host i:port) no-one(NO ONE)>";
        run server::replication::replicaof;
    }
    {
        "restore-asking" -4, Server, "3.0.0", "O(N*M)";
        "RESTORE during a slot's migration (the cluster uses it)";
        flags WRITE DENYOOM ASKING;
        acl KEYSPACE WRITE SLOW DANGEROUS;
        keys 1 1 1: [OVERWRITE UPDATE; at 1];
        mark syscmd;
        args "k0:key i:ttl serialized-value REPLACE?@3.0.0 ABSTTL?@5.0.0 i:seconds=IDLETIME?@5.0.0 \
              i:frequency=FREQ?@5.0.0";
        run commands::dump::restore_asking;
    }
    {
        "role" 1, Server, "2.8.12", "O(1)";
        "Tell whether this is a primary or a replica";
        flags NOSCRIPT LOADING STALE FAST;
        acl ADMIN FAST DANGEROUS;
        run server::replication::role;
    }
    {
        "save" 1, Server, "1.0.0", "O(N)";
        "Save a snapshot and wait for it";
        flags ADMIN NOSCRIPT NO_ASYNC_LOADING NO_MULTI;
        acl ADMIN SLOW DANGEROUS;
    }
    {
        "shutdown" -1, Server, "1.0.0", "O(N) when saving";
        "Save if asked to and stop the server";
        flags ADMIN NOSCRIPT LOADING STALE NO_MULTI ALLOW_BUSY;
        acl ADMIN SLOW DANGEROUS;
        args "nosave_save<NOSAVE SAVE>? NOW?@7.0.0 FORCE?@7.0.0 ABORT?@7.0.0";
        run server::shutdown::shutdown;
    }
    {
        "slaveof" 3, Server, "1.0.0", "O(1)";
        "Old name of REPLICAOF";
        flags ADMIN NOSCRIPT STALE NO_ASYNC_LOADING;
        acl ADMIN SLOW DANGEROUS;
        deprecated "5.0.0" "`REPLICAOF`";
        args "args<host-port(host i:port) no-one(NO ONE)>";
        run server::replication::replicaof;
    }
    {
        "slowlog" -2, Server, "2.2.12", "that of the subcommand";
        "Look at slow commands";
        flags;
        acl SLOW;
        subcommands {
            {
                "slowlog|get" -2, Server, "2.2.12", "O(N)";
                "List slow commands";
                flags ADMIN LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips REQUEST_POLICY_ALL_NODES NONDETERMINISTIC_OUTPUT;
                args "i:count?";
                run server::slowlog::slowlog_get;
            }
            {
                "slowlog|help" 2, Server, "6.2.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW;
                run server::help::help;
            }
            {
                "slowlog|len" 2, Server, "2.2.12", "O(1)";
                "Count the slow commands kept";
                flags ADMIN LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_AGG_SUM NONDETERMINISTIC_OUTPUT;
                run server::slowlog::slowlog_len;
            }
            {
                "slowlog|reset" 2, Server, "2.2.12", "O(N)";
                "Forget the slow commands";
                flags ADMIN LOADING STALE;
                acl ADMIN SLOW DANGEROUS;
                tips REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_ALL_SUCCEEDED;
                run server::slowlog::slowlog_reset;
            }
        };
    }
    {
        "swapdb" 3, Server, "4.0.0", "O(N)";
        "Swap two databases";
        flags WRITE FAST;
        acl KEYSPACE WRITE FAST DANGEROUS;
        args "i:index1 i:index2";
        run commands::flush::swapdb;
    }
    {
        "sync" 1, Server, "1.0.0", "";
        "Ask for a full copy of the data (old replicas use it)";
        flags ADMIN NOSCRIPT NO_ASYNC_LOADING NO_MULTI;
        acl ADMIN SLOW DANGEROUS;
        run server::replication::sync;
    }
    {
        "time" 1, Server, "2.6.0", "O(1)";
        "Tell the server's time";
        flags LOADING STALE FAST;
        acl FAST;
        tips NONDETERMINISTIC_OUTPUT;
        run server::status::time;
    }
}
