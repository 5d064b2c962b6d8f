//! The part of JSON Schema that the document is written in, and no more: a word that is not known here fails.
//! Never here: answers.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Words that say nothing about a value.
const MUTE: [&str; 5] = ["description", "example", "default", "title", "deprecated"];

pub(super) struct Schemas<'a> {
    pub(super) document: &'a Value,
    /// With `fields` the items of a list may lack what their schema calls required.
    pub(super) is_sparse: bool,
}

impl Schemas<'_> {
    /// Whether the value is as the schema says; else where it is not, by JSON pointer.
    pub(super) fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        self.check_alone(schema, value, at)?;
        let Some(members) = value.as_object() else { return Ok(()) };
        let mut described = Vec::new();
        if !self.describe(schema, value, &mut described) {
            return Ok(());
        }
        match members.keys().find(|name| !described.contains(name)) {
            Some(name) => Err(format!("{at}/{name} is not described")),
            None => Ok(()),
        }
    }

    /// Everything but members that the schema does not name: another part of an `allOf` may name them.
    fn check_alone(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let words = schema.as_object().ok_or_else(|| format!("{at}: a schema that is none: {schema}"))?;
        for (word, said) in words {
            match word.as_str() {
                "$ref" => self.check_alone(self.target(said), value, at)?,
                "allOf" => list(said).try_for_each(|part| self.check_alone(part, value, at))?,
                "oneOf" | "anyOf" => self.check_one_of(said, value, at)?,
                "type" => check_type(said, value, at)?,
                "enum" if !list(said).any(|allowed| allowed == value) => {
                    return Err(format!("{at} is {value}, none of {said}"));
                }
                "format" => check_format(said.as_str().unwrap_or_default(), value, at)?,
                "minimum"
                    if value.as_f64().zip(said.as_f64()).is_some_and(|(value, least)| value < least) =>
                {
                    return Err(format!("{at} is {value}, below {said}"));
                }
                "maximum" if value.as_f64().zip(said.as_f64()).is_some_and(|(value, most)| value > most) => {
                    return Err(format!("{at} is {value}, above {said}"));
                }
                "required" => self.check_required(said, value, at)?,
                "properties" => self.check_members(said, value, at)?,
                "additionalProperties" if said.is_object() => self.check_others(words, said, value, at)?,
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(said, item, &format!("{at}/{index}"))?;
                    }
                }
                "enum" | "minimum" | "maximum" | "additionalProperties" | "propertyNames" => {}
                word if MUTE.contains(&word) => {}
                word => return Err(format!("{at}: the schema's word `{word}` is not known to the test")),
            }
        }
        Ok(())
    }

    fn check_one_of(&self, variants: &Value, value: &Value, at: &str) -> Result<(), String> {
        let mut why = Vec::new();
        for variant in list(variants) {
            match self.check(variant, value, at) {
                Ok(()) => return Ok(()),
                Err(error) => why.push(error),
            }
        }
        Err(format!("{at} is none of its variants: {}", why.join("; ")))
    }

    fn check_required(&self, names: &Value, value: &Value, at: &str) -> Result<(), String> {
        let Some(members) = value.as_object() else { return Ok(()) };
        if self.is_sparse && at.starts_with("/items/") {
            return Ok(());
        }
        let absent = list(names).filter_map(Value::as_str).find(|name| !members.contains_key(*name));
        absent.map_or(Ok(()), |name| Err(format!("{at}/{name} is absent")))
    }

    fn check_members(&self, schemas: &Value, value: &Value, at: &str) -> Result<(), String> {
        let (Some(schemas), Some(members)) = (schemas.as_object(), value.as_object()) else { return Ok(()) };
        members
            .iter()
            .filter_map(|(name, member)| Some((name, schemas.get(name)?, member)))
            .try_for_each(|(name, schema, member)| self.check(schema, member, &format!("{at}/{name}")))
    }

    /// The members of a map.
    fn check_others(
        &self,
        words: &Map<String, Value>,
        schema: &Value,
        value: &Value,
        at: &str,
    ) -> Result<(), String> {
        let named = |name: &str| words.get("properties").is_some_and(|schemas| schemas.get(name).is_some());
        let members = value.as_object().into_iter().flatten().filter(|(name, _)| !named(name));
        members.into_iter().try_for_each(|(name, member)| self.check(schema, member, &format!("{at}/{name}")))
    }

    /// Adds the members that the schema names; false when it lets in any other.
    fn describe<'v>(&self, schema: &Value, value: &'v Value, found: &mut Vec<&'v String>) -> bool {
        let Some(words) = schema.as_object() else { return false };
        if words.get("additionalProperties").is_some_and(|others| *others != Value::Bool(false)) {
            return false;
        }
        let named = words.get("properties").and_then(Value::as_object);
        let is_free = named.is_none() && words.get("type").is_some_and(|kind| has_type(kind, "object"));
        let members = value.as_object().into_iter().flat_map(Map::keys);
        found.extend(members.filter(|name| named.is_some_and(|named| named.contains_key(*name))));
        let mut inner: Vec<&Value> =
            words.get("$ref").map(|target| self.target(target)).into_iter().collect();
        inner.extend(words.get("allOf").into_iter().flat_map(list));
        let fits = |variant: &&Value| self.check(variant, value, "").is_ok();
        inner.extend(["oneOf", "anyOf"].into_iter().filter_map(|word| list(words.get(word)?).find(fits)));
        // A schema that says nothing at all lets in everything.
        !is_free
            && !words.keys().all(|word| MUTE.contains(&word.as_str()))
            && inner.into_iter().all(|part| self.describe(part, value, found))
    }

    fn target(&self, reference: &Value) -> &Value {
        super::resolve(self.document, reference.as_str().unwrap_or_default())
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn has_type(kind: &Value, name: &str) -> bool {
    kind == name || list(kind).any(|kind| kind == name)
}

fn check_type(kind: &Value, value: &Value, at: &str) -> Result<(), String> {
    let is_of = |name: &str| match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => name == "number" || name == "integer" && !number.is_f64(),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    };
    let is_so = kind.as_str().is_some_and(is_of) || list(kind).filter_map(Value::as_str).any(is_of);
    if is_so {
        Ok(())
    } else {
        Err(format!("{at} is {value}, not of type {}", kind.as_str().unwrap_or(&kind.to_string())))
    }
}

fn check_format(format: &str, value: &Value, at: &str) -> Result<(), String> {
    let is_so = match (format, value) {
        ("uuid", Value::String(text)) => text.parse::<Uuid>().is_ok(),
        ("date", Value::String(text)) => text.parse::<Date>().is_ok(),
        ("date-time", Value::String(text)) => text.parse::<Timestamp>().is_ok(),
        ("int32", Value::Number(number)) => {
            number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        _ => true,
    };
    if is_so { Ok(()) } else { Err(format!("{at} is {value}, which is no {format}")) }
}
