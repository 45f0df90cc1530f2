//! `sieve`: prints the server's rule for a mailbox. It is never uploaded.

use super::{
    Context,
    arguments::Sieve,
    exit::{Exit, Failure},
    output,
};
use crate::{
    config::MailboxConfig,
    core::{
        sentences::Sentences,
        sieve::{self, Rule, SieveError},
        text,
    },
};

/// Graphemes of a name or a selector in a message.
const SHOWN: usize = 200;

pub(super) fn run(context: &Context, arguments: &Sieve) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let mailbox = choose(&config.mailboxes, arguments.mailbox.as_deref(), &sentences)?;
    let rule = Rule {
        mailbox: &mailbox.name,
        // The folder where INBOX mode holds becomes the intake: a change of mind moves nothing.
        folder: &mailbox.held,
        proposed: !mailbox.filed_at_delivery(),
        rules: &mailbox.rules,
    };
    let script = sieve::script(&rule, &sentences).map_err(|SieveError::Unquotable(value)| {
        let value = text::line(&value, SHOWN);
        Failure::new(Exit::Config, sentences.say_with("sieve-refused", &[("value", value.into())]))
    })?;
    output::print(&script)?;
    Ok(Exit::Done)
}

/// The mailbox that is named, or the only one.
fn choose<'a>(
    mailboxes: &'a [MailboxConfig],
    name: Option<&str>,
    sentences: &Sentences,
) -> Result<&'a MailboxConfig, Failure> {
    let known: Vec<&str> = mailboxes.iter().map(|mailbox| mailbox.name.as_str()).collect();
    let names = text::line(&known.join(", "), SHOWN);
    let (id, value) = match (name, mailboxes) {
        (None, [only]) => return Ok(only),
        (None, _) => ("sieve-which", known.first().copied().unwrap_or_default()),
        (Some(name), _) => match mailboxes.iter().find(|mailbox| mailbox.name == name) {
            Some(mailbox) => return Ok(mailbox),
            None => ("sieve-no-mailbox", name),
        },
    };
    let value = text::line(value, SHOWN);
    let args = [("names", names.into()), ("first", value.as_str().into()), ("name", value.as_str().into())];
    Err(Failure::new(Exit::Usage, sentences.say_with(id, &args)))
}
