//! Finding, creating and opening folders.

use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response, ResponseCode};

use super::{
    ImapMailbox,
    exec::{Connection, Done, LONG, SHORT},
    names::{Namespace, personal_namespace, quoted},
    refusal::named,
};
use crate::{
    core::mail::Folder,
    io::mailbox::{Access, MailboxError, Opened},
};

/// The keyword on the manifest of a release.
pub const SEALED: &str = "qh-sealed";

/// Folders that are looked at: beyond them an archive or a trash is not found.
const MAX_LISTED: usize = 10_000;

/// The selected folder.
pub struct OpenFolder {
    /// Its name on the wire.
    pub name: String,
    /// SELECT or EXAMINE.
    pub access: Access,
    /// [`SEALED`] may be stored in it.
    pub keywords: bool,
}

/// A folder as LIST shows it.
struct Listed {
    name: String,
    selectable: bool,
    special: Option<NameAttribute<'static>>,
}

/// The personal namespace; `false` where only its separator could be learnt.
pub async fn namespace(connection: &mut Connection) -> Result<(Namespace, bool), MailboxError> {
    if connection.can("NAMESPACE") {
        connection.exec("NAMESPACE", SHORT).await?;
        if let Some(namespace) = personal_namespace(connection.namespace()) {
            return Ok((namespace, true));
        }
    }
    let mut separator = None;
    connection
        .exec_each("LIST \"\" \"\"", SHORT, &mut |response| {
            if let Response::MailboxData(MailboxDatum::List(data)) = response {
                separator = data.delimiter.as_ref().and_then(|delimiter| delimiter.chars().next());
            }
        })
        .await?;
    Ok((Namespace { prefix: String::new(), separator }, false))
}

impl ImapMailbox {
    /// The name on the wire.
    pub(super) fn wire_name(&self, folder: Folder) -> String {
        self.namespace.encode(self.folders.of(folder))
    }

    pub(super) async fn prepare_folders(&mut self, create: bool) -> Result<(), MailboxError> {
        if !self.connection.can("MOVE") && !self.connection.can("UIDPLUS") {
            let why = "the server has neither MOVE nor UIDPLUS, so messages could not be moved safely";
            return Err(MailboxError::Unsupported(why.to_owned()));
        }
        self.find_prefix().await?;
        for folder in [Folder::Held, Folder::Released] {
            let name = self.folders.of(folder).to_owned();
            self.ensure(&name, create).await.map_err(|error| named(error, &name))?;
        }
        match self.exists(&self.wire_name(Folder::Intake)).await? {
            true => Ok(()),
            false => Err(MailboxError::Missing(self.folders.intake.clone())),
        }
    }

    /// Without NAMESPACE: folders that an earlier run created below INBOX say that they belong there.
    async fn find_prefix(&mut self) -> Result<(), MailboxError> {
        let (Some(below), false) = (self.below_inbox(), self.namespace_known) else { return Ok(()) };
        for folder in [Folder::Held, Folder::Released] {
            let below_name = below.encode(self.folders.of(folder));
            if !self.exists(&self.wire_name(folder)).await? && self.exists(&below_name).await? {
                self.namespace = below;
                return Ok(());
            }
        }
        Ok(())
    }

    fn below_inbox(&self) -> Option<Namespace> {
        let separator = self.namespace.separator.filter(|_| self.namespace.prefix.is_empty())?;
        Some(Namespace { prefix: format!("INBOX{separator}"), separator: Some(separator) })
    }

    async fn ensure(&mut self, name: &str, create: bool) -> Result<(), MailboxError> {
        let wire = self.namespace.encode(name);
        if self.exists(&wire).await? && (!create || self.is_there(&wire).await?) {
            return Ok(());
        }
        if !create {
            return Err(MailboxError::Missing(name.to_owned()));
        }
        match (self.create(name).await, self.below_inbox()) {
            // A server that allows no folder beside INBOX.
            (Err(MailboxError::Refused(_)), Some(below)) if !self.namespace_known => {
                self.namespace = below;
                self.create(name).await
            }
            (result, _) => result,
        }
    }

