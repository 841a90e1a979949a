//! The words of safety, in the same place on every screen. Each of them is true when it is shown: what is only on
//! this phone comes before everything, and "at the centre" is green only while the link lives.

use link::slice::{HandedView, LinkState, SyncView};
use yew::{Callback, Html, MouseEvent, Properties, classes, component, html};

use super::icon::{Icon, glyph};
use crate::i18n::Words;

/// Properties of [`SyncChip`].
#[derive(Properties, PartialEq)]
pub struct SyncChipProps {
    /// The words.
    pub words: Words,
    /// What is only on this phone; none until the core has said so.
    pub sync: Option<std::rc::Rc<SyncView>>,
    /// Photos and memos that are only on this phone.
    #[prop_or_default]
    pub photos: u32,
    /// What of it is in the newest file that was handed out.
    #[prop_or_default]
    pub handed: Option<HandedView>,
    /// It was tapped.
    pub onopen: Callback<MouseEvent>,
}

/// The link's word in attributes.
pub fn link_word(link: LinkState) -> &'static str {
    match link {
        LinkState::Offline => "offline",
        LinkState::Connecting => "connecting",
        LinkState::Online => "online",
        LinkState::OtherTab => "other-tab",
    }
}

/// Entries that are on this phone and count nowhere.
fn kept(sync: &SyncView) -> usize {
    let aside: u32 = sync.aside.iter().map(|view| view.count).sum();
    sync.rejected.len() + usize::try_from(aside).unwrap_or(usize::MAX)
}

/// What a colleague carries of what waits; a file that was only saved is with nobody.
fn carried(handed: Option<HandedView>, pending: u32) -> u32 {
    handed.filter(|handed| handed.is_given).map_or(0, |handed| handed.inside.min(pending))
}

/// What waits: what is only here, and what a colleague has, too.
fn waiting(words: Words, pending: u32, carried: u32) -> String {
    match (pending - carried, carried) {
        (only, 0) => words.chip_pending(only),
        (0, carried) => words.chip_handed(carried),
        (only, carried) => [words.chip_pending(only), words.chip_handed(carried)].join("\n"),
    }
}

fn face(words: Words, sync: &SyncView, carried: u32) -> (&'static str, Icon, String) {
    let waiting = || waiting(words, sync.pending, carried);
    if kept(sync) > 0 {
        return match sync.pending {
            0 => ("kept", Icon::Triangle, words.chip_kept().to_owned()),
            // What waits will be safe by itself; what is kept needs somebody.
            _ => ("kept", Icon::Triangle, [&waiting(), words.chip_kept()].join("\n")),
        };
    }
    match (sync.pending, sync.link) {
        (pending, LinkState::Offline) if pending > 0 && pending == carried => {
            ("pending", Icon::Person, waiting())
        }
        (1.., LinkState::Offline) => ("pending", Icon::Phone, waiting()),
        (1.., _) => ("pending", Icon::Sync, waiting()),
        (0, LinkState::Online) => ("centre", Icon::Check, words.chip_centre().to_owned()),
        (0, LinkState::Connecting) => ("quiet", Icon::Busy, words.chip_connecting().to_owned()),
        (0, LinkState::Offline) => ("quiet", Icon::Offline, words.chip_offline().to_owned()),
        (0, LinkState::OtherTab) => ("quiet", Icon::Sync, words.chip_other_tab().to_owned()),
    }
}

/// Photos come behind everything else, and are told as long as one is not at the centre.
fn with_photos(
    words: Words,
    (class, icon, text): (&'static str, Icon, String),
    pending: u32,
    photos: u32,
) -> (&'static str, Icon, String) {
    match (photos, class) {
        (0, _) => (class, icon, text),
        (_, "kept") => (class, icon, text),
        _ if pending > 0 => (class, icon, [text, words.chip_photos(photos)].join("\n")),
        _ => ("pending", Icon::Camera, words.chip_photos(photos)),
    }
}

/// The chip.
#[component]
pub fn SyncChip(props: &SyncChipProps) -> Html {
    let Some(sync) = &props.sync else {
        return html! { <span class="chip quiet">{ props.words.chip_unknown() }</span> };
    };
    let carried = carried(props.handed, sync.pending);
    let (class, icon, text) =
        with_photos(props.words, face(props.words, sync, carried), sync.pending, props.photos);
    html! {
        <button type="button" class={classes!("chip", class)} data-testid="sync-chip" onclick={props.onopen.clone()}
            data-pending={sync.pending.to_string()} data-link={link_word(sync.link)}
            data-kept={kept(sync).to_string()} data-photos={props.photos.to_string()}
            data-handed={carried.to_string()}>
            { glyph(icon) }<span aria-live="polite">{ text }</span>
        </button>
    }
}

#[cfg(test)]
mod tests {
    use link::slice::AsideView;
    use shared::domain::Label;

    use super::*;

    #[test]
    fn a_photo_that_is_only_here_is_told() {
        let words = Words::default();
        let quiet = || ("centre", Icon::Check, "已到中心".to_owned());
        assert_eq!(with_photos(words, quiet(), 0, 0), quiet());
        assert_eq!(with_photos(words, quiet(), 0, 2).2, "照片 2 张待传");
        let pending = ("pending", Icon::Phone, "仅本机 1 条".to_owned());
        assert_eq!(with_photos(words, pending, 1, 2).2, "仅本机 1 条\n照片 2 张待传");
    }

    #[test]
    fn the_chip_never_claims_more_than_is_true() {
        let check = |pending, link, class, text: &str| {
            let sync = SyncView { pending, link, ..SyncView::default() };
            let (found, _, words) = face(Words::default(), &sync, 0);
            assert_eq!((found, words.as_str()), (class, text));
        };
        check(2, LinkState::Online, "pending", "仅本机 2 条");
        check(2, LinkState::Offline, "pending", "仅本机 2 条");
        check(0, LinkState::Online, "centre", "已到中心");
        check(0, LinkState::Offline, "quiet", "离线 · 无未传");
        check(0, LinkState::Connecting, "quiet", "连接中…");
        let aside = vec![AsideView { round: None, checklist: Label::default(), count: 1 }];
        let sync = SyncView { link: LinkState::Online, aside, ..SyncView::default() };
        assert_eq!(face(Words::default(), &sync, 0).2, "有未生效的记录", "not everything is at the centre");
        let sync = SyncView { pending: 3, link: LinkState::Offline, ..sync };
        assert_eq!(
            face(Words::default(), &sync, 0).2,
            "仅本机 3 条\n有未生效的记录",
            "and what waits does not hide it"
        );
    }

    #[test]
    fn what_a_colleague_has_is_told_beside_what_is_only_here() {
        let handed = |is_given, inside| {
            Some(HandedView { at: shared::time::Timestamp(1), is_given, inside, photos_inside: 0 })
        };
        let said = |pending, handed| {
            let sync = SyncView { pending, link: LinkState::Offline, ..SyncView::default() };
            face(Words::default(), &sync, carried(handed, pending)).2
        };
        assert_eq!(said(3, handed(true, 3)), "已交同事 3 条");
        assert_eq!(said(5, handed(true, 3)), "仅本机 2 条\n已交同事 3 条");
        assert_eq!(said(3, handed(false, 3)), "仅本机 3 条", "a saved file is with nobody");
        assert_eq!(said(0, handed(true, 3)), "离线 · 无未传");
    }
}
