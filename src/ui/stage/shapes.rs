//! The alphabet of the picture: one shape for each kind of message, and a few helpers around the canvas.
//!
//! Shapes only add to the current path. The caller begins it, and fills or strokes a whole run of one colour at once: setting
//! a style costs more than drawing a shape.

use js_sys::Array;
use slotscope::world::FlightKind;
use web_sys::CanvasRenderingContext2d as Canvas;

use super::layout::Rect;
use super::path::{Path, Pose};

/// A whole turn.
pub const TURN: f64 = std::f64::consts::TAU;

/// Sets dashes, or none for an empty list.
pub fn dash(ctx: &Canvas, lengths: &[f64]) {
    let list: Array = lengths.iter().map(|&l| wasm_bindgen::JsValue::from_f64(l)).collect();
    let _ = ctx.set_line_dash(&list);
}

/// Adds a rectangle with round corners.
pub fn rounded(ctx: &Canvas, r: Rect, radius: f64) {
    let _ = ctx.round_rect_with_f64(r.x, r.y, r.w, r.h, radius.min(r.w / 2.0).min(r.h / 2.0).max(0.0));
}

/// Adds a circle.
pub fn circle(ctx: &Canvas, x: f64, y: f64, radius: f64) {
    ctx.move_to(x + radius, y);
    let _ = ctx.arc(x, y, radius, 0.0, TURN);
}

/// Adds a way.
pub fn way(ctx: &Canvas, path: &Path) {
    for (i, c) in path.curves().iter().enumerate() {
        if i == 0 {
            ctx.move_to(c[0].0, c[0].1);
        }
        ctx.bezier_curve_to(c[1].0, c[1].1, c[2].0, c[2].1, c[3].0, c[3].1);
    }
}

/// Adds the part of a way between two fractions of it.
pub fn stretch(ctx: &Canvas, path: &Path, from: f64, to: f64) {
    let steps = ((to - from).abs() * path.length() / 6.0).ceil().clamp(1.0, 64.0);
    let p = path.at(from);
    ctx.move_to(p.x, p.y);
    for i in 1..=steps as u32 {
        let p = path.at(from + (to - from) * f64::from(i) / steps);
        ctx.line_to(p.x, p.y);
    }
}

/// Whether a kind is drawn as an outline rather than filled.
pub fn hollow(kind: FlightKind) -> bool {
    use FlightKind::{Error, Miss, Redirect, Replication, Vote};
    matches!(kind, Miss | Redirect | Error | Vote | Replication)
}

/// Width of the stroke of a hollow kind at size 1.
pub fn pen(kind: FlightKind) -> f64 {
    match kind {
        FlightKind::Replication => 3.6,
        FlightKind::Vote => 1.4,
        _ => 2.0,
    }
}

/// Adds the shape of a kind of message at a pose. `k` is its size, 1 on a stage of ordinary size.
pub fn message(ctx: &Canvas, kind: FlightKind, p: Pose, k: f64) {
    // A point of the shape: `a` ahead, `s` to the side.
    let at = |a: f64, s: f64| (p.x + (p.dx * a - p.dy * s) * k, p.y + (p.dy * a + p.dx * s) * k);
    let polygon = |points: &[(f64, f64)]| {
        for (i, &(a, s)) in points.iter().enumerate() {
            let (x, y) = at(a, s);
            if i == 0 { ctx.move_to(x, y) } else { ctx.line_to(x, y) }
        }
    };
    match kind {
        FlightKind::Read => {
            polygon(&[(5.4, 0.0), (-4.2, -4.6), (-4.2, 4.6)]);
            ctx.close_path();
        }
        FlightKind::Write => ctx.rect(p.x - 3.8 * k, p.y - 3.8 * k, 7.6 * k, 7.6 * k),
        FlightKind::Hit => circle(ctx, p.x, p.y, 4.2 * k),
        FlightKind::Miss => circle(ctx, p.x, p.y, 3.8 * k),
        FlightKind::Query | FlightKind::QueryAnswer => {
            let r = 5.0 * k;
            ctx.move_to(p.x, p.y - r);
            ctx.line_to(p.x + r, p.y);
            ctx.line_to(p.x, p.y + r);
            ctx.line_to(p.x - r, p.y);
            ctx.close_path();
        }
        FlightKind::Redirect => {
            // Upright whichever way it travels, so that the bend is always recognised.
            let (x, y) = (p.x, p.y);
            ctx.move_to(x - 4.2 * k, y + 5.0 * k);
            ctx.line_to(x - 4.2 * k, y - 1.4 * k);
            ctx.line_to(x + 4.4 * k, y - 1.4 * k);
            ctx.move_to(x + 1.2 * k, y - 5.0 * k);
            ctx.line_to(x + 4.8 * k, y - 1.4 * k);
            ctx.line_to(x + 1.2 * k, y + 2.2 * k);
        }
        FlightKind::Error => {
            let r = 4.0 * k;
            ctx.move_to(p.x - r, p.y - r);
            ctx.line_to(p.x + r, p.y + r);
            ctx.move_to(p.x + r, p.y - r);
            ctx.line_to(p.x - r, p.y + r);
        }
        FlightKind::Replication => polygon(&[(-4.0, 0.0), (4.0, 0.0)]),
        FlightKind::Gossip => circle(ctx, p.x, p.y, 1.4 * k),
        FlightKind::Vote => circle(ctx, p.x, p.y, 6.4 * k),
        FlightKind::FullSync => {}
    }
}
