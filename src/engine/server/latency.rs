//! LATENCY: how long commands took by estimate, spread over buckets, and what took longer than latency-monitor-threshold.
//!
//! A [`Histogram`] is an HDR histogram (G. Tene) of nanoseconds with two significant digits, up to one second, as Redis
//! keeps one for each command. A [`Series`] holds the last 160 spikes of one event, no more than one a second.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::engine::call::Call;
use crate::engine::command::{self, CommandId};
use crate::engine::error::Error;
use crate::engine::{Engine, UnixMicros};
use crate::resp::{Bytes, Value};

/// Spikes kept of one event.
const SPIKES_MAX: usize = 160;
/// Longest time a histogram tells from longer ones, in nanoseconds.
const LONGEST: u64 = 1_000_000_000;
/// Buckets of one doubling; those of the last that a histogram has.
const HALF: u64 = 128;
const LAST_BUCKET: u16 = 24 * HALF as u16 - 1;

/// What is remembered of how long things took.
#[derive(Clone, Debug, Default)]
pub struct Latency {
    series: BTreeMap<&'static str, Series>,
    /// By [`CommandId`], as far as commands were called.
    histograms: Vec<Histogram>,
}

/// The spikes of one event.
#[derive(Clone, Debug, Default)]
struct Series {
    /// Seconds of Unix time and milliseconds it took, oldest first.
    spikes: Vec<(u64, u64)>,
    /// The longest ever.
    longest: u64,
}

/// Counts by bucket, those that are not 0, in order.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<(u16, u64)>,
    total: u64,
    /// The last time noted, and which of the counts grew by it: commands of one kind mostly take the same time.
    last_nanos: u64,
    last: usize,
}

/// The bucket of a time: each doubling from 256 ns on has 128 of the same width.
fn bucket_of(nanos: u64) -> u16 {
    let doubling = u64::from((nanos | (2 * HALF - 1)).ilog2()) - 7;
    (doubling * HALF + (nanos >> doubling)) as u16
}

/// The shortest and the longest time of a bucket.
fn bounds_of(bucket: u16) -> (u64, u64) {
    let (bucket, half) = (u64::from(bucket), HALF);
    let doubling = (bucket / half).saturating_sub(1);
    let shortest = (bucket - doubling * half) << doubling;
    (shortest, shortest + (1 << doubling) - 1)
}

impl Histogram {
    #[inline]
    fn note(&mut self, nanos: u64) {
        self.total += 1;
        match self.counts.get_mut(self.last) {
            Some((_, count)) if nanos == self.last_nanos => *count += 1,
            _ => self.note_elsewhere(nanos),
        }
    }

    fn note_elsewhere(&mut self, nanos: u64) {
        let bucket = bucket_of(nanos.clamp(1, LONGEST));
        self.last_nanos = nanos;
        let found = self.counts.binary_search_by_key(&bucket, |(bucket, _)| *bucket);
        self.last = found.unwrap_or_else(|at| {
            self.counts.insert(at, (bucket, 0));
            at
        });
        self.counts[self.last].1 += 1;
    }

    /// The time below which so many per cent lie, in nanoseconds.
    pub fn percentile(&self, percent: f64) -> u64 {
        let wanted = ((percent.min(100.0) / 100.0 * self.total as f64 + 0.5) as u64).max(1);
        let mut sum = 0;
        let bucket = self.counts.iter().find(|(_, count)| {
            sum += count;
            sum >= wanted
        });
        let (shortest, longest) = bounds_of(bucket.map_or(0, |(bucket, _)| *bucket));
        if percent > 0.0 { longest } else { shortest }
    }

