//! The numbers of a scenario, one by one: their keys in text, their allowed ranges, and how people write them.
//!
//! One table for validation, the text form and hand-written links, so that all three always agree.
//!
//! Start with [`Setting`].

use super::validate::ScenarioError;
use super::{EvictionPolicy, Scenario};

/// A number (or a choice, as a number) that a scenario holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// [`Scenario::seed`].
    Seed,
    /// [`super::Deployment::shards`].
    Shards,
    /// [`super::Deployment::replicas`].
    Replicas,
    /// [`super::Deployment::zones`].
    Zones,
    /// [`super::Deployment::maxmemory`], bytes.
    Maxmemory,
    /// [`super::Deployment::policy`], as its place in [`EvictionPolicy::ALL`].
    Policy,
    /// [`super::Deployment::node_timeout_ms`].
    NodeTimeout,
    /// [`super::Deployment::require_full_coverage`], as 0 or 1.
    FullCoverage,
    /// [`super::Load::apps`].
    Apps,
    /// [`super::Load::requests_per_second`].
    Rate,
    /// [`super::Load::rows`].
    Rows,
    /// [`super::Load::zipf_theta_milli`], thousandths.
    Theta,
    /// [`super::Load::read_permille`], thousandths.
    Reads,
    /// [`super::Load::value_bytes`].
    ValueBytes,
    /// [`super::Load::ttl_seconds`].
    Ttl,
    /// [`super::Database::query_median_us`].
    QueryMedian,
    /// [`super::Database::connections`].
    Connections,
}

/// How a setting is written.
#[derive(Clone, Copy)]
enum Form {
    /// A whole number.
    Whole,
    /// Bytes with Redis's units: `k m g` are thousands, `kb mb gb` are 1024s.
    Memory,
    /// Thousandths, written as a decimal: `0.99`.
    Milli,
    /// A `maxmemory-policy`.
    Policy,
    /// `yes` or `no`.
    YesNo,
}

impl Setting {
    /// All of them, in the order in which the text form writes them.
    pub const ALL: [Self; 17] = [
        Self::Seed,
        Self::Shards,
        Self::Replicas,
        Self::Zones,
        Self::Maxmemory,
        Self::Policy,
        Self::NodeTimeout,
        Self::FullCoverage,
        Self::Apps,
        Self::Rate,
        Self::Rows,
        Self::Theta,
        Self::Reads,
        Self::ValueBytes,
        Self::Ttl,
        Self::QueryMedian,
        Self::Connections,
    ];

    /// Key, what an error calls it, form, lowest, highest. Ranges may be widened, never narrowed: links hold values
    /// that were allowed once.
    const fn row(self) -> (&'static str, &'static str, Form, u64, u64) {
        match self {
            Self::Seed => ("seed", "The seed", Form::Whole, 0, u64::MAX),
            Self::Shards => ("shards", "The number of shards", Form::Whole, 1, 90),
            Self::Replicas => ("replicas", "The number of replicas of each shard", Form::Whole, 0, 5),
            Self::Zones => ("zones", "The number of availability zones", Form::Whole, 1, 3),
            Self::Maxmemory => ("maxmemory", "maxmemory", Form::Memory, 0, 1 << 40),
            Self::Policy => ("policy", "maxmemory-policy", Form::Policy, 0, 7),
            Self::NodeTimeout => ("node-timeout-ms", "The node timeout in milliseconds", Form::Whole, 100, 60_000),
            Self::FullCoverage => ("full-coverage", "cluster-require-full-coverage", Form::YesNo, 0, 1),
            Self::Apps => ("apps", "The number of app servers", Form::Whole, 1, 12),
            Self::Rate => ("rate", "The number of requests a second", Form::Whole, 1, 100_000),
            Self::Rows => ("rows", "The number of rows", Form::Whole, 1, 10_000_000),
            Self::Theta => ("theta", "The skew of the rows' popularity", Form::Milli, 0, 3_000),
            Self::Reads => ("reads", "The share of reads", Form::Milli, 0, 1_000),
            Self::ValueBytes => ("value-bytes", "The size of a value in bytes", Form::Whole, 1, 1_000_000),
            Self::Ttl => ("ttl", "The time to live in seconds", Form::Whole, 0, 31_536_000),
            Self::QueryMedian => ("query-us", "The median time of a query in microseconds", Form::Whole, 1, 10_000_000),
            Self::Connections => ("connections", "The number of database connections", Form::Whole, 1, 10_000),
        }
    }

