//! `GET /photos/{hash}`: a photo or a voice memo, for its station and for supervisors. Its name is its content, so
//! who has it never asks again.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::api::problem::ProblemCode;
use shared::ids::PhotoHash;

use super::session::Visitor;
use crate::error::Failure;
use crate::photos::{PhotoError, Photos};

/// A year: as long as anything is kept by a cache.
const CACHING: &str = "private, max-age=31536000, immutable";

/// Gives it.
///
/// # Errors
/// When it is not here, or not for the visitor's eyes: which of the two is not said.
pub async fn show(
    visitor: Visitor,
    Path(hash): Path<String>,
    State(photos): State<Arc<Photos>>,
    asked: HeaderMap,
) -> Result<Response, Failure> {
    let missing = || Failure::new(ProblemCode::NotFound);
    let hash = PhotoHash::try_from(hash).map_err(|_| missing())?;
    let found = blocking(photos, move |photos| photos.find(&visitor.0.rights, hash)).await?;
    let (media, bytes) = found.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, media.name()),
        (header::CACHE_CONTROL, CACHING),
        (header::ACCEPT_RANGES, "bytes"),
    ];
    let range = asked.get(header::RANGE).and_then(|value| value.to_str().ok());
    Ok(match range.and_then(|range| part(range, bytes.len())) {
        Some(part) => {
            let place = format!("bytes {}-{}/{}", part.start, part.end - 1, bytes.len());
            let part = bytes[part].to_vec();
            (StatusCode::PARTIAL_CONTENT, headers, [(header::CONTENT_RANGE, place)], part).into_response()
        }
        None => (headers, bytes).into_response(),
    })
}

/// The part that is asked for, as players of memos do; `None` when it is none, or more than one: then all is given.
fn part(range: &str, length: usize) -> Option<Range<usize>> {
    let (from, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok()?;
    let end =
        if last.is_empty() { length } else { last.parse::<usize>().ok()?.saturating_add(1).min(length) };
    (from < end).then_some(from..end)
}

/// Runs blocking work on the photos on the runtime's blocking threads.
pub(super) async fn blocking<T: Send + 'static>(
    photos: Arc<Photos>,
    work: impl FnOnce(&Photos) -> Result<T, PhotoError> + Send + 'static,
) -> Result<T, PhotoError> {
    let done = tokio::task::spawn_blocking(move || work(&photos)).await;
    done.unwrap_or_else(|_| Err(PhotoError::Failed(std::io::Error::other("the work panicked"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_given_and_whatever_else_is_asked_is_answered_with_all() {
        for (range, expected) in [
            ("bytes=0-", Some(0..10)),
            ("bytes=2-4", Some(2..5)),
            ("bytes=2-99", Some(2..10)),
            ("bytes=10-", None),
            ("bytes=4-2", None),
            ("bytes=-3", None),
            ("bytes=0-1,4-5", None),
            ("lines=0-1", None),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
    }
}
