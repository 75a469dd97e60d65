//! The slot strip under the stage, and the 128x128 map it opens into.

use web_sys::CanvasRenderingContext2d as Canvas;

use super::bins::{LEVELS, MAP_SIDE, NOBODY, Run, map, strip};
use super::palette::Palette;

pub use super::bins::slot_at;

/// How bright a run is where no keys are.
const DIM: f64 = 0.3;

/// Fills runs, one path for each look.
fn fill(ctx: &Canvas, palette: &Palette, runs: &[Run], rect: impl Fn(&Run)) {
    for hue in 0..9_u8 {
        let mine = |r: &&Run| if r.owner == NOBODY { hue == 8 } else { hue < 8 && r.owner % 8 == hue };
        if !runs.iter().any(|r| mine(&r)) {
            continue;
        }
        ctx.set_fill_style_str(if hue == 8 { &palette.line } else { palette.shard(u16::from(hue)) });
        for level in 0..=LEVELS {
            let bright = f64::from(level) / f64::from(LEVELS);
            ctx.set_global_alpha(if hue == 8 { 0.6 } else { DIM + (1.0 - DIM) * bright * bright });
            ctx.begin_path();
            for run in runs.iter().filter(mine).filter(|r| r.level == level) {
                rect(run);
            }
            ctx.fill();
        }
    }
    ctx.set_global_alpha(1.0);
}

/// The strip: one pixel is about 32 slots; colour is the owner, brightness how many of those slots hold keys.
pub fn draw_slots(ctx: &Canvas, width: f64, height: f64, palette: &Palette, slots: &[(u8, bool)]) {
    ctx.clear_rect(0.0, 0.0, width, height);
    let bins = width.max(1.0) as usize;
    let step = width / bins as f64;
    fill(ctx, palette, &strip(slots, bins), |r| ctx.rect(r.start as f64 * step, 0.0, r.len as f64 * step, height));
}

/// The map: 128 lines of 128 slots, slot 0 upper left; `hover` is framed.
pub fn draw_slot_map(ctx: &Canvas, size: f64, palette: &Palette, slots: &[(u8, bool)], hover: Option<u16>) {
    ctx.clear_rect(0.0, 0.0, size, size);
    let cell = size / MAP_SIDE as f64;
    fill(ctx, palette, &map(slots), |r| {
        let (line, column) = (r.start / MAP_SIDE, r.start % MAP_SIDE);
        ctx.rect(column as f64 * cell, line as f64 * cell, r.len as f64 * cell, cell);
    });
    if let Some(slot) = hover {
        let (line, column) = (usize::from(slot) / MAP_SIDE, usize::from(slot) % MAP_SIDE);
        ctx.set_stroke_style_str(&palette.ink);
        ctx.set_line_width(1.5);
        let side = cell.max(6.0);
        let (x, y) = ((column as f64 + 0.5) * cell - side / 2.0, (line as f64 + 0.5) * cell - side / 2.0);
        ctx.stroke_rect(x, y, side, side);
    }
}
