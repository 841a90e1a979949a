//! 调入: a thing that came from another station. Its code, its kind and its date are read off its label; the bureau enters
//! the rest.

use std::rc::Rc;

use link::Command;
use link::slice::RegisterView;
use shared::domain::Label;
use shared::domain::custody::{Described, Handing};
use shared::ids::{AssetId, StationCode};
use shared::time::Date;
use yew::{Callback, Html, Properties, component, html, use_node_ref};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::components::sheet::Sheet;
use crate::hooks::{use_modal, use_sending, use_value, use_words};
use crate::problem;

/// Properties of [`Receive`].
#[derive(Properties, PartialEq)]
pub struct ReceiveProps {
    /// The register that it comes into.
    pub register: Rc<RegisterView>,
    /// It is to be closed.
    pub onclose: Callback<()>,
}

/// The kinds that the register knows, by code.
fn kinds(register: &RegisterView) -> Vec<(String, Label)> {
    let mut kinds: Vec<(String, Label)> = Vec::new();
    for row in &register.assets {
        if kinds.last().is_none_or(|(kind, _)| *kind != row.kind) {
            kinds.push((row.kind.clone(), row.name.clone()));
        }
    }
    kinds
}

/// The sheet.
#[component]
pub fn Receive(props: &ReceiveProps) -> Html {
    let words = use_words();
    let node = use_modal();
    let (code, kind, from, expires) = (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    let is_wrong = use_value(false);
    let sending = use_sending(false, props.onclose.clone());
    let register = &props.register;
    let kinds = kinds(register);
    let others: Vec<_> = register.stations.iter().filter(|(code, _)| *code != register.station).collect();
    let onsave = {
        let (code, kind, from, expires) = (code.clone(), kind.clone(), from.clone(), expires.clone());
        let (register, kinds, is_wrong, send) =
            (register.clone(), kinds.clone(), is_wrong.clone(), sending.send.clone());
        Callback::from(move |_| {
            let chosen = browser::text_of(&kind);
            let named = kinds.iter().find(|(code, _)| *code == chosen).map(|(_, name)| name.clone());
            let asset = AssetId::parse(browser::text_of(&code).trim());
            let station = StationCode::parse(&browser::text_of(&from));
            let (Ok(asset), Ok(station), Some(name)) = (asset, station, named) else {
                return is_wrong.set(true);
            };
            is_wrong.set(false);
            let what = Described { kind: chosen, name, expires: Date::parse(&browser::text_of(&expires)) };
            send.emit(Command::Hand {
                station: register.station.clone(),
                asset,
                act: Handing::Received { station, from: None, what },
                note: String::new(),
                sees: Vec::new(),
            });
        })
    };
    html! {
        <Sheet {node} title={words.receive_one()} close={words.close()} onclose={props.onclose.clone()}>
            <div class="hand-form">
                <label class="field"><span>{ words.asset_code() }</span>
                    <input type="text" ref={code} data-testid="receive-code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="64" /></label>
                <label class="field"><span>{ words.purchase_what() }</span>
                    <select ref={kind} data-testid="receive-kind">{ for kinds.iter().map(|(code, name)| html! {
                        <option key={code.clone()} value={code.clone()}>{ words.label(name).to_owned() }</option>
                    }) }</select></label>
                <label class="field"><span>{ words.from_station() }</span>
                    <select ref={from} data-testid="receive-from">{ for others.iter().map(|(code, name)| html! {
                        <option key={code.to_string()} value={code.to_string()}>{ words.label(name).to_owned() }</option>
                    }) }</select></label>
                <label class="field"><span>{ words.expires_printed() }</span>
                    <input type="date" ref={expires} data-testid="receive-expires" /></label>
                if *is_wrong { <p class="complaint" role="alert">{ words.receive_wrong() }</p> }
                if let Some(code) = &sending.failed { <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} /> }
                <button type="button" class="primary" data-testid="receive-save" onclick={onsave} aria-disabled={sending.is_busy.then_some("true")}>
                    { glyph(Icon::Check) }{ words.receive_save() }</button>
            </div>
        </Sheet>
    }
}
