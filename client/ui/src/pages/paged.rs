//! A long list of which only what is on the screen is drawn. It is cut into pages; one that is far from the screen is an
//! empty box of the height that it had. Rows may be of any height, so that large text and narrow screens lose nothing.

use std::ops::Range;

use yew::{AttrValue, Callback, Html, Properties, component, html, use_mut_ref, use_node_ref};

use crate::hooks::{use_effect_with, use_value};

use crate::browser::{self, Nearness};

/// Rows of a page: about two screens of a phone.
const ROWS: usize = 20;

/// Properties of [`Paged`].
#[derive(Properties, PartialEq)]
pub struct PagedProps {
    /// How many rows there are.
    pub count: usize,
    /// Draws some of them, each an `li`.
    pub rows: Callback<Range<usize>, Html>,
    /// What the list is, for screen readers.
    pub label: AttrValue,
}

/// The list.
#[component]
pub fn Paged(props: &PagedProps) -> Html {
    let pages = (0..props.count).step_by(ROWS);
    html! {
        <div class="paged" role="group" aria-label={props.label.clone()} data-testid="paged" data-count={props.count.to_string()}>
            { for pages.map(|from| html! {
                <Page key={from} {from} to={(from + ROWS).min(props.count)} rows={props.rows.clone()} />
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PageProps {
    from: usize,
    to: usize,
    rows: Callback<Range<usize>, Html>,
}

#[component]
fn Page(props: &PageProps) -> Html {
    let node = use_node_ref();
    let is_near = use_value(props.from == 0);
    let height = use_mut_ref(|| 0);
    {
        let (node, is_near, height) = (node.clone(), is_near.clone(), height.clone());
        use_effect_with((), move |()| {
            let watched = node.clone();
            let nearness = Nearness::watch(&node, move |is| {
                if !is {
                    *height.borrow_mut() = browser::height_of(&watched);
                }
                is_near.set(is);
            });
            move || drop(nearness)
        });
    }
    {
        // Until it was drawn once, the style sheet guesses.
        let (node, height) = (node.clone(), height);
        use_effect_with(*is_near, move |is_near| {
            let known = *height.borrow();
            browser::set_height(&node, (!is_near && known > 0).then_some(known));
        });
    }
    if *is_near {
        return html! { <ul class="items" ref={node}>{ props.rows.emit(props.from..props.to) }</ul> };
    }
    html! { <ul class="items far" ref={node} aria-busy="true" /> }
}
