//! What a plan's conditions and sort keys ask of single columns, from the text in which PostgreSQL writes them back.
//! Pure. Never here: which index would serve them.

/// A column of one occurrence of a table in a statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Column {
    pub(super) alias: String,
    pub(super) name: String,
}

/// What is asked of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    /// Equal to a value, or to one of some values.
    Equal,
    /// Before or after a value.
    Range,
    /// Equal to a column of another table.
    Joined,
    /// `is null`.
    Null,
    /// `is not null`.
    NotNull,
    /// The boolean itself.
    True,
    /// The boolean's opposite.
    False,
    /// A document, an array or a text search contains something: only a GIN index can help.
    Contains,
}

/// One condition on one column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition {
    pub(super) column: Column,
    pub(super) asked: Asked,
}

/// One column of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SortKey {
    pub(super) column: Column,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

/// The conditions that all must hold in `((a.x = $1) AND (b.y > a.z))`. What is not about a single column, or is one
/// of several possibilities (`or`), is left out.
pub(super) fn conditions(text: &str) -> Vec<Condition> {
    let inner = unwrapped(text);
    let parts = split(inner, " AND ");
    if parts.len() > 1 {
        return parts.into_iter().flat_map(conditions).collect();
    }
    if split(inner, " OR ").len() > 1 {
        return Vec::new();
    }
    condition(inner)
}

fn condition(text: &str) -> Vec<Condition> {
    let of = |column, asked| Condition { column, asked };
    for (ending, asked) in [(" IS NULL", Asked::Null), (" IS NOT NULL", Asked::NotNull)] {
        if let Some(column) = text.strip_suffix(ending).and_then(column) {
            return vec![of(column, asked)];
        }
    }
    let Some((left, operator, right)) = operation(text) else {
        let (text, asked) =
            text.strip_prefix("NOT ").map_or((text, Asked::True), |rest| (rest, Asked::False));
        return column(text).map(|column| of(column, asked)).into_iter().collect();
    };
    match (column(left), column(right)) {
        (Some(one), Some(other)) if operator == "=" && one.alias != other.alias => {
            vec![of(one, Asked::Joined), of(other, Asked::Joined)]
        }
        (Some(_), Some(_)) | (None, None) => Vec::new(),
        (Some(column), None) => asked(operator).map(|asked| of(column, asked)).into_iter().collect(),
        (None, Some(column)) => match asked(operator) {
            Some(asked @ (Asked::Equal | Asked::Range)) => vec![of(column, asked)],
            _ => Vec::new(),
        },
    }
}

fn asked(operator: &str) -> Option<Asked> {
    match operator {
        "=" => Some(Asked::Equal),
        "<" | "<=" | ">" | ">=" => Some(Asked::Range),
        "@>" | "?" | "?|" | "?&" | "@?" | "@@" | "&&" => Some(Asked::Contains),
        _ => None,
    }
}

/// The conditions without a value in an index's own condition, `((gone IS NULL) AND open)`, where columns have no alias.
/// None if there is anything else in it.
pub(super) fn fixed(text: &str) -> Option<Vec<(String, Asked)>> {
    let part = |part: &str| {
        let part = unwrapped(part);
        let marks = [(" IS NULL", Asked::Null), (" IS NOT NULL", Asked::NotNull)];
        let marked = marks.iter().find_map(|(end, asked)| Some((part.strip_suffix(end)?, *asked)));
        let negated = part.strip_prefix("NOT ").map(|rest| (rest, Asked::False));
        let (text, asked) = marked.or(negated).unwrap_or((part, Asked::True));
        let (name, rest) = identifier(unwrapped(text))?;
        rest.is_empty().then_some((name, asked))
    };
    split(unwrapped(text), " AND ").into_iter().map(part).collect()
}

