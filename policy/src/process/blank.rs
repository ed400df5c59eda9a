//! An empty word is none: how the staff API leaves a field out, read into an `Option`. `#[serde(with = "blank")]`.

use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

pub(super) fn serialize<S: Serializer, T: Serialize>(word: &Option<T>, s: S) -> Result<S::Ok, S::Error> {
    match word {
        Some(word) => word.serialize(s),
        None => s.serialize_str(""),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    d: D,
) -> Result<Option<T>, D::Error> {
    let text = Cow::<'de, str>::deserialize(d)?;
    if text.is_empty() { Ok(None) } else { T::deserialize(text.into_deserializer()).map(Some) }
}
