//! Every sentence a volunteer reads, in French and English, from the Fluent files in `core/locales`.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::langid;

use super::language::Language;

const FRENCH: &[&str] = &[
    include_str!("locales/fr/cause.ftl"),
    include_str!("locales/fr/cli.ftl"),
    include_str!("locales/fr/config.ftl"),
    include_str!("locales/fr/daemon.ftl"),
    include_str!("locales/fr/run.ftl"),
    include_str!("locales/fr/demo.ftl"),
    include_str!("locales/fr/digest.ftl"),
    include_str!("locales/fr/sieve.ftl"),
    include_str!("locales/fr/smtp.ftl"),
    include_str!("locales/fr/time.ftl"),
    include_str!("locales/fr/trouble.ftl"),
];
const ENGLISH: &[&str] = &[
    include_str!("locales/en/cause.ftl"),
    include_str!("locales/en/cli.ftl"),
    include_str!("locales/en/config.ftl"),
    include_str!("locales/en/daemon.ftl"),
    include_str!("locales/en/run.ftl"),
    include_str!("locales/en/demo.ftl"),
    include_str!("locales/en/digest.ftl"),
    include_str!("locales/en/sieve.ftl"),
    include_str!("locales/en/smtp.ftl"),
    include_str!("locales/en/time.ftl"),
    include_str!("locales/en/trouble.ftl"),
];

/// The arguments by which a sentence takes a cause.
const CAUSES: [&str; 3] = ["cause", "error", "why"];

/// The sentences of one language.
pub struct Sentences {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Sentences {
    /// Reads the sentences of `language`.
    pub fn new(language: Language) -> Self {
        let (locale, sources) = match language {
            Language::Fr => (langid!("fr"), FRENCH),
            Language::En => (langid!("en"), ENGLISH),
        };
        let mut bundle = FluentBundle::new(vec![locale]);
        // Isolation marks would stand in the digest's text part and in terminals that print them as boxes.
        bundle.set_use_isolating(false);
        for source in sources {
            let resource = match FluentResource::try_new((*source).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// The language spoken.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The sentence `id` without arguments. An unknown id is returned itself; a test keeps that from happening.
    pub fn say(&self, id: &str) -> String {
        self.format(id, None)
    }

    /// The sentence `id` with its arguments. What comes from mail must have passed `core::text` before. Arguments that tell a
    /// cause are told in this language, where it is one that is known.
    pub fn say_with<'a>(&self, id: &str, args: &[(&'a str, FluentValue<'a>)]) -> String {
        let args: FluentArgs<'a> =
            args.iter().map(|(name, value)| (Cow::from(*name), self.spoken(name, value))).collect();
        self.format(id, Some(&args))
    }

    fn spoken<'a>(&self, name: &str, value: &FluentValue<'a>) -> FluentValue<'a> {
        match value {
            FluentValue::String(said) if CAUSES.contains(&name) => match self.cause(said) {
                Some(cause) => cause.into(),
                // A server ends its sentence; here it stands inside another.
                None if name == "cause" => FluentValue::from(said.strip_suffix('.').unwrap_or(said).to_owned()),
                None => value.clone(),
            },
            _ => value.clone(),
        }
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        self.bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned()
    }
}
