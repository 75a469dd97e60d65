//! A link's content: numbered fields, each written only where it differs from what version 1 takes for granted.
//!
//! A field is its number and its value, both varints unless the table says otherwise. Numbers rise, so that no field comes
//! twice. A number that is not in the table is refused, never skipped: a run with something left out is another run.
//!
//! | fields | what | value |
//! |---|---|---|
//! | 1 | title | length, bytes |
//! | 2 to 18 | a [`Setting`] | its number; see [`number_of`] |
//! | 19 | lanes | count, then each [`Strategy`]'s place in `ALL` |
//! | 20, 21 | timeline, action log | count, then actions |
//! | 22 | moment | a time, as an action's |
//! | 23 | speed | thousandths |
//! | 24 | paused | nothing follows |
//! | 25, 26, 27, 28 | selected lane, tab, node, topic | its number |
//! | 29 | fingerprint | 8 bytes, little-endian |
//!
//! An action is `(time since the action before, in its unit) * 16 + unit * 4 + console`, then its line (see `words.rs`).
//! Units are 0 ns, 1 µs, 2 ms, 3 s; the coarsest exact one is written, so that round times are short and none is rounded. The
//! moment has no console: it is `time * 4 + unit`.
//!
//! **Numbers in this file are for ever.** New fields take new numbers.
//!
//! Start with [`write()`] and [`read`].

use super::envelope::{put_varint, take_varint};
use super::{Link, LinkError, words};
use crate::scenario::{
    ACTIONS_MAX, Action, Console, Database, Deployment, EvictionPolicy, Load, Scenario, Setting, Strategy,
    TITLE_BYTES_MAX,
};

const TITLE: u64 = 1;
const LANES: u64 = 19;
const TIMELINE: u64 = 20;
const LOG: u64 = 21;
const MOMENT: u64 = 22;
const SPEED: u64 = 23;
const PAUSED: u64 = 24;
const SELECTED_LANE: u64 = 25;
const SELECTED_TAB: u64 = 26;
const SELECTED_NODE: u64 = 27;
const SELECTED_TOPIC: u64 = 28;
const FINGERPRINT: u64 = 29;

