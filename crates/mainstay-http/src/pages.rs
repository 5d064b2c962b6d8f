//! Lists in pages: the request ([`PageRequest`]), the answer ([`List`]) and the cursor between them.
//! Never here: SQL; a store turns a [`PageRequest`] into its own keyset or offset.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::extract::Query;
use crate::facts;
use crate::problem::{FieldError, Problem};

pub mod cursor;

#[cfg(test)]
mod tests;

/// How long pages may be and how far page numbers may reach. In the extensions of a request that the process itself makes,
/// past the middleware list, they are those in force for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageLimits {
    /// Items per page when the client names no `limit`.
    pub default: u32,
    /// The largest `limit` that a client may ask for.
    pub max: u32,
    /// The last row that `page` times `limit` may reach; beyond it a client uses cursors.
    pub max_offset: u32,
}

impl Default for PageLimits {
    fn default() -> Self {
        Self { default: 50, max: 100, max_offset: 100_000 }
    }
}

/// A number of items per page that the configuration allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The asked number, or the default; refuses 0 and anything above the maximum.
    pub fn try_new(asked: Option<u32>, limits: PageLimits) -> Result<Self, FieldError> {
        match asked {
            None => Ok(Self(limits.default)),
            Some(n) if (1..=limits.max).contains(&n) => Ok(Self(n)),
            Some(_) => {
                let range = format!("Must be from 1 to {}.", limits.max);
                Err(FieldError::new("/limit", "out_of_range", range))
            }
        }
    }

    /// Items per page.
    pub fn get(self) -> u32 {
        self.0
    }

    /// Rows to fetch for a keyset page: one more than shown tells whether there is a next page.
    pub fn rows_to_fetch(self) -> i64 {
        i64::from(self.0) + 1
    }
}

/// Where a page starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// At the first item, answered with a cursor.
    Start,
    /// After the item that this opaque cursor names.
    After(String),
    /// At page `n`, counted from 1, answered with `pagination`.
    Page(u32),
}

/// The paging part of a list request; an extractor that refuses with 400 `invalid_query`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Items per page.
    pub limit: Limit,
    /// Where the page starts.
    pub position: Position,
}

/// The query parameters of [`PageRequest`], for OpenAPI `params(PageParams)`.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Items per page, from 1.
    #[param(minimum = 1, example = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before; not together with `page`.
    pub cursor: Option<String>,
    /// Page number from 1, answered with `pagination`; not together with `cursor`.
    #[param(minimum = 1)]
    pub page: Option<u32>,
}

impl PageRequest {
    /// Checks the parameters against the limits; all broken rules are reported.
    pub fn try_new(params: PageParams, limits: PageLimits) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        let limit = Limit::try_new(params.limit, limits).unwrap_or_else(|error| {
            errors.push(error);
            Limit(limits.default)
        });
        let last = limits.max_offset / limit.get().max(1);
        let position = match (params.cursor, params.page) {
            (Some(_), Some(_)) => {
                errors.push(FieldError::new("/page", "contradiction", "Use `page` or `cursor`, not both."));
                Position::Start
            }
            (Some(cursor), None) => Position::After(cursor),
            (None, Some(page)) => {
                if page == 0 || page > last {
                    let range = format!("Must be from 1 to {last}; further pages are reached with cursors.");
                    errors.push(FieldError::new("/page", "out_of_range", range));
                }
                Position::Page(page)
            }
            (None, None) => Position::Start,
        };
        if errors.is_empty() { Ok(Self { limit, position }) } else { Err(Problem::invalid_query(errors)) }
    }

    /// The key after which the page starts: `None` at the start and for page numbers.
    pub fn after<K: cursor::Key>(&self, list: &str) -> Result<Option<K>, Problem> {
        match &self.position {
            Position::After(text) => cursor::decode(list, text).map(Some),
            Position::Start | Position::Page(_) => Ok(None),
        }
    }

    /// Rows to skip: 0 unless a page number was asked for.
    pub fn offset(&self) -> i64 {
        match self.position {
            Position::Page(page) => i64::from(page.saturating_sub(1)) * i64::from(self.limit.get()),
            Position::Start | Position::After(_) => 0,
        }
    }

    /// The page number, when the client counts pages.
    pub fn page(&self) -> Option<u32> {
        match self.position {
            Position::Page(page) => Some(page),
            Position::Start | Position::After(_) => None,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(params) = Query::<PageParams>::from_request_parts(parts, state).await?;
        Self::try_new(params, facts::pages(&parts.extensions))
    }
}

/// The answer of every list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct List<T> {
    /// The items of this page, in the list's order.
    pub items: Vec<T>,
    /// Where the next page starts; null on the last page and for page numbers.
    pub next_cursor: Option<String>,
    /// Present when the client asked for a page number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
}

impl<T> List<T> {
    /// A keyset page from up to [`Limit::rows_to_fetch`] rows: the extra row only proves that there is
    /// a next page. `key_of` gives the sort key of the last shown item.
    pub fn keyset<K: Serialize>(
        list: &str,
        mut rows: Vec<T>,
        limit: Limit,
        key_of: impl Fn(&T) -> K,
    ) -> Self {
        let shown = limit.get() as usize;
        let more = rows.len() > shown;
        rows.truncate(shown);
        let next_cursor = if more { rows.last().map(|row| cursor::encode(list, &key_of(row))) } else { None };
        Self { items: rows, next_cursor, pagination: None }
    }

    /// A numbered page; `total` counts the items of all pages.
    pub fn numbered(items: Vec<T>, page: u32, limit: Limit, total: u64) -> Self {
        Self { items, next_cursor: None, pagination: Some(Pagination::new(page, limit, total)) }
    }

    /// The same page with other items, typically rows turned into views.
    pub fn map<U>(self, view: impl FnMut(T) -> U) -> List<U> {
        let items = self.items.into_iter().map(view).collect();
        List { items, next_cursor: self.next_cursor, pagination: self.pagination }
    }
}

/// Where a numbered page stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pagination {
    /// This page, from 1.
    pub page: u32,
    /// Items per page.
    pub limit: u32,
    /// Items of all pages.
    pub total: u64,
    /// Pages; 0 when there are no items.
    pub total_pages: u64,
    /// Whether a page follows.
    pub has_next: bool,
    /// Whether a page with items precedes.
    pub has_prev: bool,
}

impl Pagination {
    /// Where `page` stands among `total` items.
    pub fn new(page: u32, limit: Limit, total: u64) -> Self {
        let total_pages = total.div_ceil(u64::from(limit.get()));
        Self {
            page,
            limit: limit.get(),
            total,
            total_pages,
            has_next: u64::from(page) < total_pages,
            has_prev: page > 1 && total_pages > 0,
        }
    }
}
