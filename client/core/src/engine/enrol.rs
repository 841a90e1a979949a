//! Enrolment: a key that never leaves this browser, a one-time code, and from then on a phone of the bureau.

use std::rc::Rc;

use link::Problem;
use shared::api::enrolment::{Enrolled, Redeem};
use shared::digits::BASE64URL;

use super::line::{SessionError, send_json};
use super::membership;
use super::state::Engine;
use super::store::{KEY_CODE, KEY_PAIR, PROFILE, Profile, Record, Shelf, bytes};
use crate::platform::crypto::KeyPair;
use crate::platform::database::{Database, DatabaseError, Durability};
use crate::platform::{crypto, quota, spawn};

impl Engine {
    /// Redeems a code. The key is kept before the code is sent, so that a lost answer can be asked for again.
    pub(super) fn enrol(self: &Rc<Self>, command: u32, code: String, pin: String) {
        let engine = Rc::clone(self);
        self.settle(command, async move {
            engine.join(&code, &pin).await?;
            spawn(async move {
                quota::ask_to_persist().await;
                engine.measure_storage();
            });
            Ok(())
        });
    }

    async fn join(self: &Rc<Self>, code: &str, pin: &str) -> Result<(), Problem> {
        let _changing = self.change_hands()?;
        if self.is_shared().await.map_err(storage_problem)? {
            return self.join_others(code, pin).await;
        }
        let key = key_pair(&self.database, code).await?;
        let profile = redeem(&self.database, &key, code).await?;
        self.go_on_as(profile).await.map_err(storage_problem)
    }
}

/// Redeems a code for a key, and keeps who they are from now on. A phone that is theirs already keeps what it knew besides.
///
/// # Errors
/// When the relay does not answer or refuses, its answer is not good, or the storage fails.
pub(super) async fn redeem(database: &Database, key: &KeyPair, code: &str) -> Result<Profile, Problem> {
    let redeemed = Redeem { code: code.to_owned(), public_key: BASE64URL.encode(&key.public) };
    let reply = send_json("/api/enrolments/redeem", &redeemed).await;
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
    let before = database.get(Shelf::Meta, PROFILE).await.map_err(storage_problem)?;
    let before = before.and_then(|bytes| minicbor::decode::<Profile>(&bytes).ok());
    profile.sealing_key = before.and_then(|before| before.sealing_key);
    let record = Record { shelf: Shelf::Meta, key: PROFILE.to_owned(), value: Some(bytes(&profile)) };
    database.write(vec![record], Durability::Strict).await.map_err(storage_problem)?;
    Ok(profile)
}

/// The key that was made for this code, or a new one: a key whose code's answer was lost is somebody's already, and not whoever
/// comes with another code.
///
/// # Errors
/// When there is no cryptography, or the storage fails.
pub(super) async fn key_pair(database: &Database, code: &str) -> Result<KeyPair, Problem> {
    // However it was typed.
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let digest = crypto::digest(&plain.to_ascii_uppercase())
        .await
        .map_err(|error| problem("crypto-missing", error.to_string()))?;
    let made_for = database.get(Shelf::Meta, KEY_CODE).await.map_err(storage_problem)?;
    let stored = database.get_object(KEY_PAIR).await.map_err(storage_problem)?;
    if let Some(key) = KeyPair::from_stored(&stored)
        && made_for.as_deref() == Some(&digest[..])
    {
        return Ok(key);
    }
    let key = KeyPair::generate().await.map_err(|error| problem("crypto-missing", error.to_string()))?;
    // The key first: with its code noted and another key there, that one would be taken for this code's.
    database.put_object(KEY_PAIR, key.to_stored()).await.map_err(storage_problem)?;
    let record = Record { shelf: Shelf::Meta, key: KEY_CODE.to_owned(), value: Some(digest.to_vec()) };
    database.write(vec![record], Durability::Strict).await.map_err(storage_problem)?;
    Ok(key)
}

pub(super) fn problem(code: &str, detail: String) -> Problem {
    Problem { code: code.to_owned(), detail }
}

pub(super) fn storage_problem(error: DatabaseError) -> Problem {
    let code = if error == DatabaseError::Full { "storage-full" } else { "storage-failed" };
    problem(code, error.to_string())
}
