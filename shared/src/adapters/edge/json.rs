//! A request's body, read in two steps: first as JSON, then as what the route asks for. In between it is a
//! tree of ours, so that one place decides what no request may contain, and [`Misfit`] says what is wrong in
//! a caller's words.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::misfit::{Misfit, field_at};
use crate::fault::{Kind, Problem};

/// Reads an object. A value that is `null`, a list where an object is asked for, a member that is there twice
/// and one that nobody asked for are refused wherever they stand.
///
/// # Errors
/// No JSON, no object, or a field that does not fit; the field is named.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let tree = tree(body)?;
    if !matches!(tree, Json::Object(_)) {
        return Err(Problem::invalid("body", "The body is not a JSON object.", "Send a JSON object."));
    }
    serde_path_to_error::deserialize(tree).map_err(|error| {
        let path = error.path().to_string();
        error.into_inner().at(&path)
    })
}

/// Reads a word of one of our lists.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, Misfit> {
    T::deserialize(Json::Text(text.to_owned()))
}

/// JSON as it was written: members in their order, and what is there twice twice.
enum Json {
    Null,
    Bool(bool),
    Number(u64),
    Negative(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

fn tree(body: &[u8]) -> Result<Json, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let tree = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        broken(&path, &error.into_inner())
    })?;
    let more = "There is more text after the JSON value.";
    reader.end().map_err(|_| Problem::new(Kind::MalformedRequest, more).next("Send one JSON object."))?;
    Ok(tree)
}

/// Why a body cannot be read as JSON. Two things are JSON, and no body of ours has them: a fraction, which
/// might be rounded on its way, and what is nested very deeply.
fn broken(path: &str, error: &serde_json::Error) -> Problem {
    let said = error.to_string();
    if error.is_data() || said.starts_with("number out of range") {
        let next = "Write a whole number; where an amount or a rate is asked for, write it as text such as `\"2.5\"`.";
        return Problem::invalid(field_at(path), "The number has a fraction, or is too large.", next);
    }
    if said.starts_with("recursion limit") {
        let next = "Send the fields of the API's description; none is nested so deeply.";
        return Problem::new(Kind::MalformedRequest, "The JSON is nested too deeply.").next(next);
    }
    let detail = format!("The JSON is not valid at line {}, column {}.", error.line(), error.column());
    Problem::new(Kind::MalformedRequest, detail).next("Send one JSON object, in UTF-8.")
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_any(Tree)
    }
}

/// The largest whole number of which every JSON reader knows each unit, 2⁵³.
const LARGEST_EXACT: u64 = 9_007_199_254_740_992;

/// Builds a tree. Of all that JSON can be it lacks the fraction, which serde then refuses.
struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Json;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a whole number")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Negative(value))
    }

    /// `4.0` and `4e0` are whole numbers in JSON Schema
    /// (<https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.2>), and some clients write them.
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        // Written out it has a point only where it has a fraction.
        match value.to_string().parse::<i64>() {
            Ok(whole) if whole.unsigned_abs() <= LARGEST_EXACT => {
                Ok(u64::try_from(whole).map_or(Json::Negative(whole), Json::Number))
            }
            Ok(_) | Err(_) => Err(E::invalid_value(Unexpected::Float(value), &self)),
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for Json {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Json {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self {
            Self::Null => Err(Misfit::null()),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Number(value) => visitor.visit_u64(value),
            Self::Negative(value) => visitor.visit_i64(value),
            Self::Text(value) => visitor.visit_string(value),
            Self::List(values) => visitor.visit_seq(SeqDeserializer::new(values.into_iter())),
            Self::Object(members) => visitor.visit_map(MapDeserializer::new(members.into_iter())),
        }
    }

    /// What may be left out may be left out; `null` is not a way to say so.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self {
            Self::Null => Err(Misfit::null()),
            Self::Bool(_)
            | Self::Number(_)
            | Self::Negative(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Object(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    /// serde would take a list as well, its elements as the fields in their order. The members are given in
    /// the order in which they are asked for: what the meaning of others depends on comes first.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self {
            Self::List(_) => Err(Misfit::invalid_type(Unexpected::Seq, &visitor)),
            Self::Object(mut members) => {
                let place = |name: &str| fields.iter().position(|field| *field == name);
                members.sort_by_key(|(name, _)| place(name).unwrap_or(fields.len()));
                Self::Object(members).deserialize_any(visitor)
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Negative(_) | Self::Text(_) => {
                self.deserialize_any(visitor)
            }
        }
    }

    /// A kind by its name, or as an object whose one member is the kind with its fields.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        kinds: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self {
            Self::Null => Err(Misfit::null()),
            Self::Text(kind) => visitor.visit_enum(kind.into_deserializer()),
            Self::Object(members) => {
                if let Some((stranger, _)) = members.iter().find(|(name, _)| !kinds.contains(&name.as_str()))
                {
                    return Err(Misfit::unknown_field(stranger, kinds));
                }
                match members.as_slice() {
                    [] => Err(Misfit::no_member(kinds)),
                    [_] => {
                        let members = MapDeserializer::new(members.into_iter());
                        visitor.visit_enum(MapAccessDeserializer::new(members))
                    }
                    [_, _, ..] => Err(Misfit::several(members.iter().map(|(name, _)| name.as_str()))),
                }
            }
            Self::Bool(_) | Self::Number(_) | Self::Negative(_) | Self::List(_) => {
                Err(Misfit::no_kind(kinds))
            }
        }
    }

    /// What stands beside the name of a kind that has no fields, `null` included.
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self {
            Self::Null => Err(Misfit::invalid_type(Unexpected::Unit, &visitor)),
            Self::Bool(_)
            | Self::Number(_)
            | Self::Negative(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Object(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_any(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf unit_struct seq tuple tuple_struct
        map identifier ignored_any
    }
}
