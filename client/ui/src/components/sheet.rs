//! A sheet over the screen: from below on a phone, from the side on a desk. It is a native `dialog`; the page opens
//! it as modal through the node it hands in, so the browser keeps the focus inside and Escape closes it.

use yew::{AttrValue, Callback, Event, Html, MouseEvent, NodeRef, Properties, component, html};

use super::icon::{Icon, glyph};

/// Properties of [`Sheet`].
#[derive(Properties, PartialEq)]
pub struct SheetProps {
    /// The `dialog`, for the page to open.
    pub node: NodeRef,
    /// Its heading.
    pub title: AttrValue,
    /// A line under the heading.
    #[prop_or_default]
    pub subtitle: AttrValue,
    /// The word for closing.
    pub close: AttrValue,
    /// It is to be closed.
    pub onclose: Callback<()>,
    /// What is in it.
    pub children: Html,
}

/// A sheet.
#[component]
pub fn Sheet(props: &SheetProps) -> Html {
    let oncancel = {
        let onclose = props.onclose.clone();
        move |event: Event| {
            event.prevent_default();
            onclose.emit(());
        }
    };
    let onclick = {
        let onclose = props.onclose.clone();
        move |_: MouseEvent| onclose.emit(())
    };
    html! {
        <dialog class="sheet" ref={props.node.clone()} data-testid="sheet" aria-labelledby="sheet-title" {oncancel}>
            <header>
                <div>
                    <h2 id="sheet-title">{ props.title.clone() }</h2>
                    if !props.subtitle.is_empty() { <p class="hint">{ props.subtitle.clone() }</p> }
                </div>
                <button type="button" class="icon-button" aria-label={props.close.clone()} {onclick}>
                    { glyph(Icon::Close) }
                </button>
            </header>
            <div class="sheet-body">{ props.children.clone() }</div>
        </dialog>
    }
}
