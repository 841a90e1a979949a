//! Enrolment: a key that never leaves this browser, a one-time code, and from then on a phone of the bureau.

use std::rc::Rc;

use link::slice::Slice;
use link::{Problem, ToUi};
use shared::api::enrolment::{Enrolled, Redeem};
use shared::digits::BASE64URL;

use super::line::{SessionError, send_json};
use super::membership;
use super::state::{Engine, post};
use super::store::{KEY_PAIR, PROFILE, Profile, Record, Shelf, bytes};
use crate::platform::crypto::KeyPair;
use crate::platform::database::{DatabaseError, Durability};
use crate::platform::{quota, spawn};

impl Engine {
    /// Redeems a code. The key is kept before the code is sent, so that a lost answer can be asked for again.
    pub(super) fn enrol(self: &Rc<Self>, command: u32, code: String) {
        let engine = Rc::clone(self);
        spawn(async move {
            match engine.join(code).await {
                Ok(()) => {
                    post(&ToUi::Done(command));
                    quota::ask_to_persist().await;
                    engine.measure_storage();
                }
                Err(problem) => post(&ToUi::Failed(command, problem)),
            }
        });
    }

    async fn join(self: &Rc<Self>, code: String) -> Result<(), Problem> {
        // Where others use this phone too, a newcomer has a database of their own.
        let joining = self.profiles.joining();
        if let Some(number) = joining.filter(|_| self.phone.borrow().is_none()) {
            self.database.choose(number);
        }
        let (profile, key) = self.redeem(code).await?;
        if let Some(number) = joining {
            self.join_profile(number, &profile).await?;
        }
        post(&ToUi::Slice(Box::new(Slice::Session(profile.session(self.profiles.seat())))));
        self.start_phone(profile, key).await.map_err(storage_problem)
    }

    async fn redeem(self: &Rc<Self>, code: String) -> Result<(Profile, KeyPair), Problem> {
        if self.phone.borrow().is_some() {
            return Err(problem("already-enrolled", String::new()));
        }
        let key = self.key_pair().await?;
        let public_key = BASE64URL.encode(&key.public);
        let reply = send_json("/api/enrolments/redeem", &Redeem { code, public_key }).await;
        let reply = reply.map_err(|error| match error {
            SessionError::Unreachable => problem("offline", String::new()),
            SessionError::Problem(code) => problem(code, String::new()),
        })?;
        let enrolled: Enrolled =
            serde_json::from_slice(&reply.body).map_err(|error| problem("internal", error.to_string()))?;
        let certificate = enrolled.certificate.clone();
        let forged = || problem("certificate-invalid", "not this phone's, or not this relay's".to_owned());
        let mut profile = Profile::new(enrolled).ok_or_else(forged)?;
        let certificate = membership::verified(&profile.identity, &certificate).await;
        profile.certificate = Some(certificate.ok_or_else(forged)?);
        let record = Record { shelf: Shelf::Meta, key: PROFILE.to_owned(), value: Some(bytes(&profile)) };
        self.database.write(vec![record], Durability::Strict).await.map_err(storage_problem)?;
        Ok((profile, key))
    }

    async fn key_pair(self: &Rc<Self>) -> Result<KeyPair, Problem> {
        let stored = self.database.get_object(KEY_PAIR).await.map_err(storage_problem)?;
        if let Some(key) = KeyPair::from_stored(&stored) {
            return Ok(key);
        }
        let key = KeyPair::generate().await.map_err(|error| problem("crypto-missing", error.to_string()))?;
        self.database.put_object(KEY_PAIR, key.to_stored()).await.map_err(storage_problem)?;
        Ok(key)
    }
}

pub(super) fn problem(code: &str, detail: String) -> Problem {
    Problem { code: code.to_owned(), detail }
}

pub(super) fn storage_problem(error: DatabaseError) -> Problem {
    let code = if error == DatabaseError::Full { "storage-full" } else { "storage-failed" };
    problem(code, error.to_string())
}
