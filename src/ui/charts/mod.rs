//! Charts: the chart of both lanes over the time line, and the marks under it.
//!
//! Reads charts and marks as the world gives them; holds no number of its own. `ticks.rs` is the geometry, tested natively.
//!
//! Start with [`draw_timeline`].

mod ticks;

pub use ticks::time_at;

use slotscope::world::Nanos;
use slotscope::world::{Chart, Mark, Severity, Topic};
use web_sys::CanvasRenderingContext2d as Canvas;

use super::stage::Palette;
use ticks::{Scale, place_labels, x_of};

/// The colour of a mark.
pub fn severity_colour(palette: &Palette, severity: Severity) -> &str {
    match severity {
        Severity::Info => &palette.ink_3,
        Severity::Good => &palette.good,
        Severity::Warning => &palette.warn,
        Severity::Bad => &palette.bad,
    }
}

/// Space over the topmost gridline, for its label.
const HEAD: f64 = 12.0;
/// Space under the lowest gridline, so that a line at zero is whole.
const FOOT: f64 = 3.0;

/// The chart of one topic: lane A in ink, lane B in the accent, gridlines with units, what lies after `now` faint, marks as
/// hairlines, the playhead. Time runs over the whole width, from 0 to `end`.
#[expect(clippy::too_many_arguments, reason = "one picture, drawn from one place")]
pub fn draw_timeline(
    ctx: &Canvas,
    width: f64,
    height: f64,
    palette: &Palette,
    a: &Chart,
    b: Option<&Chart>,
    topic: Topic,
    now: Nanos,
    end: Nanos,
    marks: &[Mark],
) {
    ctx.clear_rect(0.0, 0.0, width, height);
    let end = end.max(now).max(Nanos(1));
    let all = a.points.iter().chain(b.iter().flat_map(|b| b.points.iter())).flatten();
    let scale = Scale::new(topic, all.fold(0.0, |most, v| f64::from(*v).max(most)));
    let room = (height - HEAD - FOOT).max(1.0);
    let y = |v: f64| HEAD + scale.y(v, room);

    ctx.set_stroke_style_str(&palette.line);
    ctx.set_line_width(1.0);
    ctx.begin_path();
    for (value, _) in &scale.ticks {
        // Half a pixel down: a hairline that does not smear.
        let at = y(*value).round() + 0.5;
        ctx.move_to(0.0, at);
        ctx.line_to(width, at);
    }
    ctx.stroke();
    hairlines(ctx, palette, width, height, end, marks);

    let playhead = x_of(now, width, end);
    for (chart, colour) in b.map(|b| (b, &palette.accent)).into_iter().chain([(a, &palette.ink)]) {
        ctx.set_stroke_style_str(colour);
        ctx.set_line_width(2.0);
        ctx.set_line_join("round");
        for (future, alpha) in [(true, 0.32), (false, 1.0)] {
            ctx.set_global_alpha(alpha);
            ctx.begin_path();
            series(ctx, chart, width, end, now, future, &y);
            ctx.stroke();
        }
    }
    ctx.set_global_alpha(1.0);

    ctx.set_font(&palette.text(10.0));
    ctx.set_text_align("right");
    ctx.set_text_baseline("alphabetic");
    ctx.set_fill_style_str(&palette.ink_3);
    let mut free = f64::INFINITY;
    for (value, label) in &scale.ticks {
        let at = y(*value) - 3.0;
        if at < free {
            let _ = ctx.fill_text(label, width - 1.0, at);
            free = at - 11.0;
        }
    }
    ctx.set_stroke_style_str(&palette.accent);
    ctx.set_line_width(1.5);
    ctx.begin_path();
    ctx.move_to(playhead, 0.0);
    ctx.line_to(playhead, height);
    ctx.stroke();
}

/// Adds one chart's line: its past, or its future from the playhead on. Gaps stay gaps.
fn series(ctx: &Canvas, chart: &Chart, width: f64, end: Nanos, now: Nanos, future: bool, y: &impl Fn(f64) -> f64) {
    let mut pen_down = false;
    let mut before: Option<(f64, f64)> = None;
    for (i, value) in chart.points.iter().enumerate() {
        let at = Nanos(chart.interval.0.saturating_mul(i as u64 + 1));
        let point = value.map(|v| (x_of(at, width, end), y(f64::from(v))));
        let Some((px, py)) = point else {
            (pen_down, before) = (false, None);
            continue;
        };
        if (at > now) == future {
            if !pen_down {
                // The future's line starts where the past's ended.
                let start = if future { before.unwrap_or((px, py)) } else { (px, py) };
                ctx.move_to(start.0, start.1);
            }
            ctx.line_to(px, py);
            pen_down = true;
        } else {
            pen_down = false;
        }
        before = Some((px, py));
    }
}

