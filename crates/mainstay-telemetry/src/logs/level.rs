//! Which texts are a log level. Pure. Never here: the filter that is made of it.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// What to write instead.
const FORM: &str =
    "write off, error, warn, info, debug or trace, or levels by target such as warn,mainstay_db=debug";

/// Why the text is no level, as a clause with what to write instead; `None` if it is one.
///
/// The filter's own grammar takes a lone word that is no level for the name of a target: `inof` would silence
/// everything but a target of that name. Here such a word is a mistake; a target is written with its level.
pub(super) fn fault(level: &str) -> Option<String> {
    if let Err(error) = EnvFilter::builder().parse(level) {
        return Some(format!("is `{level}`, which is not understood ({error}); {FORM}"));
    }
    let is_level = |part: &str| !part.is_empty() && part.parse::<LevelFilter>().is_ok();
    let wrong = level.split(',').find(|part| !part.contains(['=', '[']) && !is_level(part));
    match wrong {
        None => None,
        Some("") => Some(format!("is `{level}`, in which a level is missing; {FORM}")),
        Some(part) => Some(format!("is `{level}`, in which `{part}` is no level; {FORM}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_told_from_misspelt_ones() {
        for good in
            ["info", "OFF", "warn,mainstay_db=debug", "info,my_span[user]=trace", "x[{a=1}]=warn,error"]
        {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in
            ["", "inof", "bogus===", "info,", "info, debug", "info,mainstay_db", "info,mainstay_db=loud"]
        {
            let why = fault(bad).expect(bad);
            assert!(why.starts_with(&format!("is `{bad}`, ")) && why.ends_with(FORM), "{why}");
        }
    }
}
