//! What somebody must act on: disputes, then what is missing, then faults, then silent stations. Each row opens the
//! item it is about.

use shared::api::board::{AttentionKind, AttentionRow};
use shared::time::{Timestamp, Zone};
use yew::{Callback, Html, Properties, classes, component, html};

use super::icon::{Icon, glyph};
use crate::format;
use crate::i18n::Words;

/// Properties of [`AttentionList`].
#[derive(Properties, PartialEq)]
pub struct AttentionListProps {
    /// The words.
    pub words: Words,
    /// The rows, most urgent first.
    pub rows: Vec<AttentionRow>,
    /// The bureau's zone.
    pub zone: Zone,
    /// The phone's clock.
    pub now: Timestamp,
    /// The row of the keyboard's cursor.
    pub cursor: Option<usize>,
    /// A row was chosen.
    pub onopen: Callback<usize>,
}

const GROUPS: [AttentionKind; 4] =
    [AttentionKind::Dispute, AttentionKind::Missing, AttentionKind::Fault, AttentionKind::Silent];

fn face(words: Words, kind: AttentionKind) -> (&'static str, Icon, &'static str) {
    match kind {
        AttentionKind::Dispute => ("dispute", Icon::Dispute, words.attention_disputes()),
        AttentionKind::Missing => ("missing", Icon::Diamond, words.attention_missing()),
        AttentionKind::Fault => ("fault", Icon::Cross, words.attention_faults()),
        AttentionKind::Silent => ("unknown", Icon::Unknown, words.attention_silent()),
    }
}

/// The list, in groups.
#[component]
pub fn AttentionList(props: &AttentionListProps) -> Html {
    if props.rows.is_empty() {
        return html! { <p class="empty">{ glyph(Icon::Check) }{ props.words.attention_none() }</p> };
    }
    html! { <>{ for GROUPS.iter().map(|kind| group(props, *kind)) }</> }
}

fn group(props: &AttentionListProps, kind: AttentionKind) -> Html {
    let rows: Vec<Html> = props
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.kind == kind)
        .map(|(index, row)| self::row(props, index, row))
        .collect();
    if rows.is_empty() {
        return Html::default();
    }
    let (class, icon, title) = face(props.words, kind);
    html! {
        <section class={classes!("attention", class)}>
            <h3><span class={classes!("mark", class)}>{ glyph(icon) }<span>{ title }</span></span><span class="count">{ rows.len() }</span></h3>
            <ul>{ for rows }</ul>
        </section>
    }
}

fn kind_word(kind: AttentionKind) -> &'static str {
    match kind {
        AttentionKind::Dispute => "dispute",
        AttentionKind::Missing => "missing",
        AttentionKind::Fault => "fault",
        AttentionKind::Silent => "silent",
    }
}

fn row(props: &AttentionListProps, index: usize, row: &AttentionRow) -> Html {
    let words = props.words;
    let onopen = props.onopen.clone();
    let is_cursor = props.cursor == Some(index);
    let body = html! {
        <>
            <span class="attention-head">
                <strong>{ words.label(&row.station_name).to_owned() }</strong>
                if row.is_safety_critical { <span class="tag">{ glyph(Icon::Shield) }{ words.safety_critical() }</span> }
                if let Some(at) = row.at { <time>{ format::moment(props.zone, at, props.now) }</time> }
            </span>
            { what(words, row) }
        </>
    };
    let attention = ["attention-", &index.to_string()].concat();
    html! {
        <li key={index}>
            if row.round.is_some() {
                <button type="button" id={attention} class={classes!("attention-row", is_cursor.then_some("cursor"))}
                    data-testid="attention-row" data-kind={kind_word(row.kind)} data-station={row.station.to_string()}
                    onclick={move |_| onopen.emit(index)}>{ body }</button>
            } else {
                <div class="attention-row" data-testid="attention-row" data-kind={kind_word(row.kind)}
                    data-station={row.station.to_string()}>{ body }</div>
            }
        </li>
    }
}

fn what(words: Words, row: &AttentionRow) -> Html {
    if row.kind == AttentionKind::Silent {
        return html! { <span>{ words.silent_do() }</span> };
    }
    html! {
        <>
            <span>
                { words.label(&row.item_name).to_owned() }
                if !row.subject_name.is_empty() { <span class="hint">{ " · " }{ &row.subject_name }</span> }
            </span>
            if !row.note.is_empty() { <span class="remark">{ &row.note }</span> }
            <span class="hint">{ words.label(&row.template_name).to_owned() }{ " · " }{ row.authors.join(words.comma()) }</span>
        </>
    }
}
