//! Strava's words for sports in the languages of its accounts. Never here: what sport a word means.

/// Parts of words in lower case, and the English word. German, Dutch, French, Spanish, Portuguese, Italian, Czech. The
/// first that is found counts.
const WORDS: [(&[&str], &str); 10] = [
    (&["ski", "esqu", "langlauf", "eislauf", "patin", "skat"], "Skis or skates"),
    (&["rudern", "roeien", "aviron", "remo", "canottaggio", "veslo"], "Rowing"),
    (&["schwimm", "zwem", "natation", "natación", "natação", "nuot", "plav"], "Swim"),
    (&["wanderung", "hike", "randonnée", "senderismo", "excursión", "escursion", "trilha", "túra"], "Hike"),
    (&["spazier", "gehen", "wandel", "marche", "caminata", "caminhada", "camminata", "chůze"], "Walk"),
    (&["lauf", "hardlo", "course", "trail", "carrera", "correr", "corrida", "cors", "běh"], "Run"),
    (&["radfahr", "fahrrad", "fiets", "vélo", "ciclis", "bici", "pedal", "jízda", "kolo"], "Ride"),
    (
        &["kraft", "gewicht", "musculation", "poids", "pesas", "fuerza", "musculação", "pesi", "posil"],
        "Weight training",
    ),
    (&["yoga", "jóga", "ioga"], "Yoga"),
    (&["pilates"], "Pilates"),
];

/// The English word for a sport in any of these languages; else the word itself, which is English or not known.
pub(super) fn in_english(word: String) -> String {
    let lower = word.to_lowercase();
    let known = WORDS.iter().find(|(parts, _)| parts.iter().any(|part| lower.contains(part)));
    known.map_or(word, |(_, english)| (*english).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sport;

    #[test]
    fn sports_are_known_in_other_languages() {
        let sports = [
            (
                Sport::Run,
                &["Lauf", "Hardloopsessie", "Course à pied", "Carrera", "Corrida", "Corsa", "Běh"][..],
            ),
            (
                Sport::Cycling,
                &["Radfahrt", "Fietsrit", "Sortie à vélo", "Bicicleta", "Pedalada", "Ciclismo", "Jízda"],
            ),
            (
                Sport::Swimming,
                &["Schwimmen", "Zwemmen", "Natation", "Natación", "Natação", "Nuotata", "Plavání"],
            ),
            (Sport::Walking, &["Spaziergang", "Wandeling", "Marche", "Caminata", "Caminhada", "Camminata"]),
            (Sport::Hiking, &["Wanderung", "Randonnée", "Senderismo", "Trilha", "Escursione"]),
            (Sport::Rowing, &["Rudern", "Roeien", "Aviron", "Remo", "Canottaggio"]),
            (
                Sport::Strength,
                &["Krafttraining", "Musculation", "Entrenamiento con pesas", "Gewichtstraining"],
            ),
            (Sport::Flexibility, &["Yoga", "Jóga", "Ioga"]),
            (Sport::Other, &["Skilanglauf", "Nordic Ski", "Patinage", "Kajak", "Workout"]),
        ];
        for (sport, words) in sports {
            for word in words {
                assert_eq!(Sport::from_free_text(&in_english((*word).to_owned())), sport, "{word}");
            }
        }
        let english = [
            "Run",
            "Trail Run",
            "Ride",
            "E-Bike Ride",
            "Walk",
            "Hike",
            "Swim",
            "Rowing",
            "Weight Training",
            "Yoga",
        ];
        for word in english {
            assert_eq!(
                Sport::from_free_text(&in_english(word.to_owned())),
                Sport::from_free_text(word),
                "{word}"
            );
        }
    }
}
