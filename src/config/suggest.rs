//! "Did you mean": the nearest word that would be right.

/// Alike enough to be a slip of the fingers (Jaro-Winkler, 0 to 1); below it, suggestions confuse more than they help.
const ALIKE: f64 = 0.84;

/// What people write who think in French, or of another program.
const ALIASES: &[(&str, &str)] = &[
    ("lundi", "monday"),
    ("mardi", "tuesday"),
    ("mercredi", "wednesday"),
    ("jeudi", "thursday"),
    ("vendredi", "friday"),
    ("samedi", "saturday"),
    ("dimanche", "sunday"),
    ("semaine", "weekdays"),
    ("week", "weekdays"),
    ("workdays", "weekdays"),
    ("jours", "weekdays"),
    ("horaires", "hours"),
    ("opening_hours", "hours"),
    ("feries", "holidays"),
    ("fériés", "holidays"),
    ("jours_feries", "holidays"),
    ("absences", "away"),
    ("conges", "away"),
    ("congés", "away"),
    ("vacances", "away"),
    ("fuseau", "timezone"),
    ("tz", "timezone"),
    ("langue", "language"),
    ("lang", "language"),
    ("disponibilite", "availability"),
    ("disponibilité", "availability"),
    ("disponibilites", "availability"),
    ("boite", "mailbox"),
    ("mailboxes", "mailbox"),
    ("etat", "state"),
    ("server", "imap"),
    ("serveur", "imap"),
    ("host", "imap"),
    ("username", "user"),
    ("login", "user"),
    ("utilisateur", "user"),
    ("passwd", "password"),
    ("mot_de_passe", "password"),
    ("password_cmd", "password_command"),
    ("passwordeval", "password_command"),
    ("folder", "intake"),
    ("dossier", "intake"),
    ("exclude", "never_hold"),
    ("recipient", "to"),
    ("destinataire", "to"),
];

/// The keys that belong to one table each, for a key written outside its table.
const HOMES: &[(&str, &[&str])] = &[
    ("availability", &["weekdays", "hours", "timezone", "holidays", "away"]),
    ("mailbox.NAME", &["imap", "maildir", "user", "password", "intake", "held", "released", "hold", "never_hold"]),
    ("urgent", &["pass", "max_per_closure"]),
    ("digest", &["to", "from", "deliver", "at", "while_open", "max_topics"]),
    ("state", &["dir"]),
];

/// What `written` in the table `path`, where `known` keys are right, was probably meant to be.
pub(super) fn key(written: &str, path: &str, known: &[&str]) -> Option<String> {
    let lower = written.to_lowercase().replace('-', "_");
    if let Some((_, meant)) = ALIASES.iter().find(|(alias, meant)| *alias == lower && known.contains(meant)) {
        return Some((*meant).to_owned());
    }
    if let Some(near) = near(&lower, known) {
        return Some(near.to_owned());
    }
    let meant = ALIASES.iter().find(|(alias, _)| *alias == lower).map_or(lower.as_str(), |(_, meant)| meant);
    let (home, _) = HOMES.iter().find(|(home, keys)| *home != path && keys.contains(&meant))?;
    Some(format!("{home}.{meant}"))
}

/// The nearest of `known`, if one is near.
pub(super) fn near<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = written.trim().to_lowercase();
    let starting: Vec<&&str> = known.iter().filter(|word| lower.len() >= 3 && word.starts_with(&lower)).collect();
    if let [only] = starting[..] {
        return Some(only);
    }
    let (likeness, word) = known
        .iter()
        .map(|word| (strsim::jaro_winkler(&lower, &word.to_lowercase()), *word))
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness >= ALIKE).then_some(word)
}

/// The IANA zone that was probably meant: by its city, or alike.
pub(super) fn timezone(written: &str) -> &'static str {
    let lower = written.trim().to_lowercase().replace(' ', "_");
    let zones = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    let same = zones().find(|name| name.to_lowercase() == lower);
    let city = || zones().find(|name| name.to_lowercase().rsplit('/').next() == Some(lower.as_str()));
    let alike = || {
        zones()
            .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .map(|(_, name)| name)
    };
    same.or_else(city).or_else(alike).unwrap_or("Europe/Paris")
}

/// The holiday code that was probably meant by a country's or region's name.
pub(super) fn territory(written: &str) -> &'static str {
    let names: &[(&str, &[&str])] = &[
        ("FR-67", &["alsace", "alsace-moselle", "bas-rhin", "strasbourg"]),
        ("FR-57", &["moselle", "metz", "lorraine"]),
        ("FR-68", &["haut-rhin", "mulhouse"]),
        ("FR-971", &["guadeloupe"]),
        ("FR-972", &["martinique"]),
        ("FR-973", &["guyane"]),
        ("FR-974", &["réunion", "la réunion", "reunion"]),
        ("FR-976", &["mayotte"]),
        ("BE", &["belgique", "belgium"]),
        ("CH", &["suisse", "switzerland"]),
        ("LU", &["luxembourg"]),
        ("CA", &["canada", "québec", "quebec"]),
        ("DE", &["allemagne", "germany"]),
        ("GB", &["uk", "royaume-uni", "united kingdom"]),
        ("US", &["usa", "états-unis", "united states"]),
    ];
    let lower = written.trim().to_lowercase();
    names.iter().find(|(_, names)| names.contains(&lower.as_str())).map_or("FR", |(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: &[&str] = &["weekdays", "monday", "sunday", "hours", "holidays"];

    #[test]
    fn slips_french_words_and_keys_of_other_tables_find_their_key() {
        let meant = |written| key(written, "availability", DAYS);
        assert_eq!(meant("weekday").as_deref(), Some("weekdays"));
        assert_eq!(meant("lundi").as_deref(), Some("monday"));
        assert_eq!(meant("mon").as_deref(), Some("monday"));
        assert_eq!(meant("Holidays").as_deref(), Some("holidays"));
        assert_eq!(meant("max_topics").as_deref(), Some("digest.max_topics"));
        assert_eq!(meant("colour"), None);
    }

    #[test]
    fn a_city_or_a_slip_finds_its_zone() {
        assert_eq!(timezone("Paris"), "Europe/Paris");
        assert_eq!(timezone("europe/berlin"), "Europe/Berlin");
        assert_eq!(timezone("Europe/Pariss"), "Europe/Paris");
        assert_eq!(timezone("New York"), "America/New_York");
    }
}
