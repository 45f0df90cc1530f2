//! Words by which platforms call a priority high, in French and English.

/// Whole values, lower case, without the number some platforms put before them.
pub(in crate::core) const HIGH: [&str; 14] = [
    "high",
    "highest",
    "very high",
    "urgent",
    "immediate",
    "critical",
    "blocker",
    "haute",
    "très haute",
    "haut",
    "élevée",
    "immédiat",
    "immédiate",
    "critique",
];

/// Whether a platform's value for priority, urgency or severity means: soon.
pub(super) fn is_high(value: &str) -> bool {
    let bare = value.trim().trim_start_matches(|c: char| c.is_ascii_digit()).trim().to_lowercase();
    HIGH.contains(&bare.as_str())
}