    /// Its key in the text form and in hand-written links.
    pub fn key(self) -> &'static str {
        self.row().0
    }

    /// What an error sentence begins with.
    pub fn noun(self) -> &'static str {
        self.row().1
    }

    /// The lowest and the highest value allowed.
    pub fn range(self) -> (u64, u64) {
        let (_, _, _, lowest, highest) = self.row();
        (lowest, highest)
    }

    /// The setting with this key.
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.key() == key)
    }

    /// Its value in a scenario.
    pub fn get(self, scenario: &Scenario) -> u64 {
        let Scenario { deployment, load, database, .. } = scenario;
        match self {
            Self::Seed => scenario.seed,
            Self::Shards => deployment.shards.into(),
            Self::Replicas => deployment.replicas.into(),
            Self::Zones => deployment.zones.into(),
            Self::Maxmemory => deployment.maxmemory,
            Self::Policy => EvictionPolicy::ALL.iter().position(|&p| p == deployment.policy).unwrap_or(0) as u64,
            Self::NodeTimeout => deployment.node_timeout_ms.into(),
            Self::FullCoverage => deployment.require_full_coverage.into(),
            Self::Apps => load.apps.into(),
            Self::Rate => load.requests_per_second.into(),
            Self::Rows => load.rows.into(),
            Self::Theta => load.zipf_theta_milli.into(),
            Self::Reads => load.read_permille.into(),
            Self::ValueBytes => load.value_bytes.into(),
            Self::Ttl => load.ttl_seconds.into(),
            Self::QueryMedian => database.query_median_us.into(),
            Self::Connections => database.connections.into(),
        }
    }

    /// Sets it, where the value is allowed.
    pub fn set(self, scenario: &mut Scenario, value: u64) -> Result<(), ScenarioError> {
        self.check(value)?;
        let Scenario { deployment, load, database, .. } = scenario;
        // Every range fits the width of its field, so that no cast below loses anything.
        match self {
            Self::Seed => scenario.seed = value,
            Self::Shards => deployment.shards = value as u16,
            Self::Replicas => deployment.replicas = value as u8,
            Self::Zones => deployment.zones = value as u8,
            Self::Maxmemory => deployment.maxmemory = value,
            Self::Policy => deployment.policy = EvictionPolicy::ALL[value as usize],
            Self::NodeTimeout => deployment.node_timeout_ms = value as u32,
            Self::FullCoverage => deployment.require_full_coverage = value == 1,
            Self::Apps => load.apps = value as u8,
            Self::Rate => load.requests_per_second = value as u32,
            Self::Rows => load.rows = value as u32,
            Self::Theta => load.zipf_theta_milli = value as u16,
            Self::Reads => load.read_permille = value as u16,
            Self::ValueBytes => load.value_bytes = value as u32,
            Self::Ttl => load.ttl_seconds = value as u32,
            Self::QueryMedian => database.query_median_us = value as u32,
            Self::Connections => database.connections = value as u16,
        }
        Ok(())
    }

    /// Whether a value is in range.
    pub fn check(self, value: u64) -> Result<(), ScenarioError> {
        let (lowest, highest) = self.range();
        if (lowest..=highest).contains(&value) {
            Ok(())
        } else {
            Err(ScenarioError::OutOfRange { setting: self, value })
        }
    }

    /// Reads a value as people write it. `None` where it makes no sense; the range is not looked at.
    pub fn parse(self, text: &str) -> Option<u64> {
        match self.row().2 {
            Form::Whole => whole(text),
            Form::Memory => {
                let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                let unit: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
                    "" | "b" => 1,
                    "k" => 1_000,
                    "kb" => 1 << 10,
                    "m" => 1_000_000,
                    "mb" => 1 << 20,
                    "g" => 1_000_000_000,
                    "gb" => 1 << 30,
                    _ => return None,
                };
                whole(digits)?.checked_mul(unit)
            }
            Form::Milli => decimal(text, 3),
            Form::Policy => {
                EvictionPolicy::ALL.iter().position(|p| p.name().eq_ignore_ascii_case(text)).map(|at| at as u64)
            }
            Form::YesNo => match text.to_ascii_lowercase().as_str() {
                "yes" => Some(1),
                "no" => Some(0),
                _ => None,
            },
        }
    }

    /// Writes a value as people do; [`Self::parse`] reads it back.
    pub fn format(self, value: u64) -> String {
        match self.row().2 {
            Form::Whole => value.to_string(),
            Form::Memory => {
                let units = [("gb", 1 << 30), ("g", 1_000_000_000), ("mb", 1 << 20), ("m", 1_000_000), ("kb", 1 << 10)];
                match units.iter().find(|(_, unit)| value > 0 && value.is_multiple_of(*unit)) {
                    Some((name, unit)) => format!("{}{name}", value / unit),
                    None => value.to_string(),
                }
            }
            Form::Milli => format_decimal(value, 3),
            Form::Policy => EvictionPolicy::ALL.get(value as usize).map_or_else(String::new, |p| p.name().to_owned()),
            Form::YesNo => if value == 0 { "no" } else { "yes" }.to_owned(),
        }
    }

    /// What may be written for it: "1 to 90", "yes or no".
    pub fn allowed(self) -> String {
        let (lowest, highest) = self.range();
        match self.row().2 {
            Form::Policy => EvictionPolicy::ALL.map(EvictionPolicy::name).join(", "),
            Form::YesNo => "yes or no".to_owned(),
            _ => format!("{} to {}", self.format(lowest), self.format(highest)),
        }
    }
}

