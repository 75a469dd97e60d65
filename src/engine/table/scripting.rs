//! Scripts and functions. Facts of Redis 7.0.15; the words are ours.

use crate::engine::server;

rows! {
    {
        "eval" -3, Scripting, "2.6.0", "that of the script";
        "Run a Lua script";
        flags NOSCRIPT STALE SKIP_MONITOR NO_MANDATORY_KEYS MOVABLE_KEYS;
        acl SLOW SCRIPTING;
        keys 0 0 0: [READ_WRITE ACCESS UPDATE; at 2 counted; "What is done to the keys is unknown; changes are assumed"];
        args "script i:numkeys k0:key?* arg?*";
    }
    {
        "eval_ro" -3, Scripting, "7.0.0", "that of the script";
        "Run a Lua script that only reads";
        flags READONLY NOSCRIPT STALE SKIP_MONITOR NO_MANDATORY_KEYS MOVABLE_KEYS;
        acl SLOW SCRIPTING;
        keys 0 0 0: [READ_ONLY ACCESS; at 2 counted; "What is done to the keys is unknown; reading is assumed"];
        args "script i:numkeys k0:key?* arg?*";
    }
    {
        "evalsha" -3, Scripting, "2.6.0", "that of the script";
        "Run a cached Lua script by its SHA1";
        flags NOSCRIPT STALE SKIP_MONITOR NO_MANDATORY_KEYS MOVABLE_KEYS;
        acl SLOW SCRIPTING;
        keys 0 0 0: [READ_WRITE ACCESS UPDATE; at 2 counted];
        args "sha1 i:numkeys k0:key?* arg?*";
    }
    {
        "evalsha_ro" -3, Scripting, "7.0.0", "that of the script";
        "Run a cached Lua script that only reads";
        flags READONLY NOSCRIPT STALE SKIP_MONITOR NO_MANDATORY_KEYS MOVABLE_KEYS;
        acl SLOW SCRIPTING;
        keys 0 0 0: [READ_ONLY ACCESS; at 2 counted];
        args "sha1 i:numkeys k0:key?* arg?*";
    }
    {
        "fcall" -3, Scripting, "7.0.0", "that of the function";
        "Call a function of a library";
        flags NOSCRIPT STALE SKIP_MONITOR NO_MANDATORY_KEYS MOVABLE_KEYS;
        acl SLOW SCRIPTING;
        keys 0 0 0: [READ_WRITE ACCESS UPDATE; at 2 counted; "What is done to the keys is unknown; changes are assumed"];
        args "function i:numkeys k0:key?* arg?*";
    }
    {
        "fcall_ro" -3, Scripting, "7.0.0", "that of the function";
        "Call a function that only reads";
        flags READONLY NOSCRIPT STALE SKIP_MONITOR NO_MANDATORY_KEYS MOVABLE_KEYS;
        acl SLOW SCRIPTING;
        keys 0 0 0: [READ_ONLY ACCESS; at 2 counted; "What is done to the keys is unknown; reading is assumed"];
        args "function i:numkeys k0:key?* arg?*";
    }
    {
        "function" -2, Scripting, "7.0.0", "that of the subcommand";
        "Manage libraries of functions";
        flags;
        acl SLOW;
        subcommands {
            {
                "function|delete" 3, Scripting, "7.0.0", "O(1)";
                "Delete a library";
                flags WRITE NOSCRIPT;
                acl WRITE SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ALL_SUCCEEDED;
                args "library-name";
            }
            {
                "function|dump" 2, Scripting, "7.0.0", "O(N)";
                "Serialise all libraries";
                flags NOSCRIPT;
                acl SLOW SCRIPTING;
            }
            {
                "function|flush" -2, Scripting, "7.0.0", "O(N)";
                "Delete all libraries";
                flags WRITE NOSCRIPT;
                acl WRITE SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ALL_SUCCEEDED;
                args "async<ASYNC SYNC>?";
                run server::status::function_flush;
            }
            {
                "function|help" 2, Scripting, "7.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW SCRIPTING;
                run server::help::help;
            }
            {
                "function|kill" 2, Scripting, "7.0.0", "O(1)";
                "Stop the function that is running";
                flags NOSCRIPT ALLOW_BUSY;
                acl SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ONE_SUCCEEDED;
            }
            {
                "function|list" -2, Scripting, "7.0.0", "O(N)";
                "List libraries and their functions";
                flags NOSCRIPT;
                acl SLOW SCRIPTING;
                tips NONDETERMINISTIC_OUTPUT_ORDER;
                args "library-name-pattern=LIBRARYNAME? WITHCODE?";
            }
            {
                "function|load" -3, Scripting, "7.0.0", "O(1)";
                "Load a library";
                flags WRITE DENYOOM NOSCRIPT;
                acl WRITE SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ALL_SUCCEEDED;
                args "REPLACE? function-code";
            }
            {
                "function|restore" -3, Scripting, "7.0.0", "O(N)";
                "Load libraries from what FUNCTION DUMP answered";
                flags WRITE DENYOOM NOSCRIPT;
                acl WRITE SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ALL_SUCCEEDED;
                args "serialized-value policy<FLUSH APPEND REPLACE>?";
            }
            {
                "function|stats" 2, Scripting, "7.0.0", "O(1)";
                "Tell which function runs, and about the engines";
                flags NOSCRIPT ALLOW_BUSY;
                acl SLOW SCRIPTING;
                tips NONDETERMINISTIC_OUTPUT REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_SPECIAL;
            }
        };
    }
    {
        "script" -2, Scripting, "2.6.0", "that of the subcommand";
        "Manage the script cache";
        flags;
        acl SLOW;
        subcommands {
            {
                "script|debug" 3, Scripting, "3.2.0", "O(1)";
                "Set the mode of the script debugger";
                flags NOSCRIPT;
                acl SLOW SCRIPTING;
                args "mode<YES SYNC NO>";
            }
            {
                "script|exists" -3, Scripting, "2.6.0", "O(N)";
                "Tell which scripts are cached";
                flags NOSCRIPT;
                acl SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_AGG_LOGICAL_AND;
                args "sha1*";
            }
            {
                "script|flush" -2, Scripting, "2.6.0", "O(N)";
                "Empty the script cache";
                flags NOSCRIPT;
                acl SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_ALL_SUCCEEDED;
                args "async<ASYNC SYNC>?@6.2.0";
            }
            {
                "script|help" 2, Scripting, "5.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW SCRIPTING;
                run server::help::help;
            }
            {
                "script|kill" 2, Scripting, "2.6.0", "O(1)";
                "Stop the script that is running";
                flags NOSCRIPT ALLOW_BUSY;
                acl SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_SHARDS RESPONSE_POLICY_ONE_SUCCEEDED;
            }
            {
                "script|load" 3, Scripting, "2.6.0", "O(N)";
                "Cache a script without running it";
                flags NOSCRIPT STALE;
                acl SLOW SCRIPTING;
                tips REQUEST_POLICY_ALL_NODES RESPONSE_POLICY_ALL_SUCCEEDED;
                args "script";
            }
        };
    }
}
