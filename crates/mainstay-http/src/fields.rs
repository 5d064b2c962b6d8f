//! Sparse fieldsets: `fields=a,b.c` keeps these fields of a JSON answer and drops the others.
//! Never here: which fields a resource has; the route names them.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::IntoParams;

use crate::extract::Query;
use crate::problem::{FieldError, Problem};

/// More paths than this are refused.
const MAX_PATHS: usize = 100;

/// The fields that a client wants; an extractor for the `fields` parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// Empty: everything.
    wanted: Tree,
    paths: Vec<String>,
}

/// The parameter of [`Fields`], for OpenAPI `params(FieldsParams)`.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FieldsParams {
    /// Comma-separated field paths to keep, for example `id,colour,splits.pace_s_per_km`. The other members are then
    /// absent, also those that the schema calls required.
    pub fields: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tree {
    /// A path ends here: everything below is wanted, whatever other paths say.
    whole: bool,
    inner: BTreeMap<String, Tree>,
}

impl Fields {
    /// Reads `a,b.c`; an absent or blank text keeps everything.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let paths: Vec<String> =
            text.split(',').map(str::trim).filter(|path| !path.is_empty()).map(str::to_owned).collect();
        if paths.len() > MAX_PATHS {
            return Err(Problem::bad_request("unknown_field", format!("At most {MAX_PATHS} fields.")));
        }
        let mut wanted = Tree::default();
        for path in &paths {
            let mut level = &mut wanted;
            for part in path.split('.') {
                level = level.inner.entry(part.to_owned()).or_default();
            }
            level.whole = true;
        }
        Ok(Self { wanted, paths })
    }

    /// Whether everything is kept.
    pub fn is_all(&self) -> bool {
        self.paths.is_empty()
    }

    /// Refuses a path that is not among `known` (`a`, `b.c`; a prefix `b` is known too) with
    /// 400 `unknown_field` and the nearest known one. Call it before the work, not after.
    pub fn check(&self, known: &[&str]) -> Result<(), Problem> {
        let is_known = |path: &str| {
            known.iter().any(|name| {
                name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let unknown = self.paths.iter().filter(|path| !is_known(path));
        let errors: Vec<FieldError> = unknown.map(|path| unknown_field(path, known)).collect();
        match errors.first() {
            None => Ok(()),
            Some(first) => {
                Err(Problem::bad_request("unknown_field", first.message.clone()).with_errors(errors))
            }
        }
    }

    /// Keeps the wanted fields; lists are looked through, so `splits.pace` reaches every split.
    /// A path that goes deeper than the value keeps the value.
    #[must_use]
    pub fn pick(&self, value: Value) -> Value {
        if self.is_all() { value } else { pick(&self.wanted, value) }
    }

    /// Checks, serializes and picks in one step.
    pub fn select<T: Serialize>(&self, answer: &T, known: &[&str]) -> Result<Value, Problem> {
        self.check(known)?;
        Ok(self.pick(serde_json::to_value(answer)?))
    }

    /// Like [`Fields::select`] for the envelope of a list: the paths speak of its items.
    pub fn select_items<T: Serialize>(
        &self,
        list: crate::List<T>,
        known: &[&str],
    ) -> Result<crate::List<Selected<T>>, Problem> {
        self.check(known)?;
        let crate::List { items, next_cursor, pagination } = list;
        let select = |item: T| -> Result<Selected<T>, Problem> {
            if self.is_all() {
                return Ok(Selected::Whole(item));
            }
            Ok(Selected::Picked(self.pick(serde_json::to_value(item)?)))
        };
        let items = items.into_iter().map(select).collect::<Result<_, _>>()?;
        Ok(crate::List { items, next_cursor, pagination })
    }
}

/// An item of a list as the client wants it. A whole one is written as it is: a tree of its members would cost more than
/// everything else about the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Selected<T> {
    /// With every member.
    Whole(T),
    /// With the wanted members alone.
    Picked(Value),
}

impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(params) = Query::<FieldsParams>::from_request_parts(parts, state).await?;
        Self::parse(params.fields.as_deref().unwrap_or_default())
    }
}

fn pick(wanted: &Tree, value: Value) -> Value {
    if wanted.whole {
        return value;
    }
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter_map(|(name, value)| {
                    let inner = wanted.inner.get(&name)?;
                    Some((name, pick(inner, value)))
                })
                .collect::<Map<_, _>>(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| pick(wanted, item)).collect()),
        plain => plain,
    }
}

fn unknown_field(path: &str, known: &[&str]) -> FieldError {
    let nearest = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(path, name), name))
        .min()
        .filter(|(distance, name)| *distance <= 3.max(name.len() / 3));
    let message = match nearest {
        Some((_, name)) => format!("There is no field `{path}`; did you mean `{name}`?"),
        None => format!("There is no field `{path}`."),
    };
    FieldError::new("/fields", "unknown", message)
}

#[cfg(test)]
mod tests;
