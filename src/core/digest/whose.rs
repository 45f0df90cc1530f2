//! Whose turn it is in a topic: the reader's, somebody's, or nobody's any more.

use super::{Style, group::Topic};
use crate::core::notice::Notice;

/// Whether a message is for this reader alone: the platform says so, or the words name them.
pub(super) fn is_mine(notice: &Notice, style: &Style) -> bool {
    let assigned = notice.assignee.as_ref().is_some_and(|name| is_one_of(name, &style.me));
    notice.personal || assigned || style.me.iter().any(|name| mentions(notice, name))
}

/// Whether nobody waits any more: the platform says that it is resolved, or the last word is by somebody else than the one who
/// asked, or by one of the team.
pub(super) fn is_answered(topic: &Topic<'_>) -> bool {
    topic.latest.sketch.traits.closed || replied(topic)
}

fn replied(topic: &Topic<'_>) -> bool {
    let (asker, latest) = (topic.first().sketch, topic.latest.sketch);
    let (Some(asked), Some(answered)) = (asker.author, latest.author) else { return false };
    topic.count() > 1 && (asked != answered || latest.traits.of_team)
}

/// Whether one of those who answer too wrote it.
pub(super) fn is_of_team(notice: &Notice, style: &Style) -> bool {
    let author = notice.author.as_ref().is_some_and(|name| is_one_of(name, &style.team));
    author || notice.from.iter().any(|address| is_one_of(address, &style.team))
}

fn is_one_of(name: &str, names: &[String]) -> bool {
    names.iter().any(|known| known.to_lowercase() == name.trim().trim_start_matches('@').to_lowercase())
}

/// Whether the new words hold `@name`, and not as the beginning of a longer name.
fn mentions(notice: &Notice, name: &str) -> bool {
    let words = notice.excerpt.as_deref().unwrap_or_default().to_lowercase();
    let mark = format!("@{}", name.to_lowercase());
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let begins = |before: &str| !before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '.');
    words
        .match_indices(&mark)
        .any(|(at, _)| begins(&words[..at]) && !words[at + mark.len()..].chars().next().is_some_and(goes_on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::digest::{
        Entry, Input,
        group::{sketches, topics},
        sample::{input, keyed},
    };

    fn said(n: usize, author: &str, words: &str) -> Entry {
        let mut entry = keyed("a", n);
        entry.notice.author = Some(author.into());
        entry.notice.excerpt = Some(words.into());
        entry
    }

    fn style(me: &[&str], team: &[&str]) -> Style {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Style { me: all(me), team: all(team), ..input().style }
    }

    fn answered(entries: &[Entry], team: &[&str]) -> bool {
        let input = Input { entries: entries.to_vec(), style: style(&[], team), ..input() };
        let own = sketches(&input);
        is_answered(&topics(&input, &own)[0])
    }

    #[test]
    fn a_topic_is_answered_when_the_last_word_is_not_the_askers() {
        let asked = said(1, "Ana", "Anybody?");
        assert!(!answered(std::slice::from_ref(&asked), &[]));
        assert!(!answered(&[asked.clone(), said(2, "ana", "Hello?")], &[]));
        assert!(answered(&[asked.clone(), said(2, "Phil", "Yes.")], &[]));
        assert!(!answered(&[asked, said(2, "Phil", "Yes."), said(3, "Ana", "And now?")], &[]));
    }

    #[test]
    fn a_helper_who_goes_on_in_their_own_topic_has_answered() {
        let own = [said(1, "Phil", "Broken."), said(2, "Phil", "Fixed.")];
        assert!(!answered(&own, &[]));
        assert!(answered(&own, &["phil"]));
    }

    #[test]
    fn what_the_platform_says_is_closed_is_answered() {
        let mut closed = said(1, "Ana", "Thanks.");
        closed.notice.closed = true;
        assert!(answered(&[closed], &[]));
    }

    #[test]
    fn a_name_is_mentioned_whole_or_not_at_all() {
        let is_mine = |words: &str| is_mine(&said(1, "Ana", words).notice, &style(&["Alice"], &[]));
        assert!(is_mine("Hello @alice, there?") && is_mine("(@Alice)"));
        assert!(
            !is_mine("alice@coop.example") && !is_mine("@alice_b") && !is_mine("b@alice.example") && !is_mine("Alice")
        );
    }

    #[test]
    fn a_ticket_assigned_to_one_of_my_names_is_mine() {
        let mut ticket = said(1, "Ana", "Mouse");
        ticket.notice.assignee = Some("ALICE".into());
        assert!(is_mine(&ticket.notice, &style(&["alice"], &[])));
        assert!(!is_mine(&ticket.notice, &style(&["bob"], &[])));
    }
}
