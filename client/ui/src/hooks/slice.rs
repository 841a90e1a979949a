//! A hook that draws its component again only when what it picks from the view has changed.

use std::rc::Rc;

use yew::{hook, use_effect_with, use_force_update, use_mut_ref};

use crate::store::View;

use super::use_reach;

/// What `select` picks from the view, now and after each change of it.
#[hook]
pub fn use_slice<T, F>(select: F) -> T
where
    T: Clone + PartialEq + 'static,
    F: Fn(&View) -> T + 'static,
{
    let reach = use_reach();
    let update = use_force_update();
    let select: Rc<dyn Fn(&View) -> T> = Rc::new(select);
    let picked = select(&reach.store.view());
    let drawn = use_mut_ref(|| None::<(Rc<dyn Fn(&View) -> T>, T)>);
    *drawn.borrow_mut() = Some((select, picked.clone()));
    use_effect_with((), move |()| {
        let store = reach.store.clone();
        let check = move || {
            let is_stale = match &*drawn.borrow() {
                Some((select, picked)) => select(&store.view()) != *picked,
                None => false,
            };
            if is_stale {
                update.force_update();
            }
        };
        check(); // what changed between the first drawing and this effect
        let subscription = reach.store.subscribe(check);
        move || drop(subscription)
    });
    picked
}
