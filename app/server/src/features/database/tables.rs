//! Which tables a statement of ours names, by the words before them. Pure. Never here: a parser of SQL; our statements
//! are lower-case and name a table after `from`, `join`, `into` or `update`.

use std::collections::BTreeSet;

/// The tables, without what the statement itself defines (`with name as …`) and without functions.
pub(super) fn named_in(text: &str) -> BTreeSet<&str> {
    let words = words(text);
    let defined: BTreeSet<_> =
        words.windows(3).filter(|three| defines(three)).map(|three| three[0]).collect();
    let tables = (0..words.len()).filter_map(|place| table_after(&words, place));
    tables.filter(|table| !defined.contains(table)).collect()
}

/// `name as (`, also `name as materialized (`.
fn defines(words: &[&str]) -> bool {
    words[1] == "as" && matches!(words[2], "(" | "materialized" | "not")
}

fn table_after<'a>(words: &[&'a str], place: usize) -> Option<&'a str> {
    let before = place.checked_sub(1).map_or("", |before| words[before]);
    let (table, after) = (*words.get(place + 1)?, words.get(place + 2).copied().unwrap_or_default());
    let leads = match words[place] {
        // `is distinct from`, and functions such as `unnest(…)`.
        "from" => before != "distinct" && after != "(",
        "join" => after != "(",
        "into" => true,
        // `for update`, `for no key update`, `do update set`.
        "update" => !matches!(before, "for" | "key" | "do"),
        _ => false,
    };
    let is_name = table.starts_with(|first: char| first.is_ascii_lowercase())
        && table
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.".contains(&byte))
        && !matches!(table, "select" | "lateral" | "only" | "unnest");
    (leads && is_name).then_some(table)
}

/// Words and brackets, without comments and quoted texts.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '\'' {
            rest[1..].find('\'').map_or(rest.len(), |end| end + 2)
        } else {
            let is_word = |character: char| character.is_alphanumeric() || "_.$".contains(character);
            let length =
                rest.find(|character| !is_word(character)).unwrap_or(rest.len()).max(first.len_utf8());
            words.push(&rest[..length]);
            length
        };
        rest = rest[length..].trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(text: &str) -> Vec<&str> {
        named_in(text).into_iter().collect()
    }

    #[test]
    fn tables_are_found_behind_the_words_that_lead_to_them() {
        assert_eq!(tables("/* a.b */ select 1 from plan join leg on leg.id = plan.id"), ["leg", "plan"]);
        assert_eq!(tables("insert into plan (id) select id from other"), ["other", "plan"]);
        assert_eq!(tables("update plan set a = 1"), ["plan"]);
        assert_eq!(
            tables("delete from plan where id in (select id from mainstay.leg)"),
            ["mainstay.leg", "plan"]
        );
    }

    #[test]
    fn what_is_no_table_is_left_out() {
        assert_eq!(tables("with new as (select 1 from plan) select 1 from new for update"), ["plan"]);
        assert_eq!(tables("select a is distinct from b from unnest($1) as a"), Vec::<&str>::new());
        assert_eq!(tables("-- from plan\nselect ' from plan ' /* from plan */"), Vec::<&str>::new());
        assert_eq!(tables("insert into plan values (1) on conflict (id) do update set a = 1"), ["plan"]);
        assert_eq!(tables("select 1 from (select 1 from plan) as inner_plan where é"), ["plan"]);
        assert_eq!(tables("select 'never closed"), Vec::<&str>::new());
    }
}
