//! Light for an equipment store or a boat at night, without leaving the card. A phone that has none, or does not let a
//! page have it, says so once it was asked.

use std::cell::RefCell;
use std::rc::Rc;

use yew::platform::spawn_local;
use yew::{Html, component, html, use_memo, use_state};

use crate::browser::{self, Torch};
use crate::components::icon::{Icon, glyph};
use crate::hooks::{use_value, use_words};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Light {
    Off,
    On,
    None,
}

/// The switch; nothing where the browser knows no such light.
#[component]
pub fn TorchSwitch() -> Html {
    let words = use_words();
    let is_known = use_memo((), |()| browser::knows_torch());
    let light = use_value(Light::Off);
    let torch = use_state(Rc::<RefCell<Option<Torch>>>::default);
    if !*is_known {
        return Html::default();
    }
    if *light == Light::None {
        return html! { <span class="hint" role="status" data-testid="no-torch">{ words.torch_none() }</span> };
    }
    let onclick = {
        let (light, torch) = (light.clone(), (*torch).clone());
        move |_| {
            if torch.borrow_mut().take().is_some() {
                light.set(Light::Off);
                return;
            }
            let (light, torch) = (light.clone(), Rc::downgrade(&torch));
            spawn_local(async move {
                let lit = Torch::light().await;
                // Who has gone on meanwhile is left in the dark: the light goes out with what held it.
                let Some(torch) = torch.upgrade() else { return };
                light.set(if lit.is_some() { Light::On } else { Light::None });
                *torch.borrow_mut() = lit;
            });
        }
    };
    html! {
        <button type="button" class="icon-button" data-testid="torch" aria-pressed={(*light == Light::On).to_string()}
            aria-label={words.torch()} {onclick}>{ glyph(Icon::Torch) }</button>
    }
}
