//! Photos and a voice memo that go with an answer, wherever it is shown: small ones first, the whole on a tap. What is not
//! here yet says where it is.

use shared::domain::photo::{Attached, Photo};
use shared::ids::PhotoHash;
use yew::{AttrValue, Html, Properties, component, html, use_state_eq};

use super::icon::{Icon, glyph};
use crate::i18n::Words;

/// Properties of [`Attachments`].
#[derive(Properties, PartialEq)]
pub struct AttachmentsProps {
    /// The words.
    pub words: Words,
    /// What there is.
    pub attached: Attached,
    /// Whose they are.
    pub author: AttrValue,
}

/// All of them.
#[component]
pub fn Attachments(props: &AttachmentsProps) -> Html {
    let AttachmentsProps { words, attached, author } = props;
    if attached.is_empty() {
        return Html::default();
    }
    html! {
        <div class="attachments" data-testid="attachments">
            { for attached.photos.iter().map(|photo| one_photo(*words, *photo, author.clone())) }
            if let Some(memo) = attached.memo { <OneMemo key={memo.to_string()} words={*words} {memo} author={author.clone()} /> }
        </div>
    }
}

/// Photos of several people side by side; nothing when there are none.
pub fn photos_of(words: Words, mut photos: impl Iterator<Item = (Photo, AttrValue)>) -> Html {
    let Some((first, author)) = photos.next() else { return Html::default() };
    html! {
        <div class="attachments" data-testid="attachments">
            { one_photo(words, first, author) }
            { for photos.map(|(photo, author)| one_photo(words, photo, author)) }
        </div>
    }
}

fn one_photo(words: Words, photo: Photo, author: AttrValue) -> Html {
    html! { <OnePhoto key={photo.original.to_string()} {words} {photo} {author} /> }
}

/// Where a photo or a memo is fetched; on the phone that took it, the service worker has it.
pub fn address(hash: PhotoHash) -> String {
    ["/photos/", &hash.to_string()].concat()
}

#[derive(Properties, PartialEq)]
struct OnePhotoProps {
    words: Words,
    photo: Photo,
    author: AttrValue,
}

#[component]
fn OnePhoto(props: &OnePhotoProps) -> Html {
    let OnePhotoProps { words, photo, author } = props;
    let is_missing = use_state_eq(|| false);
    let is_open = use_state_eq(|| false);
    let is_whole_missing = use_state_eq(|| false);
    let name = words.photo_of(author);
    if *is_missing {
        let again = is_missing.clone();
        return missing(words.photo_elsewhere(author), move || again.set(false));
    }
    let ontoggle = {
        let (is_open, is_whole_missing) = (is_open.clone(), is_whole_missing.clone());
        move |_| {
            is_whole_missing.set(false);
            is_open.set(!*is_open);
        }
    };
    let onerror = move |_| is_missing.set(true);
    html! {
        <>
            <button type="button" class="photo" data-testid="photo" aria-expanded={is_open.to_string()} onclick={ontoggle}>
                <img src={address(photo.thumbnail)} alt={name.clone()} {onerror} />
            </button>
            if *is_open && *is_whole_missing {
                <p class="photo-note" role="status">{ words.photo_elsewhere(author) }</p>
            } else if *is_open {
                <img class="photo-whole" data-testid="photo-whole" src={address(photo.original)} alt={name}
                    onerror={move |_| is_whole_missing.set(true)} />
            }
        </>
    }
}

fn missing(text: String, ontry: impl Fn() + 'static) -> Html {
    html! {
        <button type="button" class="photo missing" data-testid="photo-missing" onclick={move |_| ontry()}>
            { glyph(Icon::Offline) }<span>{ text }</span>
        </button>
    }
}

#[derive(Properties, PartialEq)]
struct OneMemoProps {
    words: Words,
    memo: PhotoHash,
    author: AttrValue,
}

#[component]
fn OneMemo(props: &OneMemoProps) -> Html {
    let OneMemoProps { words, memo, author } = props;
    let is_missing = use_state_eq(|| false);
    if *is_missing {
        let again = is_missing.clone();
        return missing(words.memo_elsewhere(author), move || again.set(false));
    }
    let onerror = move |_| is_missing.set(true);
    html! {
        <audio class="memo" data-testid="memo" controls=true preload="metadata" src={address(*memo)} aria-label={words.memo_of(author)}
            {onerror} />
    }
}
