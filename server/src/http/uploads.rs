//! `/api/uploads`: photos and voice memos come by the tus protocol 1.0 (core, creation, expiration), so that a line which
//! breaks costs nothing that was sent. An upload's address is the hash of what it will be: who begins it again goes on
//! with it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use futures_util::StreamExt;
use serde::Deserialize;
use shared::api::problem::ProblemCode;
use shared::ids::{PhotoHash, StationCode};
use shared::limits::PHOTO_BYTES_MAX;
use shared::time::Timestamp;

use super::photos::blocking;
use super::session::Uploader;
use crate::error::Failure;
use crate::photos::{PhotoError, Photos, Progress, Upload};
use crate::relay::Relay;
use crate::store::DeviceRecord;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const VERSION: &str = "1.0.0";
/// The media type that the protocol asks for.
const CONTENT: &str = "application/offset+octet-stream";

/// Says which protocol is spoken, in every answer; refuses what another version asks.
pub async fn versioned(request: Request, next: Next) -> Response {
    let spoken = request.headers().get(RESUMABLE).and_then(|value| value.to_str().ok());
    let is_asking = request.method() == axum::http::Method::OPTIONS;
    let mut response = if is_asking || spoken == Some(VERSION) {
        next.run(request).await
    } else {
        let mut refused = Failure::new(ProblemCode::VersionUnknown).into_response();
        *refused.status_mut() = StatusCode::PRECONDITION_FAILED;
        refused.headers_mut().insert("tus-version", HeaderValue::from_static(VERSION));
        refused
    };
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(VERSION));
    response
}

