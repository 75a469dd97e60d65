//! What moves: messages, streams, replication.

use slotscope::world::{FlightKind, Health, Place};
use web_sys::CanvasRenderingContext2d as Canvas;

use super::Scene;
use super::layout::Detail;
use super::motion::{Air, INK, Mark, Stage, Stream, hue};
use super::path::Path;
use super::shapes::{dash, hollow, message, pen, stretch, way};

/// The ways that messages take, faint: from every app server to every primary and to the database.
pub(super) fn ways(ctx: &Canvas, scene: &Scene) {
    let (layout, palette) = (scene.layout, scene.palette);
    if layout.wrapped {
        return;
    }
    let callers = || (0..layout.apps.len()).map(|i| Place::App(i as u8));
    let lit = |a: Place, b: Place| [scene.hover, scene.selected].iter().flatten().any(|p| *p == a || *p == b);
    ctx.set_line_width(1.0);
    for group in 0..=INK {
        for bright in [false, true] {
            ctx.set_stroke_style_str(if group == INK { &palette.ink_3 } else { palette.hue(group) });
            ctx.set_global_alpha(if bright { 0.75 } else { 0.24 });
            ctx.begin_path();
            for caller in callers() {
                if group == INK && lit(caller, Place::Database) == bright {
                    way(ctx, &layout.route(caller, Place::Database));
                }
                for (i, node) in scene.lane.nodes.iter().enumerate() {
                    let to = Place::Node(i as u16);
                    if node.primary
                        && node.health != Health::Dead
                        && layout.stands(to)
                        && hue(Some(node.shard)) == group
                        && lit(caller, to) == bright
                    {
                        way(ctx, &layout.route(caller, to));
                    }
                }
            }
            ctx.stroke();
        }
    }
    ctx.set_global_alpha(1.0);
}

/// The dotted lines from primaries to their replicas.
pub(super) fn replication_lines(ctx: &Canvas, scene: &Scene) {
    let (layout, palette) = (scene.layout, scene.palette);
    if layout.wrapped {
        return;
    }
    ctx.set_line_width(1.5);
    dash(ctx, &[2.0, 4.0]);
    for group in 0..8.min(layout.shards) {
        for up in [true, false] {
            ctx.set_stroke_style_str(palette.hue(group as u8));
            ctx.set_global_alpha(if up { 0.75 } else { 0.25 });
            ctx.begin_path();
            for (i, node) in scene.lane.nodes.iter().enumerate() {
                let Some(primary) = node.replica_of else { continue };
                let alive = |i: usize| scene.lane.nodes.get(i).is_some_and(|n| n.health != Health::Dead);
                let works = node.link_up && alive(i) && alive(primary);
                if usize::from(node.shard % 8) == group && works == up {
                    way(ctx, &layout.route(Place::Node(primary as u16), Place::Node(i as u16)));
                }
            }
            ctx.stroke();
        }
    }
    dash(ctx, &[]);
    ctx.set_global_alpha(1.0);
}

/// Streams: where messages are too many or too fast to follow, lines whose width is the traffic, with dashes that run along.
pub(super) fn streams(ctx: &Canvas, scene: &Scene, stage: &Stage, air: &Air) {
    let layout = scene.layout;
    let weight = if layout.wrapped { 1.0 } else { air.haste };
    if weight <= 0.02 {
        return;
    }
    if layout.detail == Detail::Tile {
        trunks(ctx, scene, stage);
        return;
    }
    for group in 0..=INK {
        ctx.set_stroke_style_str(scene.palette.hue(group));
        for (wide, width) in WIDTHS.iter().enumerate() {
            let between = |p: Place| matches!(p, Place::Node(_));
            let mine = || {
                let stand = |s: &&Stream| layout.stands(s.from) && layout.stands(s.to);
                let shown = move |s: &&Stream| stand(s) && !(layout.wrapped && between(s.from) && between(s.to));
                stage.streams().filter(move |s| s.hue == group && level(s.strength) == wide).filter(shown)
            };
            if mine().next().is_none() {
                continue;
            }
            ctx.set_line_width(width * layout.scale);
            ctx.begin_path();
            for s in mine() {
                way(ctx, &layout.route(s.from, s.to));
            }
            ctx.set_global_alpha(0.22 * weight);
            ctx.stroke();
            if !layout.wrapped {
                dash(ctx, &[6.0, 12.0]);
                ctx.set_line_dash_offset(-stage.phase());
                ctx.set_global_alpha(0.6 * weight);
                ctx.stroke();
                ctx.set_line_dash_offset(0.0);
                dash(ctx, &[]);
            }
        }
    }
    ctx.set_global_alpha(1.0);
}

