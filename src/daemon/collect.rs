//! Reads what waits in held, and what passed as urgent, into the values a digest is composed from.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    rc::Rc,
};

use chrono::{DateTime, Days, SubsecRound as _, TimeDelta, TimeZone as _, Utc};

use super::{
    enclose::{carriage, enclose},
    policy,
};
use crate::{
    config::{Config, MailboxConfig},
    core::{
        authentication::{Authentication, authentication},
        digest::{self, Enclosures, Entry, Input, Passed, Period, Sketch, Style},
        gate::{self, Outlook},
        mail::{Content, Envelope, Folder, Ident, Uid},
        notice,
        release::Original,
        selector::Class,
        sentences::Sentences,
        text,
        timeline::{State as Gate, Timeline},
    },
    io::mailbox::{Access, Listing, Mailbox, MailboxError},
};

/// Attachments named in one notice: more tell a reader nothing.
const ATTACHMENTS: usize = 10;

/// Graphemes of an attachment's name.
const ATTACHMENT_NAME: usize = 80;

/// Days ahead for which closed days are named in the footer, and how many of them.
const CLOSED_DAYS_AHEAD: u64 = 30;
const CLOSED_DAYS: usize = 3;

/// INTERNALDATE may lie before the moment a message was admitted as urgent: listed from this long before the period.
const URGENT_LEEWAY: TimeDelta = TimeDelta::days(1);

/// What waits in the held folders, of one mailbox after another.
#[derive(Default)]
pub(super) struct Gathered {
    /// The first originals, as many as are kept whole.
    pub entries: Vec<Entry>,
    /// The others, each with its place in the manifest.
    pub sketches: Vec<Sketch>,
    /// All of them.
    pub manifest: Vec<Original>,
}

impl Gathered {
    /// Adds everything in the held folder of one mailbox; one ident is shown once. At most `most` entries are kept whole.
    ///
    /// # Errors
    /// The mailbox failed; nothing was changed.
    pub async fn add(
        &mut self,
        mailbox: &mut dyn Mailbox,
        config: &MailboxConfig,
        access: Access,
        most: usize,
        style: &Style,
    ) -> Result<(), MailboxError> {
        let opened = mailbox.open(Folder::Held, access).await?;
        let uids = mailbox.list(Listing::All).await?;
        let name: Rc<str> = config.name.as_str().into();
        self.manifest.reserve_exact(uids.len());
        self.sketches.reserve_exact(uids.len().saturating_sub(most.saturating_sub(self.entries.len())));
        let mut seen = HashSet::with_capacity(uids.len());
        let mut visit = |batch: Vec<Content>| {
            for content in batch {
                let ident = Ident::of(&content.header);
                if seen.insert(ident) {
                    self.show(entry(&content, config), most, style);
                }
                self.manifest.push(Original {
                    mailbox: Rc::clone(&name),
                    uid_validity: opened.uid_validity,
                    uid: content.uid,
                    ident,
                });
            }
            ControlFlow::Continue(())
        };
        mailbox.contents(&uids, &mut visit).await
    }

    /// `entry` is of the next original in the manifest.
    fn show(&mut self, entry: Entry, most: usize, style: &Style) {
        match u32::try_from(self.manifest.len()) {
            Ok(place) if self.entries.len() >= most => self.sketches.push(Sketch::of(&entry, place, style)),
            _ => self.entries.push(entry),
        }
    }
}

/// Reads those of the originals once more whose words the digest shows and nobody kept; `manifest` has them all. One that the
/// volunteer took away meanwhile is still counted.
///
/// # Errors
/// The mailbox failed, or is another than before; nothing was changed.
pub(super) async fn read_again(
    mailbox: &mut dyn Mailbox,
    config: &MailboxConfig,
    input: &mut Input,
    manifest: &[Original],
) -> Result<(), MailboxError> {
    let wanted = digest::wanted(input).into_iter();
    let places: HashMap<&Uid, u32> = wanted
        .filter_map(|place| Some((manifest.get(place as usize)?, place)))
        .filter(|(original, _)| *original.mailbox == *config.name)
        .map(|(original, place)| (&original.uid, place))
        .collect();
    if places.is_empty() {
        return Ok(());
    }
    let opened = mailbox.open(Folder::Held, Access::Write).await?;
    if places.values().any(|place| manifest[*place as usize].uid_validity != opened.uid_validity) {
        return Err(MailboxError::Refused("the folder was made anew meanwhile".to_owned()));
    }
    let mut uids: Vec<Uid> = places.keys().map(|uid| (*uid).clone()).collect();
    uids.sort_unstable();
    let mut read = HashSet::new();
    let mut visit = |batch: Vec<Content>| {
        for content in batch {
            if let Some(place) = places.get(&content.uid) {
                read.insert(*place);
                input.entries.push(entry(&content, config));
            }
        }
        ControlFlow::Continue(())
    };
    mailbox.contents(&uids, &mut visit).await?;
    input.sketches.retain(|sketch| !read.contains(&sketch.place));
    Ok(())
}

fn entry(content: &Content, config: &MailboxConfig) -> Entry {
    let mut notice = notice::read(&content.message);
    let named = content.attachments.iter().map(|name| text::line(name, ATTACHMENT_NAME));
    for name in named {
        if notice.attachments.len() < ATTACHMENTS && !notice.attachments.contains(&name) {
            notice.attachments.push(name);
        }
    }
    Entry { notice, received: content.received, authentication: authentication_of(&content.header, config) }
}

