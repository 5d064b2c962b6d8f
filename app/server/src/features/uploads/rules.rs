//! The database's rules in words for the person whose file breaks one. Never here: the rules themselves (`migrations`).

/// What a file did that breaks this constraint; none for a constraint that no file should be able to break.
pub(super) fn broken(constraint: &str) -> Option<&'static str> {
    Some(match constraint {
        "activity_hr_range" => "a heart rate in it is not between 20 and 260 beats per minute",
        "activity_distance_range" => "its distance is negative or more than 10,000 km",
        "activity_elapsed_range" | "activity_moving_range" => "its time is negative or more than 31 days",
        "activity_rpe_range" => "its rated effort is not between 0 and 10",
        "activity_time_order" => "it ends before it starts",
        "activity_name_length" => "its title is empty or longer than 200 characters",
        "activity_notes_length" => "its notes are longer than 10,000 characters",
        "activity_stream_samples_positive" => "it holds no samples",
        "best_effort_elapsed_positive" => "a distance in it was covered in no time",
        "original_size_positive" => "it holds no bytes",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::broken;

    /// The names of the constraints on what a file says: ranges, lengths, orders and signs.
    fn constraints() -> Vec<String> {
        let text = include_str!("../../../migrations/0002_activities.sql");
        let words: Vec<&str> = text.split_whitespace().collect();
        let names = words.windows(3).filter(|words| words[0] == "constraint" && words[2] == "check");
        let of_values = |name: &str| ["_range", "_positive", "_order"].iter().any(|end| name.ends_with(end));
        let of_texts = ["activity_name_length", "activity_notes_length"];
        names
            .map(|words| words[1].to_owned())
            .filter(|name| of_values(name) || of_texts.contains(&name.as_str()))
            .collect()
    }

    #[test]
    fn every_rule_on_a_files_values_has_its_sentence() {
        let constraints = constraints();
        assert!(constraints.len() >= 11, "{constraints:?}");
        for name in constraints {
            let sentence = broken(&name).unwrap_or_else(|| panic!("{name} has no sentence"));
            assert!(!sentence.contains('_'), "{sentence}");
        }
        assert_eq!(broken("activity_sport_known"), None, "we write the sport, no file does");
    }
}