/// One entry of a `Sort Key`: `a.x`, `a.x DESC`, `a.x DESC NULLS LAST`. None for an expression.
pub(super) fn sort_key(text: &str) -> Option<SortKey> {
    let (text, nulls) = match text.strip_suffix(" NULLS FIRST") {
        Some(rest) => (rest, Some(true)),
        None => text.strip_suffix(" NULLS LAST").map_or((text, None), |rest| (rest, Some(false))),
    };
    let (text, descending) = text.strip_suffix(" DESC").map_or((text, false), |rest| (rest, true));
    let column = column(text)?;
    Some(SortKey { column, descending, nulls_first: nulls.unwrap_or(descending) })
}

/// The column in `max(a.x)` or `min(a.x)`, which the end of an index answers.
pub(super) fn extreme(text: &str) -> Option<Column> {
    let inner = text.strip_prefix("max(").or(text.strip_prefix("min("))?;
    column(inner.strip_suffix(')')?)
}

/// `alias.name`, in parentheses or under a cast or neither.
fn column(text: &str) -> Option<Column> {
    let text = unwrapped(text);
    if let [one, cast] = split(text, "::")[..] {
        let is_type = |letter: char| letter.is_alphanumeric() || "_ \"()[].,".contains(letter);
        return if cast.chars().all(is_type) { column(one) } else { None };
    }
    let (alias, rest) = identifier(text)?;
    let (name, rest) = identifier(rest.strip_prefix('.')?)?;
    rest.is_empty().then_some(Column { alias, name })
}

/// A name at the beginning of the text, without its quotes, and what follows it.
fn identifier(text: &str) -> Option<(String, &str)> {
    if let Some(inner) = text.strip_prefix('"') {
        let mut name = String::new();
        let mut letters = inner.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' if letters.next_if(|(_, next)| *next == '"').is_some() => name.push('"'),
                '"' => return Some((name, inner.get(at + 1..)?)),
                other => name.push(other),
            }
        }
        return None;
    }
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    let begins = text.chars().next().is_some_and(|letter| letter.is_alphabetic() || letter == '_');
    begins.then(|| (text[..end].to_owned(), &text[end..]))
}

/// `left operator right` at the outermost level.
fn operation(text: &str) -> Option<(&str, &str, &str)> {
    let is_operator =
        |word: &str| !word.is_empty() && word.chars().all(|letter| "+-*/<>=~!@#%^&|`?".contains(letter));
    let words = split(text, " ");
    let operator = words.iter().find(|word| is_operator(word))?;
    // Both are slices of the same text, so their addresses differ by the offset.
    let at = operator.as_ptr() as usize - text.as_ptr() as usize;
    let (left, right) = (text.get(..at)?, text.get(at + operator.len()..)?);
    Some((left.trim(), operator, right.trim()))
}

/// The text without parentheses that enclose all of it.
fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text };
    let mut depth = Depth::default();
    let ends_early = text.char_indices().any(|(at, letter)| {
        depth.take(letter);
        depth.is_outside() && at + 1 < text.len()
    });
    if ends_early { text } else { unwrapped(inner) }
}

/// The text cut at each `separator` that stands outside parentheses and quotes.
fn split<'text>(text: &'text str, separator: &str) -> Vec<&'text str> {
    let mut parts = Vec::new();
    let (mut from, mut depth) = (0, Depth::default());
    for (at, letter) in text.char_indices() {
        if at >= from && depth.is_outside() && text[at..].starts_with(separator) {
            parts.push(&text[from..at]);
            from = at + separator.len();
        }
        depth.take(letter);
    }
    parts.push(&text[from..]);
    parts
}

/// Where in nested parentheses, brackets and quotes a reader is.
#[derive(Default)]
struct Depth {
    open: usize,
    quote: Option<char>,
}

impl Depth {
    fn take(&mut self, letter: char) {
        match (self.quote, letter) {
            // A doubled quote closes and opens again: the same in the end.
            (Some(quote), letter) if letter == quote => self.quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => self.quote = Some(letter),
            (None, '(' | '[') => self.open += 1,
            (None, ')' | ']') => self.open = self.open.saturating_sub(1),
            (None, _) => {}
        }
    }