/// A whole number, digits only (`u64::from_str` would take a `+`).
fn whole(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// A decimal with at most `places` digits after the point, as a whole number of its smallest unit: exact, without floats.
pub(crate) fn decimal(text: &str, places: u32) -> Option<u64> {
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    if after.len() > places as usize || (before.is_empty() && after.is_empty()) {
        return None;
    }
    let fraction = if after.is_empty() { 0 } else { whole(after)? };
    let scale = 10_u64.pow(places);
    let before = if before.is_empty() { 0 } else { whole(before)? };
    before.checked_mul(scale)?.checked_add(fraction * 10_u64.pow(places - after.len() as u32))
}

/// The shortest decimal that [`decimal`] reads back as `value`.
pub(crate) fn format_decimal(value: u64, places: u32) -> String {
    let scale = 10_u64.pow(places);
    let text = format!("{}.{:0width$}", value / scale, value % scale, width = places as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back_as_they_were_written() {
        for setting in Setting::ALL {
            let (lowest, highest) = setting.range();
            for value in [lowest, highest, highest / 2, highest / 3 + 1, lowest + 1] {
                assert_eq!(setting.parse(&setting.format(value)), Some(value), "{setting:?} {value}");
            }
        }
    }

    #[test]
    fn the_widest_values_fit_their_fields() {
        for setting in Setting::ALL {
            let mut scenario = Scenario::default();
            let (lowest, highest) = setting.range();
            for value in [lowest, highest] {
                setting.set(&mut scenario, value).unwrap();
                assert_eq!(setting.get(&scenario), value, "{setting:?}");
            }
        }
    }

    #[test]
    fn odd_spellings_are_refused_and_redis_units_are_taken() {
        for (setting, text, value) in [
            (Setting::Maxmemory, "4mb", Some(4 << 20)),
            (Setting::Maxmemory, "4M", Some(4_000_000)),
            (Setting::Maxmemory, "4tb", None),
            (Setting::Maxmemory, "99999999999gb", None),
            (Setting::Maxmemory, "é", None),
            (Setting::Shards, "+3", None),
            (Setting::Shards, "", None),
            (Setting::Shards, "-1", None),
            (Setting::Theta, ".99", Some(990)),
            (Setting::Theta, "1.", Some(1_000)),
            (Setting::Theta, ".", None),
            (Setting::Theta, "0.9999", None),
            (Setting::Policy, "AllKeys-LFU", Some(2)),
            (Setting::FullCoverage, "maybe", None),
        ] {
            assert_eq!(setting.parse(text), value, "{setting:?} {text:?}");
        }
    }
}
