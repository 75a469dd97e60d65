//! A sheet over the page: the browser's own modal dialog, which holds the focus and closes on Escape.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icons;
use super::part::Cx;
use super::state::Look;

/// The dialog of a part: open as long as it is on the page. It takes the part's second place for elements and for work.
pub fn dialog(cx: &Cx, title: impl Into<AttrValue>, class: &'static str, body: Html) -> Html {
    framed(cx, title.into(), class, body)
}

fn framed(cx: &Cx, title: AttrValue, class: &'static str, body: Html) -> Html {
    let (page, dialog) = (cx.page, cx.node(1));
    {
        let dialog = dialog.clone();
        cx.after(1, 0, move || {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
        });
    }
    let closed = {
        let page = page.clone();
        Callback::from(move |_: Event| page.look(Look::Close))
    };
    let backdrop = {
        let (page, dialog) = (page.clone(), dialog.clone());
        Callback::from(move |event: MouseEvent| {
            // A click on the backdrop is a click on the dialog itself, not on anything in it.
            if event.target().is_some()
                && event.target_dyn_into::<HtmlDialogElement>() == dialog.cast::<HtmlDialogElement>()
            {
                page.look(Look::Close);
            }
        })
    };
    html! {
        <dialog ref={dialog} {class} aria-label={title.clone()} onclose={closed} onclick={backdrop}>
            <div class="dialog-box">
                <header class="dialog-head">
                    <h2>{ title }</h2>
                    <button class="button bare" onclick={page.looks(Look::Close)} aria-label="Close">{ icons::close() }</button>
                </header>
                <div class="dialog-body">{ body }</div>
            </div>
        </dialog>
    }
}