/// Widths of a stream by its level.
const WIDTHS: [f64; 5] = [0.7, 1.2, 2.0, 3.2, 4.6];

/// The level of a stream: one more for each four times the traffic.
fn level(strength: f64) -> usize {
    match strength {
        s if s < 0.08 => 0,
        s if s < 0.6 => 1,
        s if s < 3.0 => 2,
        s if s < 12.0 => 3,
        _ => 4,
    }
}

/// Where shards are tiles: one line from each app server to each zone, as wide as the traffic, and to the database. What each
/// shard gets of it is told by its tile.
fn trunks(ctx: &Canvas, scene: &Scene, stage: &Stage) {
    let layout = scene.layout;
    let bus = layout.field.0 - 8.0 * layout.scale;
    ctx.set_stroke_style_str(&scene.palette.ink_2);
    ctx.set_line_cap("round");
    ctx.set_global_alpha(0.5);
    ctx.set_line_width(2.5);
    ctx.begin_path();
    for row in &layout.zones {
        let inset = (row.h * 0.16).min(20.0);
        ctx.move_to(bus, row.y + inset);
        ctx.line_to(bus, row.bottom() - inset / 2.0);
    }
    ctx.stroke();
    for (caller, zone, strength) in stage.trunks(layout) {
        let from = layout.frame(caller);
        let to = (bus, layout.zones[zone].mid_y() + (from.mid_y() - layout.height / 2.0) * 0.06);
        trunk(ctx, stage, &Path::level((from.right(), from.mid_y()), to, f64::midpoint(from.right(), bus)), strength);
    }
    for s in stage.streams().filter(|s| s.to == Place::Database) {
        trunk(ctx, stage, &layout.route(s.from, s.to), s.strength * 2.0);
    }
    ctx.set_line_cap("butt");
    ctx.set_global_alpha(1.0);
}

fn trunk(ctx: &Canvas, stage: &Stage, path: &Path, strength: f64) {
    ctx.begin_path();
    way(ctx, path);
    let width = strength.sqrt().clamp(0.6, 7.0);
    ctx.set_line_width(width);
    ctx.set_global_alpha(0.28);
    ctx.stroke();
    dash(ctx, &[1.0, 14.0]);
    ctx.set_line_width(width * 0.5);
    ctx.set_line_dash_offset(-stage.phase());
    ctx.set_global_alpha(0.6);
    ctx.stroke();
    ctx.set_line_dash_offset(0.0);
    dash(ctx, &[]);
}

/// All messages, one path for each run of one colour and shape.
pub(super) fn messages(ctx: &Canvas, scene: &Scene, air: &Air) {
    let layout = scene.layout;
    let mut size = layout.scale.clamp(0.8, 1.3);
    if air.crowd || layout.wrapped {
        size *= 0.62;
    }
    bands(ctx, scene, air);
    tails(ctx, scene, air, size);
    ctx.set_line_cap("butt");
    let same = |a: &Mark, b: &Mark| (a.quarters, a.hue, a.kind) == (b.quarters, b.hue, b.kind);
    for run in air.marks.chunk_by(same) {
        let first = run[0];
        ctx.set_global_alpha(f64::from(first.quarters) / 4.0);
        ctx.begin_path();
        for mark in run {
            message(ctx, mark.kind, mark.pose, size);
        }
        shape(ctx, scene, first, size);
    }
    ctx.set_global_alpha(1.0);
}

