//! The network between the phones and the relay. A line is cut at any frame; what was under way upwards may still
//! arrive, after the phone has long come again over another line; what comes down on a line that the phone gave up is
//! not heard. POST or WebSocket, as it falls.

use std::collections::{BTreeMap, VecDeque};

use server::sync::Line;
use shared::ids::{CollectionId, DeviceId};
use shared::limits::{CONNECTION_FRAMES_MAX, FRAME_BYTES_MAX};
use shared::protocol::{self, Frame, Refusal, RefusalCode};
use shared::sync::device::Input;
use shared::sync::relay::Input as RelayInput;
use shared::time::Timestamp;

use super::relay::Told;
use super::shell::hang_up;
use super::world::{Step, World, holds};

/// Milliseconds between two questions for news on a line of POSTs.
const POLL_MS: i64 = 15_000;
/// Questions on a line of POSTs before a socket is tried again.
const POLLS_MAX: u32 = 8;

/// A connection between a tab and the relay.
pub struct Connection {
    /// The phone.
    pub phone: usize,
    /// Its tab.
    pub tab: u64,
    /// Who is signed in.
    pub device: DeviceId,
    /// On its way to the relay.
    pub up: VecDeque<Vec<u8>>,
    /// On its way to the phone.
    pub down: VecDeque<Vec<u8>>,
    /// What the relay's side is still to be told, by collection.
    pub pokes: BTreeMap<CollectionId, u64>,
    /// The relay's side.
    pub end: End,
}

/// The relay's side of a connection.
pub enum End {
    /// A WebSocket.
    Socket(Box<Line>),
    /// A POST for each frame; when news is asked for next, and how often it was.
    Post(Timestamp, u32),
    /// Gone; the phone learns it when nothing more comes down.
    Gone,
}

impl World {
    /// Whether the phone's side of a connection is there.
    pub fn is_heard(&self, number: usize) -> bool {
        let Some(connection) = self.connections.get(&number) else { return false };
        let mut tabs = self.phones[connection.phone].tabs.iter();
        tabs.any(|tab| tab.number == connection.tab && tab.connection == Some(number))
    }

    /// Sends a frame from a tab.
    pub(super) fn send(&mut self, phone: usize, number: u64, frame: Vec<u8>) -> Step {
        holds(frame.len() <= FRAME_BYTES_MAX, || format!("phone {phone}: a frame of {} bytes", frame.len()))?;
        self.overhear(&frame);
        let Some(tab) = self.phones[phone].tab(number) else { return Ok(()) };
        match tab.connection.and_then(|connection| self.connections.get_mut(&connection)) {
            Some(connection) => connection.up.push_back(frame),
            None => {
                tab.line += 1;
                tab.lost = Some(tab.line);
            }
        }
        Ok(())
    }

    /// A line that a tab asked for stands, or does not.
    pub fn end_connecting(&mut self, phone: usize, number: u64, is_socket: bool) -> Step {
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        let Some(line) = tab.connecting.take() else { return Ok(()) };
        if tab.line != line {
            return Ok(());
        }
        let device = self.phones[phone].identity.device;
        if !self.relay.is_up() {
            return self.input(phone, number, Input::LinkDown { problem: None });
        }
        let Some(record) = self.relay.session(device) else {
            return self.input(phone, number, Input::LinkDown { problem: Some("no-session".to_owned()) });
        };
        let end = if is_socket {
            self.relay.line(record).map_or(End::Gone, End::Socket)
        } else {
            End::Post(self.now.plus_ms(POLL_MS), 1)
        };
        let name = usize::try_from(self.number()).expect("a count");
        self.trace.note(|| format!("phone {phone}.{number}: line {name}, socket: {is_socket}"));
        let (up, down, pokes) = (VecDeque::new(), VecDeque::new(), BTreeMap::new());
        self.connections.insert(name, Connection { phone, tab: number, device, up, down, pokes, end });
        if let Some(tab) = self.tab(phone, number) {
            tab.connection = Some(name);
        }
        self.input(phone, number, Input::LinkUp)
    }

