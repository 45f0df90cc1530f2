//! The originals that go along with a digest: which way it takes, and their bytes.

use chrono::{DateTime, Utc};

use super::{Daemon, Failure, Progress};
use crate::{
    config::{Config, Delivery},
    core::{
        digest::{Carriage, Enclosures},
        mail::{Folder, Uid},
        release::Original,
    },
    io::{
        mailbox::{Access, Mailbox, MailboxError},
        smtp,
        state::StateError,
    },
};

/// The name of the note that says: the last digest was refused with its originals, so the next one goes without.
pub(super) const WITHOUT_ORIGINALS: &str = "without_originals";

impl Daemon {
    /// The originals of `manifest` that go along, if that is configured; none when it is to go without.
    ///
    /// # Errors
    /// A mailbox failed, by its place.
    pub(super) async fn enclosures(
        &mut self,
        ready: &[usize],
        manifest: &[Original],
        lightened: bool,
    ) -> Result<Option<Enclosures>, (usize, MailboxError)> {
        if !self.config.digest.attach_originals {
            return Ok(None);
        }
        let carriage = if lightened { Carriage::NONE } else { carriage(&self.config).await };
        let mut enclosures = Enclosures::new(carriage);
        for index in ready {
            let name = self.links[*index].name.clone();
            let Some(mailbox) = self.links[*index].mailbox() else { continue };
            let own: Vec<&Original> = manifest.iter().filter(|original| *original.mailbox == *name).collect();
            enclose(mailbox, &own, &mut enclosures).await.map_err(|error| (*index, error))?;
        }
        Ok(Some(enclosures))
    }

    /// The digest was refused with its originals: too large, or one of them is what a server takes from nobody. It was certainly
    /// not delivered, so it is sealed anew, without them.
    pub(super) async fn lighten(
        &mut self,
        index: Option<usize>,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<Progress, (usize, Failure)> {
        let fail = |error: StateError| (index.unwrap_or_default(), Failure::State(error));
        self.tag(false).await?;
        self.state.set_note(WITHOUT_ORIGINALS, Some(&now.to_rfc3339())).map_err(fail)?;
        self.unseal().map_err(fail)?;
        self.tell_delivery("daemon-digest-lightened", index, why, now);
        Ok(Progress::Advanced)
    }
}

/// What the way to the reader carries. Of a server that cannot be asked now nothing is expected: the digest waits for nothing.
pub(super) async fn carriage(config: &Config) -> Carriage {
    match &config.digest.delivery {
        Delivery::Mailbox => Carriage::MAILBOX,
        Delivery::Smtp(smtp) => match smtp::limits(&smtp.account).await {
            Ok(limits) => Carriage::smtp(limits.eight_bit, limits.size),
            Err(fault) => {
                tracing::debug!(%fault, "the submission server cannot be asked what it takes");
                Carriage::smtp(false, None)
            }
        },
    }
}

/// Adds the originals of one mailbox.
pub(super) async fn enclose(
    mailbox: &mut dyn Mailbox,
    originals: &[&Original],
    enclosures: &mut Enclosures,
) -> Result<(), MailboxError> {
    let opened = mailbox.open(Folder::Held, Access::Read).await?;
    let wanted = originals.iter().filter(|original| enclosures.is_new(original.ident));
    let uids: Vec<Uid> = wanted
        .filter(|original| original.uid_validity == opened.uid_validity)
        .map(|original| original.uid.clone())
        .collect();
    let room = enclosures.room();
    if room == 0 || uids.is_empty() {
        return Ok(());
    }
    let mut visit = |_, message| {
        enclosures.add(message);
        enclosures.room()
    };
    mailbox.whole(&uids, room, &mut visit).await
}
