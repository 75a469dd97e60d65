//! What stands around the cache nodes: zones, app servers, the console, the database.

use slotscope::world::DatabaseView;
use web_sys::CanvasRenderingContext2d as Canvas;

use super::Scene;
use super::layout::Rect;
use super::shapes::{TURN, rounded};
use super::wording::count;

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
            let _ =
                ctx.fill_text_with_max_width(&name, x, zone.y + 13.0 * layout.scale.max(0.9), layout.field.0 - x - 4.0);
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
    let _ =
        ctx.fill_text_with_max_width("redis>", console.mid_x(), console.mid_y() + 3.2 * layout.scale, console.w - 8.0);
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
        let _ =
            ctx.ellipse_with_anticlockwise(rect.mid_x(), foot, rect.w / 2.0, lid, 0.0, std::f64::consts::PI, 0.0, true);
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
    let _ = ctx.ellipse(rect.mid_x(), top, rect.w / 2.0, lid, 0.0, 0.0, TURN);
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
