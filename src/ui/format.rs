//! How numbers are written: units, thin spaces for thousands, as many digits as can be believed.

use slotscope::world::Nanos;
use slotscope::world::Topic;

/// What stands where nothing was measured.
pub const NOTHING: &str = "–";

/// `1 204`, with narrow no-break spaces.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A ratio from 0 to 1 as `91.4 %`.
pub fn percent(ratio: f64) -> String {
    format!("{:.1}\u{202f}%", ratio * 100.0)
}

/// Microseconds as `7.8 ms`, `640 µs` or `1.20 s`.
pub fn micros(us: u64) -> String {
    match us {
        0..1_000 => format!("{us}\u{202f}µs"),
        1_000..10_000 => format!("{:.1}\u{202f}ms", us as f64 / 1e3),
        10_000..1_000_000 => format!("{}\u{202f}ms", us / 1_000),
        _ => format!("{:.2}\u{202f}s", us as f64 / 1e6),
    }
}

/// A duration, from nanoseconds up.
pub fn duration(time: Nanos) -> String {
    match time.0 {
        0..1_000 => format!("{}\u{202f}ns", time.0),
        1_000..10_000 => format!("{:.1}\u{202f}µs", time.0 as f64 / 1e3),
        _ => micros(time.as_micros()),
    }
}

/// Bytes as `640 B`, `12.4 KB`, `1.98 MB`: powers of 1024, as Redis's `used_memory_human` counts them.
pub fn bytes(n: u64) -> String {
    const KIB: u64 = 1_024;
    match n {
        0..KIB => format!("{n}\u{202f}B"),
        KIB..1_048_576 => format!("{:.1}\u{202f}KB", n as f64 / 1_024.0),
        1_048_576..1_073_741_824 => format!("{:.2}\u{202f}MB", n as f64 / 1_048_576.0),
        _ => format!("{:.2}\u{202f}GB", n as f64 / 1_073_741_824.0),
    }
}

/// A chart's value in its own unit.
pub fn chart_value(topic: Topic, value: f64) -> String {
    match topic {
        Topic::HitRatio | Topic::Cpu => format!("{value:.0}\u{202f}%"),
        Topic::Latency if value < 10.0 => format!("{value:.1}\u{202f}ms"),
        Topic::Latency => format!("{value:.0}\u{202f}ms"),
        Topic::Database => format!("{}\u{202f}q/s", count(value.max(0.0) as u64)),
        Topic::Memory => bytes(value.max(0.0) as u64),
        Topic::Stale | Topic::Evictions => count(value.max(0.0) as u64),
    }
}

/// What a topic's chart is of, in full.
pub fn topic_title(topic: Topic) -> &'static str {
    match topic {
        Topic::HitRatio => "hit ratio",
        Topic::Latency => "latency, 99th percentile",
        Topic::Database => "database queries a second",
        Topic::Memory => "memory in use, all nodes",
        Topic::Cpu => "CPU of the busiest node",
        Topic::Stale => "stale reads so far",
        Topic::Evictions => "evictions so far",
    }
}
