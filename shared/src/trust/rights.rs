//! Rights: one table, used by the screen, by the phone's engine and by the relay.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::ids::{CollectionId, DocumentKind, OfficerId, Shelf, StationCode};
use crate::time::Date;

/// What a person is in the bureau, from least to most.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Role {
    /// 民警/辅警
    #[n(0)]
    Officer,
    /// 装备员/所长: signs for the station.
    #[n(1)]
    Lead,
    /// 警务保障大队: sees every station.
    #[n(2)]
    Supervisor,
    /// People, devices, stations, templates.
    #[n(3)]
    Admin,
}

/// What an event in a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A stay at a round.
    Visit,
    /// An answer, or one taken back.
    Observation,
    /// A signature under a round.
    SignOff,
    /// An entry of any other document.
    Entry,
}

impl EventKind {
    /// Its word, for logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Observation => "observation",
            Self::SignOff => "sign-off",
            Self::Entry => "entry",
        }
    }
}

/// Who asks, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
pub struct Rights {
    /// The person.
    #[n(0)]
    pub officer: OfficerId,
    /// Their role.
    #[n(1)]
    pub role: Role,
    /// Their station; none for people of the bureau itself.
    #[n(2)]
    pub station: Option<StationCode>,
}

crate::read_object!(Rights { officer, role, station });

impl Rights {
    /// Whether a collection may be read: the bureau's own by everybody, a station's by its people and by supervisors.
    pub fn may_read(&self, collection: &CollectionId) -> bool {
        match collection.shelf() {
            Ok(Shelf::Bureau) => true,
            Ok(Shelf::Live(station) | Shelf::Rounds(station, _)) => {
                self.role >= Role::Supervisor || self.station.as_ref() == Some(&station)
            }
            Err(_) => false,
        }
    }

    /// Whether a collection may be written from a phone: the rounds and the live documents of one's own station. The
    /// bureau's own collection is written by the relay alone.
    pub fn may_write(&self, collection: &CollectionId) -> bool {
        match collection.shelf() {
            Ok(Shelf::Live(station) | Shelf::Rounds(station, _)) => self.station.as_ref() == Some(&station),
            Ok(Shelf::Bureau) | Err(_) => false,
        }
    }

    /// Whether this person's phone may add such an event to a document of this kind, in a collection that it may write:
    /// everybody fills rounds, reports defects, raises needs, and hands the station's things over in its register; every
    /// other document is the relay's own, and so is what a register says a thing is (`policy::check_custody`). Whether a
    /// sign-off is good depends on the round's checklist: [`Rights::may_sign`].
    pub fn may_add(&self, event: EventKind, document: DocumentKind) -> bool {
        use DocumentKind::{Calendar, Defect, Directory, Need, Register, Round, Template};
        match (document, event) {
            // What an entry may say is up to its kind: the station reports, verifies and hands over, the bureau handles.
            (Round, EventKind::Visit | EventKind::Observation | EventKind::SignOff)
            | (Register | Defect | Need, EventKind::Entry) => self.role >= Role::Officer,
            (Round, EventKind::Entry) | (Register | Defect | Need, _) => false,
            (Template | Calendar | Directory, _) => false,
        }
    }

    /// Whether a round that asks for `least` may be signed.
    pub fn may_sign(&self, least: Role, station: &StationCode) -> bool {
        self.role >= least && self.station.as_ref() == Some(station)
    }

    /// Whether a checklist of the bureau may be published.
    pub fn may_publish(&self) -> bool {
        self.role >= Role::Admin
    }

    /// Whether lines may be added to a station's checklists: by its lead, and by supervisors.
    pub fn may_add_lines(&self, station: &StationCode) -> bool {
        self.role >= Role::Supervisor || self.may_sign(Role::Lead, station)
    }

    /// Whether labels may be printed for a station's things: by its own people, and by supervisors.
    pub fn may_print_labels(&self, station: &StationCode) -> bool {
        self.role >= Role::Supervisor || self.station.as_ref() == Some(station)
    }

