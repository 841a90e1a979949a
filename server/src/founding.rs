//! How a bureau begins: its relay key, its first admin, the default checklists and calendar, and the admin's one-time
//! way in. Everything is written into a database beside the final place and moved there whole, so a founding that is
//! interrupted leaves no half bureau. It never touches a bureau that is there. The command line is `cli::init`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};
use shared::domain::directory::{Bureau, DirectoryEntry, Officer};

use crate::clock::Clock;
use crate::content;
use crate::identity::{EnrolmentCode, Identity};
use crate::publishing;
use crate::relay::author::{self, PublishError};
use crate::relay::{Relay, StartError};
use crate::store::sqlite::{self, Options, Sqlite};
use crate::store::{Founding, Log, Store, StoreError};

/// What a bureau begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    /// The bureau.
    pub bureau: Bureau,
    /// The first person, who lets in the others.
    pub admin: Officer,
}

/// Why a bureau was not founded. Nothing is left of it then.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// There is one.
    #[error("there is a bureau in {} already: {name} ({id}); nothing was changed", folder.display())]
    Exists {
        /// The data folder.
        folder: PathBuf,
        /// Its name.
        name: String,
        /// Its id.
        id: String,
    },
    /// The folder where it is prepared cannot be had.
    #[error("{} cannot be used to prepare the bureau; if another founding was interrupted, remove it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The system gave no randomness.
    #[error("the system gives no random numbers")]
    Random,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The relay did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The first documents could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// Founds a bureau in a data folder that has none; gives the admin's one-time code.
///
/// # Errors
/// When there is a bureau already, or it cannot be written.
pub async fn found(
    folder: &Path,
    charter: &Charter,
    clock: Arc<dyn Clock>,
) -> Result<EnrolmentCode, FoundingError> {
    refuse_second(folder)?;
    let apart = Apart::make(folder)?;
    let code = write(&apart.0, charter, clock).await?;
    sqlite::install(&apart.0, folder)?;
    Ok(code)
}

fn refuse_second(folder: &Path) -> Result<(), FoundingError> {
    if !sqlite::exists(folder) {
        return Ok(());
    }
    let store = Sqlite::open(Options { folder: folder.to_owned(), ..Options::default() })?;
    match store.founding()? {
        None => Ok(()),
        Some(Founding { bureau, .. }) => Err(FoundingError::Exists {
            folder: folder.to_owned(),
            name: bureau.name.zh,
            id: bureau.id.to_string(),
        }),
    }
}

/// A folder that goes when the founding ends, well or not.
struct Apart(PathBuf);

impl Apart {
    fn make(folder: &Path) -> Result<Self, FoundingError> {
        let path = folder.join(".founding");
        let made = std::fs::create_dir_all(folder).and_then(|()| std::fs::create_dir(&path));
        made.map_err(|source| FoundingError::Folder { path: path.clone(), source })?;
        Ok(Self(path))
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(error = &error as &dyn std::error::Error, "the folder of the founding stays");
        }
    }
}

async fn write(
    folder: &Path,
    charter: &Charter,
    clock: Arc<dyn Clock>,
) -> Result<EnrolmentCode, FoundingError> {
    let mut epoch = [0; 8];
    SystemRandom::new().fill(&mut epoch).map_err(|_| FoundingError::Random)?;
    let founding = Founding {
        bureau: charter.bureau.clone(),
        epoch: u64::from_be_bytes(epoch),
        relay_key: author::generate_key()?,
    };
    let store: Arc<dyn Store> =
        Arc::new(Sqlite::open(Options { folder: folder.to_owned(), ..Options::default() })?);
    store.found(&founding)?;
    store.put_officer(&charter.admin)?;
    let relay = Relay::start(Arc::clone(&store), Arc::clone(&clock), founding)?;
    let published = publish(&relay, charter).await;
    relay.close().await;
    published?;
    Ok(Identity::new(store, clock, charter.bureau.clone()).issue(&charter.admin.id)?)
}

async fn publish(relay: &Relay, charter: &Charter) -> Result<(), PublishError> {
    let entries =
        [DirectoryEntry::Bureau(charter.bureau.clone()), DirectoryEntry::Officer(charter.admin.clone())];
    publishing::publish_directory(relay, &entries).await?;
    for template in content::templates() {
        publishing::publish_template(relay, &template).await?;
    }
    publishing::publish_calendar(relay, &content::calendar()).await
}

#[cfg(test)]
mod tests {
    use shared::domain::Label;
    use shared::ids::{BureauId, OfficerId};
    use shared::time::{Timestamp, Zone};
    use shared::trust::rights::Role;

    use super::*;
    use crate::clock::SetClock;

    fn charter(id: &str) -> Charter {
        Charter {
            bureau: Bureau {
                id: BureauId::parse(id).unwrap(),
                name: Label::new("巢湖市公安局", "Chaohu bureau"),
                zone: Zone::CHINA,
            },
            admin: Officer {
                id: OfficerId::parse("admin").unwrap(),
                name: "侯芳".to_owned(),
                badge: "013117".to_owned(),
                station: None,
                role: Role::Admin,
            },
        }
    }

    fn clock() -> Arc<dyn Clock> {
        Arc::new(SetClock::at(Timestamp(1_795_449_600_000)))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_bureau_is_founded_once_and_its_admin_can_come_in() {
        let folder = tempfile::tempdir().unwrap();
        let code = found(folder.path(), &charter("chaohu"), clock()).await.unwrap();
        let again = found(folder.path(), &charter("other"), clock()).await;
        assert!(matches!(&again, Err(FoundingError::Exists { id, .. }) if id == "chaohu"), "{again:?}");

        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(names, [sqlite::FILE_NAME], "one plain file, and nothing of the preparation");
        let options = Options { folder: folder.path().to_owned(), ..Options::default() };
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(options).unwrap());
        let founding = store.founding().unwrap().unwrap();
        assert_eq!(founding.bureau, charter("chaohu").bureau);
        let relay = Relay::start(Arc::clone(&store), clock(), founding).unwrap();
        let directory = publishing::directory(&relay).await.unwrap();
        assert_eq!(directory.officers.values().next(), Some(&charter("chaohu").admin));
        relay.close().await;
        assert_eq!(store.enrolment(&code.hash()).unwrap().unwrap().officer, charter("chaohu").admin.id);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_founding_that_fails_leaves_the_folder_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".founding")).unwrap();
        let failed = found(folder.path(), &charter("chaohu"), clock()).await;
        assert!(matches!(failed, Err(FoundingError::Folder { .. })), "{failed:?}");
        assert!(!sqlite::exists(folder.path()));
        std::fs::remove_dir(folder.path().join(".founding")).unwrap();
        // A relay that was started without a bureau has left an empty database.
        drop(Sqlite::open(Options { folder: folder.path().to_owned(), ..Options::default() }).unwrap());
        found(folder.path(), &charter("chaohu"), clock()).await.unwrap();
    }
}
