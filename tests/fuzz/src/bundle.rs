//! A colleague's file: whether it is whole, and what is in it once it is opened. A hash and a seal stand before the contents,
//! so the first byte chooses: the file as it is, the file with its hash made right, or the contents by themselves.

use shared::carry::{self, Bundle, CarriedPhoto, Envelope};
use shared::ids::{PhotoHash, StationCode};
use shared::limits::{BUNDLE_PHOTOS_MAX, BUNDLE_PUSHES_MAX};
use shared::protocol::{self, Frame, Request};
use shared::trust::signing::SUITE_P256;

use crate::seeds;

pub fn run(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else { return };
    match choice % 3 {
        0 => envelope(rest),
        1 => envelope(&carry::seal(rest.to_vec(), &[])),
        _ => contents(rest),
    }
}

fn envelope(file: &[u8]) {
    let Ok((envelope, head, sealed)) = Envelope::read(file) else { return };
    assert_eq!(sealed.len(), usize::try_from(envelope.sealed_bytes).expect("it fits"));
    assert_eq!(carry::seal(head.to_vec(), sealed), file);
    // What is written anew is read as the same.
    let again = carry::seal(envelope.head(), sealed);
    assert_eq!(Envelope::read(&again).map(|(read, ..)| read), Ok(envelope));
}

fn contents(bytes: &[u8]) {
    let Ok(bundle) = Bundle::from_bytes(bytes) else { return };
    assert!(bundle.pushes.len() <= BUNDLE_PUSHES_MAX && bundle.photos.len() <= BUNDLE_PHOTOS_MAX);
    let again = Bundle::from_bytes(&bundle.to_bytes()).expect("what was read is written again");
    assert_eq!((again.claim(), &again), (bundle.claim(), &bundle));
    for push in &bundle.pushes {
        drop(protocol::decode(push));
    }
}

fn bundle() -> Bundle {
    let rights = seeds::rights();
    let mut bundle = Bundle::new(&seeds::bureau(), seeds::device(), &rights.officer, seeds::NOW);
    let push = vec![seeds::batch(shared::ids::Actor::new(seeds::device(), 0))];
    bundle.changes = 9;
    bundle.pushes = vec![protocol::encode(&Frame::Request(Request { push, ..Request::default() })).into()];
    let station = StationCode::parse("zhongmiao").expect("a station's code");
    bundle.photos = vec![CarriedPhoto { hash: PhotoHash([7; 32]), bytes: vec![0xff, 0xd8, 0xff], station }];
    (bundle.suite, bundle.signature) = (SUITE_P256, vec![1; 64]);
    bundle
}

pub fn seeds() -> Vec<Vec<u8>> {
    let contents = bundle().to_bytes();
    let head = Envelope::new(&seeds::bureau(), &[4; 65], vec![4; 65], 40).head();
    let file = carry::seal(head.clone(), &[9; 40]);
    [(0, file), (1, [head, vec![9; 40]].concat()), (2, contents)]
        .into_iter()
        .map(|(choice, bytes)| [&[choice], &bytes[..]].concat())
        .collect()
}
