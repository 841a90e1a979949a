//! What is asked about a phone that several people share.

use minicbor::Encode;

/// One thing to do about whose the phone is.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Hands {
    /// Hands the phone over: what is unsent is made ready for the next one to bring along, and then the core asks for a restart.
    /// Needs a PIN.
    #[n(0)]
    HandOver,
    /// Somebody who shares the phone takes it up.
    #[n(1)]
    TakeUp {
        /// Who.
        #[n(0)]
        number: u32,
        /// Their PIN.
        #[n(1)]
        pin: String,
    },
    /// Somebody who shares the phone forgot their PIN: with a code of their own they choose another.
    #[n(2)]
    Recover {
        /// Who.
        #[n(0)]
        number: u32,
        /// The code.
        #[n(1)]
        code: String,
        /// The new PIN.
        #[n(2)]
        pin: String,
    },
    /// Chooses one's PIN.
    #[n(3)]
    SetPin {
        /// The new one.
        #[n(0)]
        pin: String,
        /// The one before; empty when there was none.
        #[n(1)]
        before: String,
    },
}

shared::read_choice!(Hands {
    0 => HandOver {},
    1 => TakeUp { number, pin },
    2 => Recover { number, code, pin },
    3 => SetPin { pin, before },
});