    /// Microseconds and how many commands took no longer, by doublings from about one microsecond on.
    fn cumulative(&self) -> Vec<(Value, Value)> {
        let mut steps = Vec::new();
        let (mut level, mut counted) = (1_024u64, 0);
        while counted < self.total {
            let last = bucket_of(level.min(2 * LONGEST)).min(LAST_BUCKET);
            let sum = self.counts.iter().take_while(|(bucket, _)| *bucket <= last).map(|(_, count)| count).sum();
            if sum > counted {
                steps.push((Value::Int((bounds_of(last).1 / 1_000) as i64), Value::Int(sum as i64)));
                counted = sum;
            }
            level = level.saturating_mul(2);
        }
        steps
    }
}

impl Latency {
    /// Notes how long a command took.
    #[inline]
    pub fn note_command(&mut self, id: CommandId, nanos: u64) {
        if let Some(histogram) = self.histograms.get_mut(usize::from(id.0)) {
            histogram.note(nanos);
        } else {
            self.histograms.resize_with(usize::from(id.0) + 1, Histogram::default);
            self.note_command(id, nanos);
        }
    }

    /// How long the calls of a command took, if there were any.
    pub fn histogram(&self, id: CommandId) -> Option<&Histogram> {
        self.histograms.get(usize::from(id.0)).filter(|histogram| histogram.total > 0)
    }

    /// Forgets how long commands took (CONFIG RESETSTAT).
    pub fn forget_commands(&mut self) {
        self.histograms.clear();
    }
}

/// Notes a spike, if what happened took as long as latency-monitor-threshold.
#[inline]
pub fn note_event(engine: &mut Engine, event: &'static str, nanos: u64, now: UnixMicros) {
    let threshold = engine.config.latency_monitor_threshold;
    if threshold != 0 && nanos / 1_000_000 >= threshold {
        note_spike(engine, event, nanos / 1_000_000, now);
    }
}

#[cold]
fn note_spike(engine: &mut Engine, event: &'static str, millis: u64, now: UnixMicros) {
    let second = now.seconds();
    let series = engine.server.latency.series.entry(event).or_default();
    series.longest = series.longest.max(millis);
    match series.spikes.last_mut() {
        Some((at, longest)) if *at == second => *longest = millis.max(*longest),
        _ => {
            if series.spikes.len() == SPIKES_MAX {
                series.spikes.remove(0);
            }
            series.spikes.push((second, millis));
        }
    }
}

fn series<'a>(call: &'a Call<'_>) -> Option<(&'static str, &'a Series)> {
    let said = call.arg(2);
    let mut all = call.engine.server.latency.series.iter();
    all.find(|(event, _)| event.as_bytes() == &said[..]).map(|(event, series)| (*event, series))
}

fn int(n: u64) -> Value {
    Value::Int(n as i64)
}

/// `LATENCY HISTORY event`
pub fn latency_history(call: &mut Call<'_>) -> Result<Value, Error> {
    let spikes = series(call).map_or(&[][..], |(_, series)| &series.spikes);
    Ok(Value::Array(spikes.iter().map(|(at, millis)| Value::Array(vec![int(*at), int(*millis)])).collect()))
}

/// `LATENCY LATEST`
pub fn latency_latest(call: &mut Call<'_>) -> Result<Value, Error> {
    let line = |(event, series): (&&'static str, &Series)| {
        let (at, millis) = series.spikes.last().copied().unwrap_or_default();
        Value::Array(vec![Value::bulk(*event), int(at), int(millis), int(series.longest)])
    };
    Ok(Value::Array(call.engine.server.latency.series.iter().map(line).collect()))
}

/// `LATENCY RESET [event …]`
pub fn latency_reset(call: &mut Call<'_>) -> Result<Value, Error> {
    let events = &call.argv[2..];
    let all = &mut call.engine.server.latency.series;
    let before = all.len();
    all.retain(|name, _| !events.is_empty() && !events.iter().any(|event| event.eq_ignore_ascii_case(name.as_bytes())));
    Ok(int((before - all.len()) as u64))
}

