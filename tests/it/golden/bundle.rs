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

const CONTENTS: &str = "89666368616f687550d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1626c691b000001a2062de200018158d301008200818405818766627572656175510176d4bda4bf4658558dc4ad83f7b6836554d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d10000000381430102035820abababababababababababababababababababababababababababababababab015840515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151518182666275726561758307182a5820c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c51903e881825820070707070707070707070707070707070707070707070707070707070707070743ffd8ff01584051515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151";
const CLAIM: &str = "896d6d75737465722f62756e646c6501666368616f687550d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1626c691b000001a2062de200018158207a26863ec0ec653e3156a968128f9d34f908fecb73e2643eb8b9d5f40e6779338158200707070707070707070707070707070707070707070707070707070707070707";
const FILE: &str = "4d5553544552420184666368616f6875489bda95bda1ef8f1b58410505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505030102030fae750412cfd155e23521c734a145dcc08a62f48f6d1e82740e4fae665001e8";
const SEALING_KEY: &str = "84726d75737465722f7365616c696e672d6b657901666368616f687558410404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404";
