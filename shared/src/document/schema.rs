//! Names inside documents. Short, because each costs bytes in every change; never changed, because documents live.

/// Maps of a round, made by its genesis.
pub const VISITS: &str = "visits";
/// See [`VISITS`].
pub const OBSERVATIONS: &str = "observations";
/// See [`VISITS`].
pub const SIGN_OFFS: &str = "signoffs";
/// The map of every other kind, made by its genesis.
pub const EVENTS: &str = "events";

/// Visit: officer.
pub const OFFICER: &str = "o";
/// Visit: station.
pub const STATION: &str = "s";
/// Visit: template.
pub const TEMPLATE: &str = "t";
/// Visit: period.
pub const PERIOD: &str = "p";
/// Visit: template version.
pub const VERSION: &str = "n";
/// Visit: offset from UTC in minutes.
pub const UTC_OFFSET: &str = "z";
/// Visit: relay clock minus phone clock, milliseconds.
pub const CLOCK_OFFSET: &str = "c";
/// Visit: the heads of the register that the round is held against, 32 bytes each; absent for none.
pub const REGISTER: &str = "r";

/// Observation and sign-off: the counter of the visit's key; the visit is by the same actor.
pub const VISIT: &str = "v";
/// Observation and sign-off: the phone's clock, milliseconds.
pub const AT: &str = "t";
/// Observation: subject; absent for the station itself.
pub const SUBJECT: &str = "s";
/// Observation: item.
pub const ITEM: &str = "i";
/// Observation: answer.
pub const ANSWER: &str = "a";
/// Observation: fault chips.
pub const FAULT: &str = "f";
/// Observation: note.
pub const NOTE: &str = "n";
/// Observation: keys that were on the screen, joined by blanks.
pub const SEES: &str = "e";
/// Observation: key of the own observation that it replaces.
pub const AMENDS: &str = "m";
/// Observation: key of the own observation that it takes back.
pub const WITHDRAWS: &str = "w";
/// Observation: photos, each its hash and its thumbnail's, 32 bytes each.
pub const PHOTOS: &str = "p";
/// Observation: the hash of a voice memo, 32 bytes.
pub const MEMO: &str = "r";
/// Sign-off: the heads it covers, 32 bytes each.
pub const HEADS: &str = "h";
/// Other kinds: the event as JSON.
pub const BODY: &str = "b";
