//! Cache nodes: boxes with a frame that tells role and health, and a memory bar; tiles where there are very many.

use slotscope::world::{Health, NodeView, Place};
use web_sys::CanvasRenderingContext2d as Canvas;

use super::layout::{Detail, Rect};
use super::motion::{Air, Spark, Stage};
use super::shapes::{circle, dash, rounded};
use super::{Scene, labels};

/// A node, its place in the lane, and where it sits.
pub(super) type Seated<'a> = (usize, &'a NodeView, Rect);

/// How full a node's memory is, 0 to 1. Without a limit the fullest node of the lane stands at 60 %.
pub(super) fn fullness(node: &NodeView, most: u64) -> f64 {
    if node.maxmemory > 0 {
        (node.used_memory as f64 / node.maxmemory as f64).min(1.0)
    } else {
        0.6 * node.used_memory as f64 / most.max(1) as f64
    }
}

/// The memory bar inside a node's box.
pub(super) fn bar(rect: Rect, detail: Detail) -> Rect {
    let inset = (rect.w.min(rect.h) * 0.1).clamp(2.0, 7.0);
    let w = match detail {
        Detail::Full => (rect.w * 0.07).clamp(4.0, 8.0),
        Detail::Narrow => (rect.w * 0.11).clamp(2.0, 6.0),
        _ => (rect.w * 0.17).clamp(2.0, 6.0),
    };
    Rect { x: rect.x + inset, y: rect.y + inset, w, h: rect.h - 2.0 * inset }
}

/// Whether a node's machine is gone: then it is grey.
pub(super) fn gone(node: &NodeView) -> bool {
    node.health == Health::Dead
}

/// All cache nodes, in passes of one style each.
pub(super) fn nodes(ctx: &Canvas, scene: &Scene, stage: &Stage, air: &Air) {
    let (layout, palette) = (scene.layout, scene.palette);
    let nodes: Vec<Seated> =
        scene.lane.nodes.iter().zip(&layout.nodes).enumerate().map(|(i, (n, s))| (i, n, s.rect)).collect();
    if layout.detail == Detail::Tile {
        tiles(ctx, scene, &nodes, &stage.loads(nodes.len()));
        return;
    }
    let small = layout.detail <= Detail::Glyph;
    let radius = nodes.first().map_or(0.0, |n| (n.2.w.min(n.2.h) * 0.13).clamp(2.0, 10.0));
    let stroke = if small { 1.4 } else { 2.0 * layout.scale.clamp(0.85, 1.3) };

    ctx.set_fill_style_str(&palette.node);
    ctx.begin_path();
    for n in &nodes {
        rounded(ctx, n.2, radius);
    }
    ctx.fill();
    if let Some(Place::Node(i)) = scene.hover
        && let Some(n) = nodes.get(usize::from(i))
    {
        ctx.set_fill_style_str(palette.shard(n.1.shard));
        ctx.set_global_alpha(0.16);
        ctx.begin_path();
        rounded(ctx, n.2, radius);
        ctx.fill();
        ctx.set_global_alpha(1.0);
    }

    // Memory: the track, then the fill by shard.
    let most = nodes.iter().map(|n| n.1.used_memory).max().unwrap_or(0);
    ctx.set_fill_style_str(&palette.line);
    ctx.begin_path();
    for n in &nodes {
        let track = bar(n.2, layout.detail);
        rounded(ctx, track, track.w / 2.0);
    }
    ctx.fill();
    for shard in 0..8.min(layout.shards) {
        for dead in [false, true] {
            ctx.set_fill_style_str(if dead { &palette.ink_3 } else { palette.shard(shard as u16) });
            ctx.begin_path();
            for n in nodes.iter().filter(|n| usize::from(n.1.shard % 8) == shard && gone(n.1) == dead) {
                let track = bar(n.2, layout.detail);
                let h = (track.h * fullness(n.1, most)).max(if n.1.keys > 0 { 2.0 } else { 0.0 });
                rounded(ctx, Rect { y: track.bottom() - h, h, ..track }, track.w / 2.0);
            }
            ctx.fill();
        }
    }

    for shard in 0..8.min(layout.shards) {
        let mine = || nodes.iter().filter(|n| usize::from(n.1.shard % 8) == shard && !gone(n.1));
        ctx.set_stroke_style_str(palette.shard(shard as u16));
        ctx.set_line_width(stroke);
        frames(ctx, mine().filter(|n| n.1.primary && n.1.health != Health::Loading), radius, &[]);
        ctx.set_line_width(stroke * 0.85);
        let dashes = [4.0 * layout.scale, 3.0 * layout.scale];
        frames(ctx, mine().filter(|n| !n.1.primary && n.1.health != Health::Loading), radius, &dashes);
        for n in mine().filter(|n| n.1.health == Health::Loading) {
            let left = air.sync_left(n.0).unwrap_or_else(|| 1.0 - (scene.now.as_millis() % 2_000) as f64 / 2_000.0);
            loading(ctx, left, n.2, radius, stroke);
        }
    }
    crossed(ctx, scene, &nodes, radius);
    paused(ctx, scene, &nodes, stroke);

    match layout.detail {
        Detail::Full => labels::full_text(ctx, scene, &nodes),
        Detail::Narrow => labels::narrow_text(ctx, scene, &nodes),
        _ => labels::glyph_badges(ctx, scene, &nodes),
    }
}

