//! What the relay says about this phone's membership: its own key, what its person may do, and the certificate that it
//! renews at every contact. All are kept in the profile; a certificate only when it is this phone's and the relay's key signed it.

use std::rc::Rc;

use shared::api::session::Session;
use shared::digits::BASE64URL;
use shared::domain::Label;
use shared::sync::device::{Claimed, Identity, Input};
use shared::trust::certificate::Certificate;
use shared::trust::rights::Rights;
use shared::trust::signing::{SUITE_P256, sealing_key_claim};

use super::state::Engine;
use super::store::{PROFILE, Profile, Record, Shelf, bytes};
use crate::platform::database::Durability;
use crate::platform::{crypto, report};

impl Engine {
    /// The certificate that this phone shows, as text.
    pub(super) fn certificate(&self) -> Option<String> {
        let phone = self.phone.borrow();
        phone.as_ref()?.profile.certificate.as_ref().map(Certificate::to_text)
    }

    /// Takes in what an opened session tells. That something of it is no good is written into the console: what was kept
    /// before stays, and a relay with another key shows at its first receipt.
    pub(super) async fn renew_membership(self: &Rc<Self>, session: &Session) {
        let Some(mut profile) = self.phone.borrow().as_ref().map(|phone| phone.profile.clone()) else {
            return;
        };
        let before = profile.clone();
        if profile.identity.relay_key.is_none()
            && let Some(key) = BASE64URL.decode(&session.relay_key)
        {
            self.input(Input::RelayKey(key.clone()));
            profile.identity.relay_key = Some(key.into());
        }
        if profile.identity.rights != session.rights {
            profile.identity.rights = session.rights.clone();
            profile.station_name = self.station_name(&session.rights);
            self.input(Input::Rights(session.rights.clone()));
            self.show_person(&profile);
            self.refresh();
        }
        match sealing_key(&profile.identity, session).await {
            Some(key) => profile.sealing_key = Some(key.into()),
            None => report("the relay's key for bundles is not good"),
        }
        match verified(&profile.identity, &session.certificate).await {
            Some(certificate) => profile.certificate = Some(certificate),
            None => report("the relay's certificate of this phone is not good"),
        }
        if profile != before {
            self.keep_profile(profile).await;
        }
    }

    /// The name of somebody's station, as the directory on this phone has it.
    fn station_name(&self, rights: &Rights) -> Label {
        let phone = self.phone.borrow();
        let stations = phone.as_ref().map(|phone| &phone.device.directory().stations);
        let station = stations.zip(rights.station.as_ref()).and_then(|(all, code)| all.get(code));
        station.map(|station| station.name.clone()).unwrap_or_default()
    }

    async fn keep_profile(self: &Rc<Self>, profile: Profile) {
        let record = Record { shelf: Shelf::Meta, key: PROFILE.to_owned(), value: Some(bytes(&profile)) };
        // Losing it costs nothing: the next contact brings another.
        if let Err(error) = self.database.write(vec![record], Durability::Relaxed).await {
            report(&error.to_string());
        }
        if let Some(phone) = self.phone.borrow_mut().as_mut() {
            phone.profile = profile;
        }
    }
}

/// The key that bundles are sealed to, when the relay's key signed it.
async fn sealing_key(identity: &Identity, session: &Session) -> Option<Vec<u8>> {
    let key = BASE64URL.decode(&session.sealing_key)?;
    let claimed = Claimed {
        claim: sealing_key_claim(SUITE_P256, &identity.bureau, &key),
        suite: SUITE_P256,
        signature: BASE64URL.decode(&session.sealing_signature)?,
        public_key: identity.relay_key.as_ref()?.to_vec(),
    };
    crypto::verifies(&claimed).await.ok()?.then_some(key)
}

/// The certificate that a text is, when it is this phone's and the relay's key signed it. The lease is asked for by the
/// relay's clock, not by the phone's, which may be wrong.
pub(super) async fn verified(identity: &Identity, text: &str) -> Option<Certificate> {
    let certificate = Certificate::parse(text).ok()?;
    certificate.check(&identity.bureau, identity.device, certificate.issued).ok()?;
    let claimed = Claimed {
        claim: certificate.claim(),
        suite: certificate.suite,
        signature: certificate.signature.clone(),
        public_key: identity.relay_key.as_ref()?.to_vec(),
    };
    crypto::verifies(&claimed).await.ok()?.then_some(certificate)
}
