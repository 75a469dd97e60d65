//! What stands still: zones, app servers, cache nodes, the database, the console.

use slotscope::world::{DatabaseView, Health, NodeView, Place};
use web_sys::CanvasRenderingContext2d as Canvas;

use super::Scene;
use super::layout::{Detail, Rect};
use super::motion::{Air, Spark, Stage};
use super::shapes::{circle, dash, rounded};
use super::wording::{bytes, count};

/// Zones and their names.
pub(super) fn zones(ctx: &Canvas, scene: &Scene) {
    let (layout, palette) = (scene.layout, scene.palette);
    ctx.set_fill_style_str(&palette.stage);
    ctx.begin_path();
    for &zone in &layout.zones {
        rounded(ctx, zone, 6.0);
    }
    ctx.fill();
    ctx.set_fill_style_str(&palette.ink_3);
    ctx.set_font(&palette.fixed((10.0 * layout.scale).clamp(9.0, 13.0)));
    ctx.set_text_align("left");
    ctx.set_text_baseline("alphabetic");
    if layout.zones.first().is_some_and(|z| z.h >= 40.0) {
        for (i, zone) in layout.zones.iter().enumerate() {
            let name = format!("{}{}", scene.region, char::from(b'a' + (i as u8).min(25)));
            let x = layout.console.x.max(8.0);
            let _ = ctx.fill_text_with_max_width(&name, x, zone.y + 13.0 * layout.scale.max(0.9), layout.field.0 - x - 4.0);
        }
    }
}

/// App servers and the console.
pub(super) fn callers(ctx: &Canvas, scene: &Scene) {
    let (layout, palette) = (scene.layout, scene.palette);
    let boxes: Vec<Rect> = layout.apps.iter().map(|a| a.1).collect();
    let radius = 7.0 * layout.scale;
    ctx.set_fill_style_str(&palette.node);
    ctx.set_stroke_style_str(&palette.ink_3);
    ctx.set_global_alpha(1.0);
    ctx.set_line_width(1.2);
    ctx.begin_path();
    for &rect in &boxes {
        rounded(ctx, rect, radius);
    }
    ctx.fill();
    ctx.stroke();

    let size = (11.5 * layout.scale).clamp(9.5, 16.0);
    ctx.set_text_align("center");
    let two_lines = boxes.iter().all(|r| r.h >= size * 2.4);
    let first = if two_lines { -0.12 } else { 0.36 };
    ctx.set_fill_style_str(&palette.ink);
    ctx.set_font(&palette.bold(size));
    for (rect, app) in boxes.iter().zip(&scene.lane.apps) {
        if rect.h >= size {
            let _ = ctx.fill_text_with_max_width(&app.name, rect.mid_x(), rect.mid_y() + first * size, rect.w - 6.0);
        }
    }
    if two_lines {
        ctx.set_fill_style_str(&palette.ink_2);
        ctx.set_font(&palette.text((size * 0.84).max(9.0)));
        for (rect, app) in boxes.iter().zip(&scene.lane.apps) {
            let rate = format!("{} r/s", count(app.operations_per_second));
            let _ = ctx.fill_text_with_max_width(&rate, rect.mid_x(), rect.mid_y() + 1.02 * size, rect.w - 6.0);
        }
    }

    let console = layout.console;
    ctx.set_stroke_style_str(&palette.line);
    ctx.set_fill_style_str(&palette.node);
    ctx.set_line_width(1.0);
    ctx.begin_path();
    rounded(ctx, console, console.h / 2.0);
    ctx.fill();
    ctx.stroke();
    ctx.set_fill_style_str(&palette.ink_3);
    ctx.set_font(&palette.fixed((9.5 * layout.scale).clamp(8.5, 12.0)));
    let _ = ctx.fill_text_with_max_width("redis>", console.mid_x(), console.mid_y() + 3.2 * layout.scale, console.w - 8.0);
}