    /// A tab learns that its line is gone.
    pub fn end_lost(&mut self, phone: usize, number: u64) -> Step {
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        if tab.lost.take() == Some(tab.line) {
            tab.connection = None;
            return self.input(phone, number, Input::LinkDown { problem: None });
        }
        Ok(())
    }

    /// The phone's side of a connection breaks; the relay's does not notice.
    pub fn break_line(&mut self, number: usize) {
        if !self.is_heard(number) {
            return;
        }
        let (phone, tab) = (self.connections[&number].phone, self.connections[&number].tab);
        self.trace.note(|| format!("line {number} breaks"));
        if let Some(tab) = self.tab(phone, tab) {
            hang_up(tab);
            tab.lost = Some(tab.line);
        }
    }

    /// The relay's side of a connection goes; the phone does not notice yet.
    pub fn close(&mut self, number: usize) {
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.end = End::Gone;
            connection.up.clear();
            connection.pokes.clear();
        }
    }

    /// Frames that wait upwards arrive, on several connections together.
    pub fn deliver_up(&mut self, numbers: &[usize]) -> Step {
        let mut posts = Vec::new();
        let mut sockets = Vec::new();
        for number in numbers {
            let Some(connection) = self.connections.get_mut(number) else { continue };
            let Some(frame) = connection.up.pop_front() else { continue };
            match &connection.end {
                End::Socket(_) => sockets.push((*number, RelayInput::Frame(frame))),
                End::Post(..) => posts.push((*number, connection.device, frame)),
                End::Gone => {}
            }
        }
        self.trace.note(|| format!("lines {numbers:?}: frames arrive at the relay"));
        self.drive(sockets)?;
        for (number, device, frame) in posts {
            self.post(number, device, frame)?;
        }
        Ok(())
    }

    /// A connection's relay side is told what has grown.
    pub fn deliver_poke(&mut self, number: usize) -> Step {
        let Some(connection) = self.connections.get_mut(&number) else { return Ok(()) };
        let Some((collection, seq)) = connection.pokes.pop_first() else { return Ok(()) };
        self.drive(vec![(number, RelayInput::Poke { collection, seq })])
    }

    /// Feeds the relay's sides of sockets, all together.
    fn drive(&mut self, inputs: Vec<(usize, RelayInput)>) -> Step {
        if inputs.is_empty() {
            return Ok(());
        }
        let (mut links, mut news) = (Vec::new(), Vec::new());
        for (number, input) in inputs {
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            if let End::Socket(link) = std::mem::replace(&mut connection.end, End::Gone) {
                links.push((number, link));
                news.push(input);
            }
        }
        let works = links.iter_mut().map(|(_, link)| link.as_mut()).zip(news).collect();
        let done = self.relay.drive(works);
        if self.relay.is_dead() {
            return self.relay_died();
        }
        self.check_log()?;
        for ((number, link), done) in links.into_iter().zip(done.unwrap_or_default()) {
            let is_refused = done.refusal.is_some();
            if let Some(connection) = self.connections.get_mut(&number) {
                connection.end = if is_refused { End::Gone } else { End::Socket(link) };
            }
            let last = done.refusal.map(|refusal| protocol::encode(&Frame::Refusal(refusal)));
            for frame in done.frames.into_iter().chain(last) {
                self.relay_sends(number, frame)?;
            }
        }
        self.after_relay()
    }

    fn post(&mut self, number: usize, device: DeviceId, frame: Vec<u8>) -> Step {
        if !self.relay.is_up() {
            self.close(number);
            return Ok(());
        }
        let answer = self.relay.answer(device, frame);
        if self.relay.is_dead() {
            return self.relay_died();
        }
        self.check_log()?;
        let no_session =
            || Refusal { code: RefusalCode::NoSession, detail: String::new(), retry_after_ms: None };
        let frame = answer
            .unwrap_or_else(|| Err(no_session()))
            .unwrap_or_else(|refusal| protocol::encode(&Frame::Refusal(refusal)));
        self.relay_sends(number, frame)?;
        self.after_relay()
    }

    fn relay_sends(&mut self, number: usize, frame: Vec<u8>) -> Step {
        holds(frame.len() <= FRAME_BYTES_MAX, || {
            format!("the relay sends a frame of {} bytes", frame.len())
        })?;
        self.check_promises(&frame)?;
        let frame = self.steady(frame);
        let Some(connection) = self.connections.get_mut(&number) else { return Ok(()) };
        connection.down.push_back(frame);
        if connection.down.len() > CONNECTION_FRAMES_MAX {
            // A phone that does not read is let go.
            self.close(number);
        }
        Ok(())
    }

    /// The relay draws from the system how long a phone is to wait; here our dice stand for it.
    fn steady(&mut self, frame: Vec<u8>) -> Vec<u8> {
        match protocol::decode(&frame) {
            Ok(Frame::Response(mut response)) if response.retry_after_ms.is_some() => {
                response.retry_after_ms = u32::try_from(self.dice.between(500, 8_000)).ok();
                protocol::encode(&Frame::Response(response))
            }
            _ => frame,
        }
    }

    /// A frame arrives at the phone, whole or cut; without any, the phone learns that the relay's side is gone.
    pub fn deliver_down(&mut self, number: usize, is_cut: bool) -> Step {
        let is_heard = self.is_heard(number);
        let Some(connection) = self.connections.get_mut(&number) else { return Ok(()) };
        let (phone, tab) = (connection.phone, connection.tab);
        let frame = connection.down.pop_front();
        let is_gone = matches!(connection.end, End::Gone);
        match frame {
            Some(mut frame) if is_heard => {
                if is_cut {
                    frame.truncate(self.dice.below(frame.len()));
                }
                self.trace.note(|| format!("line {number}: a frame arrives at phone {phone}, cut: {is_cut}"));
                self.input(phone, tab, Input::Received(frame))
            }
            Some(_) => Ok(()),
            None if is_gone => {
                self.break_line(number);
                self.connections.remove(&number);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// On a line of POSTs the shell asks for news, and after a while tries a socket again.
    pub fn poll(&mut self, number: usize) -> Step {
        let is_heard = self.is_heard(number);
        let now = self.now;
        let Some(connection) = self.connections.get_mut(&number) else { return Ok(()) };
        let (phone, tab) = (connection.phone, connection.tab);
        match &mut connection.end {
            End::Post(at, polls) if *at <= now && is_heard => {
                *polls += 1;
                *at = now.plus_ms(POLL_MS);
                if *polls > POLLS_MAX {
                    self.break_line(number);
                    return Ok(());
                }
                self.input(phone, tab, Input::Nudge)
            }
            _ => Ok(()),
        }
    }

    /// Tells every connection what has grown, and looks at what was written.
    pub(super) fn after_relay(&mut self) -> Step {
        if self.relay.is_dead() {
            return self.relay_died();
        }
        for told in self.relay.news() {
            for connection in self.connections.values_mut().filter(|c| matches!(c.end, End::Socket(_))) {
                match &told {
                    Told::Grown(collection, seq) => {
                        connection.pokes.insert(collection.clone(), *seq);
                    }
                    Told::Lagged => return Err(super::world::Broken("a listener lagged".to_owned())),
                }
            }
        }
        self.check_log()?;
        self.check_errors()
    }

    /// The relay's process is gone: so are its sides of all connections.
    pub(super) fn relay_died(&mut self) -> Step {
        self.trace.note(|| "the relay dies".to_owned());
        let numbers: Vec<usize> = self.connections.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.close(number));
        self.relay.kill();
        // Whatever it said while it died, its disk was to blame.
        drop(self.errors.take());
        Ok(())
    }
}
