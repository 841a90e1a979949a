//! Bundles: the file's head and its contents, and what is signed for them.

use shared::carry::{self, Bundle, CarriedPhoto, Envelope};
use shared::ids::{BureauId, OfficerId, PhotoHash};
use shared::protocol::encode_as;
use shared::time::Timestamp;
use shared::trust::signing::{SUITE_P256, sealing_key_claim};

use super::{check, device, request};

#[test]
fn a_bundles_contents_and_claim_are_what_they_were() {
    let (bureau, officer) = (BureauId::parse("chaohu").unwrap(), OfficerId::parse("li").unwrap());
    let mut bundle = Bundle::new(&bureau, device(), &officer, Timestamp(1_795_400_000_000));
    bundle.changes = 1;
    bundle.pushes = vec![encode_as(&request(), 1).into()];
    bundle.photos = vec![CarriedPhoto { hash: PhotoHash([7; 32]), bytes: vec![0xff, 0xd8, 0xff] }];
    bundle.signature = vec![0x51; 64];
    check("contents", &bundle.to_bytes(), CONTENTS);
    check("claim", &bundle.claim(), CLAIM);
    assert_eq!(Bundle::from_bytes(&bundle.to_bytes()), Ok(bundle));
}

#[test]
fn a_bundles_file_is_what_it_was() {
    let bureau = BureauId::parse("chaohu").unwrap();
    let envelope = Envelope::new(&bureau, &[4; 65], vec![5; 65], 3);
    let file = carry::seal(envelope.head(), &[1, 2, 3]);
    check("file", &file, FILE);
    assert_eq!(Envelope::read(&file).unwrap(), (envelope.clone(), &envelope.head()[..], &[1, 2, 3][..]));
    check("sealing key", &sealing_key_claim(SUITE_P256, &bureau, &[4; 65]), SEALING_KEY);
    assert_eq!(carry::KEY_INFO, b"muster/bundle/1");
}

const CONTENTS: &str = "";
const CLAIM: &str = "";
const FILE: &str = "";
const SEALING_KEY: &str = "";
