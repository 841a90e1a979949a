//! Bundles: the file's head and its contents, and what is signed for them.

use data_encoding::HEXLOWER;
use server::relay::sealer::{OpenError, Sealer};
use shared::carry::{self, Bundle, CarriedPhoto, Envelope};
use shared::ids::{BureauId, OfficerId, PhotoHash, StationCode};
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
    let station = StationCode::parse("zhongmiao").unwrap();
    bundle.photos = vec![CarriedPhoto { hash: PhotoHash([7; 32]), bytes: vec![0xff, 0xd8, 0xff], station }];
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

/// Made by another implementation (WebCrypto) from a relay's key of 32 bytes 0x11 and a pair for the bundle of 0x22.
#[test]
fn a_sealed_file_opens_with_the_key_that_is_derived_from_the_relays() {
    let bureau = BureauId::parse("chaohu").unwrap();
    let sealer = Sealer::of_relay_key(&[0x11; 32]).unwrap();
    check("the relay's sealing key", sealer.public_key(), SEALED_TO);
    let file = HEXLOWER.decode(SEALED.as_bytes()).unwrap();
    check("what is in it", &sealer.open(&bureau, &file).unwrap().to_bytes(), CONTENTS);
    let other = Sealer::of_relay_key(&[0x12; 32]).unwrap();
    assert_eq!(other.open(&bureau, &file), Err(OpenError::Foreign));
}

const CONTENTS: &str = "89666368616f687550d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1626c691b000001a2062de200018158d301008200818405818766627572656175510176d4bda4bf4658558dc4ad83f7b6836554d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d10000000381430102035820abababababababababababababababababababababababababababababababab015840515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151518182666275726561758307182a5820c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c51903e881835820070707070707070707070707070707070707070707070707070707070707070743ffd8ff697a686f6e676d69616f01584051515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151";
const CLAIM: &str = "896d6d75737465722f62756e646c6501666368616f687550d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1626c691b000001a2062de200018158207a26863ec0ec653e3156a968128f9d34f908fecb73e2643eb8b9d5f40e677933818258200707070707070707070707070707070707070707070707070707070707070707697a686f6e676d69616f";
const FILE: &str = "4d5553544552420184666368616f6875489bda95bda1ef8f1b58410505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505030102030fae750412cfd155e23521c734a145dcc08a62f48f6d1e82740e4fae665001e8";
const SEALING_KEY: &str = "84726d75737465722f7365616c696e672d6b657901666368616f687558410404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404";
const SEALED_TO: &str = "04df0bf7572248a7ce9089ce25593bb4cd36bbf89b12bb2fd9b3b999560a9e0e7667fbb8f9302db8a25725c84f092eb1e56e3d9eb26d2f0cad24c94c63dcb616dd";
const SEALED: &str = "4d5553544552420184666368616f687548099d440348876abb584104d65a93977caa3d1b081852ff57a79e465f1660577304baead505dd3a48589cf350185e895372df6221ea3a137557e473fddb6755f05bd507c3c533fce9c91285190181233baa449abeb887f6ca0a90b77e1a1787f24868721288491819012b580aa34a643ac48b204cf283b5bf3fd8c8add0581a0791ff8b0b1064566e10076b17bb0e7a749e4b52a908d730cf83eb6d2d8374af976f6df64dc98a323d998eff825bf226a978ff0d14c6d130af2fc82f6314f5c9cf17438be1ecd72433560314dfa4cc3495c7bc1492f3f87c7c0b61ffb8c728f11c1114a50b38a752ef13eeb6e73a016185121eda4fb19eedb264ee3163e11d9e3bf14b005299b3ccc523cce6eb5eff903c2445ab236f30af1db416093a283a051a17a066200bfe61ca7c8878f0f9c3024a7bd74902b1f4d2835ac8896ad242070a85c713ba93267547a9e1290edd4299ea7ffdb8c6d3e73fa5948975fb38a7b28876eef04d3a292c908535cadac781f56094fa1bfa1be748d5d5c263f85ce58b712f4d69c42592fe474bbb9d5519a4e0544fa2194b6b3dea09589f8245c8a9f894fb2b89275bbece73584c05b8cd470fe360f59d524377d56159c4a35dbde94d81725fa51f0c88984b4330284c8b2516283359fed44906aeb8f07ad26675c74b2a91b5cd8988dad2259be93d4f38d2d6";
