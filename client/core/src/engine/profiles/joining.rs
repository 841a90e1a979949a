//! Somebody joins a phone that others use, or forgot their PIN: either way a code says who they are. Until the roster names
//! them nothing of anybody else's is touched: they have a database of their own.

use std::rc::Rc;

use link::{Problem, ToUi};

use super::roster::{LOCK, Pin};
use super::switching::used;
use crate::engine::enrol::{key_pair, problem, redeem, storage_problem};
use crate::engine::state::{Engine, post};
use crate::engine::store::{self, KEY_PAIR, PROFILE, Profile, Record, Shelf};
use crate::platform::crypto::KeyPair;
use crate::platform::database::{Database, DatabaseError, Durability};
use crate::platform::{clock, tabs};

/// Under this key in `Shelf::Meta` of a newcomer's database lies the PIN that they chose, until the roster has it.
const PIN: &str = "pin";
/// The lock of whoever joins: another tab would choose the same number.
const JOINING: &str = "joining";

impl Engine {
    /// Whether others use this phone, or could.
    pub(in crate::engine) async fn is_shared(&self) -> Result<bool, DatabaseError> {
        Ok(self.profiles.read().await?.is_some())
    }

    /// Joins a phone that others use.
    pub(in crate::engine) async fn join_others(
        self: &Rc<Self>,
        code: &str,
        pin: &str,
    ) -> Result<(), Problem> {
        let pin = self.profiles.pin_of(pin).await?;
        let _joining = tabs::hold(JOINING).await;
        let roster = self.profiles.read().await.map_err(storage_problem)?.unwrap_or_default();
        let number = roster.next_number();
        let database = Database::of(number);
        // Whoever began to join before is not whose PIN this is.
        let nobody = Record { shelf: Shelf::Meta, key: PROFILE.to_owned(), value: None };
        let chosen = Record { shelf: Shelf::Meta, key: PIN.to_owned(), value: Some(store::bytes(&pin)) };
        database.write(vec![nobody, chosen], Durability::Strict).await.map_err(storage_problem)?;
        let key = key_pair(&database, code).await?;
        let profile = redeem(&database, &key, code).await?;
        if self.enter(number, &profile, pin).await.map_err(storage_problem)? {
            self.sit_down(number).await
        } else {
            // Another tab gave the phone to somebody meanwhile: the newcomer is in the list.
            self.profiles.say();
            post(&ToUi::Restart);
            Ok(())
        }
    }

    /// Names somebody in the roster; whether the phone is theirs now.
    async fn enter(&self, number: u32, profile: &Profile, pin: Pin) -> Result<bool, DatabaseError> {
        let _lock = tabs::hold(LOCK).await;
        let mut roster = self.profiles.read().await?.unwrap_or_default();
        roster.join(number, profile, pin);
        let is_free = roster.active.is_none();
        if is_free {
            roster.active = Some(number);
        }
        self.profiles.write(roster, vec![used(clock::now())]).await?;
        Ok(is_free)
    }

    /// Somebody's joining was cut short between the relay's answer and the roster: they are in the list from now on.
    pub(super) async fn end_joining(&self) -> Result<(), DatabaseError> {
        // Who joins in another tab just now is not cut short.
        let Ok(_joining) = tabs::hold_now(JOINING).await else { return Ok(()) };
        let Some(roster) = self.profiles.read().await? else { return Ok(()) };
        let number = roster.next_number();
        let wanted = [PROFILE, PIN].map(|key| (Shelf::Meta, Some(key)));
        let read = Database::of(number).read_at_once(&wanted).await?;
        let [profile, pin] = [0, 1].map(|place| read[place].first());
        let profile = profile.and_then(|bytes| minicbor::decode::<Profile>(bytes).ok());
        let pin = pin.and_then(|bytes| minicbor::decode::<Pin>(bytes).ok());
        if let (Some(profile), Some(pin)) = (profile, pin) {
            let _lock = tabs::hold(LOCK).await;
            let mut roster = self.profiles.read().await?.unwrap_or_default();
            roster.join(number, &profile, pin);
            self.profiles.write(roster, Vec::new()).await?;
        }
        Ok(())
    }

    /// Gives somebody who forgot their PIN another one.
    pub(super) async fn recover(self: &Rc<Self>, number: u32, code: &str, pin: &str) -> Result<(), Problem> {
        let _changing = self.change_hands()?;
        let pin = self.profiles.pin_of(pin).await?;
        let database = Database::of(number);
        let key = KeyPair::from_stored(&database.get_object(KEY_PAIR).await.map_err(storage_problem)?);
        let key = key.ok_or_else(|| problem("pin-missing", String::new()))?;
        // The relay takes a code for this key from the one person whose device it is.
        redeem(&database, &key, code).await?;
        {
            let _lock = tabs::hold(LOCK).await;
            let mut roster = self.profiles.read().await.map_err(storage_problem)?.unwrap_or_default();
            if let Some(entry) = roster.entry_mut(number) {
                entry.pin = Some(pin);
                entry.wrong = 0;
            }
            if roster.active.is_some() {
                self.profiles.write(roster, Vec::new()).await.map_err(storage_problem)?;
                post(&ToUi::Restart);
                return Ok(());
            }
            self.seize(roster, number).await.map_err(storage_problem)?;
        }
        self.sit_down(number).await
    }
}