/// What the mailbox's own server says of a sender, if it is named.
fn authentication_of(header: &[u8], config: &MailboxConfig) -> Authentication {
    config.authserv_id.as_deref().map(|id| authentication(header, id)).unwrap_or_default()
}

/// The messages of one mailbox that passed as urgent, as far as they are still in INBOX.
pub(super) async fn urgent(
    mailbox: &mut dyn Mailbox,
    config: &MailboxConfig,
    idents: &HashSet<Ident>,
    since: DateTime<Utc>,
) -> Result<Vec<Passed>, MailboxError> {
    mailbox.open(Folder::Inbox, Access::Read).await?;
    let uids = mailbox.list(Listing::Since(since - URGENT_LEEWAY)).await?;
    let mut passed = Vec::new();
    let mut visit = |batch: Vec<Envelope>| {
        for message in batch {
            if !idents.contains(&Ident::of(&message.header)) {
                continue;
            }
            let notice = notice::read(&message.header);
            let selector = match config.rules.classify(&notice) {
                Class::Urgent(selector) => selector.to_string(),
                _ => String::new(),
            };
            let authentication = authentication_of(&message.header, config);
            passed.push(Passed { notice, received: message.received, selector, authentication });
        }
        ControlFlow::Continue(())
    };
    mailbox.envelopes(&uids, &mut visit).await?;
    Ok(passed)
}

/// The time a digest covers: from the end of the previous one, or the beginning of the off-hours, to `to`.
pub(super) fn period(last_end: Option<DateTime<Utc>>, outlook: &Outlook, to: DateTime<Utc>) -> Period {
    // Whole seconds, as INTERNALDATE: what arrives within the last second belongs to the next digest.
    let to = to.trunc_subsecs(0);
    let closed = outlook.closed_before.as_ref().unwrap_or(&outlook.span);
    let from = last_end.filter(|end| *end < to).or(closed.since).unwrap_or(to);
    Period { from: from.min(to), to }
}

pub(super) fn style(config: &Config, timeline: &Timeline, outlook: &Outlook, now: DateTime<Utc>) -> Style {
    let sentences = Sentences::new(config.language);
    let delivery = config.mailboxes.iter().find(|mailbox| mailbox.name == config.digest.mailbox);
    Style {
        language: config.language,
        timezone: timeline.timezone,
        from: config.digest.from.clone(),
        to: config.digest.to.clone(),
        max_topics: config.digest.max_topics,
        folder: delivery.map(|mailbox| mailbox.released.clone()).unwrap_or_default(),
        config_file: config.path.display().to_string(),
        next_digest: outlook.next_digest,
        closed_days: closed_days(timeline, now, &sentences),
        replies: config.digest.delivery.keeps_replies(),
        me: config.digest.me.clone(),
        team: config.digest.team.clone(),
    }
}

/// The next public holidays and absences, by name.
fn closed_days(timeline: &Timeline, now: DateTime<Utc>, sentences: &Sentences) -> Vec<(chrono::NaiveDate, String)> {
    let today = timeline.timezone.from_utc_datetime(&now.naive_utc()).date_naive();
    let Some(last) = today.checked_add_days(Days::new(CLOSED_DAYS_AHEAD)) else { return Vec::new() };
    let mut days: Vec<_> = timeline
        .named_holidays(today, last)
        .into_iter()
        .map(|(date, holiday)| (date, holiday.name(sentences.language()).to_owned()))
        .collect();
    let absences = timeline.away.iter().filter(|(from, _)| *from > today && *from <= last);
    days.extend(absences.map(|(from, _)| (*from, sentences.say("daemon-absence"))));
    days.retain(|(date, _)| *date > today);
    days.sort();
    days.truncate(CLOSED_DAYS);
    days
}

/// What a digest of everything held now would be made of, and the originals that would go along; changes nothing. `overrides` and the end of the last period come from
/// the state, if there is one.
///
/// # Errors
/// The mailbox that failed, by name, and why.
pub async fn preview(
    config: &Config,
    timeline: &Timeline,
    last_end: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(Input, Option<Enclosures>), (String, MailboxError)> {
    let outlook = gate::outlook(timeline, &policy(config), now);
    let style = style(config, timeline, &outlook, now);
    let mut gathered = Gathered::default();
    let mut originals = match config.digest.attach_originals {
        true => Some(Enclosures::new(carriage(config).await)),
        false => None,
    };
    for mailbox in &config.mailboxes {
        let fail = |error| (mailbox.name.clone(), error);
        let mut connection = super::connect(mailbox, false).await.map_err(fail)?;
        // All are kept: as JSON it shows the words of every original.
        let before = gathered.manifest.len();
        let added = gathered.add(connection.as_mut(), mailbox, Access::Read, usize::MAX, &style).await;
        added.map_err(fail)?;
        if let Some(originals) = &mut originals {
            let own: Vec<&Original> = gathered.manifest[before..].iter().collect();
            enclose(connection.as_mut(), &own, originals).await.map_err(fail)?;
        }
        connection.close().await;
    }
    let to = if outlook.span.state == Gate::Closed { outlook.next_digest.unwrap_or(now) } else { now };
    let Gathered { entries, sketches, .. } = gathered;
    let period = period(last_end, &outlook, to);
    let enclosed = originals.as_ref().map(Enclosures::count);
    Ok((Input { entries, sketches, passed: Vec::new(), troubles: Vec::new(), period, enclosed, style }, originals))
}
