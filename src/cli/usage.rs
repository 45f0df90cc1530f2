//! A command line that is not understood, told in the volunteer's language: clap itself speaks English only.

use clap::{
    Error,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::core::{sentences::Sentences, text};

/// Graphemes of what was typed, in the sentence about it.
const SHOWN: usize = 80;

/// What is wrong, and where help is.
pub(super) fn explain(error: &Error, sentences: &Sentences) -> String {
    let (id, near) = match error.kind() {
        ErrorKind::InvalidSubcommand => ("usage-command", Some(ContextKind::SuggestedSubcommand)),
        ErrorKind::UnknownArgument => ("usage-option", Some(ContextKind::SuggestedArg)),
        ErrorKind::InvalidValue if said(error, ContextKind::InvalidValue).is_empty() => ("usage-value-missing", None),
        ErrorKind::InvalidValue => ("usage-value", Some(ContextKind::ValidValue)),
        ErrorKind::ValueValidation => ("usage-value", None),
        ErrorKind::ArgumentConflict => ("usage-conflict", None),
        ErrorKind::MissingRequiredArgument => ("usage-missing", None),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("usage-no-command", None)
        }
        _ => ("usage-other", None),
    };
    let given = match error.kind() {
        ErrorKind::InvalidSubcommand => said(error, ContextKind::InvalidSubcommand),
        ErrorKind::UnknownArgument => said(error, ContextKind::InvalidArg),
        _ => said(error, ContextKind::InvalidValue),
    };
    let near = near.map_or_else(|| range(error, sentences), |kind| advice(error, kind, sentences));
    let args = [
        ("given", given.into()),
        ("option", said(error, ContextKind::InvalidArg).into()),
        ("other", said(error, ContextKind::PriorArg).into()),
        ("near", near.into()),
    ];
    let help = sentences.say_with("usage-help", &[("command", "quiethours".into())]);
    format!("{}\n{help}", sentences.say_with(id, &args).trim_end())
}

/// The numbers that would do, from clap's `400 is not in 1..=366`.
fn range(error: &Error, sentences: &Sentences) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let bounds = source.rsplit_once(" is not in ").and_then(|(_, range)| range.split_once("..="));
    bounds.map_or_else(String::new, |(from, to)| {
        sentences.say_with("usage-range", &[("from", from.into()), ("to", to.into())])
    })
}

fn advice(error: &Error, kind: ContextKind, sentences: &Sentences) -> String {
    let values = said(error, kind);
    match kind {
        _ if values.is_empty() => String::new(),
        ContextKind::ValidValue => sentences.say_with("usage-values", &[("values", values.into())]),
        _ => sentences.say_with("usage-near", &[("near", values.into())]),
    }
}

/// What clap knows, on one line.
fn said(error: &Error, kind: ContextKind) -> String {
    let whole = match error.get(kind) {
        Some(ContextValue::String(value)) => value.clone(),
        Some(ContextValue::Strings(values)) => values.join(", "),
        Some(ContextValue::StyledStr(value)) => value.to_string(),
        Some(ContextValue::StyledStrs(values)) => values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    text::line(&whole, SHOWN)
}
