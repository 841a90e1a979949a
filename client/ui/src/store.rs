//! The view model outside the tree of components: the latest slices, answers on their way to the disk, and the
//! preferences. It tells listeners that something changed; `hooks::slice` decides who has to be drawn again. It
//! computes nothing that the core knows better and keeps nothing across a reload.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use link::Slice;
use link::slice::{
    AlarmView, AssetView, BoardSlice, CarryView, CountView, DefectsView, FoundView, InspectionView,
    LabelsView, LinesView, NeedsView, PhotosView, RegisterView, RoundView, SelfTestView, SessionView,
    SyncView, TodayView,
};
use shared::api::handling::Moved;
use shared::api::quarantine::QuarantineView;
use shared::domain::defect::DefectName;
use shared::ids::AssetId;

use crate::chunks::Chunks;
use crate::preferences::Preferences;
use crate::route::Route;

mod tentative;
mod unkept;

pub use tentative::{Progress, Tentative, own_events};
pub use unkept::{Said, Unkept};

/// How the core is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CoreState {
    /// It has not said anything yet; commands wait.
    #[default]
    Starting,
    /// It takes commands.
    Ready,
    /// It could not start, or it stopped.
    Failed,
}

/// Everything that a screen can show. Slices are shared, so that reading one is cheap.
#[derive(Debug, Clone)]
pub struct View {
    /// How the core is.
    pub core: CoreState,
    /// Who uses this phone; none until the core has said so.
    pub session: Option<Rc<SessionView>>,
    /// What is due.
    pub today: Option<Rc<TodayView>>,
    /// The open round.
    pub round: Option<Rc<RoundView>>,
    /// The open round, when it is an inspection.
    pub inspection: Option<Rc<InspectionView>>,
    /// The open register.
    pub register: Option<Rc<RegisterView>>,
    /// The open thing of it.
    pub asset: Option<Rc<AssetView>>,
    /// What is only on this phone.
    pub sync: Rc<SyncView>,
    /// Whether the core has said how the link is.
    pub is_sync_known: bool,
    /// The board.
    pub board: Option<Rc<BoardSlice>>,
    /// What does not count, as it was last fetched.
    pub quarantine: Option<Rc<QuarantineView>>,
    /// Photos and voice memos on this phone.
    pub photos: Rc<PhotosView>,
    /// Bundles on this phone.
    pub carry: Rc<CarryView>,
    /// The defects, while their screen is open.
    pub defects: Option<Rc<DefectsView>>,
    /// The needs, while their screen is open.
    pub needs: Option<Rc<NeedsView>>,
    /// The defect that the defects' screen is to open with.
    pub asked_defect: Option<DefectName>,
    /// The thing that the defects' screen is to begin a report about.
    pub asked_report: Option<AssetId>,
    /// What every screen must say of defects.
    pub alarm: Rc<AlarmView>,
    /// What became of the defects that were moved last.
    pub moved: Rc<Moved>,
    /// What was looked for last.
    pub found: Option<Rc<FoundView>>,
    /// The open line that collects scans.
    pub count: Option<Rc<CountView>>,
    /// What labels can be printed for.
    pub labels: Option<Rc<LabelsView>>,
    /// What the station adds to the bureau's checklists.
    pub lines: Option<Rc<LinesView>>,
    /// What this phone was just seen to do.
    pub self_test: Option<Rc<SelfTestView>>,
    /// Answers that were tapped and are not in the round's slice yet.
    pub tentative: Rc<Vec<Tentative>>,
    /// The last answer that was not kept.
    pub unkept: Option<Rc<Unkept>>,
    /// Whether a newer version waits.
    pub is_update_ready: bool,
    /// Whether the browser offers to install the app.
    pub can_install: bool,
    /// Whether this phone was enrolled since the page was opened.
    pub has_just_joined: bool,
    /// What has become of the files with further screens.
    pub chunks: Chunks,
    /// The screen.
    pub route: Route,
    /// How this person wants the interface.
    pub preferences: Preferences,
}

type Listener = Rc<dyn Fn()>;

/// The store. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store(Rc<Inner>);

struct Inner {
    view: RefCell<View>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    next: Cell<u32>,
}

/// Listening ends when it is dropped.
pub struct Subscription {
    store: Store,
    id: u32,
}

impl Store {
    /// A store that knows nothing yet.
    pub fn new(route: Route, preferences: Preferences) -> Self {
        let view = View {
            core: CoreState::default(),
            session: None,
            today: None,
            round: None,
            inspection: None,
            register: None,
            asset: None,
            sync: Rc::default(),
            is_sync_known: false,
            board: None,
            quarantine: None,
            photos: Rc::default(),
            carry: Rc::default(),
            defects: None,
            needs: None,
            asked_defect: None,
            asked_report: None,
            alarm: Rc::default(),
            moved: Rc::default(),
            found: None,
            count: None,
            labels: None,
            lines: None,
            self_test: None,
            tentative: Rc::default(),
            unkept: None,
            is_update_ready: false,
            can_install: false,
            has_just_joined: false,
            chunks: Chunks::default(),
            route,
            preferences,
        };
        let inner = Inner { view: RefCell::new(view), listeners: RefCell::default(), next: Cell::default() };
        Self(Rc::new(inner))
    }

