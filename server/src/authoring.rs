//! What people have the relay write into the bureau's documents: a later version of a checklist, a station's own lines
//! beside it, the start and the end of an operation. Here is who may, and what is sound; writing it is `publishing`'s.

use shared::document::read;
use shared::domain::calendar::Operation;
use shared::domain::round::Period;
use shared::domain::template::{Addition, Template, TemplateError};
use shared::ids::{DocumentId, TemplateId};
use shared::trust::rights::Rights;

use crate::publishing;
use crate::relay::Relay;
use crate::relay::author::PublishError;
use crate::relay::snapshot::{self, LoadError};
use crate::store;

/// Characters of an operation's label: it stands in the title of every round of it.
const OPERATION_LABEL_MAX: usize = 60;

/// Why it was not written.
#[derive(Debug, thiserror::Error)]
pub enum AuthoringError {
    /// The role does not allow it.
    #[error("the role does not allow it")]
    NoRight,
    /// There is no such checklist.
    #[error("there is no checklist {0}")]
    TemplateUnknown(TemplateId),
    /// The definition is not sound.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// An operation whose name cannot stand in a period, that ends before it begins, or whose label is missing or long.
    #[error(
        "an operation needs a short ASCII name, a label of at most 60 characters in both languages, and to end after it begins"
    )]
    Operation,
    /// The checklist that is there could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The log did not take it.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// Publishes a checklist: a new one, or a later version of one that is there.
///
/// # Errors
/// When the role does not allow it, the definition is not sound or does not follow, or the log does not take it.
pub async fn publish_template(
    relay: &Relay,
    rights: &Rights,
    template: &Template,
) -> Result<(), AuthoringError> {
    if !rights.may_publish() {
        return Err(AuthoringError::NoRight);
    }
    match read_template(relay, &template.id).await?.0 {
        Some(before) => template.check_successor(&before)?,
        None => template.check_first()?,
    }
    Ok(publishing::publish_template(relay, template).await?)
}

/// Publishes what a station adds to a checklist, in the place of what it had added.
///
/// # Errors
/// When the role does not allow it, there is no such checklist, the lines are not sound, or the log does not take them.
pub async fn publish_addition(
    relay: &Relay,
    rights: &Rights,
    addition: &Addition,
) -> Result<(), AuthoringError> {
    if !rights.may_add_lines(&addition.station) {
        return Err(AuthoringError::NoRight);
    }
    let (template, before) = read_template(relay, &addition.template).await?;
    let template = template.ok_or_else(|| AuthoringError::TemplateUnknown(addition.template.clone()))?;
    let before = before.into_iter().find(|before| before.station == addition.station);
    addition.check(&template, before.as_ref())?;
    Ok(publishing::publish_addition(relay, addition).await?)
}

/// Starts an operation in a person's name, or says when one that was started ends.
///
/// # Errors
/// When the role does not allow it, the operation is not sound, or the log does not take it.
pub async fn publish_operation(
    relay: &Relay,
    rights: &Rights,
    operation: Operation,
) -> Result<(), AuthoringError> {
    if !rights.may_start_operation() {
        return Err(AuthoringError::NoRight);
    }
    let period = Period::Event(operation.from, operation.operation.clone());
    let is_sound = Period::parse(&period.to_string()).as_ref() == Ok(&period)
        && operation.to.is_none_or(|to| operation.from <= to)
        && [&operation.label.zh, &operation.label.en]
            .iter()
            .all(|text| !text.trim().is_empty() && text.chars().count() <= OPERATION_LABEL_MAX);
    if !is_sound {
        return Err(AuthoringError::Operation);
    }
    let operation = Operation { by: rights.officer.clone(), ..operation };
    Ok(publishing::publish_operation(relay, &operation).await?)
}

/// A checklist as the log has it, and what stations add to it.
async fn read_template(
    relay: &Relay,
    template: &TemplateId,
) -> Result<(Option<Template>, Vec<Addition>), AuthoringError> {
    let id = DocumentId::template(&relay.bureau().id, template);
    let document = store::blocking(relay.store(), move |store| Ok(snapshot::load(store, id)));
    let document = document.await.map_err(LoadError::Store)??;
    Ok((read::template(&document), read::additions(&document).into_values().collect()))
}
