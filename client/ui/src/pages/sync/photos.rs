//! Photos and voice memos that are only on this phone, those that the centre did not take, and how much room is left.

use std::rc::Rc;

use link::slice::{PhotosView, RefusedPhoto, StorageView};
use yew::{Callback, Html, MouseEvent, Properties, component, html};

use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, Tone};
use crate::format;
use crate::i18n::Words;

/// Bytes of free room below which photos are small, and people are told.
const ROOM_TIGHT_BYTES: u64 = 200 << 20;
/// So many hundredths of the room are used: people are told.
const USED_PERCENT_MAX: u64 = 80;

/// Properties of [`Photos`].
#[derive(Properties, PartialEq)]
pub struct PhotosProps {
    /// The words.
    pub words: Words,
    /// What waits.
    pub photos: Rc<PhotosView>,
    /// The room.
    pub storage: Option<StorageView>,
    /// Try once more what was not taken.
    pub ontry: Callback<MouseEvent>,
}

/// The lists.
#[component]
pub fn Photos(props: &PhotosProps) -> Html {
    let PhotosProps { words, photos, storage, ontry } = props;
    let is_tight = storage.is_some_and(is_tight);
    html! {
        <>
            if photos.waiting > 0 {
                <section class="sync-state watch" data-testid="photos-waiting" data-count={photos.waiting.to_string()}>
                    { glyph(if photos.is_sending { Icon::Sync } else { Icon::Camera }) }
                    <div>
                        <p class="lead">{ words.photos_waiting(photos.waiting) }</p>
                        <p>{ words.photos_size(&format::size(photos.waiting_bytes)) }</p>
                        <p class="hint">{ if photos.is_sending { words.photos_sending() } else { words.photos_hint() } }</p>
                    </div>
                </section>
            }
            if photos.is_day_full && photos.waiting > 0 { <Notice tone={Tone::Watch} text={words.photos_day_full()} /> }
            if !photos.refused.is_empty() {
                <section class="notice watch" role="status" data-testid="photos-refused">
                    { glyph(Icon::Triangle) }
                    <div>
                        <p><strong>{ words.photos_refused() }</strong></p>
                        <p>{ words.photos_refused_safe() }</p>
                        <ul>{ for photos.refused.iter().map(|photo| refused(*words, photo)) }</ul>
                        <button type="button" class="quiet" data-testid="photos-try" onclick={ontry.clone()}>{ words.try_again() }</button>
                    </div>
                </section>
            }
            if is_tight { <Notice tone={Tone::Watch} text={words.room_tight()} /> }
        </>
    }
}

fn is_tight(storage: StorageView) -> bool {
    let free = storage.quota_bytes.saturating_sub(storage.used_bytes);
    let used = storage.used_bytes.saturating_mul(100) / storage.quota_bytes.max(1);
    free < ROOM_TIGHT_BYTES || used > USED_PERCENT_MAX
}

fn refused(words: Words, photo: &RefusedPhoto) -> Html {
    let why = match photo.code.as_str() {
        "photo-mismatch" | "photo-kind" | "photo-gone" => words.photo_corrupt(),
        "body-too-large" => words.photo_too_large(),
        "no-right" => words.photo_no_right(),
        _ => words.photo_not_taken(),
    };
    let name = match &photo.of {
        Some((round, item)) => [item.as_str(), " · ", &format::period(words, &round.period)].concat(),
        None => words.report_fault().to_owned(),
    };
    html! {
        <li key={photo.hash.to_string()} data-testid="photo-refused" data-code={photo.code.clone()}>
            <p><img class="photo-small" src={crate::components::attachments::address(photo.hash)} alt={words.photo()} />{ name }</p>
            <p>{ why }</p>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_tight_below_200_megabytes_or_above_four_fifths() {
        let storage =
            |used, quota| StorageView { used_bytes: used, quota_bytes: quota, is_persistent: false };
        assert!(!is_tight(storage(1 << 30, 10 << 30)));
        assert!(is_tight(storage(9 << 30, 10 << 30)));
        assert!(is_tight(storage(0, 199 << 20)));
        assert!(is_tight(storage(0, 0)), "a browser that grants nothing");
    }
}
