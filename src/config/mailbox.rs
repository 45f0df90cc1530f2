//! `[mailbox.NAME]`: where a mailbox is, its folders, and what is held.

use super::{
    Account, MailboxConfig, Source,
    address::{self, Server, ServerError},
    folders,
    paths::DEFAULT_PROFILE,
    secret,
    table::Table,
};
use crate::core::selector::{Rules, Selector};

pub(super) const KEYS: &[&str] = &[
    "imap",
    "maildir",
    "user",
    "password_command",
    "password_file",
    "password_credential",
    "oauth_token_command",
    "password",
    "ca_file",
    "intake",
    "held",
    "released",
    "hold",
    "never_hold",
    "authserv_id",
];

/// All mailboxes, by name; those with errors are left out.
pub(super) fn read_all(root: &Table<'_>, profile: &str, urgent: &[Selector]) -> Vec<MailboxConfig> {
    let tables = root.table("mailbox");
    let names = tables.tables();
    if names.is_empty() {
        root.wrong("mailbox", "config-no-mailbox", &[]);
    }
    let read: Vec<MailboxConfig> =
        names.into_iter().filter_map(|(name, table)| read(&table, name, profile, urgent)).collect();
    refuse_twins(&tables, &read);
    read
}

fn read(table: &Table<'_>, name: String, profile: &str, urgent: &[Selector]) -> Option<MailboxConfig> {
    table.only(KEYS);
    let source = source(table);
    let folders = folders::read(table, (profile != DEFAULT_PROFILE).then_some(profile));
    let hold = table.has("hold").then(|| selectors(table, "hold"));
    tell_of_bodies(table, hold.as_deref().unwrap_or_default());
    let never_hold = selectors(table, "never_hold");
    let authserv_id = authserv_id(table);
    let folders = folders?;
    Some(MailboxConfig {
        name,
        source: source?,
        intake: folders.intake,
        held: folders.held,
        released: folders.released,
        rules: Rules { hold, never_hold, urgent: urgent.to_vec() },
        authserv_id,
    })
}

/// The name alone: what a server writes after it (a version, results) is no part of it.
fn authserv_id(table: &Table<'_>) -> Option<String> {
    if !table.has("authserv_id") {
        return None;
    }
    let text = table.filled("authserv_id")?;
    let name = text.trim();
    if name.contains(|c: char| c.is_whitespace() || c.is_control() || ";=()\"".contains(c)) {
        let right = name.split([';', ' ']).find(|word| word.contains('.')).unwrap_or("mail.example.org");
        table.wrong("authserv_id", "config-authserv-id", &[("value", name), ("right", right)]);
        return None;
    }
    Some(name.to_owned())
}

fn source(table: &Table<'_>) -> Option<Source> {
    match (table.has("imap"), table.has("maildir")) {
        (true, true) => {
            table.conflict("maildir", "imap");
            None
        }
        (false, false) => {
            table.wrong("imap", "config-no-source", &[]);
            None
        }
        (true, false) => account(table).map(Source::Imap),
        (false, true) => {
            // These mean something to a server only.
            for key in secret::WAYS.iter().chain(&["ca_file"]).filter(|key| table.has(key)) {
                table.conflict(key, "maildir");
            }
            table.path("maildir").map(Source::Maildir)
        }
    }
}

fn account(table: &Table<'_>) -> Option<Account> {
    let server = server(table);
    let user = if table.has("user") {
        table.filled("user")
    } else {
        table.wrong("user", "config-no-user", &[]);
        None
    };
    let secret = secret::read(table);
    let ca_file = secret::certificate(table);
    let Server { host, port, security } = server?;
    Some(Account { host, port, security, user: user?, secret: secret?, ca_file })
}

fn server(table: &Table<'_>) -> Option<Server> {
    let text = table.filled("imap")?;
    let error = match address::server(&text) {
        Ok(server) => return Some(server),
        Err(error) => error,
    };
    let id = match error {
        ServerError::Form => "config-imap-form",
        ServerError::Scheme => "config-imap-scheme",
        ServerError::Extra => "config-imap-extra",
        ServerError::Cleartext => "config-imap-cleartext",
    };
    let host = text.rsplit_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = host.rsplit_once('@').map_or(host, |(_, domain)| domain);
    let host = host.split(['/', '?', '#', ' ']).next().filter(|host| !host.is_empty()).unwrap_or("mail.example.org");
    table.wrong("imap", id, &[("value", &text), ("host", host)]);
    None
}

/// The selectors of a list key; those that are none are told, with the nearest that is.
pub(super) fn selectors(table: &Table<'_>, key: &str) -> Vec<Selector> {
    let mut selectors = Vec::new();
    for text in table.list(key).unwrap_or_default() {
        match text.trim().parse::<Selector>() {
            Ok(selector) => selectors.push(selector),
            Err(error) => match error.suggestion {
                Some(near) => table.wrong(key, "config-selector-near", &[("value", &text), ("near", &near)]),
                None => table.wrong(key, "config-selector", &[("value", &text)]),
            },
        }
    }
    selectors
}

/// A platform that only the body marks is held only where its site is named: anybody may write such a body.
fn tell_of_bodies(table: &Table<'_>, hold: &[Selector]) {
    for selector in hold {
        if let Selector::Platform(platform, None) = selector
            && platform.is_marked_by_body_alone()
        {
            table.note("config-by-body", &[("platform", platform.name())]);
        }
    }
}

/// Two tables for one folder would hold and release each other's messages.
fn refuse_twins(tables: &Table<'_>, mailboxes: &[MailboxConfig]) {
    for (index, one) in mailboxes.iter().enumerate() {
        let twin = mailboxes[..index].iter().find(|other| {
            let folder = one.intake == other.intake || one.held == other.held;
            folder && same_source(&one.source, &other.source)
        });
        if let Some(other) = twin {
            tables.wrong(
                &one.name,
                "config-twins",
                &[("one", &tables.full(&other.name)), ("other", &tables.full(&one.name))],
            );
        }
    }
}

fn same_source(one: &Source, other: &Source) -> bool {
    match (one, other) {
        (Source::Imap(one), Source::Imap(other)) => one.host == other.host && one.user == other.user,
        (Source::Maildir(one), Source::Maildir(other)) => one == other,
        _ => false,
    }
}
