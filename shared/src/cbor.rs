//! How records come out of CBOR: field by field, through one function a type. `minicbor`'s derive writes the same bytes,
//! but its readers take every field of every record into a slot of its own, with a way out of its own, which comes to
//! half a kilobyte of code a field; on a phone each of them is downloaded. Types that derive `Encode` say their
//! fields once more, in the order of their numbers.

use minicbor::decode::{Decode, Error};
use minicbor::{Decoder, data::Type};

/// The fields of one record, as they are used up.
#[derive(Debug)]
pub struct Fields {
    left: u64,
}

impl Fields {
    /// Begins a record: an array of definite length.
    ///
    /// # Errors
    /// When it is none.
    #[inline(never)]
    pub fn open(d: &mut Decoder<'_>) -> Result<Self, Error> {
        let at = d.position();
        match d.array()? {
            Some(left) => Ok(Self { left }),
            None => Err(Error::type_mismatch(Type::ArrayIndef).at(at)),
        }
    }

    /// Begins a choice: an array of the variant's number and its fields.
    ///
    /// # Errors
    /// When it is none.
    #[inline(never)]
    pub fn choose(d: &mut Decoder<'_>) -> Result<(i64, Self), Error> {
        let at = d.position();
        if d.array()? != Some(2) {
            return Err(Error::message("a choice has two parts").at(at));
        }
        let variant = d.i64()?;
        Ok((variant, Self::open(d)?))
    }

    /// Whether the next field is left out: at the end, or in front of one that is not.
    fn is_left_out(&mut self, d: &mut Decoder<'_>) -> Result<bool, Error> {
        match self.left.checked_sub(1) {
            None => return Ok(true),
            Some(left) => self.left = left,
        }
        if d.datatype()? == Type::Null {
            d.skip()?;
            return Ok(true);
        }
        Ok(false)
    }

    /// The next field. One of which nothing came is none, where the type has that.
    ///
    /// # Errors
    /// When it is not of its type.
    #[inline(never)]
    pub fn next<'b, C, T: Decode<'b, C>>(&mut self, d: &mut Decoder<'b>, ctx: &mut C) -> Result<T, Error> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                T::decode(d, ctx)
            }
            None => T::nil().ok_or_else(|| missing(d)),
        }
    }

    /// The next field, or what its type has for one that was left out.
    ///
    /// # Errors
    /// When it is not of its type.
    #[inline(never)]
    pub fn next_or_default<'b, C, T>(&mut self, d: &mut Decoder<'b>, ctx: &mut C) -> Result<T, Error>
    where
        T: Decode<'b, C> + Default,
    {
        if self.is_left_out(d)? { Ok(T::default()) } else { T::decode(d, ctx) }
    }

    /// The next field, of bytes.
    ///
    /// # Errors
    /// When it is not of its type.
    #[inline(never)]
    pub fn next_bytes<'b, C, T>(&mut self, d: &mut Decoder<'b>, ctx: &mut C) -> Result<T, Error>
    where
        T: minicbor::bytes::DecodeBytes<'b, C>,
    {
        self.left = self.left.checked_sub(1).ok_or_else(|| missing(d))?;
        T::decode_bytes(d, ctx)
    }

    /// Passes over what a later version has more.
    ///
    /// # Errors
    /// When it is not CBOR.
    #[inline(never)]
    pub fn close(self, d: &mut Decoder<'_>) -> Result<(), Error> {
        (0..self.left).try_for_each(|_| d.skip())
    }
}

#[cold]
fn missing(d: &Decoder<'_>) -> Error {
    Error::message("a field is missing").at(d.position())
}

/// Reads one field in the way that is named behind it.
#[doc(hidden)]
#[macro_export]
macro_rules! read_field {
    ($fields:ident, $d:ident, $ctx:ident) => {
        $fields.next($d, $ctx)?
    };
    ($fields:ident, $d:ident, $ctx:ident, bytes) => {
        $fields.next_bytes($d, $ctx)?
    };
    ($fields:ident, $d:ident, $ctx:ident, default) => {
        $fields.next_or_default($d, $ctx)?
    };
}

/// `Decode` for a structure, of its fields in the order of their numbers: `read_record!(Mark { document, hash as bytes })`.
#[macro_export]
macro_rules! read_record {
    ($name:ident { $($field:tt $(as $how:ident)?),+ $(,)? }) => {
        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
                let mut fields = $crate::cbor::Fields::open(d)?;
                let record = Self { $($field: $crate::read_field!(fields, d, ctx $(, $how)?)),+ };
                fields.close(d)?;
                Ok(record)
            }
        }
    };
}

/// `Decode` for an enum, of its variants by number: `read_choice!(Word { 0 => Plain { 0 }, 1 => Named { name }, 2 => None {} })`.
#[macro_export]
macro_rules! read_choice {
    ($name:ident { $($number:literal => $variant:ident { $($field:tt $(as $how:ident)?),* $(,)? }),+ $(,)? }) => {
        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
                #[allow(unused_mut, reason = "not every enum has fields")]
                let (variant, mut fields) = $crate::cbor::Fields::choose(d)?;
                let choice = match variant {
                    $($number => Self::$variant { $($field: $crate::read_field!(fields, d, ctx $(, $how)?)),* },)+
                    other => return Err(minicbor::decode::Error::unknown_variant(other)),
                };
                fields.close(d)?;
                Ok(choice)
            }
        }
    };
}