/// The database: a cylinder that fills with the connections in use.
pub(super) fn database(ctx: &Canvas, scene: &Scene) {
    let (palette, rect) = (scene.palette, scene.layout.database.1);
    let DatabaseView { busy, connections, waiting, .. } = scene.lane.database;
    let lid = (rect.h * 0.15).min(10.0);
    let (left, right) = (rect.x, rect.right());
    let (top, foot) = (rect.y + lid, rect.bottom() - lid);
    let body = |from: f64| {
        ctx.begin_path();
        ctx.move_to(left, from);
        ctx.line_to(left, foot);
        let _ = ctx.ellipse_with_anticlockwise(rect.mid_x(), foot, rect.w / 2.0, lid, 0.0, std::f64::consts::PI, 0.0, true);
        ctx.line_to(right, from);
    };
    ctx.set_fill_style_str(&palette.node);
    body(top);
    let _ = ctx.ellipse_with_anticlockwise(rect.mid_x(), top, rect.w / 2.0, lid, 0.0, 0.0, std::f64::consts::PI, true);
    ctx.fill();

    let full = if connections == 0 { 0.0 } else { (busy as f64 / connections as f64).min(1.0) };
    if full > 0.0 {
        let level = foot - (foot - top) * full;
        ctx.set_global_alpha(0.13);
        ctx.set_fill_style_str(&palette.ink);
        body(level);
        let _ = ctx.ellipse(rect.mid_x(), level, rect.w / 2.0, lid, 0.0, 0.0, std::f64::consts::PI);
        ctx.fill();
        ctx.set_global_alpha(1.0);
    }
    ctx.set_stroke_style_str(&palette.ink_3);
    ctx.set_line_width(1.2);
    body(top);
    ctx.stroke();
    ctx.begin_path();
    let _ = ctx.ellipse(rect.mid_x(), top, rect.w / 2.0, lid, 0.0, 0.0, super::shapes::TURN);
    ctx.set_fill_style_str(&palette.node);
    ctx.fill();
    ctx.stroke();

    let size = (11.5 * scene.layout.scale).clamp(9.5, 16.0);
    let room = foot + lid * 0.5 - (top + lid);
    ctx.set_text_align("center");
    if room < size {
        return;
    }
    let lines = ((room - size * 1.1) / (size * 0.98)).floor().clamp(0.0, 2.0);
    let mut y = top + lid + (room - size * (1.1 + 0.98 * lines)) / 2.0 + size * 0.88;
    ctx.set_fill_style_str(&palette.ink);
    ctx.set_font(&palette.bold(size));
    let _ = ctx.fill_text_with_max_width("RDS", rect.mid_x(), y, rect.w - 6.0);
    ctx.set_font(&palette.text((size * 0.84).max(9.0)));
    let busy_text = format!("{busy}/{connections}");
    let (second, third) = if waiting > 0 {
        (busy_text, format!("{} wait", count(waiting as u64)))
    } else {
        (busy_text, "conn".to_owned())
    };
    for (i, text) in [second, third].iter().enumerate().take(lines as usize) {
        y += size * 0.98;
        ctx.set_fill_style_str(if i == 1 && waiting > 0 { &palette.warn } else { &palette.ink_2 });
        let _ = ctx.fill_text_with_max_width(text, rect.mid_x(), y, rect.w - 6.0);
    }
}

/// How full a node's memory is, 0 to 1. Without a limit the fullest node of the lane stands at 60 %.
pub(super) fn fullness(node: &NodeView, most: u64) -> f64 {
    if node.maxmemory > 0 {
        (node.used_memory as f64 / node.maxmemory as f64).min(1.0)
    } else {
        0.6 * node.used_memory as f64 / most.max(1) as f64
    }
}

/// The memory bar inside a node's box.
fn bar(rect: Rect, detail: Detail) -> Rect {
    let inset = (rect.w.min(rect.h) * 0.1).clamp(2.0, 7.0);
    let w = match detail {
        Detail::Full => (rect.w * 0.07).clamp(4.0, 8.0),
        Detail::Narrow => (rect.w * 0.11).clamp(2.0, 6.0),
        _ => (rect.w * 0.17).clamp(2.0, 6.0),
    };
    Rect { x: rect.x + inset, y: rect.y + inset, w, h: rect.h - 2.0 * inset }
}

fn gone(node: &NodeView) -> bool {
    node.health == Health::Dead
}

/// All cache nodes, in passes of one style each.
pub(super) fn nodes(ctx: &Canvas, scene: &Scene, stage: &Stage, air: &Air) {
    let (layout, palette) = (scene.layout, scene.palette);
    let nodes: Vec<(usize, &NodeView, Rect)> =
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
        Detail::Full => full_text(ctx, scene, &nodes),
        Detail::Narrow => narrow_text(ctx, scene, &nodes),
        _ => glyph_badges(ctx, scene, &nodes),
    }
}

