//! What a cache node says of itself, as far as its box has room: role, name, keys, CPU or lag, what is wrong.

use slotscope::world::{Health, NodeView};
use web_sys::CanvasRenderingContext2d as Canvas;

use super::Scene;
use super::layout::{Detail, Rect};
use super::nodes::{Seated, bar, gone};
use super::palette::Palette;
use super::shapes::rounded;
use super::wording::{bytes, count};

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

/// The colour of what is said of a node.
fn tone<'a>(palette: &'a Palette, said: Option<&(String, bool)>) -> &'a str {
    match said {
        Some((_, true)) => &palette.bad,
        Some((_, false)) => &palette.warn,
        None => &palette.ink_2,
    }
}

fn role(node: &NodeView) -> &'static str {
    if node.primary { "primary" } else { "replica" }
}

pub(super) fn full_text(ctx: &Canvas, scene: &Scene, nodes: &[Seated]) {
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
    let lines = ((first.2.h - badge_h - name_px * 1.3 - 6.0) / (line_px * 1.2)).floor().clamp(0.0, 2.0) as usize;
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
        let said = trouble(node);
        ctx.set_fill_style_str(tone(palette, said.as_ref()));
        let cpu = (node.cpu_permille + 5) / 10;
        let figure = || if node.primary { format!("CPU {cpu} %") } else { format!("lag {}", bytes(node.lag_bytes)) };
        let text = said.map_or_else(figure, |s| s.0);
        let _ = ctx.fill_text_with_max_width(&text, left(*r), line(lines - 1, *r), wide(*r));
    }
}

/// The name on two lines under a badge (a bare strip where the word does not fit), and one line on how it fares.
pub(super) fn narrow_text(ctx: &Canvas, scene: &Scene, nodes: &[Seated]) {
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
        ctx.set_fill_style_str(tone(palette, said.as_ref()));
        let figure =
            || if node.primary { format!("{} %", (node.cpu_permille + 5) / 10) } else { bytes(node.lag_bytes) };
        let text = said.map_or_else(figure, |s| s.0);
        let _ = ctx.fill_text_with_max_width(&text, anchor(i), line(i, 2.0), i.w);
    }
}

/// A filled strip along the top of every primary.
pub(super) fn glyph_badges(ctx: &Canvas, scene: &Scene, nodes: &[Seated]) {
    for shard in 0..9_u16 {
        let colour = if shard == 8 { &scene.palette.ink_3 } else { scene.palette.shard(shard) };
        ctx.set_fill_style_str(colour);
        ctx.begin_path();
        for (_, _, r) in
            nodes.iter().filter(|n| n.1.primary && if gone(n.1) { shard == 8 } else { n.1.shard % 8 == shard })
        {
            let b = bar(*r, scene.layout.detail);
            let x = b.right() + (r.w * 0.08).clamp(1.0, 3.0);
            rounded(
                ctx,
                Rect { x, y: b.y, w: (r.right() - x - (b.x - r.x)).max(1.0), h: (r.h * 0.2).clamp(2.0, 9.0) },
                2.0,
            );
        }
        ctx.fill();
    }
}