fn frames<'a>(ctx: &Canvas, nodes: impl Iterator<Item = &'a Seated<'a>>, radius: f64, dashes: &[f64]) {
    ctx.begin_path();
    for n in nodes {
        rounded(ctx, n.2, radius);
    }
    dash(ctx, dashes);
    ctx.stroke();
    dash(ctx, &[]);
}

/// A frame of which only the part `left` remains: what is still to come of the snapshot, where that is known.
fn loading(ctx: &Canvas, left: f64, rect: Rect, radius: f64, stroke: f64) {
    ctx.set_line_width(stroke);
    ctx.set_global_alpha(0.3);
    ctx.begin_path();
    rounded(ctx, rect, radius);
    ctx.stroke();
    ctx.set_global_alpha(1.0);
    let around = 2.0 * (rect.w + rect.h) - (8.0 - std::f64::consts::TAU) * radius;
    dash(ctx, &[around * left, around]);
    ctx.stroke();
    dash(ctx, &[]);
}

/// Dead nodes: a grey frame, crossed.
fn crossed(ctx: &Canvas, scene: &Scene, nodes: &[Seated], radius: f64) {
    ctx.set_stroke_style_str(&scene.palette.ink_3);
    ctx.set_line_width(1.4);
    ctx.begin_path();
    for n in nodes.iter().filter(|n| gone(n.1)) {
        rounded(ctx, n.2, radius);
    }
    ctx.stroke();
    ctx.set_global_alpha(0.45);
    ctx.begin_path();
    for (_, _, r) in nodes.iter().filter(|n| gone(n.1)) {
        let i = radius * 0.3;
        ctx.move_to(r.x + i, r.y + i);
        ctx.line_to(r.right() - i, r.bottom() - i);
        ctx.move_to(r.right() - i, r.y + i);
        ctx.line_to(r.x + i, r.bottom() - i);
    }
    ctx.stroke();
    ctx.set_global_alpha(1.0);
}

/// Paused nodes: two bars on the upper edge of the frame.
fn paused(ctx: &Canvas, scene: &Scene, nodes: &[Seated], stroke: f64) {
    let bars = |r: Rect| {
        let h = (r.h * 0.22).clamp(5.0, 13.0);
        let w = h * 0.32;
        let x = r.right() - (r.w * 0.14).max(w * 2.0) - w * 2.6;
        [Rect { x, y: r.y - h / 2.0, w, h }, Rect { x: x + w * 1.7, y: r.y - h / 2.0, w, h }]
    };
    let still = || nodes.iter().filter(|n| n.1.health == Health::Paused);
    ctx.set_fill_style_str(&scene.palette.stage);
    ctx.begin_path();
    for n in still() {
        let [a, b] = bars(n.2);
        let gap = Rect { x: a.x - stroke, y: n.2.y - stroke, w: b.right() - a.x + 2.0 * stroke, h: 2.0 * stroke };
        ctx.rect(gap.x, gap.y, gap.w, gap.h);
    }
    ctx.fill();
    ctx.set_fill_style_str(&scene.palette.ink);
    ctx.begin_path();
    for n in still() {
        for b in bars(n.2) {
            ctx.rect(b.x, b.y, b.w, b.h);
        }
    }
    ctx.fill();
}

