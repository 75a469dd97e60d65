//! All 16384 slots: what is said of one, and the map of 128 × 128.

use slotscope::engine::Slot;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::dialog::Dialog;
use super::lane::{LaneProps, letter};
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
#[component]
pub fn SlotMap(props: &LaneProps) -> Html {
    let LaneProps { page, lane } = props;
    let lane = *lane;
    let canvas = use_node_ref();
    let chosen = use_state(|| 0_usize);
    {
        let (player, canvas) = (page.player.clone(), canvas.clone());
        use_effect_with((page.snapshot.clone(), page.ui.dark, *chosen), move |(_, _, chosen)| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                player.draw_slot_map(lane, &canvas, *chosen);
            }
        });
    }
    let onpointermove = {
        let chosen = chosen.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(canvas) = event.target_dyn_into::<HtmlCanvasElement>() else { return };
            let cell = (f64::from(canvas.client_width()) / 128.0).max(0.1);
            let (x, y) = (f64::from(event.offset_x()) / cell, f64::from(event.offset_y()) / cell);
            chosen.set((y.clamp(0.0, 127.0) as usize) * 128 + x.clamp(0.0, 127.0) as usize);
        })
    };
    let oninput = {
        let chosen = chosen.clone();
        Callback::from(move |event: InputEvent| {
            let typed = event.target_unchecked_into::<web_sys::HtmlInputElement>().value();
            if let Some(slot) = typed.trim().parse().ok().and_then(Slot::new) {
                chosen.set(usize::from(slot.number()));
            }
        })
    };
    html! {
        <Dialog page={page.clone()} title={format!("Slots of lane {}", letter(lane))}>
            <p>{ "A key's slot is CRC16 of the key, modulo 16384. A row is 128 slots; colour is the owner's shard, full where a key lives." }</p>
            <canvas ref={canvas} class="slot-map" {onpointermove} role="img" aria-label="Map of the slots"></canvas>
            <p class="slot-map-words" role="status">
                <label>{ "slot " }<input class="input short" type="number" min="0" max="16383" value={chosen.to_string()} {oninput} /></label>
                <span>{ words(page, lane, *chosen) }</span>
            </p>
        </Dialog>
    }
}