    /// The present view.
    pub fn view(&self) -> Ref<'_, View> {
        self.0.view.borrow()
    }

    /// Changes the view and tells every listener once.
    pub fn change(&self, change: impl FnOnce(&mut View)) {
        change(&mut self.0.view.borrow_mut());
        self.tell();
    }

    fn tell(&self) {
        let listeners: Vec<Listener> =
            self.0.listeners.borrow().iter().map(|(_, listener)| listener.clone()).collect();
        for listener in listeners {
            listener();
        }
    }

    /// Calls back after each change until the subscription is dropped.
    pub fn subscribe(&self, listener: impl Fn() + 'static) -> Subscription {
        let id = self.0.next.get();
        self.0.next.set(id.wrapping_add(1));
        self.0.listeners.borrow_mut().push((id, Rc::new(listener)));
        Subscription { store: self.clone(), id }
    }
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.store.0.listeners.borrow_mut().retain(|(id, _)| *id != self.id);
    }
}

impl View {
    /// Takes a slice in; it replaces the one before.
    pub fn take(&mut self, slice: Slice) {
        match slice {
            Slice::Session(session) => self.session = Some(Rc::new(session)),
            Slice::Today(today) => self.today = Some(Rc::new(today)),
            Slice::Sync(sync) => {
                self.sync = Rc::new(sync);
                self.is_sync_known = true;
            }
            Slice::Register(register) => self.register = Some(Rc::new(register)),
            Slice::Asset(asset) => self.asset = Some(Rc::new(asset)),
            Slice::Inspection(inspection) => self.inspection = Some(Rc::new(inspection)),
            Slice::Board(board) => self.board = Some(Rc::new(board)),
            Slice::Quarantine(view) => self.quarantine = Some(Rc::new(view)),
            Slice::Photos(view) => self.photos = Rc::new(view),
            Slice::Carry(view) => self.carry = Rc::new(view),
            Slice::Defects(view) => self.defects = Some(Rc::new(view)),
            Slice::Needs(view) => self.needs = Some(Rc::new(view)),
            Slice::Alarm(view) => self.alarm = Rc::new(view),
            Slice::Moved(moved) => self.moved = Rc::new(moved),
            Slice::Found(found) => self.found = Some(Rc::new(found)),
            Slice::Count(count) => self.count = Some(Rc::new(count)),
            Slice::Lines(lines) => self.lines = Some(Rc::new(lines)),
            Slice::SelfTest(view) => self.self_test = Some(Rc::new(view)),
            Slice::Labels(labels) => self.labels = Some(Rc::new(labels)),
            Slice::Round(round) => {
                self.settle(&round);
                self.round = Some(Rc::new(round));
            }
        }
    }

    /// The person of this phone.
    pub fn person(&self) -> Option<&link::slice::Person> {
        match self.session.as_deref() {
            Some(SessionView::Officer(person)) => Some(person),
            _ => None,
        }
    }

    /// Drops the answers that the round's slice now holds itself.
    fn settle(&mut self, round: &RoundView) {
        if self.tentative.iter().any(|answer| answer.is_settled_by(round)) {
            let kept = self.tentative.iter().filter(|answer| !answer.is_settled_by(round)).cloned().collect();
            self.tentative = Rc::new(kept);
        }
    }

    /// An answer that was just tapped; it replaces an earlier one on the same card.
    pub fn begin(&mut self, answer: Tentative) {
        let mut all: Vec<Tentative> =
            self.tentative.iter().filter(|other| !other.is_same_card(&answer)).cloned().collect();
        all.push(answer);
        self.tentative = Rc::new(all);
    }

    /// The core says that the answer of this command is durable.
    pub fn saved(&mut self, command: u32) {
        let mark = |answer: &Tentative| Tentative {
            progress: if answer.command == command { Progress::Saved } else { answer.progress },
            ..answer.clone()
        };
        self.tentative = Rc::new(self.tentative.iter().map(mark).collect());
        if let Some(round) = self.round.clone() {
            self.settle(&round);
        }
    }

    /// The core says that the answer of this command was not written: it is shown as that.
    pub fn roll_back(&mut self, command: u32, unkept: Unkept) {
        self.unkept = Some(Rc::new(unkept));
        let kept = self.tentative.iter().filter(|answer| answer.command != command).cloned().collect();
        self.tentative = Rc::new(kept);
    }
}

#[cfg(test)]
mod tests;