/// `LATENCY HISTOGRAM [command …]`
pub fn latency_histogram(call: &mut Call<'_>) -> Result<Value, Error> {
    let said = &call.argv[2..];
    let latency = &call.engine.server.latency;
    let mut found = Vec::new();
    let mut tell = |wanted: &dyn Fn(&str) -> bool| {
        for (id, spec) in command::all().filter(|(_, spec)| wanted(spec.name)) {
            if let Some(histogram) = latency.histogram(id) {
                let fields = vec![
                    (Value::bulk("calls"), int(histogram.total)),
                    (Value::bulk("histogram_usec"), Value::Map(histogram.cumulative())),
                ];
                found.push((Value::bulk(spec.name), Value::Map(fields)));
            }
        }
    };
    if said.is_empty() {
        tell(&|_| true);
    }
    for name in said {
        let name = name.to_ascii_lowercase();
        // A container stands for its subcommands.
        tell(&|known| known.as_bytes().strip_prefix(&name[..]).is_some_and(|rest| rest.is_empty() || rest[0] == b'|'));
    }
    Ok(Value::Map(found))
}

/// `LATENCY GRAPH event`
pub fn latency_graph(call: &mut Call<'_>) -> Result<Value, Error> {
    const COLUMNS: usize = 80;
    let Some((event, Series { spikes, longest })) = series(call) else {
        return Err(Error::quoting("ERR No samples available for event '", call.arg(2), "'"));
    };
    let times = || spikes.iter().map(|(_, millis)| *millis);
    let (low, high) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
    let mut text = format!("{event} - high {high} ms, low {low} ms (all time high {longest} ms)\n");
    text.push_str(&"-".repeat(COLUMNS));
    text.push('\n');
    let now = call.now.seconds();
    for (part, spikes) in spikes.chunks(COLUMNS).enumerate() {
        if part > 0 {
            text.push('\n');
        }
        draw(spikes, (low, high), now, &mut text);
    }
    Ok(Value::Verbatim(*b"txt", Bytes::from(text)))
}

/// Draws columns of four rows, and below each, downwards, how long ago it was.
fn draw(spikes: &[(u64, u64)], (low, high): (u64, u64), now: u64, text: &mut String) {
    const ROWS: u64 = 4;
    const LEVELS: [char; 3] = ['_', 'o', '#'];
    let steps = ROWS * LEVELS.len() as u64;
    for row in (0..ROWS).rev() {
        for (_, millis) in spikes {
            let step = ((millis - low) * steps / (high - low).max(1)).min(steps - 1);
            text.push(match step.checked_sub(row * LEVELS.len() as u64) {
                None => ' ',
                Some(level) => LEVELS.get(level as usize).copied().unwrap_or('|'),
            });
        }
        text.push('\n');
    }
    let labels: Vec<String> = spikes
        .iter()
        .map(|(at, _)| match now.saturating_sub(*at) {
            ago @ 0..60 => format!("{ago}s"),
            ago @ 60..3_600 => format!("{}m", ago / 60),
            ago @ 3_600..86_400 => format!("{}h", ago / 3_600),
            ago => format!("{}d", ago / 86_400),
        })
        .collect();
    let longest = labels.iter().map(String::len).max().unwrap_or(0);
    text.push_str(&" ".repeat(spikes.len()));
    text.push('\n');
    for row in 0..longest {
        text.extend(labels.iter().map(|label| label.chars().nth(row).unwrap_or(' ')));
        text.push('\n');
    }
}

