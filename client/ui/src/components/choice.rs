//! One of a few: a group of radio buttons drawn as a bar.

use yew::{AttrValue, Callback, Html, Properties, component, html};

/// Properties of [`Choice`].
#[derive(Properties, PartialEq)]
pub struct ChoiceProps {
    /// Names the group in the page.
    pub name: AttrValue,
    /// What is chosen.
    pub legend: AttrValue,
    /// The words, in order, each with its `lang` if it is of another language.
    pub options: Vec<(AttrValue, Option<AttrValue>)>,
    /// Which of them is chosen.
    pub chosen: usize,
    /// Another was chosen.
    pub onchoose: Callback<usize>,
}

/// A group of radio buttons.
#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let option = |(index, (text, lang)): (usize, &(AttrValue, Option<AttrValue>))| {
        let onchoose = props.onchoose.clone();
        html! {
            <label key={index}>
                <input type="radio" name={props.name.clone()} value={index.to_string()} checked={index == props.chosen}
                    onchange={move |_| onchoose.emit(index)} />
                <span lang={lang.clone()}>{ text }</span>
            </label>
        }
    };
    html! {
        <fieldset class="choice">
            <legend>{ props.legend.clone() }</legend>
            <div class="bar">{ for props.options.iter().enumerate().map(option) }</div>
        </fieldset>
    }
}
