//! Mailing lists (RFC 2369, RFC 2919): where people write, not where a company writes to many.

use super::{
    excerpt::fresh,
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::untagged,
};

pub(super) struct Mailinglist;

/// What list software adds beside List-Id. A newsletter has none of these.
const SOFTWARE: [&str; 5] = ["List-Post", "Mailing-List", "X-Mailman-Version", "X-BeenThere", "X-Google-Group-Id"];

impl Recognise for Mailinglist {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        // RFC 2369, section 3.4: an address to write to, or `NO`; who publishes on the web puts a page there.
        let closed = mail.header("List-Post").is_some_and(|value| !value.to_ascii_lowercase().contains("mailto:"));
        let open = !closed && SOFTWARE.iter().any(|name| mail.has(name));
        (open && mail.list_id().is_some()).then_some(Sign::Notification(Platform::Mailinglist))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let list = mail.list_id().unwrap_or_default();
        let archived = mail.header("Archived-At");
        Facts {
            topic: mail.thread().into_iter().chain(mail.message_id()).next(),
            title: Some(title(mail, &list).to_owned()),
            author: mail.sender_via().map(str::to_owned),
            url: archived.and_then(|value| link::of_field(&value).map(String::from)),
            words: Some(fresh(mail.text())),
            urgent: false,
            host: Some(list),
        }
    }
}

/// The subject without the tag of this list; other tags are the author's.
fn title<'a>(mail: &'a Mail<'_>, list: &str) -> &'a str {
    let name = list.split('.').next().unwrap_or_default();
    let phrase = mail.header("List-Id").unwrap_or_default().to_lowercase();
    let phrase = phrase.split('<').next().unwrap_or_default().trim_matches(['"', ' ']);
    untagged(mail.subject(), |tag| {
        let tag = tag.to_lowercase();
        tag == name || tag == phrase
    })
}
