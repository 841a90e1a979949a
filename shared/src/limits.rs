//! Every bound of the system, each with its unit and its reason. A value that is not bounded here is not bounded
//! anywhere, so look here first when something grows.

/// Bytes of one frame on the wire, both directions. A day of one station is far below; a frame must fit a phone's memory twice.
pub const FRAME_BYTES_MAX: usize = 4 << 20;
/// Bytes of a frame's body once inflated: what a frame might have been without deflating, whatever the ratio.
pub const INFLATED_BYTES_MAX: usize = FRAME_BYTES_MAX;
/// Bytes of all changes of one frame once rebuilt from their compact form, with their bookkeeping: the largest push and
/// the largest answer are a quarter of it.
pub const RESTORED_BYTES_MAX: usize = 8 << 20;
/// CBOR items of one frame: one byte on the wire can be 24 in memory, and a deflated byte a thousand of them.
pub const FRAME_ITEMS_MAX: usize = 256 << 10;
/// Bytes of all changes of one saved document once rebuilt: a directory of a hundred years.
pub const SAVED_BYTES_MAX: usize = 64 << 20;
/// Bytes of a frame below which deflating is not tried: a request with nothing to say is about that.
pub const DEFLATE_BYTES_MIN: usize = 128;
/// Shapes of events (map, field names, kinds) in the compact form of one frame: ours are a dozen.
pub const COMPACT_SHAPES_MAX: usize = 128;
/// Fields of one event in the compact form: ours has at most nine.
pub const COMPACT_FIELDS_MAX: usize = 32;
/// Bytes of one change. A change of ours is about 150 bytes; imports of a register are the largest.
pub const CHANGE_BYTES_MAX: usize = 256 << 10;
/// Operations in one change: an event has a dozen fields, one operation each.
pub const CHANGE_OPERATIONS_MAX: usize = 64;
/// Changes that one change depends on: the writers who were apart when it was made, more than a station has people.
pub const CHANGE_DEPENDENCIES_MAX: usize = 256;
/// Actors that a change names beside its own: that of the genesis, and room for those that are refused by name.
pub const CHANGE_ACTORS_MAX: usize = 8;
/// Changes in one batch: one signature each, and one document's lock on the relay.
pub const BATCH_CHANGES_MAX: usize = 1_024;
/// Batches in one push: bounds the work of one request.
pub const PUSH_BATCHES_MAX: usize = 4_096;
/// Collections in one request: bureau, and live plus two months for 18 stations, with room.
pub const COLLECTIONS_MAX: usize = 256;
/// Documents in one request that a phone says what it holds of, over all collections: 53 bytes each, so less than half
/// a frame.
pub const HOLDINGS_MAX: usize = 32 << 10;
/// Bytes of pulled changes in one answer unless the phone asks for fewer; keeps one answer below a second on a thin line.
pub const PULL_BYTES_MAX: usize = 1 << 20;
/// Bytes of changes in one push of ours: leaves room for the frame's own words below `FRAME_BYTES_MAX`.
pub const PUSH_BYTES_MAX: usize = 2 << 20;
/// Lines of a checklist: a bureau's whole standard of 110 with room, and far below what one change holds.
pub const TEMPLATE_ITEMS_MAX: usize = 300;
/// Characters of a note: a note is read on a phone.
pub const NOTE_CHARS_MAX: usize = 500;
/// Photos of one report of a defect: what is wrong, its label, and its place.
pub const DEFECT_PHOTOS_MAX: usize = 8;
/// Defects that are moved at once: more than a screen of them is not looked at one by one.
pub const DEFECT_MOVES_MAX: usize = 100;
/// Bytes of an entry that a phone writes into a defect or a need: its texts in the longest writing, and what it sees.
pub const HANDLED_BYTES_MAX: usize = 16 << 10;
/// Bytes of a short text in an event (a code, a period, a key) and of a field that this version does not know.
pub const CODE_BYTES_MAX: usize = 128;
/// Keys in one `sees`: more standing answers to one item than this is not a dispute, it is an attack.
pub const SEES_MAX: usize = 64;
/// Frames waiting for one connection; a full queue closes the link and the phone comes again.
pub const CONNECTION_FRAMES_MAX: usize = 64;
/// Bytes of frames waiting for one connection; beyond it the phone does not read, and is let go.
pub const CONNECTION_BYTES_MAX: usize = 8 << 20;
/// Batches waiting for the log writer over all connections; a full queue answers `busy`.
pub const WRITER_BATCHES_MAX: usize = 8_192;
/// Rejected batches that are kept for supervisors: enough for a bad week of one phone, too few to fill a disk with.
pub const QUARANTINE_ROWS_MAX: u32 = 1_000;
/// Bytes of rejected batches that are kept: four of the largest.
pub const QUARANTINE_BYTES_MAX: u32 = 16 << 20;
/// Bytes of shadow documents that the relay keeps in memory, over all workers: some 2,000 rounds of today and yesterday.
pub const SHADOW_BYTES_MAX: usize = 64 << 20;
/// Milliseconds that a batch may take a shadow worker: a thousand times what the largest honest one takes.
pub const SHADOW_MS_MAX: u64 = 5_000;
/// Shadow workers that may be abandoned before the relay says that it is not well: each may spin on a core for ever.
pub const SHADOW_WORKERS_LOST_MAX: usize = 4;
/// Bytes of a WebSocket read buffer: the usual 128 KiB costs 1.3 GB for 10,000 idle phones.
pub const SOCKET_BUFFER_BYTES: usize = 4 << 10;
/// Bytes of an HTTP body other than a frame: enrolment and sessions are small.
pub const BODY_BYTES_MAX: usize = 16 << 10;
/// Hours that an enrolment code lives: three days, so that a code given on Friday works on Monday.
pub const ENROLMENT_HOURS: i64 = 72;
/// Hours of a session; a phone that comes back later signs a new challenge by itself.
pub const SESSION_HOURS: i64 = 24;
/// Milliseconds that a challenge can be answered: one slow round trip.
pub const CHALLENGE_MS: i64 = 60_000;
/// Days that a device counts as expected: unheard for longer, it no longer makes a round unknown.
pub const DEVICE_EXPECTED_DAYS: i64 = 7;
/// Milliseconds of clock difference that are shown to the user.
pub const CLOCK_OFFSET_SHOWN_MS: i64 = 120_000;
/// Milliseconds of the first wait before a new try; doubles up to `BACKOFF_MS_MAX`, with full jitter.
pub const BACKOFF_MS_MIN: i64 = 1_000;
/// Milliseconds of the longest wait between two tries.
pub const BACKOFF_MS_MAX: i64 = 60_000;
/// Milliseconds after which an unanswered exchange is taken for lost and is sent again.
pub const EXCHANGE_MS_MAX: i64 = 30_000;
/// Milliseconds that a phone is asked to wait at most when the relay is busy: long enough for a bureau's herd to pass.
pub const RETRY_AFTER_MS_MAX: u32 = 30_000;
/// Milliseconds that a phone is asked to wait when a batch could not be stored now.
pub const RETRY_AFTER_MS: u32 = 5_000;
/// Days that a device's certificate is good without being renewed: a phone in a drawer over a long leave comes back by
/// itself, a lost one does not for ever.
pub const LEASE_DAYS: i64 = 30;
/// Characters of a certificate's text form: a key, a signature and five short names are below 600.
pub const CERTIFICATE_BYTES_MAX: usize = 2_048;
/// Days that a phone keeps its own and its colleagues' signatures, so as to give a restored relay back what it lost: no
/// backup that is ever restored may be older.
pub const SEAL_DAYS: i64 = 30;
/// Times that an edit is made again although nothing in it is to blame. Each time has a slot of its own, so the second
/// is already strange; after these it is shown as rejected rather than tried for ever.
pub const REMADE_MAX: u32 = 4;
/// Times that a document's edits are sent again as they are because the relay's log seems to have lost something.
pub const BEHIND_MAX: u32 = 3;
/// The first of the slots that are drawn at random; those below are leased by tabs.
pub const SLOT_DRAWN_MIN: u32 = 1 << 16;
/// Slots from one drawn base to the next: more tabs than anybody has.
pub const SLOTS_PER_BASE: u32 = 64;
/// Bytes of one photo or voice memo: the phone makes photos of 250 to 400 kB and memos of 120; a phone that shrinks badly
/// is ten times worse.
pub const PHOTO_BYTES_MAX: u64 = 4 << 20;
/// Hours that an unfinished upload is kept: a phone that was out of reach over a weekend goes on where it was.
pub const UPLOAD_HOURS: i64 = 96;
/// Unfinished uploads of one phone: it sends one at a time, and begins a few more when something goes wrong.
pub const UPLOADS_MAX: usize = 32;
/// Characters of what an upload says of itself: a hash, a type, a file's name.
pub const UPLOAD_METADATA_MAX: usize = 1_024;
/// Bytes of the disk that photos leave to the log, beyond what the relay needs to be ready: answers come first there too.
pub const PHOTO_DISK_FREE_MIN: u64 = 256 << 20;
/// Bytes of photos and memos that one person's phones may bring in a day (by UTC): some 600 photos, three times what the
/// busiest day asks for, and what nobody fills a disk with unseen.
pub const PERSON_DAY_BYTES_MAX: u64 = 256 << 20;
/// Photos and memos that one person's phones may bring in a day: those 600 photos with their small ones, and as many again,
/// so that nobody fills a disk's list of files with tiny ones.
pub const PERSON_DAY_FILES_MAX: u32 = 2_400;
/// Days that a phone may bring photos without opening a session, as long as a certificate's lease.
pub const UPLOAD_TOKEN_DAYS: i64 = LEASE_DAYS;
/// Photos that go with one answer: what a fault needs, and no album.
pub const PHOTOS_MAX: usize = 6;
/// Photos that one person gives to one line that asks for photos: four corners, and what is to be seen on them.
pub const LINE_PHOTOS_MAX: usize = 12;
/// Labels on one page to print: a station's whole register, several times over.
pub const LABELS_MAX: usize = 2_000;
/// Characters that somebody may type, or a code may hold, when a thing is looked for: the longest label of ours.
pub const CODE_CHARS_MAX: usize = 160;
/// Scans that a phone keeps to be looked into later: a day's worth.
pub const SCANS_LATER_MAX: usize = 50;
/// Entries of one defect or need that count: a hundred times what one that goes back and forth for a year has.
pub const HISTORY_ENTRIES_MAX: usize = 2_048;
/// Bytes of one bundle: what is said in a week without a network, and some photos; it must go through chats.
pub const BUNDLE_BYTES_MAX: usize = 16 << 20;
/// Bytes of photos and memos in one bundle: all small ones of a week, and what else fits into half of it.
pub const BUNDLE_PHOTO_BYTES_MAX: u64 = 8 << 20;
/// Photos and memos in one bundle: small ones of 8 kB.
pub const BUNDLE_PHOTOS_MAX: usize = 1_024;
/// Pushes in one bundle, each within the bounds of a frame: together some 50,000 changes of one phone.
pub const BUNDLE_PUSHES_MAX: usize = 4;
/// CBOR items of one bundle's contents: its own words, and four for each photo.
pub const BUNDLE_ITEMS_MAX: usize = 8_192;
/// Bundles that a phone carries for colleagues: a boat's crew.
pub const CARRIED_MAX: usize = 8;
/// Bytes of them together: what an old phone can spare.
pub const CARRIED_BYTES_MAX: u64 = 32 << 20;
/// Hours after which what is only on a phone is to go out as a file, where no network comes.
pub const BUNDLE_OFFERED_HOURS: i64 = 72;
/// Digits of the PIN of somebody who shares a phone.
pub const PIN_DIGITS: usize = 6;
