//! Connections. Facts of Redis 7.0.15; the words are ours.

use crate::engine::server;

rows! {
    {
        "auth" -2, Connection, "1.0.0", "O(N)";
        "Log in with a password, and a user name if wanted";
        flags NOSCRIPT LOADING STALE FAST NO_AUTH ALLOW_BUSY;
        acl FAST CONNECTION;
        args "username?@6.0.0 password";
        run server::connection::auth;
    }
    {
        "client" -2, Connection, "2.4.0", "that of the subcommand";
        "Look at and manage connections";
        flags;
        acl SLOW;
        subcommands {
            {
                "client|caching" 3, Connection, "6.0.0", "O(1)";
                "Track, or not, the keys of the next command";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                args "mode<YES NO>";
                run server::client::client_caching;
            }
            {
                "client|getname" 2, Connection, "2.6.9", "O(1)";
                "Tell this connection's name";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                run server::client::client_getname;
            }
            {
                "client|getredir" 2, Connection, "6.0.0", "O(1)";
                "Tell to whom invalidations are redirected";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                run server::client::client_getredir;
            }
            {
                "client|help" 2, Connection, "5.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW CONNECTION;
                run server::help::help;
            }
            {
                "client|id" 2, Connection, "5.0.0", "O(1)";
                "Tell this connection's number";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                run server::client::client_id;
            }
            {
                "client|info" 2, Connection, "6.2.0", "O(1)";
                "Describe this connection";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                tips NONDETERMINISTIC_OUTPUT;
                run server::client::client_info;
            }
            {
                "client|kill" -3, Connection, "2.4.0", "O(N)";
                "Close connections";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS CONNECTION;
                args "filter<s:ip:port!2.8.12 new-format<i:client-id=ID?@2.8.12 normal_master_slave_pubsub=TYPE<NORMAL \
                      MASTER@3.2.0 SLAVE REPLICA@5.0.0 PUBSUB>?@2.8.12 username=USER? s:ip:port=ADDR? \
                      s:ip:port=LADDR?@6.2.0 yes/no=SKIPME?>*>";
                run server::client::client_kill;
            }
            {
                "client|list" -2, Connection, "2.4.0", "O(N)";
                "List all connections";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS CONNECTION;
                tips NONDETERMINISTIC_OUTPUT;
                args "normal_master_replica_pubsub=TYPE<NORMAL MASTER REPLICA PUBSUB>?@5.0.0 \
                      id=ID(i:client-id*)?@6.2.0";
                run server::client::client_list;
            }
            {
                "client|no-evict" 3, Connection, "7.0.0", "O(1)";
                "Spare this connection when clients are evicted";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS CONNECTION;
                args "enabled<ON OFF>";
                run server::client::client_no_evict;
            }
            {
                "client|pause" -3, Connection, "2.9.50", "O(1)";
                "Hold back clients' commands for a while";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS CONNECTION;
                args "i:timeout mode<WRITE ALL>?@6.2.0";
                run server::client::client_pause;
            }
            {
                "client|reply" 3, Connection, "3.2.0", "O(1)";
                "Turn replies on or off";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                args "on_off_skip<ON OFF SKIP>";
                run server::client::client_reply;
            }
            {
                "client|setname" 3, Connection, "2.6.9", "O(1)";
                "Name this connection";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                args "connection-name";
                run server::client::client_setname;
            }
            {
                "client|tracking" -3, Connection, "6.0.0", "O(1)";
                "Turn invalidation messages for a local cache on or off";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                args "status<ON OFF> i:client-id=REDIRECT? prefix=PREFIX?*+ BCAST? OPTIN? OPTOUT? NOLOOP?";
            }
            {
                "client|trackinginfo" 2, Connection, "6.2.0", "O(1)";
                "Describe this connection's tracking";
                flags NOSCRIPT LOADING STALE;
                acl SLOW CONNECTION;
                run server::client::client_trackinginfo;
            }
            {
                "client|unblock" -3, Connection, "5.0.0", "O(log(N))";
                "Wake a client that waits in a blocking command";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS CONNECTION;
                args "i:client-id timeout_error<TIMEOUT ERROR>?";
                run server::client::client_unblock;
            }
            {
                "client|unpause" 2, Connection, "6.2.0", "O(N)";
                "Let held-back clients go on";
                flags ADMIN NOSCRIPT LOADING STALE;
                acl ADMIN SLOW DANGEROUS CONNECTION;
                run server::client::client_unpause;
            }
        };
    }
    {
        "echo" 2, Connection, "1.0.0", "O(1)";
        "Answer with the given text";
        flags LOADING STALE FAST;
        acl FAST CONNECTION;
        args "message";
        run server::connection::echo;
    }
    {
        "hello" -1, Connection, "6.0.0", "O(1)";
        "Choose the protocol version and log in";
        flags NOSCRIPT LOADING STALE FAST NO_AUTH ALLOW_BUSY;
        acl FAST CONNECTION;
        args "arguments(i:protover username_password=AUTH(username password)? clientname=SETNAME?)?";
        run server::connection::hello;
    }
    {
        "ping" -1, Connection, "1.0.0", "O(1)";
        "Answer PONG, or the given text";
        flags FAST;
        acl FAST CONNECTION;
        tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ALL_SUCCEEDED;
        args "message?";
        run server::connection::ping;
    }
    {
        "quit" -1, Connection, "1.0.0", "O(1)";
        "Close the connection";
        flags NOSCRIPT LOADING STALE FAST NO_AUTH ALLOW_BUSY;
        acl FAST CONNECTION;
        run server::connection::quit;
    }
    {
        "reset" 1, Connection, "6.2.0", "O(1)";
        "Put the connection back into its first state";
        flags NOSCRIPT LOADING STALE FAST NO_AUTH ALLOW_BUSY;
        acl FAST CONNECTION;
        run server::connection::reset;
    }
    {
        "select" 2, Connection, "1.0.0", "O(1)";
        "Choose the database";
        flags LOADING STALE FAST;
        acl FAST CONNECTION;
        args "i:index";
        run server::connection::select;
    }
}
