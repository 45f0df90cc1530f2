//! The platforms whose mail can be recognised.

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
    /// Every platform that a selector may name.
    #[rustfmt::skip]
    pub const ALL: [Self; 27] = [
        Self::Discourse, Self::Phpbb, Self::Flarum, Self::Nodebb, Self::Rt, Self::Glpi, Self::Redmine, Self::Zammad,
        Self::Osticket, Self::Freescout, Self::Otrs, Self::Zendesk, Self::Freshdesk, Self::Github, Self::Gitlab,
        Self::Gitea, Self::Forgejo, Self::Bugzilla, Self::Launchpad, Self::Debbugs, Self::Mantis, Self::Trac,
        Self::Phabricator, Self::Jira, Self::Nextcloud, Self::Mattermost, Self::Mailinglist,
    ];

    /// Whether some of its mail, or all of it, is marked by nothing but the body.
    pub fn is_marked_by_body(self) -> bool {
        self.is_marked_by_body_alone() || self == Self::Osticket
    }

    /// Whether all of its mail is marked by nothing but the body.
    pub fn is_marked_by_body_alone(self) -> bool {
        matches!(self, Self::Flarum | Self::Nextcloud | Self::Mattermost | Self::Freshdesk)
    }

    /// The name in selectors and JSON: lower case, no space.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discourse => "discourse",
            Self::Phpbb => "phpbb",
            Self::Flarum => "flarum",
            Self::Nodebb => "nodebb",
            Self::Rt => "rt",
            Self::Glpi => "glpi",
            Self::Redmine => "redmine",
            Self::Zammad => "zammad",
            Self::Osticket => "osticket",
            Self::Freescout => "freescout",
            Self::Otrs => "otrs",
            Self::Zendesk => "zendesk",
            Self::Freshdesk => "freshdesk",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Gitea => "gitea",
            Self::Forgejo => "forgejo",
            Self::Bugzilla => "bugzilla",
            Self::Launchpad => "launchpad",
            Self::Debbugs => "debbugs",
            Self::Mantis => "mantis",
            Self::Trac => "trac",
            Self::Phabricator => "phabricator",
            Self::Jira => "jira",
            Self::Nextcloud => "nextcloud",
            Self::Mattermost => "mattermost",
            Self::Mailinglist => "mailinglist",
        }
    }
}
