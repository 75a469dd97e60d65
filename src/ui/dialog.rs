//! A sheet over the page: the browser's own modal dialog, which holds the focus and closes on Escape.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icons;
use super::state::{Look, Page};

/// What a dialog shows.
#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// The page.
    pub page: Page,
    /// Its heading.
    pub title: AttrValue,
    /// A class of its own.
    #[prop_or_default]
    pub class: Classes,
    /// What is in it.
    pub children: Html,
}

/// The dialog: open as long as it is on the page.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
        });
    }
    let close = props.page.looks::<MouseEvent>(Look::Close);
    let closed = props.page.looks::<Event>(Look::Close);
    let backdrop = {
        let (page, dialog) = (props.page.clone(), dialog.clone());
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
        <dialog ref={dialog} class={classes!("dialog", props.class.clone())} aria-label={props.title.clone()} onclose={closed} onclick={backdrop}>
            <div class="dialog-box">
                <header class="dialog-head">
                    <h2>{ props.title.clone() }</h2>
                    <button class="button bare" onclick={close} aria-label="Close">{ icons::close() }</button>
                </header>
                <div class="dialog-body">{ props.children.clone() }</div>
            </div>
        </dialog>
    }
}
