//! `GET /api/quarantine` and `POST /api/held/release`, for supervisors: what does not count, and their word that it
//! does.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use shared::api::problem::ProblemCode;
use shared::api::quarantine::{HeldChanges, QuarantineView, RejectedBatch, ReleaseRequest, Released, Who};
use shared::ids::DeviceId;

use super::body::JsonBody;
use super::photos::blocking as blocking_on_photos;
use super::session::Visitor;
use crate::error::Failure;
use crate::photos::Photos;
use crate::relay::Relay;
use crate::store::{DeviceRecord, Store, StoreError, blocking};

/// Lists it.
///
/// # Errors
/// When the visitor is no supervisor.
pub async fn show(visitor: Visitor, State(relay): State<Relay>) -> Result<Json<QuarantineView>, Failure> {
    permit(&visitor.0)?;
    let held = relay.held().await?;
    let view = blocking(relay.store(), move |store| {
        let mut names = Names::default();
        let held = held.into_iter().map(|batch| {
            let changes = u32::try_from(batch.changes.len()).unwrap_or(u32::MAX);
            let author = names.who(store, batch.author)?;
            let (collection, document, at) = (batch.collection, batch.document, batch.at);
            Ok(HeldChanges { collection, document, author, at, changes })
        });
        let held = held.collect::<Result<_, StoreError>>()?;
        let rejected = store.rejected()?.into_iter().map(|batch| {
            Ok(RejectedBatch {
                at: batch.at,
                author: names.who(store, batch.author)?,
                carrier: names.who(store, batch.carrier)?,
                code: batch.code,
                detail: batch.detail,
                collection: batch.collection,
                document: batch.document,
                changes: batch.changes,
                bytes: batch.bytes,
                times: batch.times,
            })
        });
        let rejected = rejected.collect::<Result<_, StoreError>>()?;
        Ok(QuarantineView { held, rejected })
    });
    Ok(Json(view.await?))
}

/// Releases what is held of a device in a document.
///
/// # Errors
/// When the visitor is no supervisor, or the log does not take it now.
pub async fn release(
    visitor: Visitor,
    State(relay): State<Relay>,
    State(photos): State<Arc<Photos>>,
    JsonBody(request): JsonBody<ReleaseRequest>,
) -> Result<Json<Released>, Failure> {
    permit(&visitor.0)?;
    let officer = &visitor.0.rights.officer;
    let ReleaseRequest { document, device } = request;
    let count = relay.release(document, device, officer).await?;
    // Its photos go with it.
    let named = relay.photos_that_count([document].into()).await?;
    blocking_on_photos(photos, move |photos| photos.release(device, &named)).await?;
    Ok(Json(Released { changes: u32::try_from(count).unwrap_or(u32::MAX) }))
}

fn permit(device: &DeviceRecord) -> Result<(), Failure> {
    if device.rights.may_release() { Ok(()) } else { Err(Failure::new(ProblemCode::NoRight)) }
}

/// Names of people by their devices, each looked up once.
#[derive(Default)]
struct Names(HashMap<DeviceId, Option<String>>);

impl Names {
    fn who(&mut self, store: &dyn Store, device: DeviceId) -> Result<Who, StoreError> {
        let name = match self.0.get(&device) {
            Some(name) => name.clone(),
            None => {
                let record = store.device(device)?;
                let officer = record.map(|record| store.officer(&record.rights.officer)).transpose()?;
                let name = officer.flatten().map(|officer| officer.name);
                self.0.entry(device).or_insert(name).clone()
            }
        };
        Ok(Who { device, name })
    }
}