/// `LATENCY DOCTOR`
pub fn latency_doctor(call: &mut Call<'_>) -> Result<Value, Error> {
    let engine = &*call.engine;
    let all = &engine.server.latency.series;
    let mut text = String::new();
    if all.is_empty() {
        text.push_str(if engine.config.latency_monitor_threshold == 0 {
            "Latency is not being watched. CONFIG SET latency-monitor-threshold <milliseconds> starts it.\n"
        } else {
            "No latency spike was seen.\n"
        });
    }
    let now = call.now.seconds();
    for (at, (event, Series { spikes, longest })) in all.iter().enumerate() {
        let count = (spikes.len() as u64).max(1);
        let mean = spikes.iter().map(|(_, millis)| millis).sum::<u64>() / count;
        let deviation = spikes.iter().map(|(_, millis)| millis.abs_diff(mean)).sum::<u64>() / count;
        let seconds = now.saturating_sub(spikes.first().map_or(now, |(at, _)| *at)).max(1);
        let _ = writeln!(
            text,
            "{}. {event}: {} latency spikes (average {mean}ms, mean deviation {deviation}ms, period {:.2} sec). Worst all \
             time event {longest}ms.",
            at + 1,
            spikes.len(),
            seconds as f64 / count as f64,
        );
        text.push_str(match *event {
            "command" => "   Commands were slow: SLOWLOG GET tells which. Freeing large values takes long, too.\n",
            "fast-command" => "   Even commands that do little were slow.\n",
            "expire-cycle" | "expire-del" => {
                "   Large values, or very many keys at once, expired; a higher hz spreads the work.\n"
            }
            _ => "   Many keys had to go at once: memory ran short quickly, or values are large.\n",
        });
    }
    Ok(Value::Verbatim(*b"txt", Bytes::from(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::Server;

    #[test]
    fn a_bucket_is_as_wide_as_two_digits_allow() {
        for nanos in [1, 127, 128, 255, 256, 257, 1_000, 1_024, 123_456_789, LONGEST] {
            let (shortest, longest) = bounds_of(bucket_of(nanos));
            assert!((shortest..=longest).contains(&nanos), "{nanos}: {shortest} to {longest}");
            assert!(longest - shortest <= shortest / 100, "{nanos}");
        }
        assert_eq!(bounds_of(LAST_BUCKET).1, (1 << 30) - 1);
    }

    #[test]
    fn times_are_told_by_doublings_with_the_real_servers_bounds() {
        let mut histogram = Histogram::default();
        for micros in [1, 1, 3, 30, 100, 500_000, 3_000_000] {
            histogram.note(micros * 1_000);
        }
        let told: Vec<_> = histogram.cumulative();
        let expected = [(1, 2), (4, 3), (33, 4), (132, 5), (541_065, 6), (1_073_741, 7)];
        assert_eq!(told, expected.map(|(micros, count)| (Value::Int(micros), Value::Int(count))));
        assert_eq!((histogram.percentile(50.0), histogram.percentile(0.0)), (30_079, 1_000));
    }

    #[test]
    fn what_takes_long_is_an_event() {
        let mut server = Server::new(false);
        server.engine.configure("enable-debug-command", "yes").expect("a parameter of Redis");
        server.check(&[
            ("DEBUG SLEEP 0.3", "+OK"),
            ("LATENCY LATEST", "[]"),
            ("CONFIG SET latency-monitor-threshold 200", "+OK"),
            ("DEBUG SLEEP 0.3", "+OK"),
            ("DEBUG SLEEP 0.4", "+OK"),
            ("LATENCY HISTORY command", "[[:1700000000, :400]]"),
        ]);
        server.advance_ms(61_000);
        server.check(&[
            ("DEBUG SLEEP 0.25", "+OK"),
            ("LATENCY LATEST", "[[\"command\", :1700000061, :250, :400]]"),
            ("LATENCY HISTORY nosuch", "[]"),
            ("LATENCY GRAPH nosuch", "-ERR No samples available for event 'nosuch'"),
            ("LATENCY RESET nosuch", ":0"),
        ]);
        let Value::Verbatim(_, graph) = server.value("LATENCY GRAPH command") else { panic!("a text") };
        let line = "-".repeat(80);
        let expected =
            format!("command - high 400 ms, low 250 ms (all time high 400 ms)\n{line}\n# \n| \n| \n|_\n  \n10\nms\n");
        assert_eq!(String::from_utf8_lossy(&graph), expected);
        server.check(&[("LATENCY RESET COMMAND", ":1"), ("LATENCY LATEST", "[]")]);
    }
}
