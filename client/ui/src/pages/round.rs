//! One round: opens it at the core while its screen is there, and shows one of its parts. The parts are in files of
//! their own: the cards, the list of all items, the summary before signing.

use std::rc::Rc;

use link::Command;
use link::slice::{InspectionView, Person, RoundView};
use shared::domain::round::RoundName;
use yew::{Html, Properties, component, html};

use crate::browser;
use crate::format;
use crate::hooks::{use_effect_with, use_reach, use_slice, use_words};
use crate::i18n::Words;
use crate::pages::inspection::{Inspection, InspectionSummary};
use crate::pages::screen::Screen;
use crate::route::{RoundPart, Route};

mod answering;
mod capture;
mod cards;
mod history;
mod list;
mod panels;
mod parts;
mod scans;
mod summary;
mod torch;
mod walk;

pub use capture::drafts;
pub use panels::FAULT_SEPARATOR;
pub use walk::CardId;

/// Makes a card the one that a round opens at, even when it has an answer.
pub fn open_card(round: &RoundName, card: &CardId) {
    browser::keep(&opened_key(round), &card.to_text());
}

/// The card that was made that, once.
fn opened(round: &RoundName) -> Option<CardId> {
    let card = browser::kept(&opened_key(round)).and_then(|text| CardId::from_text(&text));
    browser::forget(&opened_key(round));
    card
}

fn opened_key(round: &RoundName) -> String {
    browser::own(&["muster.open ", &Route::Round(round.clone(), RoundPart::Cards).address()].concat())
}

use cards::Cards;
use list::List;
use summary::Summary;

/// Properties of [`RoundPage`].
#[derive(Properties, PartialEq)]
pub struct RoundPageProps {
    /// Which round.
    pub name: RoundName,
    /// Which part of its screen.
    pub part: RoundPart,
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// Properties of a part.
#[derive(Properties, PartialEq)]
pub struct PartProps {
    /// The round.
    pub round: Rc<RoundView>,
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen.
#[component]
pub fn RoundPage(props: &RoundPageProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let wanted = props.name.clone();
    let round = use_slice(move |view| view.round.clone().filter(|round| round.name == wanted));
    let wanted = props.name.clone();
    let inspection = use_slice(move |view| view.inspection.clone().filter(|round| round.name == wanted));
    use_effect_with(props.name.clone(), move |name| {
        reach.core.tell(Command::OpenRound { round: name.clone() });
        move || reach.core.tell(Command::CloseRound)
    });
    let person = &props.person;
    if let Some(inspection) = inspection {
        return self::inspection(words, props, inspection);
    }
    let back = match props.part {
        RoundPart::Cards => Route::Home,
        RoundPart::List | RoundPart::Summary if round.as_ref().is_some_and(|round| round.may_answer) => {
            Route::Round(props.name.clone(), RoundPart::Cards)
        }
        RoundPart::List | RoundPart::Summary => Route::Home,
    };
    let Some(round) = round else {
        return html! {
            <Screen title={words.loading()} back={Route::Home}>
                <div aria-busy="true"><div class="bone wide"></div><div class="bone tall"></div></div>
            </Screen>
        };
    };
    let title = words.label(&round.template_name).to_owned();
    let subtitle =
        [words.label(&round.station_name), " · ", &format::period(words, &round.name.period)].concat();
    let part = match props.part {
        RoundPart::Cards if round.may_answer && !round.cards.is_empty() => {
            html! { <Cards {round} person={person.clone()} /> }
        }
        RoundPart::Cards | RoundPart::List => html! { <List {round} person={person.clone()} /> },
        RoundPart::Summary => html! { <Summary {round} person={person.clone()} /> },
    };
    html! { <Screen {title} {subtitle} {back}>{ part }</Screen> }
}

/// A round that holds the register against what is found has a screen of its own.
fn inspection(words: Words, props: &RoundPageProps, inspection: Rc<InspectionView>) -> Html {
    let person = props.person.clone();
    let title = words.label(&inspection.template_name).to_owned();
    let subtitle =
        [words.label(&inspection.station_name), " · ", &format::period(words, &inspection.name.period)]
            .concat();
    let (back, part) = match props.part {
        RoundPart::Cards | RoundPart::List => (Route::Home, html! { <Inspection {inspection} {person} /> }),
        RoundPart::Summary => (
            Route::Round(props.name.clone(), RoundPart::Cards),
            html! { <InspectionSummary {inspection} {person} /> },
        ),
    };
    html! { <Screen {title} {subtitle} {back}>{ part }</Screen> }
}
