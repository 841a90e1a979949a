//! The demo bureau as a store holds it.

use shared::ids::CollectionId;
use shared::time::Zone;

use super::*;
use crate::store::sqlite::{Options, Sqlite};

#[tokio::test(flavor = "multi_thread")]
async fn the_bureau_is_made_once_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { folder: folder.path().to_owned(), ..Options::default() };
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(options).unwrap());
    let now = Zone::CHINA.moment(shared::time::Date::new(2026, 11, 24).unwrap(), 10 * 60);
    prepare(&store, now).await.unwrap();

    let collections = store.collections().unwrap();
    let registers = collections.iter().filter(|(id, _)| id.as_str().ends_with("/live")).count();
    assert_eq!(registers, 18);
    let tip = store.end(&CollectionId::bureau()).unwrap();

    prepare(&store, now.plus_ms(DAY_MS)).await.unwrap();
    assert_eq!(store.end(&CollectionId::bureau()).unwrap(), tip, "made once");
    let guests = guests(now);
    assert_eq!(
        guests.iter().map(|guest| guest.host).collect::<Vec<_>>(),
        ["officer-a.localhost", "officer-b.localhost", "board.localhost"]
    );
    for guest in guests {
        assert!(store.officer(&guest.officer).unwrap().is_some());
        assert!(store.devices().unwrap().iter().all(|device| device.rights.officer != guest.officer));
    }
}
