//! A question to be answered with yes or no, in the volunteer's language.

use dialoguer::{Select, theme::ColorfulTheme};

use crate::core::sentences::Sentences;

/// Asks; `None` where the volunteer leaves by Esc. Two answers to choose from: dialoguer's own `y/n` takes no `o` for `oui`.
///
/// # Errors
/// The terminal went away.
pub fn confirm(question: &str, default: bool, sentences: &Sentences) -> dialoguer::Result<Option<bool>> {
    let answers = [sentences.say("yes"), sentences.say("no")];
    let theme = ColorfulTheme::default();
    let select = Select::with_theme(&theme).with_prompt(question).items(&answers).default(usize::from(!default));
    Ok(select.interact_opt()?.map(|answer| answer == 0))
}