    /// Creates a folder with its parents, outermost first, and subscribes it.
    async fn create(&mut self, name: &str) -> Result<(), MailboxError> {
        for parent in self.namespace.parents(name) {
            if !self.exists(&parent).await? {
                self.create_one(&parent).await?;
            }
        }
        let own = self.namespace.encode(name);
        self.create_one(&own).await?;
        self.connection.exec(&format!("SUBSCRIBE {}", quoted(&own)), SHORT).await.map(drop)
    }

    async fn create_one(&mut self, name: &str) -> Result<(), MailboxError> {
        match self.connection.exec(&format!("CREATE {}", quoted(name)), SHORT).await {
            // Another machine of the same volunteer was faster (RFC 5530).
            Err(MailboxError::Refused(text)) if text.starts_with("[ALREADYEXISTS]") => Ok(()),
            result => result.map(drop),
        }
    }

    async fn exists(&mut self, name: &str) -> Result<bool, MailboxError> {
        if name == "INBOX" {
            return Ok(true);
        }
        let listed = self.listed(name).await?;
        Ok(listed.iter().any(|folder| folder.selectable && folder.name == name))
    }

    /// Whether the server finds a folder that it lists: what another client deleted while it has folders below may still be
    /// listed as one that can be selected.
    async fn is_there(&mut self, name: &str) -> Result<bool, MailboxError> {
        match self.connection.exec(&format!("STATUS {} (UIDVALIDITY)", quoted(name)), SHORT).await {
            Ok(_) => Ok(true),
            Err(MailboxError::Refused(_) | MailboxError::Missing(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn listed(&mut self, pattern: &str) -> Result<Vec<Listed>, MailboxError> {
        let mut listed = Vec::new();
        let command = format!("LIST \"\" {}", quoted(pattern));
        let done = self
            .connection
            .exec_each(&command, SHORT, &mut |response| {
                if let Response::MailboxData(MailboxDatum::List(data)) = response
                    && listed.len() < MAX_LISTED
                {
                    listed.push(Listed {
                        name: data.name.clone().into_owned(),
                        selectable: !data.name_attributes.iter().any(is_unselectable),
                        special: data
                            .name_attributes
                            .iter()
                            .find(|own| is_special(own))
                            .cloned()
                            .map(|own| own.into_owned()),
                    });
                }
            })
            .await;
        done?;
        Ok(listed)
    }

    /// Where a reader's client puts away what it was told to: by special use (RFC 6154), or by name.
    pub(super) async fn archive_and_trash(&mut self) -> Result<Vec<String>, MailboxError> {
        let wanted = [self.namespace.encode("Archive"), self.namespace.encode("Trash")];
        let listed = self.listed("*").await?;
        let wanted =
            listed.into_iter().filter(|own| own.selectable && (own.special.is_some() || wanted.contains(&own.name)));
        Ok(wanted.map(|folder| folder.name).collect())
    }

    pub(super) async fn open_folder(&mut self, folder: Folder, access: Access) -> Result<Opened, MailboxError> {
        let name = self.wire_name(folder);
        let mut opened = self.open_name(&name, access).await.map_err(|error| match error {
            MailboxError::Refused(_) => MailboxError::Missing(self.folders.of(folder).to_owned()),
            error => error,
        })?;
        if access == Access::Write {
            self.end_interrupted_moves().await?;
            opened.exists = self.connection.exists;
        }
        Ok(opened)
    }

    /// The name that the configuration has for a name on the wire.
    fn configured<'a>(&'a self, name: &'a str) -> &'a str {
        let own = [Folder::Inbox, Folder::Intake, Folder::Held, Folder::Released];
        own.into_iter().find(|folder| self.wire_name(*folder) == name).map_or(name, |folder| self.folders.of(folder))
    }

    /// The error of a call about the open folder, which another client may have deleted.
    pub(super) fn about_open(&self, error: MailboxError) -> MailboxError {
        match &self.open {
            Some(open) => named(error, self.configured(&open.name)),
            None => error,
        }
    }

    /// SELECT or EXAMINE; also where that folder is open already, for its numbers.
    pub(super) async fn open_name(&mut self, name: &str, access: Access) -> Result<Opened, MailboxError> {
        // A refused SELECT leaves no folder selected.
        self.open = None;
        self.connection.exists = 0;
        let verb = if access == Access::Read { "EXAMINE" } else { "SELECT" };
        let (mut known, mut told) = (false, false);
        let command = format!("{verb} {}", quoted(name));
        let done = self
            .connection
            .exec_each(&command, LONG, &mut |response| match response {
                Response::MailboxData(MailboxDatum::Flags(flags)) => known |= holds(flags),
                Response::MailboxData(MailboxDatum::Exists(_)) => told = true,
                _ => {}
            })
            .await;
        let done = done.map_err(|error| named(error, self.configured(name)))?;
        if !told {
            return Err(self.connection.lost("a folder was opened without EXISTS"));
        }
        self.connection.grown = false;
        let keywords = keywords_allowed(&done).unwrap_or(known);
        self.open = Some(OpenFolder { name: name.to_owned(), access, keywords });
        if let Some(next) = uid_next(&done) {
            self.looked.insert(name.to_owned(), next);
        }
        Ok(Opened { uid_validity: uid_validity(&done), exists: self.connection.exists })
    }

    /// The open folder, or the error for a call that needs one.
    pub(super) fn opened(&self) -> Result<&OpenFolder, MailboxError> {
        self.open.as_ref().ok_or_else(|| MailboxError::Refused("no folder is open".to_owned()))
    }

    /// Leaves the folder that is open, if it is `name`, without expunging anything as CLOSE would.
    pub(super) async fn leave(&mut self, name: &str) -> Result<(), MailboxError> {
        if self.open.as_ref().is_none_or(|open| open.name != name) {
            return Ok(());
        }
        if self.connection.can("UNSELECT") {
            self.connection.exec("UNSELECT", SHORT).await?;
            self.open = None;
            self.connection.exists = 0;
            return Ok(());
        }
        let other = [Folder::Held, Folder::Released].map(|folder| self.wire_name(folder));
        match other.iter().find(|other| *other != name) {
            Some(other) => self.open_name(other, Access::Read).await.map(drop),
            None => Ok(()),
        }
    }
}

fn keywords_allowed(done: &Done) -> Option<bool> {
    done.codes.iter().rev().find_map(|code| match code {
        ResponseCode::PermanentFlags(flags) => Some(holds(flags) || flags.iter().any(|flag| flag == "\\*")),
        _ => None,
    })
}

fn holds(flags: &[std::borrow::Cow<'_, str>]) -> bool {
    flags.iter().any(|flag| flag.eq_ignore_ascii_case(SEALED))
}

fn uid_validity(done: &Done) -> u32 {
    let found = done.codes.iter().find_map(|code| match code {
        ResponseCode::UidValidity(number) => Some(*number),
        _ => None,
    });
    found.unwrap_or_default()
}

fn uid_next(done: &Done) -> Option<u32> {
    done.codes.iter().find_map(|code| match code {
        ResponseCode::UidNext(number) => Some(*number),
        _ => None,
    })
}

fn is_unselectable(attribute: &NameAttribute<'_>) -> bool {
    match attribute {
        NameAttribute::NoSelect => true,
        NameAttribute::Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
        _ => false,
    }
}

fn is_special(attribute: &NameAttribute<'_>) -> bool {
    matches!(attribute, NameAttribute::Archive | NameAttribute::Trash)
}