    /// Whether an operation may be started or ended.
    pub fn may_start_operation(&self) -> bool {
        self.role >= Role::Supervisor
    }

    /// Whether defects may be handled, and needs answered: with a network, by the relay's hand.
    pub fn may_handle(&self) -> bool {
        self.role >= Role::Supervisor
    }

    /// Whether rejected batches may be looked at, and held changes released.
    pub fn may_release(&self) -> bool {
        self.role >= Role::Supervisor
    }

    /// Whether the merged state of all stations may be seen.
    pub fn may_see_board(&self) -> bool {
        self.role >= Role::Supervisor
    }

    /// Whether photos of a station's rounds may be seen: by its people and by supervisors.
    pub fn may_see_photos(&self, station: &StationCode) -> bool {
        self.role >= Role::Supervisor || self.station.as_ref() == Some(station)
    }

    /// The station that a photo of this person is filed under: the one of its answer, which they may have left since.
    /// Nobody sees a photo that no answer names. `None` for who names none and is of none.
    pub fn photos_of<'a>(&'a self, named: Option<&'a StationCode>) -> Option<&'a StationCode> {
        named.or(self.station.as_ref())
    }

    /// Whether a device may be revoked, whoever's it is.
    pub fn may_revoke(&self) -> bool {
        self.role >= Role::Supervisor
    }

    /// Whether somebody may be moved to another station.
    pub fn may_move(&self) -> bool {
        self.role >= Role::Supervisor
    }

    /// The collections that a phone of this person holds without being asked: the bureau's, and the station's live
    /// documents, this month and the last (a supervisor opens months when they look at them).
    pub fn held_collections<'a>(
        &self,
        stations: impl Iterator<Item = &'a StationCode>,
        today: Date,
    ) -> Vec<CollectionId> {
        let mut held = vec![CollectionId::bureau()];
        if let Some(station) = &self.station {
            held.push(CollectionId::of(&Shelf::Live(station.clone())));
            for month in [today.month(), today.month().before()] {
                held.push(CollectionId::of(&Shelf::Rounds(station.clone(), month)));
            }
        } else if self.role >= Role::Supervisor {
            held.extend(stations.map(|station| CollectionId::of(&Shelf::Live(station.clone()))));
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_add_to_rounds_registers_defects_and_needs_and_to_nothing_else() {
        let rights = Rights { officer: OfficerId::parse("x").unwrap(), role: Role::Admin, station: None };
        let events = [EventKind::Visit, EventKind::Observation, EventKind::SignOff, EventKind::Entry];
        for document in DocumentKind::ALL {
            for event in events {
                let expected = match document {
                    DocumentKind::Round => event != EventKind::Entry,
                    DocumentKind::Register | DocumentKind::Defect | DocumentKind::Need => {
                        event == EventKind::Entry
                    }
                    _ => false,
                };
                assert_eq!(rights.may_add(event, document), expected, "{event:?} in {document:?}");
            }
        }
    }

    #[test]
    fn rights_follow_role_and_station() {
        let rights = |role, station: Option<&str>| Rights {
            officer: OfficerId::parse("x").unwrap(),
            role,
            station: station.map(|code| StationCode::parse(code).unwrap()),
        };
        let own = CollectionId::parse("station/zhongmiao/2026-11").unwrap();
        let other = CollectionId::parse("station/huailin/2026-11").unwrap();
        let bureau = CollectionId::bureau();
        let officer = rights(Role::Officer, Some("zhongmiao"));
        let supervisor = rights(Role::Supervisor, None);
        for (who, collection, read, write) in [
            (&officer, &own, true, true),
            (&officer, &other, false, false),
            (&officer, &bureau, true, false),
            (&supervisor, &own, true, false),
            (&supervisor, &other, true, false),
            (&supervisor, &bureau, true, false),
        ] {
            assert_eq!(
                (who.may_read(collection), who.may_write(collection)),
                (read, write),
                "{who:?} {collection}"
            );
        }
    }
}
