//! Every way to answer goes over the link and back.

use shared::domain::answer::Condition;

use super::*;

#[test]
fn every_input_survives_its_record() {
    let (unit, date) = (Label::new("件", "pcs"), Date::parse("2026-11-24"));
    let option = Choice { code: "out".into(), name: Label::new("停用", "out"), means: Condition::Fault };
    for input in [
        Input::Condition,
        Input::YesNo,
        Input::Number { unit: unit.clone(), ok_min: None, ok_max: Some(2), min: Some(0), max: Some(3) },
        Input::Date(None),
        Input::Date(date),
        Input::Text,
        Input::Scan,
        Input::Count { unit, expected: Some(8_000) },
        Input::Choice(vec![option]),
        Input::Later,
        Input::Photo,
    ] {
        let record = minicbor::to_vec(&input).unwrap();
        assert_eq!(minicbor::decode::<Input>(&record).unwrap(), input);
    }
}
