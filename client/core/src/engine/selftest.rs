//! A trial of this phone for browsers that nobody knows: a record is really written and read back, the key really signs,
//! the relay is really asked. What was tried leaves nothing behind.

use std::rc::Rc;

use link::ToUi;
use link::slice::{SelfTestView, Slice};
use shared::time::Timestamp;

use super::line::answer;
use super::state::{Engine, post};
use super::store::{Record, Shelf};
use crate::platform::database::Durability;
use crate::platform::{clock, crypto, http, random, spawn};

/// Where the record lies while it is tried.
const KEY: &str = "self-test";

impl Engine {
    /// Tries it, shows what came of it, and answers.
    pub(super) fn self_test(self: &Rc<Self>, command: u32) {
        let engine = Rc::clone(self);
        spawn(async move {
            let view = SelfTestView {
                written_ms: engine.try_storage().await,
                signed_ms: engine.try_key().await,
                answered_ms: try_relay().await,
            };
            post(&ToUi::Slice(Box::new(Slice::SelfTest(view))));
            answer(command, Ok(()));
        });
    }

    async fn try_storage(&self) -> Option<u32> {
        let begun = clock::now();
        let bytes = random::number().to_be_bytes().to_vec();
        let record = |value| Record { shelf: Shelf::Meta, key: KEY.to_owned(), value };
        self.database.write(vec![record(Some(bytes.clone()))], Durability::Strict).await.ok()?;
        let read = self.database.get(Shelf::Meta, KEY).await.ok()?;
        let took = since(begun);
        self.database.write(vec![record(None)], Durability::Strict).await.ok()?;
        (read.as_ref() == Some(&bytes)).then_some(took)
    }

    async fn try_key(&self) -> Option<u32> {
        let key = self.phone.borrow().as_ref().map(|phone| phone.key.clone())?;
        let begun = clock::now();
        let claim = random::number().to_be_bytes().to_vec();
        let signature = key.sign(&claim).await.ok()?;
        let is_good = crypto::is_signed(&key.public, &claim, &signature).await.ok()?;
        is_good.then(|| since(begun))
    }
}

async fn try_relay() -> Option<u32> {
    let begun = clock::now();
    http::get("/api/health").await.ok()?;
    Some(since(begun))
}

fn since(begun: Timestamp) -> u32 {
    u32::try_from(clock::now().since(begun)).unwrap_or_default()
}
