//! Where the ui's module is cut. What only these functions reach is in the chunks: no other file may name these pages, nor
//! read or write what goes between the interface and the core.

use std::rc::Rc;

use link::slice::{Person, ProfileView};
use link::{ToCore, ToUi};
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::{Html, html};

use super::{Draw, Home};
use crate::app::screens::Screens;
use crate::pages::asset::AssetPage;
use crate::pages::board::BoardPage;
use crate::pages::choice::ChoicePage;
use crate::pages::count::CountPage;
use crate::pages::defects::DefectsPage;
use crate::pages::handover::HandOverPage;
use crate::pages::labels::LabelsPage;
use crate::pages::lines::LinesPage;
use crate::pages::me::MePage;
use crate::pages::needs::NeedsPage;
use crate::pages::quarantine::QuarantinePage;
use crate::pages::register::RegisterPage;
use crate::pages::round::RoundPage;
use crate::pages::scan::ScanPage;
use crate::pages::selftest::SelfTestPage;
use crate::pages::sync::SyncPage;
use crate::route::Route;

/// The chunk that comes with the core.
#[wasm_split(home, fallible)]
pub(super) fn home() -> Result<Home, SplitLoaderError> {
    Ok(Home { read, write, draw: draw_home, choose: draw_choice })
}

fn read(bytes: &[u8]) -> Option<ToUi> {
    ToUi::from_bytes(bytes).ok()
}

fn write(said: &ToCore) -> Vec<u8> {
    said.to_bytes()
}

fn draw_home(person: &Rc<Person>) -> Html {
    html! { <Screens person={person.clone()} /> }
}

fn draw_choice(profiles: &Rc<Vec<ProfileView>>) -> Html {
    html! { <ChoicePage profiles={profiles.clone()} /> }
}

/// The chunk with the round's screen.
#[wasm_split(round, fallible)]
pub(super) fn round() -> Result<Draw, SplitLoaderError> {
    Ok(draw_round)
}

/// The chunk with all other screens.
#[wasm_split(rest, fallible)]
pub(super) fn rest() -> Result<Draw, SplitLoaderError> {
    Ok(draw_rest)
}

fn draw_round(route: &Route, person: &Rc<Person>) -> Html {
    let Route::Round(name, part) = route else { return Html::default() };
    html! { <RoundPage name={name.clone()} part={*part} person={person.clone()} /> }
}

fn draw_rest(route: &Route, person: &Rc<Person>) -> Html {
    let person = person.clone();
    match route {
        Route::Scan => html! { <ScanPage {person} /> },
        Route::Count(round, subject, item) => html! {
            <CountPage round={round.clone()} subject={subject.clone()} item={item.clone()} {person} />
        },
        Route::Labels => html! { <LabelsPage {person} /> },
        Route::SelfTest => html! { <SelfTestPage /> },
        Route::Sync => html! { <SyncPage {person} /> },
        Route::Me => html! { <MePage {person} /> },
        Route::HandOver => html! { <HandOverPage {person} /> },
        Route::Lines => html! { <LinesPage {person} /> },
        Route::Register(station) => html! { <RegisterPage station={station.clone()} {person} /> },
        Route::Asset(station, asset) => {
            html! { <AssetPage station={station.clone()} asset={asset.clone()} {person} /> }
        }
        Route::Defects => html! { <DefectsPage {person} /> },
        Route::Needs => html! { <NeedsPage {person} /> },
        Route::Quarantine => html! { <QuarantinePage {person} /> },
        Route::Home | Route::Enrol => html! { <BoardPage {person} /> },
        Route::Round(..) => Html::default(),
    }
}
