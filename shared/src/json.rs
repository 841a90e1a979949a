//! How records come out of JSON: field by field, through one function a type, as in [`crate::cbor`]. serde's derive reads
//! the same, but writes for each record a visitor of the names, a slot for each field and a way out of each; on a phone
//! all of them are downloaded. Here an object is taken apart into its values once, and the record picks its own.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Error, Map, Value};

/// The fields of one record, as they are used up.
#[derive(Debug)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Takes an object apart.
    ///
    /// # Errors
    /// When it is none.
    pub fn open<'de, D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Map::deserialize(d).map(Self)
    }

    /// The field of this name. One that is not there is none, where the type has that.
    ///
    /// # Errors
    /// When it is not of its type.
    #[inline(never)]
    pub fn next<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        read(name, self.take(name).unwrap_or_default())
    }

    /// The field of this name, or what its type has for one that is not there.
    ///
    /// # Errors
    /// When it is not of its type.
    #[inline(never)]
    pub fn next_or_default<T: DeserializeOwned + Default>(&mut self, name: &str) -> Result<T, Error> {
        match self.take(name) {
            Some(value) => read(name, value),
            None => Ok(T::default()),
        }
    }

    #[inline(never)]
    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.get_mut(name).map(Value::take)
    }
}

fn read<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, Error> {
    T::deserialize(value).map_err(|error| wrong(name, &error))
}

#[cold]
#[inline(never)]
fn wrong(name: &str, error: &Error) -> Error {
    serde::de::Error::custom([name, ": ", &error.to_string()].concat())
}

/// Reads one field in the way that is named behind it.
#[doc(hidden)]
#[macro_export]
macro_rules! read_member {
    ($fields:ident, $name:expr) => {
        $fields.next($name)?
    };
    ($fields:ident, $name:expr, default) => {
        $fields.next_or_default($name)?
    };
}

/// `Deserialize` for a structure, of its fields: `read_object!(Label { zh, en as default })`.
#[macro_export]
macro_rules! read_object {
    ($name:ident { $($field:ident $(as $how:ident)?),+ $(,)? }) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                fn read(mut fields: $crate::json::Fields) -> Result<$name, serde_json::Error> {
                    Ok($name { $($field: $crate::read_member!(fields, stringify!($field) $(, $how)?)),+ })
                }
                read($crate::json::Fields::open(d)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// How a structure is read out of JSON and out of CBOR, where both read it alike.
#[macro_export]
macro_rules! read_both {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        $crate::read_object!($name { $($field),+ });
        $crate::read_record!($name { $($field),+ });
    };
}

#[cfg(test)]
mod tests {
    #[derive(Debug, PartialEq)]
    struct Thing {
        code: String,
        place: Option<String>,
        count: u32,
        parts: Vec<Thing>,
    }

    read_object!(Thing { code, place, count as default, parts as default });

    fn thing(json: &str) -> Result<Thing, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_record_reads_its_fields_in_any_order_and_passes_over_others() {
        let read = thing(
            r#"{"later": [1, {}], "count": 2, "code": "A", "parts": [{"code": "B", "place": "shed"}]}"#,
        );
        let part =
            Thing { code: "B".to_owned(), place: Some("shed".to_owned()), count: 0, parts: Vec::new() };
        assert_eq!(read, Ok(Thing { code: "A".to_owned(), place: None, count: 2, parts: vec![part] }));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        assert!(thing("{}").unwrap_err().starts_with("code: "), "{:?}", thing("{}"));
        assert!(thing(r#"{"code": 1}"#).unwrap_err().starts_with("code: "));
        assert!(thing(r#"{"code": "A", "count": null}"#).unwrap_err().starts_with("count: "));
        let inner = thing(r#"{"code": "A", "parts": [{"code": []}]}"#).unwrap_err();
        assert!(inner.starts_with("parts: code: "), "{inner}");
        assert!(thing("[]").is_err());
        assert!(thing(r#"{"code": "A"} x"#).is_err());
    }
}
