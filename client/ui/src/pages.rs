//! The screens. A page reads slices, keeps what is only on the screen (which card, which sheet), sends commands, and
//! leaves all drawing to `components`.

pub mod asset;
pub mod board;
pub mod choice;
pub mod coming;
pub mod count;
pub mod defects;
pub mod enrol;
pub mod handover;
pub mod inspection;
pub mod labels;
pub mod lines;
pub mod me;
pub mod needs;
pub mod paged;
pub mod quarantine;
pub mod register;
pub mod round;
pub mod scan;
pub mod screen;
pub mod selftest;
pub mod skeleton;
pub mod sync;
pub mod today;