fn frames<'a>(ctx: &Canvas, nodes: impl Iterator<Item = &'a (usize, &'a NodeView, Rect)>, radius: f64, dashes: &[f64]) {
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
fn crossed(ctx: &Canvas, scene: &Scene, nodes: &[(usize, &NodeView, Rect)], radius: f64) {
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
fn paused(ctx: &Canvas, scene: &Scene, nodes: &[(usize, &NodeView, Rect)], stroke: f64) {
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

/// What is wrong with a node, in two or three words, and whether it is bad rather than a warning.
fn trouble(node: &NodeView) -> Option<(String, bool)> {
    let said = |s: &str, bad| Some((s.to_owned(), bad));
    match node.health {
        _ if node.failed => said("FAIL", true),
        _ if node.suspected_by > 0 => Some((format!("PFAIL by {}", node.suspected_by), false)),
        Health::Dead => said("down", true),
        Health::Paused => said("paused", false),
        Health::Loading => said("loading", false),
        Health::Online if !node.primary && !node.link_up => said("link down", false),
        Health::Online if !node.cluster_ok => said("state: fail", true),
        Health::Online => None,
    }
}

fn role(node: &NodeView) -> &'static str {
    if node.primary { "primary" } else { "replica" }
}

fn full_text(ctx: &Canvas, scene: &Scene, nodes: &[(usize, &NodeView, Rect)]) {
    let Some(first) = nodes.first() else { return };
    let palette = scene.palette;
    let k = (first.2.w / 80.0).clamp(0.86, 1.5);
    let left = |r: Rect| {
        let b = bar(r, Detail::Full);
        b.right() + (r.w * 0.05).clamp(3.0, 6.0)
    };
    let wide = |r: Rect| r.right() - left(r) - (r.w * 0.06).clamp(3.0, 6.0);
    // Heights at this size: badge, name, then as many lines as there is room for.
    let (badge_h, name_px, line_px) = (13.5 * k, (10.8 * k).max(9.0), (9.6 * k).max(8.8));
    let lines = ((first.2.h - badge_h - name_px * 1.3 - 8.0) / (line_px * 1.2)).floor().clamp(0.0, 2.0) as usize;
    let lines = if first.2.w < 66.0 { lines.min(1) } else { lines };
    let block = badge_h + name_px * 1.22 + line_px * 1.2 * lines as f64;
    let top = |r: Rect| r.y + (r.h - block) / 2.0 - 0.5;

    for shard in 0..9_u16 {
        let mine = || nodes.iter().filter(|n| if gone(n.1) { shard == 8 } else { n.1.shard % 8 == shard });
        let colour = if shard == 8 { &palette.ink_3 } else { palette.shard(shard) };
        ctx.set_fill_style_str(colour);
        ctx.begin_path();
        for (_, _, r) in mine().filter(|n| n.1.primary) {
            rounded(ctx, Rect { x: left(*r), y: top(*r), w: wide(*r), h: badge_h }, 3.5 * k);
        }
        ctx.fill();
        ctx.set_font(&palette.bold((9.6 * k).max(8.6)));
        ctx.set_text_align("center");
        for (_, node, r) in mine() {
            ctx.set_fill_style_str(if node.primary { &palette.node } else { colour });
            let x = left(*r) + wide(*r) / 2.0;
            let _ = ctx.fill_text_with_max_width(role(node), x, top(*r) + badge_h * 0.5 + 3.4 * k, wide(*r) - 2.0);
        }
    }
    ctx.set_text_align("left");
    ctx.set_font(&palette.fixed(name_px));
    ctx.set_fill_style_str(&palette.ink);
    for (_, node, r) in nodes {
        ctx.set_global_alpha(if gone(node) { 0.55 } else { 1.0 });
        let _ = ctx.fill_text_with_max_width(&node.name, left(*r), top(*r) + badge_h + name_px * 1.06, wide(*r));
    }
    ctx.set_global_alpha(1.0);
    ctx.set_font(&palette.text(line_px));
    ctx.set_fill_style_str(&palette.ink_2);
    let line = |i: usize, r: Rect| top(r) + badge_h + name_px * 1.22 + line_px * (1.2 * i as f64 + 0.98);
    if lines == 2 {
        for (_, node, r) in nodes {
            let keys = format!("{} keys", count(node.keys as u64));
            let _ = ctx.fill_text_with_max_width(&keys, left(*r), line(0, *r), wide(*r));
        }
    }
    if lines == 0 {
        return;
    }
    for (_, node, r) in nodes {
        let text = match trouble(node) {
            Some((text, bad)) => {
                ctx.set_fill_style_str(if bad { &palette.bad } else { &palette.warn });
                text
            }
            None => {
                ctx.set_fill_style_str(&palette.ink_2);
                if node.primary {
                    format!("CPU {} %", (node.cpu_permille + 5) / 10)
                } else {
                    format!("lag {}", bytes(node.lag_bytes))
                }
            }
        };
        let _ = ctx.fill_text_with_max_width(&text, left(*r), line(lines - 1, *r), wide(*r));
    }
}

/// The name on two lines under a badge (a bare strip where the word does not fit), and one line on how it fares.
fn narrow_text(ctx: &Canvas, scene: &Scene, nodes: &[(usize, &NodeView, Rect)]) {
    let palette = scene.palette;
    let Some(first) = nodes.first() else { return };
    let inside = |r: Rect| {
        let b = bar(r, Detail::Narrow);
        let x = b.right() + (b.x - r.x) * 0.7;
        Rect { x, y: b.y, w: r.right() - x - (b.x - r.x) * 0.7, h: b.h }
    };
    let room = inside(first.2);
    let worded = room.w >= 32.0;
    // Two lines of name and a badge must fit; a third line where there is room for it.
    let px = (room.w / 2.75).min(room.h / 5.0).clamp(8.0, 12.0);
    let strip = if worded { px * 1.2 } else { px * 0.7 };
    let lines = if room.h >= strip + px * 3.6 { 3 } else { 2 };
    let top = (room.h - strip - px * (0.3 + 1.12 * f64::from(lines))) / 2.0;
    for shard in 0..9_u16 {
        let colour = if shard == 8 { &palette.ink_3 } else { palette.shard(shard) };
        let mine = || nodes.iter().filter(|n| if gone(n.1) { shard == 8 } else { n.1.shard % 8 == shard });
        ctx.set_fill_style_str(colour);
        ctx.begin_path();
        for n in mine().filter(|n| n.1.primary) {
            let i = inside(n.2);
            rounded(ctx, Rect { y: i.y + top, h: strip, ..i }, 3.0);
        }
        ctx.fill();
        if worded {
            ctx.set_font(&palette.bold(8.6));
            ctx.set_text_align("center");
            for (_, node, r) in mine() {
                let i = inside(*r);
                ctx.set_fill_style_str(if node.primary { &palette.node } else { colour });
                let _ = ctx.fill_text_with_max_width(role(node), i.mid_x(), i.y + top + strip * 0.5 + 3.0, i.w - 2.0);
            }
        }
    }
    ctx.set_text_align(if worded { "left" } else { "center" });
    let anchor = |i: Rect| if worded { i.x } else { i.mid_x() };
    let line = |i: Rect, n: f64| i.y + top + strip + px * (0.3 + 0.86 + 1.12 * n);
    ctx.set_fill_style_str(&palette.ink);
    ctx.set_font(&palette.fixed(px));
    for (_, node, r) in nodes {
        let i = inside(*r);
        let (shard, number) = node.name.split_at(node.name.find('-').unwrap_or(node.name.len()));
        ctx.set_global_alpha(if gone(node) { 0.55 } else { 1.0 });
        let _ = ctx.fill_text_with_max_width(shard, anchor(i), line(i, 0.0), i.w);
        let _ = ctx.fill_text_with_max_width(number, anchor(i), line(i, 1.0), i.w);
    }
    ctx.set_global_alpha(1.0);
    if lines < 3 {
        return;
    }
    ctx.set_font(&palette.text(px * 0.95));
    for (_, node, r) in nodes {
        let i = inside(*r);
        let said = trouble(node);
        ctx.set_fill_style_str(match &said {
            Some((_, true)) => &palette.bad,
            Some((_, false)) => &palette.warn,
            None => &palette.ink_2,
        });
        let figure = || if node.primary { format!("{} %", (node.cpu_permille + 5) / 10) } else { bytes(node.lag_bytes) };
        let text = said.map_or_else(figure, |s| s.0);
        let _ = ctx.fill_text_with_max_width(&text, anchor(i), line(i, 2.0), i.w);
    }
}

/// A filled strip along the top of every primary.
fn glyph_badges(ctx: &Canvas, scene: &Scene, nodes: &[(usize, &NodeView, Rect)]) {
    for shard in 0..9_u16 {
        let colour = if shard == 8 { &scene.palette.ink_3 } else { scene.palette.shard(shard) };
        ctx.set_fill_style_str(colour);
        ctx.begin_path();
        for (_, _, r) in nodes.iter().filter(|n| n.1.primary && if gone(n.1) { shard == 8 } else { n.1.shard % 8 == shard }) {
            let b = bar(*r, scene.layout.detail);
            let x = b.right() + (r.w * 0.08).clamp(1.0, 3.0);
            rounded(ctx, Rect { x, y: b.y, w: (r.right() - x - (b.x - r.x)).max(1.0), h: (r.h * 0.2).clamp(2.0, 9.0) }, 2.0);
        }
        ctx.fill();
    }
}

/// Tiles: one that fills with its memory for a primary, a small hollow one for a replica, a cross for the dead.
fn tiles(ctx: &Canvas, scene: &Scene, nodes: &[(usize, &NodeView, Rect)], loads: &[f64]) {
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
            let x = track.x - (track.x - seat.rect.x + 4.0 * k + (6.0 * life + f64::from(spark.lane)) * k) * (life.min(0.3) / 0.3);
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
                ctx.rect(track.mid_x() - wide / 2.0 + f64::from(part) * wide / 3.0, y - life * 6.0 * k, w, h * (1.0 - life));
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
