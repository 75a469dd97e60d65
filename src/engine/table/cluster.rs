//! The cluster. Facts of Redis 7.0.15; the words are ours.

use crate::engine::server;

rows! {
    {
        "asking" 1, Cluster, "3.0.0", "O(1)";
        "Allow the next command on a slot being imported";
        flags FAST;
        acl FAST CONNECTION;
        run server::connection::asking;
    }
    {
        "cluster" -2, Cluster, "3.0.0", "that of the subcommand";
        "Look at and manage the cluster";
        flags;
        acl SLOW;
        subcommands {
            {
                "cluster|addslots" -3, Cluster, "3.0.0", "O(N)";
                "Give slots to this node";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "i:slot*";
                run server::cluster::forward;
            }
            {
                "cluster|addslotsrange" -4, Cluster, "7.0.0", "O(N)";
                "Give ranges of slots to this node";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "start-slot_end-slot(i:start-slot i:end-slot)*";
                run server::cluster::forward;
            }
            {
                "cluster|bumpepoch" 2, Cluster, "3.0.0", "O(1)";
                "Advance the configuration epoch";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT;
                run server::cluster::forward;
            }
            {
                "cluster|count-failure-reports" 3, Cluster, "3.0.0", "O(N)";
                "Count the nodes that report another as failing";
                flags ADMIN STALE;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT;
                args "node-id";
                run server::cluster::forward;
            }
            {
                "cluster|countkeysinslot" 3, Cluster, "3.0.0", "O(1)";
                "Count this node's keys of a slot";
                flags STALE;
                acl SLOW;
                args "i:slot";
                run server::cluster::forward;
            }
            {
                "cluster|delslots" -3, Cluster, "3.0.0", "O(N)";
                "Take slots from this node";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "i:slot*";
                run server::cluster::forward;
            }
            {
                "cluster|delslotsrange" -4, Cluster, "7.0.0", "O(N)";
                "Take ranges of slots from this node";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "start-slot_end-slot(i:start-slot i:end-slot)*";
                run server::cluster::forward;
            }
            {
                "cluster|failover" -2, Cluster, "3.0.0", "O(1)";
                "Have this replica take over from its primary";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "options<FORCE TAKEOVER>?";
                run server::cluster::forward;
            }
            {
                "cluster|flushslots" 2, Cluster, "3.0.0", "O(1)";
                "Take all slots from this node";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                run server::cluster::forward;
            }
            {
                "cluster|forget" 3, Cluster, "3.0.0", "O(1)";
                "Remove a node from this node's list";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "node-id";
                run server::cluster::forward;
            }
            {
                "cluster|getkeysinslot" 4, Cluster, "3.0.0", "O(log(N))";
                "List this node's keys of a slot";
                flags STALE;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT;
                args "i:slot i:count";
                run server::cluster::forward;
            }
            {
                "cluster|help" 2, Cluster, "5.0.0", "O(1)";
                "List the subcommands";
                flags LOADING STALE;
                acl SLOW;
                run server::cluster::forward;
            }
            {
                "cluster|info" 2, Cluster, "3.0.0", "O(1)";
                "Describe the state of the cluster";
                flags STALE;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT;
                run server::cluster::forward;
            }
            {
                "cluster|keyslot" 3, Cluster, "3.0.0", "O(N)";
                "Tell the slot of a key";
                flags STALE;
                acl SLOW;
                args "key";
                run server::cluster::forward;
            }
            {
                "cluster|links" 2, Cluster, "7.0.0", "O(N)";
                "List the connections to the other nodes";
                flags STALE;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT;
                run server::cluster::forward;
            }
            {
                "cluster|meet" -4, Cluster, "3.0.0", "O(1)";
                "Join this node and another";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "ip i:port i:cluster_bus_port?@4.0.0";
                run server::cluster::forward;
            }
            {
                "cluster|myid" 2, Cluster, "3.0.0", "O(1)";
                "Tell this node's ID";
                flags STALE;
                acl SLOW;
                run server::cluster::forward;
            }
            {
                "cluster|nodes" 2, Cluster, "3.0.0", "O(N)";
                "List the nodes as this one sees them";
                flags STALE;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT;
                run server::cluster::forward;
            }
            {
                "cluster|replicas" 3, Cluster, "5.0.0", "O(1)";
                "List the replicas of a primary";
                flags ADMIN STALE;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT;
                args "node-id";
                run server::cluster::forward;
            }
            {
                "cluster|replicate" 3, Cluster, "3.0.0", "O(1)";
                "Make this node a replica of another";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "node-id";
                run server::cluster::forward;
            }
            {
                "cluster|reset" -2, Cluster, "3.0.0", "O(N)";
                "Have this node forget its cluster";
                flags ADMIN NOSCRIPT STALE;
                acl ADMIN SLOW DANGEROUS;
                args "hard_soft<HARD SOFT>?";
                run server::cluster::forward;
            }
            {
                "cluster|saveconfig" 2, Cluster, "3.0.0", "O(1)";
                "Write the cluster configuration to disk";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                run server::cluster::forward;
            }
            {
                "cluster|set-config-epoch" 3, Cluster, "3.0.0", "O(1)";
                "Set the epoch of a fresh node";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "i:config-epoch";
                run server::cluster::forward;
            }
            {
                "cluster|setslot" -4, Cluster, "3.0.0", "O(1)";
                "Bind a slot to a node, or mark it as moving";
                flags ADMIN STALE NO_ASYNC_LOADING;
                acl ADMIN SLOW DANGEROUS;
                args "i:slot subcommand<node-id=IMPORTING node-id=MIGRATING node-id=NODE STABLE>";
                run server::cluster::forward;
            }
            {
                "cluster|shards" 2, Cluster, "7.0.0", "O(N)";
                "List slots and nodes shard by shard";
                flags STALE;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT;
                run server::cluster::forward;
            }
            {
                "cluster|slaves" 3, Cluster, "3.0.0", "O(1)";
                "Old name of CLUSTER REPLICAS";
                flags ADMIN STALE;
                acl ADMIN SLOW DANGEROUS;
                tips NONDETERMINISTIC_OUTPUT;
                deprecated "5.0.0" "`CLUSTER REPLICAS`";
                args "node-id";
                run server::cluster::forward;
            }
            {
                "cluster|slots" 2, Cluster, "3.0.0", "O(N)";
                "List which nodes serve which slots";
                flags STALE;
                acl SLOW;
                tips NONDETERMINISTIC_OUTPUT;
                deprecated "7.0.0" "`CLUSTER SHARDS`";
                run server::cluster::forward;
            }
        };
    }
    {
        "readonly" 1, Cluster, "3.0.0", "O(1)";
        "Allow reads on a replica";
        flags LOADING STALE FAST;
        acl FAST CONNECTION;
        run server::connection::readonly;
    }
    {
        "readwrite" 1, Cluster, "3.0.0", "O(1)";
        "Take READONLY back";
        flags LOADING STALE FAST;
        acl FAST CONNECTION;
        run server::connection::readwrite;
    }
}
