//! A `dialog` that is modal as long as its component is there, and gives the focus back when it goes.

use yew::{NodeRef, hook, use_node_ref};

use super::use_effect_with;

use crate::browser::{self, Focus};

/// The reference to put on the `dialog` element.
#[hook]
pub fn use_modal() -> NodeRef {
    let node = use_node_ref();
    let opened = node.clone();
    use_effect_with((), move |()| {
        let focus = Focus::take();
        browser::open_modal(&opened);
        move || {
            browser::close_modal(&opened);
            focus.restore();
        }
    });
    node
}
