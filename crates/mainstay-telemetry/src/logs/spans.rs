//! The fields of spans, kept for the lines inside them. Never here: how a line looks.

use tracing::span::{Attributes, Id, Record};
use tracing::{Subscriber, field::Visit};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::{Fields, Value};

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
    if extensions.get_mut::<Fields>().is_none() {
        extensions.insert(Fields::default());
    }
    if let Some(kept) = extensions.get_mut::<Fields>() {
        // What is recorded again replaces what was said before.
        kept.others.retain(|(name, _)| fresh.others.iter().all(|(again, _)| again != name));
        kept.others.append(&mut fresh.others);
    }
}

/// What the spans around a line say, outermost first; of two fields with one name the inner one counts.
pub(crate) fn around<'a, S>(scope: Option<Scope<'a, S>>) -> Vec<(&'static str, Value)>
where
    S: Subscriber + LookupSpan<'a>,
{
    let mut all: Vec<(&'static str, Value)> = Vec::new();
    for span in scope.into_iter().flat_map(Scope::from_root) {
        if let Some(fields) = span.extensions().get::<Fields>() {
            all.retain(|(name, _)| fields.others.iter().all(|(inner, _)| inner != name));
            all.extend(fields.others.iter().cloned());
        }
    }
    all
}
