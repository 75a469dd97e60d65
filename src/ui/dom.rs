//! The few words of the browser that the page needs, each of them answering instead of failing.
//!
//! May know: web-sys. Knows nothing of the run.

use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    CanvasRenderingContext2d, Document, Element, Event, EventTarget, HtmlCanvasElement, HtmlElement, HtmlInputElement,
    Window,
};

/// The window, where there is one (there always is on a page).
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub fn document() -> Option<Document> {
    window()?.document()
}

/// `<html>`.
pub fn root() -> Option<Element> {
    document()?.document_element()
}

/// Sets `data-name` on `<html>`, where scripts and tests read it.
pub fn set_root_data(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute(&format!("data-{name}"), value);
    }
}

/// Milliseconds since the page was opened, for budgets and animation only: never fed into the run.
pub fn now_ms() -> f64 {
    window().and_then(|w| w.performance()).map_or(0.0, |p| p.now())
}

/// A named moment for the browser's performance tools.
pub fn performance_mark(name: &str) {
    if let Some(performance) = window().and_then(|w| w.performance()) {
        let _ = performance.mark(name);
    }
}

/// Whether a media query holds now.
pub fn media(query: &str) -> bool {
    window().and_then(|w| w.match_media(query).ok().flatten()).is_some_and(|m| m.matches())
}

/// Whether the page is in its small shape, with one lane and a sheet at the lower edge (`app.css` says the same).
pub fn is_narrow() -> bool {
    media("(max-width: 899px)")
}

/// Whether the keyboard has a ⌘.
pub fn is_mac() -> bool {
    window().and_then(|w| w.navigator().user_agent().ok()).is_some_and(|agent| agent.contains("Mac"))
}

/// Whether the visitor asked for less motion.
pub fn reduced_motion() -> bool {
    media("(prefers-reduced-motion: reduce)")
}

/// A remembered value. Storage may be forbidden (private windows, sandboxed frames): then nothing is remembered.
pub fn remembered(key: &str) -> Option<String> {
    window()?.local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Remembers a value, or forgets it.
pub fn remember(key: &str, value: Option<&str>) {
    if let Some(storage) = window().and_then(|w| w.local_storage().ok().flatten()) {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// Calls back once after some milliseconds.
pub fn after(ms: i32, call: impl FnOnce() + 'static) {
    let closure = Closure::once_into_js(call);
    if let Some(window) = window() {
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(closure.unchecked_ref(), ms);
    }
}

/// Calls back at every event of a kind, as long as the page lives.
pub fn listen(target: &EventTarget, kind: &str, call: impl Fn(Event) + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(call).into_js_value();
    let _ = target.add_event_listener_with_callback(kind, closure.unchecked_ref());
}

/// What stands in the field that an event comes from. A selection has its value under the same name.
pub fn value(event: &Event) -> String {
    event.target().map_or_else(String::new, |target| target.unchecked_into::<HtmlInputElement>().value())
}

/// Whether letters are marked in the field that an event comes from.
pub fn has_selection(event: &Event) -> bool {
    let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    field.is_some_and(|field| match (field.selection_start(), field.selection_end()) {
        (Ok(start), Ok(end)) => start != end,
        _ => false,
    })
}

/// The number of the slider that an event comes from; none where it is no number from 0 up.
pub fn number(event: &Event) -> Option<f64> {
    let value = event.target()?.unchecked_into::<HtmlInputElement>().value_as_number();
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// An element by its id.
pub fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// `location.hash` with its `#`, or nothing.
pub fn hash() -> String {
    window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// The page's address without its fragment.
pub fn address() -> String {
    let href = window().and_then(|w| w.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Puts an address into the history without loading anything.
pub fn push_address(address: &str) {
    if let Some(history) = window().and_then(|w| w.history().ok()) {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

/// Replaces the present address without loading anything.
pub fn replace_address(address: &str) {
    if let Some(history) = window().and_then(|w| w.history().ok()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

/// Puts text on the clipboard, and calls `copied` once it is there. Must be called from within a click, or Safari refuses;
/// a page that is not served securely has no clipboard, and a visitor may forbid it.
pub fn copy(text: &str, copied: impl FnOnce() + 'static) {
    let Some(navigator) = window().map(|w| w.navigator()) else { return };
    let clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if !clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        return;
    }
    let written = navigator.clipboard().write_text(text);
    // One of the two is called, some time later; both stay, a few bytes for each copy.
    let done: Closure<dyn FnMut(JsValue)> = Closure::once(move |_| copied());
    let refused: Closure<dyn FnMut(JsValue)> = Closure::once(|_| ());
    let _ = written.then(&done).catch(&refused);
    done.forget();
    refused.forget();
}

/// Leaves a string on `window`, where the page's own failure notice finds it when this program is gone.
pub fn leave_on_window(name: &str, value: &str) {
    if let Some(window) = window() {
        let _ = Reflect::set(&window, &JsValue::from_str(name), &JsValue::from_str(value));
    }
}

/// Sets a style property through the CSSOM: `style` attributes would be refused by the page's security policy.
pub fn style(element: &Element, property: &str, value: &str) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.style().set_property(property, value);
    }
}

/// Gives an element the focus.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Whether nothing has the focus: what had it has left the page.
pub fn focus_is_lost() -> bool {
    document().and_then(|document| document.active_element()).is_none_or(|element| element.tag_name() == "BODY")
}

/// Takes the focus from the element that an event comes from.
pub fn leave(event: &Event) {
    if let Some(target) = event.target() {
        let _ = target.unchecked_into::<HtmlElement>().blur();
    }
}

/// Whether the visitor is typing: then single-key shortcuts stay quiet.
pub fn is_typing(target: Option<EventTarget>) -> bool {
    target.and_then(|t| t.dyn_into::<Element>().ok()).is_some_and(|element| match element.tag_name().as_str() {
        "INPUT" => !matches!(element.get_attribute("type").as_deref(), Some("range" | "checkbox" | "radio" | "button")),
        "TEXTAREA" | "SELECT" => true,
        _ => element.has_attribute("contenteditable"),
    })
}

/// A canvas's width and height in CSS pixels and its context, its backing store fitted to the screen's pixels.
pub fn fit_canvas(canvas: &HtmlCanvasElement) -> Option<(CanvasRenderingContext2d, f64, f64)> {
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    if width < 1.0 || height < 1.0 {
        return None;
    }
    let ratio = window().map_or(1.0, |w| w.device_pixel_ratio()).clamp(1.0, 3.0);
    let (across, down) = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    if canvas.width() != across || canvas.height() != down {
        canvas.set_width(across);
        canvas.set_height(down);
    }
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    Some((context, width, height))
}