/// Tiles: one that fills with its memory for a primary, a small hollow one for a replica, a cross for the dead.
fn tiles(ctx: &Canvas, scene: &Scene, nodes: &[Seated], loads: &[f64]) {
    let palette = scene.palette;
    let most = nodes.iter().map(|n| n.1.used_memory).max().unwrap_or(0);
    let pip = |r: Rect| {
        let side = (r.w.min(r.h) * 0.5).clamp(2.0, 10.0);
        Rect { x: r.mid_x() - side / 2.0, y: r.mid_y() - side / 2.0, w: side, h: side }
    };
    for shard in 0..8.min(scene.layout.shards) {
        let mine = || nodes.iter().filter(|n| usize::from(n.1.shard % 8) == shard && !gone(n.1));
        let colour = palette.shard(shard as u16);
        ctx.set_fill_style_str(colour);
        ctx.set_stroke_style_str(colour);
        ctx.set_line_width(1.0);
        ctx.begin_path();
        for n in mine().filter(|n| n.1.primary) {
            rounded(ctx, n.2, 2.0);
        }
        ctx.set_global_alpha(0.22);
        ctx.fill();
        ctx.set_global_alpha(1.0);
        ctx.stroke();
        ctx.set_global_alpha(0.75);
        ctx.begin_path();
        for n in mine().filter(|n| n.1.primary) {
            let h = n.2.h * fullness(n.1, most);
            rounded(ctx, Rect { y: n.2.bottom() - h, h, ..n.2 }, 2.0);
        }
        ctx.fill();
        ctx.set_global_alpha(1.0);
        ctx.begin_path();
        for n in mine().filter(|n| !n.1.primary) {
            rounded(ctx, pip(n.2), 1.0);
        }
        ctx.stroke();
    }
    // A dot in each primary: its area is its share of the traffic, so a hot shard stands out.
    let busiest = loads.iter().copied().fold(0.1, f64::max);
    ctx.set_fill_style_str(&palette.ink);
    ctx.begin_path();
    for n in nodes.iter().filter(|n| n.1.primary && !gone(n.1)) {
        let radius = n.2.w.min(n.2.h) * 0.32 * (loads[n.0] / busiest).sqrt();
        if radius > 0.4 {
            circle(ctx, n.2.mid_x(), n.2.mid_y(), radius);
        }
    }
    ctx.fill();
    ctx.set_stroke_style_str(&palette.ink_3);
    ctx.set_line_width(1.2);
    ctx.begin_path();
    for n in nodes.iter().filter(|n| gone(n.1)) {
        let r = if n.1.primary { n.2 } else { pip(n.2) };
        ctx.rect(r.x, r.y, r.w, r.h);
        ctx.move_to(r.x, r.y);
        ctx.line_to(r.right(), r.bottom());
        ctx.move_to(r.right(), r.y);
        ctx.line_to(r.x, r.bottom());
    }
    ctx.stroke();
}

/// Evictions fall out of the memory bar; expiries dissolve in it.
pub(super) fn sparks(ctx: &Canvas, scene: &Scene, sparks: &[Spark]) {
    let layout = scene.layout;
    let most = scene.lane.nodes.iter().map(|n| n.used_memory).max().unwrap_or(0);
    for spark in sparks {
        let (Some(node), Some(seat)) = (scene.lane.nodes.get(spark.node), layout.nodes.get(spark.node)) else {
            continue;
        };
        let track = bar(seat.rect, layout.detail);
        let level = track.bottom() - track.h * fullness(node, most);
        let life = spark.life();
        let k = layout.scale;
        ctx.set_fill_style_str(scene.palette.shard(node.shard));
        ctx.set_global_alpha(1.0 - life * life);
        ctx.begin_path();
        if spark.evicted {
            // Out to the left, then down.
            let side = (2.8 + 0.6 * f64::from(spark.lane % 3)) * k;
            let x = track.x
                - (track.x - seat.rect.x + 4.0 * k + (6.0 * life + f64::from(spark.lane)) * k) * (life.min(0.3) / 0.3);
            let y = level + (life * life * 46.0 - 4.0 * life) * k;
            ctx.move_to(x, y - side);
            ctx.line_to(x + side, y);
            ctx.line_to(x, y + side);
            ctx.line_to(x - side, y);
            ctx.close_path();
        } else {
            let h = 5.0 * k;
            let wide = track.w * (1.0 + 1.2 * life);
            let y = (level + f64::from(spark.lane) * h * 0.6).min(track.bottom() - h);
            for part in 0..3 {
                let w = wide / 3.0 * (1.0 - life);
                ctx.rect(
                    track.mid_x() - wide / 2.0 + f64::from(part) * wide / 3.0,
                    y - life * 6.0 * k,
                    w,
                    h * (1.0 - life),
                );
            }
        }
        ctx.fill();
    }
    ctx.set_global_alpha(1.0);
}

/// A ring around what is selected, a thin one around what the pointer is over.
pub(super) fn rings(ctx: &Canvas, scene: &Scene) {
    for (place, width, away, alpha) in [(scene.hover, 1.2, 3.0, 0.6), (scene.selected, 2.2, 4.0, 1.0)] {
        let Some(place) = place else { continue };
        let rect = scene.layout.frame(place);
        if rect.w <= 0.0 {
            continue;
        }
        ctx.set_stroke_style_str(&scene.palette.ink);
        ctx.set_global_alpha(alpha);
        ctx.set_line_width(width);
        ctx.begin_path();
        rounded(ctx, rect.grown(away), (rect.w.min(rect.h) * 0.13).clamp(2.0, 10.0) + away);
        ctx.stroke();
    }
    ctx.set_global_alpha(1.0);
}
