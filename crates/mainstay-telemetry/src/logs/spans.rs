//! The fields of spans, kept for the lines inside them, and what the request says around them. Never here: how a line looks.

use tracing::span::{Attributes, Id, Record};
use tracing::{Subscriber, field::Visit};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::{Fields, REQUEST_ID, Value};
use crate::request::Request;

/// Keeps the fields of every span with the span.
pub(crate) struct SpanFields;

impl<S> Layer<S> for SpanFields
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        keep(id, &context, |fields| attributes.record(fields));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        keep(id, &context, |fields| values.record(fields));
    }
}

fn keep<S>(id: &Id, context: &Context<'_, S>, record: impl FnOnce(&mut dyn Visit))
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let Some(span) = context.span(id) else { return };
    let mut fresh = Fields::default();
    record(&mut fresh);
    let mut extensions = span.extensions_mut();
    match extensions.get_mut::<Fields>() {
        Some(kept) => kept.say(&fresh),
        None => extensions.insert(fresh),
    }
}

/// What the request and the spans around a line say, outermost first; of two fields with one name the inner one counts, and
/// before all what the line says itself. The id of a request that a span names is told in any case: every line has a place
/// for it.
pub(crate) fn around<'a, S>(
    request: Option<&Request>,
    scope: Option<Scope<'a, S>>,
    own_says: impl Fn(&str) -> bool,
    mut tell: impl FnMut(&'static str, Value<'_>),
) where
    S: Subscriber + LookupSpan<'a>,
{
    let spans: Vec<_> = scope.into_iter().flatten().collect();
    for (name, value) in request.into_iter().flat_map(Request::fields) {
        let by_span = |name| {
            let mut spans = spans.iter();
            spans.any(|span| span.extensions().get::<Fields>().is_some_and(|fields| fields.says(name)))
        };
        if !own_says(name) && !by_span(name) {
            tell(name, Value::Text(value));
        }
    }
    for (depth, span) in spans.iter().enumerate().rev() {
        let extensions = span.extensions();
        for (name, value) in extensions.get::<Fields>().into_iter().flat_map(Fields::others) {
            let is_said = name != REQUEST_ID && own_says(name);
            let is_said_inside = || {
                let inner = spans[..depth].iter();
                inner
                    .into_iter()
                    .any(|span| span.extensions().get::<Fields>().is_some_and(|fields| fields.says(name)))
            };
            if !is_said && !is_said_inside() {
                tell(name, value);
            }
        }
    }
}

/// The id of a request that the innermost span says that says one.
pub(crate) fn id_of_span<'a, S>(scope: Option<Scope<'a, S>>) -> Option<String>
where
    S: Subscriber + LookupSpan<'a>,
{
    let is_id = |(name, _): &(&str, Value<'_>)| *name == REQUEST_ID;
    scope.into_iter().flatten().find_map(|span| {
        let extensions = span.extensions();
        let mut said = extensions.get::<Fields>()?.others();
        said.find(is_id).map(|(_, value)| value.as_str().to_owned())
    })
}