    fn is_outside(&self) -> bool {
        self.open == 0 && self.quote.is_none()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<String> {
        conditions(text)
            .iter()
            .map(|one| format!("{}.{} {:?}", one.column.alias, one.column.name, one.asked))
            .collect()
    }

    #[test]
    fn conditions_are_read_from_what_the_server_writes() {
        for (text, expected) in [
            ("(o.id = $1)", vec!["o.id Equal"]),
            ("((o.tenant = $1) AND (o.at >= $2))", vec!["o.tenant Equal", "o.at Range"]),
            ("($1 < o.at)", vec!["o.at Range"]),
            ("(((o.state)::text = $1) AND (o.gone IS NULL))", vec!["o.state Equal", "o.gone Null"]),
            ("(o.customer = c.id)", vec!["o.customer Joined", "c.id Joined"]),
            ("(o.a = o.b)", vec![]),
            ("(o.id = ANY ($1))", vec!["o.id Equal"]),
            ("(o.id = ANY ('{1,2}'::integer[]))", vec!["o.id Equal"]),
            ("(o.open AND (NOT o.paid))", vec!["o.open True", "o.paid False"]),
            ("(o.note IS NOT NULL)", vec!["o.note NotNull"]),
            ("((o.a = $1) OR (o.b = $2))", vec![]),
            ("((o.a = $1) AND ((o.b = $2) OR (o.c = $3)))", vec!["o.a Equal"]),
            ("(o.doc @> $1)", vec!["o.doc Contains"]),
            ("($1 @> o.doc)", vec![]),
            ("(lower(o.email) = $1)", vec![]),
            ("(o.name ~~ $1)", vec![]),
            ("(o.a <> $1)", vec![]),
            ("((o.a + 1) > $1)", vec![]),
            ("(o.name = ' AND (x.y = 1'::text)", vec!["o.name Equal"]),
            ("(o.\"order\" = $1)", vec!["o.order Equal"]),
            ("(\"O\".\"a\"\"b\" = $1)", vec!["O.a\"b Equal"]),
            ("((o.at)::timestamp with time zone >= now())", vec!["o.at Range"]),
            ("(o.id = (SubPlan 1))", vec!["o.id Equal"]),
            ("(o.day = date_trunc('day'::text, x.at))", vec!["o.day Equal"]),
            ("", vec![]),
            ("((", vec![]),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn the_condition_of_an_index_is_read() {
        let gone = ("gone".to_owned(), Asked::Null);
        assert_eq!(fixed("(gone IS NULL)"), Some(vec![gone.clone()]));
        assert_eq!(
            fixed("((gone IS NULL) AND (NOT \"open\"))"),
            Some(vec![gone, ("open".to_owned(), Asked::False)])
        );
        assert_eq!(fixed("(total > 5)"), None);
        assert_eq!(fixed("((gone IS NULL) OR open)"), None);
    }

    #[test]
    fn sort_keys_are_read_with_their_direction() {
        let key = |text| sort_key(text).map(|key| (key.column.name, key.descending, key.nulls_first));
        assert_eq!(key("o.at"), Some(("at".to_owned(), false, false)));
        assert_eq!(key("o.at DESC"), Some(("at".to_owned(), true, true)));
        assert_eq!(key("o.at DESC NULLS LAST"), Some(("at".to_owned(), true, false)));
        assert_eq!(key("o.at NULLS FIRST"), Some(("at".to_owned(), false, true)));
        assert_eq!(key("(count(*)) DESC"), None);
        assert_eq!(key("lower(o.at)"), None);
        assert_eq!(extreme("max(o.at)").map(|column| column.name).as_deref(), Some("at"));
        assert_eq!(extreme("sum(o.at)"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[()\\[\\] a-z.\"'=<>$0-9:ANDORé]{0,60}") {
            let _ = (conditions(&text), sort_key(&text), extreme(&text));
        }

        #[test]
        fn every_conjunct_is_found(names in prop::collection::vec("[a-z]{1,8}", 1..6)) {
            let text = names.iter().map(|name| format!("(t.{name} = $1)")).collect::<Vec<_>>().join(" AND ");
            let found = conditions(&format!("({text})"));
            prop_assert_eq!(found.into_iter().map(|one| one.column.name).collect::<Vec<_>>(), names);
        }
    }
}
