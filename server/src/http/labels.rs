//! `GET /api/labels`, its style sheet and its script: labels for a station's things, as a page to print. What stands on
//! them is `labels`'s.

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use shared::api::problem::ProblemCode;
use shared::ids::{AssetId, StationCode};
use shared::limits::LABELS_MAX;

use super::session::Visitor;
use crate::error::Failure;
use crate::labels::{self, Format, Job, Offset};
use crate::projector::Reference;
use crate::relay::Relay;
use crate::store::blocking;

/// What is to be printed.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Whose things.
    station: String,
    /// On what.
    #[serde(flatten)]
    look: Look,
    /// Places of the first sheet that are used already.
    #[serde(default)]
    skip: String,
    /// Which things, by comma; all when it is absent.
    #[serde(default)]
    assets: Option<String>,
    /// Only frames and rulers.
    #[serde(default)]
    test: Option<String>,
}

/// The format and how it is moved, in millimetres.
#[derive(Debug, Deserialize)]
pub struct Look {
    format: String,
    #[serde(default)]
    dx: String,
    #[serde(default)]
    dy: String,
}

impl Look {
    fn read(&self) -> Result<(Format, Offset), Failure> {
        let format = Format::named(&self.format).ok_or_else(|| malformed("format"))?;
        let offset = Offset::parse(&self.dx, &self.dy).ok_or_else(|| malformed("dx, dy"))?;
        Ok((format, offset))
    }

    /// The address of its style sheet. Both parts were read: they need no escaping.
    fn style(&self) -> String {
        format!("/api/labels.css?format={}&dx={}&dy={}", self.format, self.dx.trim(), self.dy.trim())
    }
}

fn malformed(what: &str) -> Failure {
    Failure::with_detail(ProblemCode::BodyMalformed, format!("{what} cannot be read"))
}

/// The page; a sentence in both languages where there is no session, since a browser shows this to a person.
///
/// # Errors
/// When the visitor may not print for that station, or the request cannot be read.
pub async fn show(
    visitor: Result<Visitor, Failure>,
    State(relay): State<Relay>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (format, offset) = wanted.look.read()?;
    let style = wanted.look.style();
    let Ok(Visitor(by)) = visitor else {
        let page = labels::sorry(
            "中心没有认出这台设备。请在点验里打开“标签”，联网后再打印。",
            "The centre did not recognise this device. Open Labels in Muster with a network, then print again.",
            &style,
        );
        return Ok((StatusCode::UNAUTHORIZED, Html(page)).into_response());
    };
    let station = StationCode::parse(&wanted.station).map_err(|_| malformed("station"))?;
    if !by.rights.may_print_labels(&station) {
        return Err(Failure::new(ProblemCode::NoRight));
    }
    let skipped = match wanted.skip.trim() {
        "" => 0,
        text => text.parse().map_err(|_| malformed("skip"))?,
    };
    let named = wanted.assets.as_deref().map(assets).transpose()?;
    let is_test = wanted.test.is_some();
    let stickers = if is_test { Vec::new() } else { stickers(&relay, station, named).await? };
    let job = Job { format, offset, skipped, stickers, is_test };
    // Thousands of pictures take their time, and others wait on this thread.
    let drawn = tokio::task::spawn_blocking(move || labels::page(&job, &style, "/api/labels.js")).await;
    Ok(Html(drawn.map_err(|_| Failure::new(ProblemCode::Internal))?).into_response())
}

fn assets(text: &str) -> Result<Vec<AssetId>, Failure> {
    let ids: Result<Vec<_>, _> = text.split(',').filter(|id| !id.is_empty()).map(AssetId::parse).collect();
    ids.ok().filter(|ids| ids.len() <= LABELS_MAX).ok_or_else(|| malformed("assets"))
}

async fn stickers(
    relay: &Relay,
    station: StationCode,
    named: Option<Vec<AssetId>>,
) -> Result<Vec<labels::Sticker>, Failure> {
    Ok(blocking(relay.store(), move |store| {
        let mut reference = Reference::default();
        reference.load_bureau(store)?;
        reference.load_register(store, &station)?;
        let name = reference.directory.stations.get(&station).map(|s| s.name.clone()).unwrap_or_default();
        let register = reference.registers.remove(&station).unwrap_or_default();
        Ok(labels::stickers(&station, &name, &register, named.as_deref()))
    })
    .await?)
}

/// The style sheet of a format: nothing of anybody's.
///
/// # Errors
/// When there is no such format or offset.
pub async fn style(Query(look): Query<Look>) -> Result<Response, Failure> {
    let (format, offset) = look.read()?;
    let sheet = labels::style(&format, offset);
    Ok(([(header::CONTENT_TYPE, "text/css; charset=utf-8")], sheet).into_response())
}

/// The page's script.
pub async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], labels::SCRIPT).into_response()
}