/// Fills or strokes the path, with a rim in the colour of the ground so that shapes stand clear of lines and each other.
fn shape(ctx: &Canvas, scene: &Scene, mark: Mark, size: f64) {
    let colour = scene.palette.hue(mark.hue);
    ctx.set_stroke_style_str(&scene.palette.stage);
    if hollow(mark.kind) {
        if mark.kind == FlightKind::Miss {
            ctx.set_fill_style_str(&scene.palette.stage);
            ctx.fill();
        }
        ctx.set_line_width((pen(mark.kind) + 2.0) * size);
        ctx.stroke();
        ctx.set_stroke_style_str(colour);
        ctx.set_line_width(pen(mark.kind) * size);
        ctx.stroke();
    } else {
        ctx.set_line_width(2.0 * size);
        ctx.stroke();
        ctx.set_fill_style_str(colour);
        ctx.fill();
    }
}

/// What fast messages drag behind them: the stretch they came since the last frame.
fn tails(ctx: &Canvas, scene: &Scene, air: &Air, size: f64) {
    if air.haste < 0.05 {
        return;
    }
    ctx.set_line_cap("round");
    ctx.set_line_width(2.4 * size);
    for group in 0..=INK {
        let mine = || air.marks.iter().filter(|m| m.hue == group && m.tail > 6.0 && m.kind != FlightKind::FullSync);
        if mine().next().is_none() {
            continue;
        }
        ctx.set_stroke_style_str(scene.palette.hue(group));
        ctx.set_global_alpha(0.4);
        ctx.begin_path();
        for m in mine() {
            let path = scene.layout.route(m.ends.0, m.ends.1);
            stretch(ctx, &path, (m.done - m.tail / path.length().max(1.0)).max(0.0), m.done);
        }
        ctx.stroke();
    }
    ctx.set_global_alpha(1.0);
}

/// Snapshots: a thick band from primary to replica that drains into the replica.
fn bands(ctx: &Canvas, scene: &Scene, air: &Air) {
    ctx.set_line_cap("butt");
    for m in air.marks.iter().filter(|m| m.kind == FlightKind::FullSync) {
        let path = scene.layout.route(m.ends.0, m.ends.1);
        ctx.set_stroke_style_str(scene.palette.hue(m.hue));
        ctx.set_line_width(9.0 * scene.layout.scale);
        for (from, alpha) in [(0.0, 0.18), (m.done, 0.85)] {
            ctx.set_global_alpha(alpha * f64::from(m.quarters) / 4.0);
            ctx.begin_path();
            stretch(ctx, &path, from, 1.0);
            ctx.stroke();
        }
    }
    ctx.set_global_alpha(1.0);
}

/// The followed operation's messages once more, on top of everything, with a halo.
pub(super) fn followed(ctx: &Canvas, scene: &Scene, air: &Air) {
    let size = scene.layout.scale.clamp(0.8, 1.3) * 1.25;
    for mark in air.marks.iter().filter(|m| m.followed) {
        ctx.set_global_alpha(f64::from(mark.quarters) / 4.0);
        ctx.begin_path();
        super::shapes::circle(ctx, mark.pose.x, mark.pose.y, 10.0 * size);
        ctx.set_fill_style_str(&scene.palette.stage);
        ctx.fill();
        ctx.set_stroke_style_str(&scene.palette.ink);
        ctx.set_line_width(1.6);
        ctx.stroke();
        ctx.begin_path();
        message(ctx, mark.kind, mark.pose, size);
        shape(ctx, scene, *mark, size);
    }
    ctx.set_global_alpha(1.0);
}