fn hairlines(ctx: &Canvas, palette: &Palette, width: f64, height: f64, end: Nanos, marks: &[Mark]) {
    ctx.set_line_width(1.0);
    ctx.set_global_alpha(0.4);
    for severity in [Severity::Info, Severity::Good, Severity::Warning, Severity::Bad] {
        ctx.set_stroke_style_str(severity_colour(palette, severity));
        ctx.begin_path();
        for m in marks.iter().filter(|m| m.severity == severity) {
            let x = x_of(m.at, width, end).round() + 0.5;
            ctx.move_to(x, HEAD);
            ctx.line_to(x, height);
        }
        ctx.stroke();
    }
    ctx.set_global_alpha(1.0);
}

/// The track under the chart: the past filled, a knob at `now`, marks as ticks with their words in up to two rows, and the time at
/// both ends. Drawn for a height of about 52 pixels; the words go first when there is less.
pub fn draw_marks(ctx: &Canvas, width: f64, height: f64, palette: &Palette, now: Nanos, end: Nanos, marks: &[Mark]) {
    const TRACK: f64 = 10.0;
    ctx.clear_rect(0.0, 0.0, width, height);
    let end = end.max(now).max(Nanos(1));
    let playhead = x_of(now, width, end);
    for (to, colour) in [(width, &palette.line), (playhead, &palette.accent)] {
        ctx.set_fill_style_str(colour);
        ctx.begin_path();
        let _ = ctx.round_rect_with_f64(0.0, TRACK - 2.5, to, 5.0, 2.5);
        ctx.fill();
    }
    ctx.set_line_width(2.0);
    for severity in [Severity::Info, Severity::Good, Severity::Warning, Severity::Bad] {
        ctx.set_stroke_style_str(severity_colour(palette, severity));
        ctx.begin_path();
        for m in marks.iter().filter(|m| m.severity == severity) {
            let x = x_of(m.at, width, end);
            ctx.move_to(x, TRACK - 9.0);
            ctx.line_to(x, TRACK + 8.0);
        }
        ctx.stroke();
    }
    ctx.set_fill_style_str(&palette.accent);
    ctx.begin_path();
    super::stage::knob(ctx, playhead.clamp(7.0, (width - 7.0).max(7.0)), TRACK, 7.0);
    ctx.fill();

    let rows = ((height - 22.0) / 13.0).floor().clamp(0.0, 2.0) as usize;
    if rows == 0 {
        return;
    }
    // The time at both ends takes the corners of the lowest row.
    let clock = |t: Nanos| format!("{}:{:02}", t.0 / 60_000_000_000, t.0 / 1_000_000_000 % 60);
    let corner = 34.0;
    let taken = [(rows - 1, 0.0, corner), (rows - 1, width - corner, width)];
    let px = 11.0;
    let widths: Vec<f64> = marks.iter().map(|m| m.text.chars().count() as f64 * px * 0.6).collect();
    ctx.set_text_baseline("alphabetic");
    ctx.set_font(&palette.text(px));
    ctx.set_text_align("center");
    let baseline = |row: usize| 31.0 + 13.0 * row as f64;
    for label in place_labels(marks, &widths, width, end, rows, &taken) {
        let mark = &marks[label.mark];
        ctx.set_fill_style_str(severity_colour(palette, mark.severity));
        let wide = widths[label.mark];
        let _ = ctx.fill_text_with_max_width(&mark.text, label.x + wide / 2.0, baseline(label.row), wide);
    }
    ctx.set_font(&palette.fixed(10.0));
    ctx.set_fill_style_str(&palette.ink_3);
    ctx.set_text_align("left");
    let _ = ctx.fill_text(&clock(Nanos::ZERO), 0.0, baseline(rows - 1));
    ctx.set_text_align("right");
    let _ = ctx.fill_text(&clock(end), width, baseline(rows - 1));
}
