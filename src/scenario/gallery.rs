//! The scenes that the page offers, each a question that its run answers.
//!
//! Links name a scene by its id (`#s=failover`), so an id is never reused for another question.
//!
//! Start with [`gallery`].

use super::{Action, Console, Database, Deployment, EvictionPolicy, Load, Scenario, Strategy};

/// A scene of the gallery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// Its name in links: lower case and hyphens.
    pub id: &'static str,
    /// What the page calls it.
    pub title: &'static str,
    /// One sentence on what there is to see.
    pub description: &'static str,
    /// The run.
    pub scenario: Scenario,
}

/// All scenes; the first is the page's opening scene.
pub fn gallery() -> Vec<Exhibit> {
    let scene = Scenario::default;
    vec![
        show(
            "aside-or-through",
            "Cache-aside or write-through?",
            "The same traffic meets both strategies: compare the database's load, the latency of writes and the stale reads.",
            scene(),
        ),
        show(
            "failover",
            "A primary dies",
            "Twenty seconds in, the machine of the second shard's primary is gone: its replica notices, asks for votes and takes over.",
            Scenario { timeline: vec![sim(20, "kill 0002-001")], lanes: vec![Strategy::CacheAside], ..scene() },
        ),
        show(
            "evictions-rising",
            "The cache is too small",
            "A hundred thousand rows do not fit: watch evictions rise and the hit ratio stall, then add memory or shards.",
            Scenario {
                deployment: Deployment {
                    maxmemory: 2_000_000,
                    policy: EvictionPolicy::AllKeysLru,
                    ..scene().deployment
                },
                load: Load { rows: 100_000, zipf_theta_milli: 700, ttl_seconds: 0, ..Load::default() },
                lanes: vec![Strategy::CacheAside],
                ..scene()
            },
        ),
        show(
            "cold-cache",
            "A cold cache",
            "Nothing is cached yet and the database has a dozen connections: every miss waits in line until the cache has filled.",
            Scenario {
                deployment: Deployment { maxmemory: 16_000_000, ..scene().deployment },
                load: Load { requests_per_second: 6_000, rows: 20_000, ..Load::default() },
                database: Database { query_median_us: 5_000, connections: 12 },
                lanes: vec![Strategy::CacheAside],
                ..scene()
            },
        ),
        show(
            "no-ttl-stale",
            "Stale without a time to live",
            "Nothing expires and a primary dies, so a DEL that got lost leaves its old value in the cache for good.",
            Scenario {
                deployment: Deployment { maxmemory: 16_000_000, ..scene().deployment },
                load: Load { rows: 2_000, read_permille: 700, ttl_seconds: 0, ..Load::default() },
                timeline: vec![sim(15, "kill 0001-001")],
                ..scene()
            },
        ),
        show(
            "hot-slot",
            "One hot row",
            "Most requests want the same few rows, and a row lives in one slot: one shard is busy while the others idle.",
            Scenario {
                load: Load { requests_per_second: 20_000, zipf_theta_milli: 2_000, ..Load::default() },
                lanes: vec![Strategy::CacheAside],
                ..scene()
            },
        ),
    ]
}

/// The scene with this id.
pub fn exhibit(id: &str) -> Option<Exhibit> {
    gallery().into_iter().find(|exhibit| exhibit.id == id)
}

fn show(id: &'static str, title: &'static str, description: &'static str, scenario: Scenario) -> Exhibit {
    Exhibit { id, title, description, scenario: Scenario { title: title.to_owned(), ..scenario } }
}

fn sim(at_seconds: u64, line: &str) -> Action {
    Action { at_ns: at_seconds * 1_000_000_000, console: Console::Sim, line: line.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_is_valid_and_has_an_id_of_its_own() {
        let scenes = gallery();
        for (at, scene) in scenes.iter().enumerate() {
            assert_eq!(scene.scenario.validate(), Ok(()), "{}", scene.id);
            assert_eq!(scene.scenario.to_string().parse(), Ok(scene.scenario.clone()), "{}", scene.id);
            assert!(scenes[..at].iter().all(|other| other.id != scene.id), "{}", scene.id);
            assert!(scene.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", scene.id);
            assert!(scene.description.ends_with('.') && scene.description.matches(". ").count() == 0, "{}", scene.id);
        }
    }

    #[test]
    fn the_opening_scene_is_the_default_scenario() {
        assert_eq!(gallery()[0].scenario, Scenario::default());
        assert_eq!(exhibit("failover").map(|scene| scene.title), Some("A primary dies"));
        assert_eq!(exhibit("nothing"), None);
    }
}
