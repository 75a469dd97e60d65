//! The lesson that goes with each scene of the gallery: what one sees, what to try.

use slotscope::scenario::{Console, gallery};

/// A scene's lesson.
pub struct Lesson {
    /// What one sees, a paragraph each.
    pub see: &'static [&'static str],
    /// Lines to run, each with what it is for.
    pub attempts: &'static [(Console, &'static str, &'static str)],
}

const NODES: (Console, &str, &str) = (Console::Redis, "CLUSTER NODES", "What one node knows of all others.");

/// The lesson of a scenario by its title. A scenario of a link's own gets the one that is true of every run.
pub fn lesson(title: &str) -> Lesson {
    let id = gallery().into_iter().find(|exhibit| exhibit.title == title).map_or("", |exhibit| exhibit.id);
    match id {
        "aside-or-through" => Lesson {
            see: &[
                "Two copies of one cluster get the same requests. Lane A reads from the database on a miss and deletes the key when its row changes. Lane B writes the new value to the database and to the cache.",
                "In A every write makes the next read of that row a miss, and a miss costs three trips: cache, database, cache again. In B a written row is there already, but rows that nobody reads take up memory too.",
            ],
            attempts: &[
                (Console::Sim, "load reads 50%", "Half of all requests write: A deletes what B keeps."),
                (
                    Console::Sim,
                    "kill 0002-001",
                    "Ends a primary. Its replica asks for votes once the others agree that it is gone.",
                ),
                NODES,
            ],
        },
        "failover" => Lesson {
            see: &[
                "At 0:20 the machine of 0002-001 is gone. Nobody is told. The other nodes notice that their pings go unanswered (PFAIL), pass it on by gossip, and when most primaries agree, they say FAIL.",
                "Only then may the replica ask for votes. Until it is elected, requests for its slots time out or go to the database.",
            ],
            attempts: &[
                (
                    Console::Sim,
                    "restart 0002-001",
                    "It comes back empty, as a replica of the node that took its place.",
                ),
                (Console::Redis, "CLUSTER INFO", "cluster_state and the epochs, in one node's eyes."),
                (Console::Sim, "pause 0003-001", "To the others, a node that hangs looks like one that is gone."),
            ],
        },
        "evictions-rising" => Lesson {
            see: &[
                "The rows that are asked for do not fit. A full node looks at a handful of keys and evicts the one that was used longest ago: not the oldest of all, the oldest of the sample.",
                "Evictions alone do no harm. The hit ratio falls only when keys go that would have been asked for again.",
            ],
            attempts: &[
                (Console::Sim, "call CONFIG SET maxmemory 8mb", "More room for every node, at once."),
                (
                    Console::Sim,
                    "call CONFIG SET maxmemory-policy allkeys-lfu",
                    "Evict what is used seldom instead of what was used long ago.",
                ),
                (
                    Console::Sim,
                    "call CONFIG SET maxmemory-policy noeviction",
                    "Full nodes refuse writes: OOM command not allowed.",
                ),
            ],
        },
        "cold-cache" => Lesson {
            see: &[
                "The cache starts empty, so the database gets nearly everything, and it has a dozen connections. Queries that find none free wait, and the waiting shows in p99 long before it shows in the median.",
                "As the cache fills, the queue melts away. This is why a cache is warmed before it is needed, and why losing one can take the database along.",
            ],
            attempts: &[
                (Console::Sim, "load rate 1000", "Fewer requests: the queue drains."),
                (Console::Sim, "load rate 8000", "More of them: watch p99."),
                (Console::Sim, "load ttl 5", "What is cached lives five seconds: the cache is never quite warm."),
            ],
        },
        "no-ttl-stale" => Lesson {
            see: &[
                "Nothing expires here. At 0:15 a primary dies, and a DEL or SET that was on its way is lost with it: an old value may stay in the cache for good, until somebody writes that row again.",
                "A time to live is the net under this: it bounds how long any mistake can last.",
            ],
            attempts: &[
                (Console::Sim, "load ttl 10", "From now on what is cached is gone after ten seconds."),
                (Console::Sim, "load reads 95%", "Fewer writes: what is stale stays so for longer."),
                (Console::Sim, "restart 0001-001", "The dead node comes back, empty."),
            ],
        },
        "hot-slot" => Lesson {
            see: &[
                "Most requests want the same few rows. A row is one key, a key lives in one slot, a slot on one node: one node works while the others wait for something to do.",
                "More shards would not help: one key cannot be split. Look at the CPU in each node.",
            ],
            attempts: &[
                (
                    Console::Sim,
                    "load rate 40000",
                    "Until that one core is full: its queue grows, the others stay idle.",
                ),
                (Console::Redis, "CLUSTER KEYSLOT row:1", "Which slot a key lives in."),
                NODES,
            ],
        },
        _ => Lesson {
            see: &[
                "The same scenario, seed and lines give the same run on every machine, event for event; the fingerprint shows it.",
            ],
            attempts: &[NODES, (Console::Redis, "CLUSTER INFO", "The cluster's state in one node's eyes.")],
        },
    }
}
