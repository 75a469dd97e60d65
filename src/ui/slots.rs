//! All 16384 slots: what is said of one, and the map of 128 × 128.

use std::rc::Rc;

use slotscope::world::Slot;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::dialog::dialog;
use super::dom;
use super::lane::letter;
use super::part::Cx;
use super::stage;
use super::state::Page;

/// The node that owns a slot in its own view, among a lane's primaries.
pub fn owner(page: &Page, lane: usize, slot: u16) -> Option<usize> {
    let lane = page.snapshot.view.lanes.get(lane)?;
    lane.nodes
        .iter()
        .position(|node| node.primary && node.slots.iter().any(|(first, last)| (*first..=*last).contains(&slot)))
}

/// What is to be said of a slot: its owner, and whether a key lives there.
pub fn words(page: &Page, lane: usize, slot: usize) -> String {
    let owner = owner(page, lane, slot as u16)
        .and_then(|node| page.snapshot.view.lanes.get(lane)?.nodes.get(node))
        .map_or_else(|| "no owner".to_owned(), |node| node.name.clone());
    let keys = match page.player.slot(lane, slot) {
        Some((_, true)) => "holds keys",
        _ => "empty",
    };
    format!("slot {slot}: {owner}, {keys}")
}

/// The map: a row is 128 slots.
pub fn draw(cx: &Cx) -> Html {
    let (page, lane, canvas) = (cx.page, cx.lane, cx.node(0));
    let state = cx.state(|| 0_usize);
    let chosen = *state.borrow();
    {
        let (player, canvas) = (page.player.clone(), canvas.clone());
        let key = Rc::as_ptr(&page.snapshot) as u64 ^ (chosen as u64) << 40 ^ u64::from(page.ui.dark) << 60;
        cx.after(0, key, move || {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                player.draw_slot_map(lane, &canvas, chosen);
            }
        });
    }
    let onpointermove = {
        let chosen = state.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(canvas) = event.target_dyn_into::<HtmlCanvasElement>() else { return };
            let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            if let Some(slot) = stage::slot_at(x, y, f64::from(canvas.client_width())) {
                chosen.set(usize::from(slot));
            }
        })
    };
    let oninput = {
        let chosen = state.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(slot) = dom::value(&event).trim().parse().ok().and_then(Slot::new) {
                chosen.set(usize::from(slot.number()));
            }
        })
    };
    let body = html! {
        <>
            <p>{ "A key's slot is CRC16 of the key, modulo 16384. A row is 128 slots; colour is the owner's shard, full where a key lives." }</p>
            <canvas ref={canvas} class="slot-map" {onpointermove} role="img" aria-label="Map of the slots"></canvas>
            <p class="slot-map-words" role="status">
                <label>{ "slot " }<input class="input short" type="number" min="0" max="16383" value={chosen.to_string()} {oninput} /></label>
                <span>{ words(page, lane, chosen) }</span>
            </p>
        </>
    };
    dialog(cx, format!("Slots of lane {}", letter(lane)), "dialog", body)
}
