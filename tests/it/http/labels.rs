//! `GET /api/labels`: who may print what, and what stands on the page.

use shared::api::problem::ProblemCode;
use tests::kit::relay::Relay;

const ROLL: &str = "/api/labels?station=zhongmiao&format=62x29";

#[test]
fn a_station_prints_its_own_labels_and_a_supervisor_everybodys() {
    let relay = Relay::start();
    let [mut officer, _, mut supervisor] = relay.guests();
    assert!(officer.sign_in() && supervisor.sign_in());
    let own = officer.client.get(ROLL).unwrap();
    assert_eq!((own.status, own.media.as_str()), (200, "text/html; charset=utf-8"));
    let page = own.text();
    assert!(page.matches("class=\"sheet\"").count() >= 30, "one page a label");
    assert!(
        !page.contains("style=") && !page.contains("<style") && !page.contains("onclick"),
        "as the policy asks"
    );
    let policy = own.header("content-security-policy").unwrap();
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    let other = "/api/labels?station=huailin&format=a4-24";
    assert_eq!(officer.client.get(other).unwrap().problem().code, ProblemCode::NoRight);
    assert_eq!(supervisor.client.get(other).unwrap().status, 200);
    assert_eq!(supervisor.client.get(ROLL).unwrap().text(), page);
}

#[test]
fn only_what_is_named_is_printed_in_that_order() {
    let relay = Relay::start();
    let [mut officer, ..] = relay.guests();
    assert!(officer.sign_in());
    let page = officer.client.get(&format!("{ROLL}&assets=ZM-P03-02,ZM-P03-01,ZM-NONE-99")).unwrap().text();
    assert_eq!(page.matches("class=\"sheet\"").count(), 2);
    let at = |code: &str| page.find(code).unwrap_or_else(|| panic!("{code} in {page}"));
    let codes = ["ZM-P03-02", "ZM-P03-01"].map(|id| {
        shared::domain::label::ShortCode::of(&shared::ids::AssetId::parse(id).unwrap()).to_string()
    });
    assert!(at(&codes[0]) < at(&codes[1]));
    let test = officer.client.get(&format!("{ROLL}&test=1")).unwrap().text();
    assert!(test.contains("class=\"ruler\"") && !test.contains("class=\"code\""));
}

#[test]
fn a_person_without_a_session_reads_a_sentence() {
    let relay = Relay::start();
    let reply = relay.client().get(ROLL).unwrap();
    assert_eq!(reply.status, 401);
    assert!(reply.text().contains("没有认出") && reply.text().contains("did not recognise"));
    assert!(!reply.text().contains("class=\"label"));
}

#[test]
fn what_cannot_be_read_is_told_and_nothing_of_it_comes_back() {
    let relay = Relay::start();
    let [mut officer, ..] = relay.guests();
    assert!(officer.sign_in());
    for bad in ["format=a3", "format=62x29&dx=99", "format=62x29&skip=-1", "format=62x29&assets=%3Cscript%3E"]
    {
        let reply = officer.client.get(&format!("/api/labels?station=zhongmiao&{bad}")).unwrap();
        assert_eq!((reply.status, reply.problem().code), (400, ProblemCode::BodyMalformed), "{bad}");
        assert!(!reply.text().contains("script"), "{bad}");
    }
    let style = relay.client().get("/api/labels.css?format=40x30&dx=0.5&dy=-1").unwrap();
    assert_eq!((style.status, style.media.as_str()), (200, "text/css; charset=utf-8"));
    assert!(
        style.text().contains("size: 40.00mm 30.00mm") && style.text().contains("left: 0.50mm; top: -1.00mm")
    );
    let script = relay.client().get("/api/labels.js").unwrap();
    assert_eq!((script.status, script.media.as_str()), (200, "text/javascript; charset=utf-8"));
}
