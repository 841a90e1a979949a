//! A hook that draws its component again only when what it picks from the view has changed.

use std::rc::Rc;

use yew::{hook, use_force_update, use_mut_ref};

use crate::store::{Store, View};

use super::{use_effect_with, use_reach};

/// Whether what was drawn is no longer what the view has.
type IsStale = Rc<dyn Fn(&View) -> bool>;

/// What `select` picks from the view, now and after each change of it.
#[hook]
pub fn use_slice<T, F>(select: F) -> T
where
    T: Clone + PartialEq + 'static,
    F: Fn(&View) -> T + 'static,
{
    let store = use_reach().store;
    let picked = select(&store.view());
    let drawn = picked.clone();
    use_redraw(store, Rc::new(move |view: &View| select(view) != drawn));
    picked
}

/// Draws the component again when what it drew is stale. The same code for whatever was picked.
#[hook]
fn use_redraw(store: Store, is_stale: IsStale) {
    let update = use_force_update();
    let latest = use_mut_ref(|| None::<IsStale>);
    *latest.borrow_mut() = Some(is_stale);
    use_effect_with((), move |()| {
        let viewed = store.clone();
        let check = move || {
            let is_stale = latest.borrow().as_ref().is_some_and(|is_stale| is_stale(&viewed.view()));
            if is_stale {
                update.force_update();
            }
        };
        check(); // what changed between the first drawing and this effect
        let subscription = store.subscribe(check);
        move || drop(subscription)
    });
}
