//! The language a volunteer is spoken to in.

/// French or English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Français.
    Fr,
    /// English.
    #[default]
    En,
}

impl Language {
    /// The ISO 639-1 code, also the value of the HTML `lang` attribute.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// Reads `fr`, `en`, or a locale such as `fr_FR.UTF-8` or `en-GB`; `None` for any other language.
    pub fn from_locale(locale: &str) -> Option<Self> {
        let language = locale.split(['_', '-', '.', '@']).next()?;
        match language.to_ascii_lowercase().as_str() {
            "fr" => Some(Self::Fr),
            "en" | "c" | "posix" => Some(Self::En),
            _ => None,
        }
    }
}
