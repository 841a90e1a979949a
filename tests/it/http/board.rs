//! `GET /api/board` and its events: what the supervisor sees of 18 stations.

use shared::api::board::{AttentionKind, BoardView, DutyState};
use shared::api::problem::ProblemCode;
use tests::kit::relay::Relay;

#[test]
fn the_demo_bureau_is_a_living_picture() {
    let relay = Relay::start();
    let [.., mut supervisor] = relay.guests();
    assert!(supervisor.sign_in());
    let board: BoardView = supervisor.client.get("/api/board").unwrap().json();
    assert_eq!(board.stations.len(), 18);
    assert!(board.stations.iter().all(|station| station.cells.len() == board.duties.len()));
    let count = |state| {
        board.stations.iter().flat_map(|station| &station.cells).filter(|cell| cell.state == state).count()
    };
    assert!(count(DutyState::Done) > 0 && count(DutyState::Unknown) > 0, "{:?}", board.stations);
    let kinds = |kind| board.attention.iter().filter(|row| row.kind == kind).count();
    assert_eq!(kinds(AttentionKind::Dispute), 1);
    assert_eq!(kinds(AttentionKind::Silent), 1);
    assert!(kinds(AttentionKind::Fault) > 0);
    let dispute = board.attention.iter().find(|row| row.kind == AttentionKind::Dispute).unwrap();
    assert!(dispute.authors.len() >= 2 && dispute.round.is_some() && !dispute.item_name.zh.is_empty());
}

#[test]
fn only_supervisors_see_it() {
    let relay = Relay::start();
    let [mut officer, ..] = relay.guests();
    assert_eq!(relay.client().get("/api/board").unwrap().problem().code, ProblemCode::NoSession);
    assert!(officer.sign_in());
    for path in ["/api/board", "/api/board/events"] {
        let reply = officer.client.get(path).unwrap();
        assert_eq!((reply.status, reply.problem().code), (403, ProblemCode::NoRight), "{path}");
    }
}