/// Nanoseconds in each unit of time, by its number.
const UNITS_NS: [u64; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

/// The field number of a setting.
fn number_of(setting: Setting) -> u64 {
    match setting {
        Setting::Seed => 2,
        Setting::Shards => 3,
        Setting::Replicas => 4,
        Setting::Zones => 5,
        Setting::Maxmemory => 6,
        Setting::Policy => 7,
        Setting::NodeTimeout => 8,
        Setting::FullCoverage => 9,
        Setting::Apps => 10,
        Setting::Rate => 11,
        Setting::Rows => 12,
        Setting::Theta => 13,
        Setting::Reads => 14,
        Setting::ValueBytes => 15,
        Setting::Ttl => 16,
        Setting::QueryMedian => 17,
        Setting::Connections => 18,
    }
}

/// What a link of version 1 means where it says nothing. Part of the wire format: never to be changed, whatever becomes of
/// [`Scenario::default`].
pub fn defaults_v1() -> Link {
    Link::new(Scenario {
        title: "Cache-aside or write-through?".to_owned(),
        seed: 7,
        deployment: Deployment {
            shards: 3,
            replicas: 1,
            zones: 3,
            maxmemory: 2_520_000,
            policy: EvictionPolicy::VolatileLru,
            node_timeout_ms: 2_000,
            require_full_coverage: false,
        },
        load: Load {
            apps: 3,
            requests_per_second: 6_000,
            rows: 40_000,
            zipf_theta_milli: 990,
            read_permille: 900,
            value_bytes: 200,
            ttl_seconds: 300,
        },
        database: Database { query_median_us: 2_500, connections: 100 },
        lanes: vec![Strategy::CacheAside, Strategy::WriteThrough],
        timeline: Vec::new(),
    })
}

/// Writes the fields of a valid link that differ from [`defaults_v1`].
pub fn write(link: &Link) -> Vec<u8> {
    let Link { scenario, log, moment_ns, speed_permille, selection, playing, fingerprint } = link;
    let base = defaults_v1();
    let mut out = Vec::new();
    if scenario.title != base.scenario.title {
        put_varint(&mut out, TITLE);
        put_varint(&mut out, scenario.title.len() as u64);
        out.extend(scenario.title.as_bytes());
    }
    for setting in Setting::ALL {
        let value = setting.get(scenario);
        if value != setting.get(&base.scenario) {
            put_varint(&mut out, number_of(setting));
            put_varint(&mut out, value);
        }
    }
    if scenario.lanes != base.scenario.lanes {
        put_varint(&mut out, LANES);
        put_varint(&mut out, scenario.lanes.len() as u64);
        for lane in &scenario.lanes {
            put_varint(&mut out, place(&Strategy::ALL, lane));
        }
    }
    for (number, actions) in [(TIMELINE, &scenario.timeline), (LOG, log)] {
        if !actions.is_empty() {
            put_varint(&mut out, number);
            write_actions(actions, &mut out);
        }
    }
    if *moment_ns != 0 {
        let (amount, unit) = in_units(*moment_ns);
        put_varint(&mut out, MOMENT);
        put_varint(&mut out, amount << 2 | unit);
    }
    let view = [
        (SPEED, speed_permille.map(u64::from)),
        (PAUSED, (!playing).then_some(0)),
        (SELECTED_LANE, Some(selection.lane.into()).filter(|&lane| lane != 0)),
        (SELECTED_TAB, Some(selection.tab.into()).filter(|&tab| tab != 0)),
        (SELECTED_NODE, selection.node.map(u64::from)),
        (SELECTED_TOPIC, Some(selection.topic.into()).filter(|&topic| topic != 0)),
    ];
    for (number, value) in view {
        if let Some(value) = value {
            put_varint(&mut out, number);
            if number != PAUSED {
                put_varint(&mut out, value);
            }
        }
    }
    if let Some(fingerprint) = fingerprint {
        put_varint(&mut out, FINGERPRINT);
        out.extend(fingerprint.to_le_bytes());
    }
    out
}

/// Reads what [`write()`] wrote. Allocates in proportion to `content`, whatever counts and lengths it claims.
pub fn read(content: &[u8]) -> Result<Link, LinkError> {
    // The content is whole, as its checksum says: an end within a field is nonsense, not damage.
    read_fields(content).map_err(|error| match error {
        LinkError::Truncated => LinkError::Malformed("end"),
        error => error,
    })
}

fn read_fields(mut rest: &[u8]) -> Result<Link, LinkError> {
    let rest = &mut rest;
    let mut link = defaults_v1();
    let mut before = 0;
    while !rest.is_empty() {
        let number = take_varint(rest)?;
        if number <= before {
            return Err(LinkError::Malformed("order of fields"));
        }
        before = number;
        if let Some(setting) = Setting::ALL.into_iter().find(|&setting| number_of(setting) == number) {
            setting.set(&mut link.scenario, take_varint(rest)?)?;
            continue;
        }
        match number {
            TITLE => {
                let length = take_at_most(rest, TITLE_BYTES_MAX as u64, "title")? as usize;
                let (title, after) = rest.split_at_checked(length).ok_or(LinkError::Truncated)?;
                *rest = after;
                let title = str::from_utf8(title).map_err(|_| LinkError::Malformed("title"))?;
                title.clone_into(&mut link.scenario.title);
            }
            LANES => {
                let count = take_at_most(rest, 2, "lanes")?;
                let lane = |rest: &mut &[u8]| member(&Strategy::ALL, take_varint(rest)?, "strategy");
                link.scenario.lanes = (0..count).map(|_| lane(rest)).collect::<Result<_, _>>()?;
            }
            TIMELINE => link.scenario.timeline = read_actions(rest)?,
            LOG => link.log = read_actions(rest)?,
            MOMENT => {
                let word = take_varint(rest)?;
                link.moment_ns = from_units(word >> 2, word & 3)?;
            }
            SPEED => link.speed_permille = Some(take_at_most(rest, u32::MAX.into(), "speed")? as u32),
            PAUSED => link.playing = false,
            SELECTED_LANE => link.selection.lane = take_at_most(rest, u8::MAX.into(), "selected lane")? as u8,
            SELECTED_TAB => link.selection.tab = take_at_most(rest, u8::MAX.into(), "selected tab")? as u8,
            SELECTED_NODE => link.selection.node = Some(take_at_most(rest, u16::MAX.into(), "selected node")? as u16),
            SELECTED_TOPIC => link.selection.topic = take_at_most(rest, u8::MAX.into(), "selected topic")? as u8,
            FINGERPRINT => {
                let (bytes, after) = rest.split_first_chunk::<8>().ok_or(LinkError::Truncated)?;
                *rest = after;
                link.fingerprint = Some(u64::from_le_bytes(*bytes));
            }
            unknown => return Err(LinkError::UnknownField(unknown)),
        }
    }
    Ok(link)
}

fn write_actions(actions: &[Action], out: &mut Vec<u8>) {
    put_varint(out, actions.len() as u64);
    let mut before_ns = 0;
    for action in actions {
        let (amount, unit) = in_units(action.at_ns.saturating_sub(before_ns));
        before_ns = action.at_ns;
        put_varint(out, amount << 4 | unit << 2 | place(&Console::ALL, &action.console));
        words::write(&action.line, out);
    }
}

fn read_actions(rest: &mut &[u8]) -> Result<Vec<Action>, LinkError> {
    let count = take_varint(rest)?;
    if count > ACTIONS_MAX as u64 {
        return Err(LinkError::TooLarge);
    }
    let mut actions = Vec::new();
    let mut at_ns = 0_u64;
    for _ in 0..count {
        let word = take_varint(rest)?;
        let console = member(&Console::ALL, word & 3, "console")?;
        at_ns = at_ns.checked_add(from_units(word >> 4, word >> 2 & 3)?).ok_or(LinkError::Malformed("time"))?;
        actions.push(Action { at_ns, console, line: words::read(rest)? });
    }
    Ok(actions)
}

/// A time in the coarsest unit that expresses it exactly, and that unit's number.
fn in_units(time_ns: u64) -> (u64, u64) {
    let unit = (0..4).rev().find(|&unit| time_ns.is_multiple_of(UNITS_NS[unit])).unwrap_or(0);
    (time_ns / UNITS_NS[unit], unit as u64)
}

fn from_units(amount: u64, unit: u64) -> Result<u64, LinkError> {
    amount.checked_mul(UNITS_NS[unit as usize & 3]).ok_or(LinkError::Malformed("time"))
}

fn take_at_most(rest: &mut &[u8], highest: u64, what: &'static str) -> Result<u64, LinkError> {
    let value = take_varint(rest)?;
    if value > highest { Err(LinkError::Malformed(what)) } else { Ok(value) }
}

fn place<T: PartialEq>(all: &[T], member: &T) -> u64 {
    all.iter().position(|one| one == member).unwrap_or(0) as u64
}

fn member<T: Copy>(all: &[T], place: u64, what: &'static str) -> Result<T, LinkError> {
    usize::try_from(place).ok().and_then(|at| all.get(at)).copied().ok_or(LinkError::Malformed(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_of_what_version_1_takes_for_granted() {
        assert_eq!(write(&defaults_v1()), []);
        assert_eq!(read(&[]), Ok(defaults_v1()));
    }

    #[test]
    fn field_numbers_are_each_used_once() {
        let mut numbers: Vec<_> = Setting::ALL.map(number_of).to_vec();
        numbers.sort_unstable();
        assert_eq!(numbers, (2..=18).collect::<Vec<_>>());
    }

    #[test]
    fn settings_are_written_in_the_order_of_their_numbers() {
        assert!(Setting::ALL.is_sorted_by_key(|&setting| number_of(setting)));
    }

    #[test]
    fn nonsense_behind_a_good_checksum_is_named() {
        let check = |content: &[u8], expected: LinkError| assert_eq!(read(content), Err(expected), "{content:?}");
        check(&[30], LinkError::UnknownField(30));
        check(&[0], LinkError::Malformed("order of fields"));
        check(&[3, 5, 3, 5], LinkError::Malformed("order of fields"));
        check(&[4, 1, 3, 5], LinkError::Malformed("order of fields"));
        check(&[3], LinkError::Malformed("end"));
        check(&[1, 9, b'x'], LinkError::Malformed("end"));
        check(&[1, 1, 0xff], LinkError::Malformed("title"));
        check(&[1, 0xff, 0xff, 0x7f], LinkError::Malformed("title"));
        check(&[19, 1, 2], LinkError::Malformed("strategy"));
        check(&[19, 3, 0, 0, 0], LinkError::Malformed("lanes"));
        check(&[20, 0xff, 0xff, 0x7f], LinkError::TooLarge);
        check(&[20, 1, 3], LinkError::Malformed("console"));
        check(&[29, 1, 2, 3], LinkError::Malformed("end"));
        assert_eq!(
            read(&[3, 91]).unwrap_err().to_string(),
            "The link asks for something impossible. The number of shards is 91; allowed: 1 to 90."
        );
    }
}
