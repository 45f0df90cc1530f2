//! One message to its [`Notice`]: sanitised facts. A platform is one small file.

/// A platform whose mail is recognised; [`Platform::name`] is its name in selectors and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is a product's name")]
pub enum Platform {
    Discourse,
    Phpbb,
    Flarum,
    Nodebb,
    Rt,
    Glpi,
    Redmine,
    Zammad,
    Osticket,
    Freescout,
    Otrs,
    Zendesk,
    Freshdesk,
    Github,
    Gitlab,
    Gitea,
    Forgejo,
    Bugzilla,
    Launchpad,
    Debbugs,
    Mantis,
    Trac,
    Phabricator,
    Jira,
    Nextcloud,
    Mattermost,
    Mailinglist,
}

impl Platform {
    /// The name in selectors and JSON: lower case, no space.
    pub fn name(self) -> &'static str {
        ""
    }
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody wrote something on a platform.
    Notification,
    /// Password, login or security mail of a platform: must reach the reader at once.
    Account,
    /// `multipart/report`, or from MAILER-DAEMON or postmaster.
    Bounce,
    /// Carries `X-Quiethours-Release`.
    Digest,
    /// Anything else, and anything that could not be read.
    Other,
}

/// The sanitised facts of one message. Every string has passed `core::text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What the message is.
    pub kind: Kind,
    /// The platform that sent it.
    pub platform: Option<Platform>,
    /// The platform's host (`forum.example`), lower case ASCII.
    pub host: Option<String>,
    /// The topic or ticket; equal keys are one topic. Unique across hosts and platforms.
    pub key: Option<String>,
    /// Title without prefix, `Re:` or ticket number; one line.
    pub title: Option<String>,
    /// Who wrote; one line.
    pub author: Option<String>,
    /// http or https link to the topic.
    pub url: Option<String>,
    /// The plain addr-spec an answer goes to; `None` when there is none, or several, or it is not plain.
    pub reply_to: Option<String>,
    /// The beginning of the new words, several lines; `None` when the body was not given or holds none.
    pub excerpt: Option<String>,
    /// The platform marks it as urgent.
    pub urgent: bool,
    /// File names of attachments.
    pub attachments: Vec<String>,
    /// The whole subject; one line.
    pub subject: String,
    /// The addr-specs of From, lower case.
    pub from: Vec<String>,
    /// The List-Id between `<` and `>`, lower case.
    pub list_id: Option<String>,
    /// The Message-ID without `<` and `>`.
    pub message_id: Option<String>,
    /// The value of `X-Quiethours-Release`, on a digest.
    pub release: Option<String>,
    /// The message could not be parsed; the other facts are placeholders.
    pub unreadable: bool,
}

/// Reads a message: a header block alone (no excerpt then), a whole message, or its beginning. Never fails: what cannot be
/// parsed gives a notice with `unreadable`.
pub fn read(_message: &[u8]) -> Notice {
    Notice {
        kind: Kind::Other,
        platform: None,
        host: None,
        key: None,
        title: None,
        author: None,
        url: None,
        reply_to: None,
        excerpt: None,
        urgent: false,
        attachments: Vec::new(),
        subject: String::new(),
        from: Vec::new(),
        list_id: None,
        message_id: None,
        release: None,
        unreadable: true,
    }
}

/// Builds a readable RFC 5322 message from a message's header, the MIME header of its text part and the beginning of that
/// part's body, still in its transfer encoding.
pub fn graft(_header: &[u8], _mime: &[u8], _body: &[u8]) -> Vec<u8> {
    Vec::new()
}