/// What can be uploaded, and how.
pub async fn options() -> Response {
    let headers = [
        ("tus-version", VERSION.to_owned()),
        ("tus-extension", "creation,expiration".to_owned()),
        ("tus-max-size", PHOTO_BYTES_MAX.to_string()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Begins an upload, or says how far it is. What is here already is answered with 200 and its whole length.
///
/// # Errors
/// When it has no length or no hash, would be too long, or there is no room.
pub async fn begin(
    uploader: Uploader,
    State(photos): State<Arc<Photos>>,
    State(relay): State<Relay>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let metadata = text(&headers, &METADATA).unwrap_or_default().to_owned();
    let hash = hash_in(&metadata).ok_or_else(|| malformed("Upload-Metadata has no sha256 in hexadecimal"))?;
    let bytes = number(&headers, &LENGTH)?;
    let named = named_in(&metadata, "station");
    let upload = upload(&uploader, named.as_deref(), hash)?;
    let station = upload.station.clone();
    if named.is_some() && !relay.stations().await?.contains(&station) {
        return Err(malformed("Upload-Metadata names no station of this bureau"));
    }
    let progress = blocking(photos, move |photos| photos.begin(&upload, bytes, &metadata)).await?;
    let status = if progress.is_whole() { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = told(status, &progress);
    let location = HeaderValue::try_from(format!("/api/uploads/{hash}?station={station}"));
    let location = location.map_err(|_| Failure::new(ProblemCode::Internal))?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// How far an upload is.
///
/// # Errors
/// When there is none.
pub async fn progress(
    uploader: Uploader,
    Path(hash): Path<String>,
    Query(place): Query<Place>,
    State(photos): State<Arc<Photos>>,
) -> Result<Response, Failure> {
    let upload = upload(&uploader, place.station.as_deref(), named(hash)?)?;
    let progress = blocking(photos, move |photos| photos.progress(&upload)).await?;
    let mut response = told(StatusCode::OK, &progress);
    response.headers_mut().insert(LENGTH, progress.bytes.into());
    if let Ok(metadata) = HeaderValue::try_from(&progress.metadata)
        && !metadata.is_empty()
    {
        response.headers_mut().insert(METADATA, metadata);
    }
    Ok(response)
}

/// Adds what comes, as it comes: when the line breaks, what has come is kept.
///
/// # Errors
/// When it goes on elsewhere, or what became whole is not what it was said to be.
pub async fn add(
    uploader: Uploader,
    Path(hash): Path<String>,
    Query(place): Query<Place>,
    State(photos): State<Arc<Photos>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    if text(&headers, &header::CONTENT_TYPE) != Some(CONTENT) {
        return Err(malformed("the body's type is not application/offset+octet-stream"));
    }
    let mut at = number(&headers, &OFFSET)?;
    let upload = upload(&uploader, place.station.as_deref(), named(hash)?)?;
    let mut body = body.into_data_stream();
    let mut last = None;
    while let Some(bytes) = body.next().await {
        // A line that breaks tells nobody anything.
        let bytes = bytes.map_err(|_| malformed("the line broke"))?;
        let (upload, length) = (upload.clone(), bytes.len() as u64);
        let from = at;
        last = Some(blocking(Arc::clone(&photos), move |photos| photos.add(&upload, from, &bytes)).await?);
        at += length;
    }
    let progress = match last {
        Some(progress) => progress,
        None => blocking(photos, move |photos| photos.add(&upload, at, &[])).await?,
    };
    Ok(told(StatusCode::NO_CONTENT, &progress))
}

fn told(status: StatusCode, progress: &Progress) -> Response {
    let mut response = status.into_response();
    response.headers_mut().insert(OFFSET, progress.offset.into());
    if let Some(Ok(date)) = progress.expires.map(|at| HeaderValue::try_from(http_date(at))) {
        response.headers_mut().insert(EXPIRES, date);
    }
    response
}

/// The station that the photo is of; one's own, when the address names none.
#[derive(Debug, Deserialize)]
pub struct Place {
    station: Option<String>,
}

fn upload(uploader: &Uploader, station: Option<&str>, hash: PhotoHash) -> Result<Upload, Failure> {
    let Uploader(DeviceRecord { id, rights, .. }) = uploader;
    let named = station.map(StationCode::parse).transpose().map_err(|_| malformed("no station's code"))?;
    let station = rights.photos_of(named.as_ref()).ok_or_else(|| Failure::new(ProblemCode::NoRight))?;
    Ok(Upload { device: *id, officer: rights.officer.clone(), station: station.clone(), hash })
}

fn named(hash: String) -> Result<PhotoHash, Failure> {
    PhotoHash::try_from(hash).map_err(|_| Failure::new(ProblemCode::NotFound))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Failure> {
    let number = text(headers, name).and_then(|text| text.parse().ok());
    number.ok_or_else(|| malformed(&format!("{name} is not a number of bytes")))
}

fn malformed(what: &str) -> Failure {
    Failure::with_detail(ProblemCode::BodyMalformed, what)
}

/// `sha256 <base64 of the hexadecimal>` among the pairs that are divided by commas.
fn hash_in(metadata: &str) -> Option<PhotoHash> {
    PhotoHash::try_from(named_in(metadata, "sha256")?).ok()
}

/// What a name of the metadata stands for.
fn named_in(metadata: &str, name: &str) -> Option<String> {
    let mut pairs = metadata.split(',').filter_map(|pair| pair.trim().split_once(' '));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    String::from_utf8(BASE64.decode(value.trim().as_bytes()).ok()?).ok()
}

/// A moment as HTTP writes it.
fn http_date(at: Timestamp) -> String {
    let since = Duration::from_millis(u64::try_from(at.0).unwrap_or_default());
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since)
}

impl From<PhotoError> for Failure {
    fn from(error: PhotoError) -> Self {
        let code = match &error {
            PhotoError::Unknown => ProblemCode::NotFound,
            PhotoError::Offset(_) => ProblemCode::UploadOffset,
            PhotoError::TooLong => ProblemCode::BodyTooLarge,
            PhotoError::TooMany => ProblemCode::Busy,
            PhotoError::Mismatch => ProblemCode::PhotoMismatch,
            PhotoError::Kind => ProblemCode::PhotoKind,
            PhotoError::Full => ProblemCode::StorageFull,
            PhotoError::DayFull => ProblemCode::PhotoQuota,
            PhotoError::Failed(source) => {
                tracing::error!(error = source as &dyn std::error::Error, "the photos' disk failed");
                return Self::new(ProblemCode::Internal);
            }
        };
        Self::with_detail(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_http_writes_it() {
        assert_eq!(http_date(Timestamp(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(Timestamp(1_795_816_923_000)), "Fri, 27 Nov 2026 22:02:03 GMT");
    }

    #[test]
    fn the_hash_is_found_among_what_else_is_said() {
        let hash = PhotoHash([0xa5; 32]);
        let said = BASE64.encode(hash.to_string().as_bytes());
        assert_eq!(hash_in(&format!("filetype aW1hZ2UvanBlZw==,sha256 {said}")), Some(hash));
        assert_eq!(hash_in(&format!("name,sha256 {said}")), Some(hash));
        for wrong in ["", "sha256", "sha256 YTU=", "filetype aW1hZ2UvanBlZw=="] {
            assert_eq!(hash_in(wrong), None, "{wrong}");
        }
    }
}
