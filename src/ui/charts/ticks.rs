//! The scale of a chart: where its gridlines lie and what they say; and where labels of marks find room.
//!
//! No browser here. Start with [`Scale::new`] and [`place_labels`].

use slotscope::world::Nanos;
use slotscope::world::{Mark, Severity, Topic};

/// A vertical scale from 0 to `top`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// The value at the upper edge.
    pub top: f64,
    /// Gridlines: value and label, from 0 up.
    pub ticks: Vec<(f64, String)>,
}

impl Scale {
    /// A scale that holds `max`. Ratios always run to 100 %; the rest to the next round number.
    pub fn new(topic: Topic, max: f64) -> Self {
        let max = if max.is_finite() && max > 0.0 { max } else { 0.0 };
        match topic {
            Topic::HitRatio => Self::steps(25.0, 4, |v| format!("{v:.0} %")),
            Topic::Cpu => {
                let (step, count) = round_steps(max.max(100.0));
                Self::steps(step, count, |v| format!("{} %", short(v)))
            }
            Topic::Latency if max > 0.0 && max < 1.0 => {
                let (step, count) = round_steps(max * 1e3);
                let mut scale = Self::steps(step, count, |v| format!("{} µs", plain(v)));
                scale.top /= 1e3;
                scale.ticks.iter_mut().for_each(|t| t.0 /= 1e3);
                scale
            }
            Topic::Latency => {
                let (step, count) = round_steps(if max == 0.0 { 1.0 } else { max });
                Self::steps(step, count, |v| format!("{} ms", plain(v)))
            }
            Topic::Database => {
                let (step, count) = round_steps(max.max(4.0));
                Self::steps(step, count, |v| format!("{} q/s", short(v)))
            }
            Topic::Memory => {
                const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
                let mut unit = 0;
                let mut size = 1.0;
                while unit + 1 < UNITS.len() && max / size >= 1024.0 {
                    unit += 1;
                    size *= 1024.0;
                }
                let (step, count) = round_steps((max / size).max(1.0));
                let mut scale = Self::steps(step, count, |v| format!("{} {}", plain(v), UNITS[unit]));
                scale.top *= size;
                scale.ticks.iter_mut().for_each(|t| t.0 *= size);
                scale
            }
            Topic::Stale | Topic::Evictions => {
                let (step, count) = round_steps(max.max(4.0));
                Self::steps(step, count, short)
            }
        }
    }

    fn steps(step: f64, count: usize, say: impl Fn(f64) -> String) -> Self {
        let ticks = (0..=count).map(|i| (step * i as f64, say(step * i as f64))).collect();
        Self { top: step * count as f64, ticks }
    }

    /// The height (down from the upper edge) of a value on a chart `height` pixels high.
    pub fn y(&self, value: f64, height: f64) -> f64 {
        height - (value / self.top).clamp(0.0, 1.0) * height
    }
}

/// A round step (1, 2, 2.5 or 5 times a power of ten) and how many of them hold `max`: three to five.
fn round_steps(max: f64) -> (f64, usize) {
    let mut power = 1.0;
    while power * 10.0 <= max {
        power *= 10.0;
    }
    while power > max {
        power /= 10.0;
    }
    for step in [0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0] {
        let step = step * power;
        let count = (max / step - 1e-9).ceil() as usize;
        if count <= 4 {
            return (step, count.max(1));
        }
    }
    (power * 10.0, 1)
}

/// A number with no more decimals than it needs, two at most.
fn plain(v: f64) -> String {
    let text = format!("{v:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `500`, `2.5 k`, `40 k`, `1.2 M`.
fn short(v: f64) -> String {
    match v {
        v if v >= 1e6 => format!("{} M", plain(v / 1e6)),
        v if v >= 1e4 => format!("{} k", plain(v / 1e3)),
        v if v >= 1e3 => format!("{}\u{2009}{:03.0}", (v / 1e3).floor(), v % 1e3),
        v => plain(v),
    }
}

/// Across: where a moment lies on a time line of `width` pixels that ends at `end`.
pub fn x_of(at: Nanos, width: f64, end: Nanos) -> f64 {
    at.0 as f64 / end.0.max(1) as f64 * width
}

/// The moment at `x` on a time line, held between its ends.
pub fn time_at(x: f64, width: f64, end: Nanos) -> Nanos {
    Nanos(((x / width.max(1.0)).clamp(0.0, 1.0) * end.0 as f64) as u64)
}

/// Where a mark's label goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// Which mark.
    pub mark: usize,
    /// Left edge of the text.
    pub x: f64,
    /// Row, from 0.
    pub row: usize,
}

/// Finds room for labels under a time line: centred under their mark where they can, held between the edges, in `rows` rows,
/// never on top of each other. Where there is not room for all, what went wrong goes before what is said, and of
/// equals the later one. `widths` are the texts' widths; `taken` are stretches (row, from, to) that are not free.
pub fn place_labels(
    marks: &[Mark],
    widths: &[f64],
    width: f64,
    end: Nanos,
    rows: usize,
    taken: &[(usize, f64, f64)],
) -> Vec<Label> {
    const APART: f64 = 10.0;
    let rank = |s: Severity| match s {
        Severity::Bad => 0,
        Severity::Good => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    };
    let mut order: Vec<usize> = (0..marks.len().min(widths.len())).collect();
    order.sort_by_key(|&i| (rank(marks[i].severity), std::cmp::Reverse(marks[i].at)));
    let mut used = taken.to_vec();
    let mut labels = Vec::new();
    for i in order {
        let wide = widths[i];
        if wide > width {
            continue;
        }
        let tick = x_of(marks[i].at, width, end);
        // Centred, or to either side of the tick, if only that is free.
        'search: for row in 0..rows {
            for x in [tick - wide / 2.0, tick - wide + 6.0, tick - 6.0] {
                let x = x.clamp(0.0, width - wide);
                if used.iter().all(|u| u.0 != row || x + wide + APART <= u.1 || x >= u.2 + APART) {
                    used.push((row, x, x + wide));
                    labels.push(Label { mark: i, x, row });
                    break 'search;
                }
            }
        }
    }
    labels.sort_by_key(|l| l.mark);
    labels
}
