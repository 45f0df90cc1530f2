//! `deliver = "smtp"`: the submission server, and whose account is used there.

use super::{
    Account, MailboxConfig, SecretSource, Smtp, Source,
    address::{Server, ServerError, submission_server},
    secret,
    table::Table,
};

/// The server's own password, where the mailbox's is another.
const OWN_PASSWORD: &str = "smtp_password_command";

/// The account, with the user, the password and the extra root of the digest's mailbox where it has none of its own.
pub(super) fn read(table: &Table<'_>, mailboxes: &[MailboxConfig], mailbox: &str, to: &str) -> Option<Smtp> {
    let server = server(table);
    let lender = mailboxes.iter().find(|config| config.name == mailbox);
    let lent = lender.and_then(|config| match &config.source {
        Source::Imap(account) => Some(account),
        Source::Maildir(_) => None,
    });
    // A mailbox that could not be read is told already, and may have had what is missing here.
    let strict = lender.is_some();
    let user = user(table, lent, strict);
    let secret = password(table, lent, strict);
    let readable = mailboxes.iter().map(|config| &config.name).find(|name| same(user_of(table, name), to)).cloned();
    let replies = mailboxes.iter().all(|config| is_in_domain(user_of(table, &config.name), to));
    if !replies {
        table.note("config-smtp-no-replies", &[("to", to)]);
    }
    let Server { host, port, security } = server?;
    let ca_file = lent.and_then(|account| account.ca_file.clone());
    let account = Account { host, port, security, user: user?, secret: secret?, ca_file };
    let secret_key = if table.has(OWN_PASSWORD) { OWN_PASSWORD } else { account.secret.key() };
    Some(Smtp { account, secret_key, readable, replies })
}

fn user(table: &Table<'_>, lent: Option<&Account>, strict: bool) -> Option<String> {
    if table.has("smtp_user") {
        return table.filled("smtp_user");
    }
    if lent.is_none() && strict {
        table.wrong("smtp_user", "config-smtp-no-user", &[]);
    }
    lent.map(|account| account.user.clone())
}

fn password(table: &Table<'_>, lent: Option<&Account>, strict: bool) -> Option<SecretSource> {
    if table.has(OWN_PASSWORD) {
        return secret::command(table, OWN_PASSWORD).map(SecretSource::Command);
    }
    if lent.is_none() && strict {
        table.wrong(OWN_PASSWORD, "config-smtp-no-password", &[]);
    }
    lent.map(|account| account.secret.clone())
}

fn server(table: &Table<'_>) -> Option<Server> {
    if !table.has("smtp") {
        table.wrong("smtp", "config-smtp-no-server", &[]);
        return None;
    }
    let text = table.filled("smtp")?;
    let id = match submission_server(&text) {
        Ok(server) => return Some(server),
        Err(ServerError::Form) => "config-smtp-form",
        Err(ServerError::Scheme) => "config-smtp-scheme",
        Err(ServerError::Extra) => "config-smtp-extra",
        Err(ServerError::Cleartext) => "config-smtp-cleartext",
    };
    let host = text.rsplit_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = host.rsplit_once('@').map_or(host, |(_, domain)| domain);
    let host = host.split(['/', '?', '#', ' ']).next().filter(|host| !host.is_empty()).unwrap_or("mail.example.org");
    table.wrong("smtp", id, &[("value", &text), ("host", host)]);
    None
}

/// The user that a mailbox names; a Maildir may name its own too.
fn user_of(table: &Table<'_>, mailbox: &str) -> Option<String> {
    table.tree().text(&["mailbox", mailbox, "user"])
}

fn same(user: Option<String>, to: &str) -> bool {
    user.is_some_and(|user| user.eq_ignore_ascii_case(to))
}

/// A user that is no address tells no domain: then it is another one.
fn is_in_domain(user: Option<String>, to: &str) -> bool {
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    user.and_then(|user| domain(&user)).is_some_and(|own| domain(to) == Some(own))
}
