use super::*;
use crate::core::mail::Flags;

const ENABLED: &str = "2026-11-02T08:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn span(state: State, since: &str, until: &str) -> Span {
    Span { state, since: Some(at(since)), until: Some(at(until)) }
}

fn night() -> Outlook {
    let span = span(State::Closed, "2026-11-23T17:00:00Z", "2026-11-24T08:00:00Z");
    let next = span.until;
    Outlook { span, closed_before: None, instant: None, next, next_digest: next }
}

fn morning() -> Outlook {
    Outlook {
        span: span(State::Open, "2026-11-24T08:00:00Z", "2026-11-24T17:00:00Z"),
        closed_before: Some(night().span),
        instant: Some(at("2026-11-24T08:00:00Z")),
        next: Some(at("2026-11-24T17:00:00Z")),
        next_digest: Some(at("2026-11-25T08:00:00Z")),
    }
}

fn policy() -> Policy {
    Policy { at_opening: true, at: Vec::new(), batch: false, max_urgent: 3 }
}

fn standing(mode: Mode, done: bool) -> Standing {
    Standing { mode, instant_done: done, span_served: done, in_release: false }
}

fn message(received: &str) -> Envelope {
    Envelope { uid: Uid::Number(1), flags: Flags::default(), received: at(received), header: Vec::new() }
}

fn judge_at_night(message: &Envelope, class: Class, handled: Option<Verdict>) -> Judgement {
    let sweep = decide(at("2026-11-23T22:00:00Z"), &night(), &policy(), standing(Mode::Inbox, false)).sweep;
    judge(sweep.unwrap(), message, class, handled, at(ENABLED))
}

#[test]
fn a_matching_message_that_arrives_at_night_is_held() {
    let message = message("2026-11-23T17:00:00Z");
    assert_eq!(judge_at_night(&message, Class::Match(None), None), Judgement::Hold);
}

#[test]
fn what_came_before_the_closing_is_left_in_the_inbox() {
    let message = message("2026-11-23T16:59:59Z");
    assert_eq!(judge_at_night(&message, Class::Match(None), None), Judgement::Leave(Leave::OutsideSpan));
}

#[test]
fn what_came_before_the_first_start_is_left_in_the_inbox() {
    let sweep = Sweep::Hold { since: None, before: None };
    let message = message("2026-11-02T07:59:59Z");
    let judgement = judge(sweep, &message, Class::Match(None), None, at(ENABLED));
    assert_eq!(judgement, Judgement::Leave(Leave::OutsideSpan));
}

#[test]
fn a_message_that_was_read_is_left_in_the_inbox() {
    for flags in [
        Flags { seen: true, ..Flags::default() },
        Flags { deleted: true, ..Flags::default() },
        Flags { draft: true, ..Flags::default() },
    ] {
        let message = Envelope { flags, ..message("2026-11-23T20:00:00Z") };
        assert_eq!(judge_at_night(&message, Class::Match(None), None), Judgement::Leave(Leave::Flagged));
    }
}

#[test]
fn a_message_moved_back_by_hand_is_left_alone() {
    let message = message("2026-11-23T20:00:00Z");
    for verdict in [Verdict::Held, Verdict::Passed, Verdict::Urgent, Verdict::Released] {
        let judgement = judge_at_night(&message, Class::Match(None), Some(verdict));
        assert_eq!(judgement, Judgement::Leave(Leave::Handled));
    }
}

#[test]
fn account_mail_bounces_own_digests_and_never_hold_stay_in_the_inbox() {
    let message = message("2026-11-23T20:00:00Z");
    for class in [Class::Account, Class::Bounce, Class::Digest, Class::NeverHold(Selector::HighPriority)] {
        assert_eq!(judge_at_night(&message, class, None), Judgement::Leave(Leave::NeverHeld));
    }
    for class in [Class::Unknown, Class::Unnamed] {
        assert_eq!(judge_at_night(&message, class, None), Judgement::Leave(Leave::NotOurs));
    }
}

#[test]
fn before_the_first_release_of_an_opening_the_night_is_looked_at_once_more() {
    let decision = decide(at("2026-11-24T10:30:00Z"), &morning(), &policy(), standing(Mode::Inbox, false));
    assert_eq!(decision.release, Some(at("2026-11-24T08:00:00Z")));
    let sweep = decision.sweep.unwrap();
    let judge = |received| judge(sweep, &message(received), Class::Match(None), None, at(ENABLED));
    assert_eq!(judge("2026-11-24T07:59:59Z"), Judgement::Hold);
    assert_eq!(judge("2026-11-24T08:00:00Z"), Judgement::Leave(Leave::OutsideSpan));
}

#[test]
fn after_the_release_matching_mail_is_remembered_as_passed() {
    let decision = decide(at("2026-11-24T10:30:00Z"), &morning(), &policy(), standing(Mode::Inbox, true));
    assert_eq!((decision.release, decision.reason), (None, Reason::Open));
    let message = message("2026-11-24T09:00:00Z");
    let judgement = judge(decision.sweep.unwrap(), &message, Class::Match(None), None, at(ENABLED));
    assert_eq!(judgement, Judgement::Passed);
}

#[test]
fn with_batch_matching_mail_is_held_in_open_hours_too() {
    let policy = Policy { batch: true, ..policy() };
    let decision = decide(at("2026-11-24T10:30:00Z"), &morning(), &policy, standing(Mode::Inbox, true));
    let message = message("2026-11-24T09:00:00Z");
    let judgement = judge(decision.sweep.unwrap(), &message, Class::Match(None), None, at(ENABLED));
    assert_eq!(judgement, Judgement::Hold);
}

#[test]
fn in_the_intake_everything_waits_until_the_release_then_everything_passes() {
    let before = decide(at("2026-11-24T08:00:00Z"), &morning(), &policy(), standing(Mode::Intake, false));
    let after = decide(at("2026-11-24T08:00:09Z"), &morning(), &policy(), standing(Mode::Intake, true));
    let message = message("2019-01-01T00:00:00Z");
    let judge = |sweep| judge(sweep, &message, Class::Match(None), None, at(ENABLED));
    assert_eq!(judge(before.sweep.unwrap()), Judgement::Leave(Leave::Waiting));
    assert_eq!(judge(after.sweep.unwrap()), Judgement::ToInbox);
}

#[test]
fn what_is_in_an_open_release_keeps_the_intake_still() {
    let standing = Standing { in_release: true, ..standing(Mode::Intake, true) };
    let decision = decide(at("2026-11-24T09:00:00Z"), &morning(), &policy(), standing);
    assert_eq!(decision.sweep, Some(Sweep::Sort));
}

#[test]
fn at_night_the_intake_sends_on_what_is_not_meant_to_wait() {
    let message = message("2026-11-23T20:00:00Z");
    let judge = |class| judge(Sweep::Sort, &message, class, None, at(ENABLED));
    for class in [Class::Account, Class::Bounce, Class::Unknown, Class::NeverHold(Selector::HighPriority)] {
        assert_eq!(judge(class), Judgement::ToInbox);
    }
    assert_eq!(judge(Class::Unnamed), Judgement::Leave(Leave::Waiting));
    assert_eq!(judge(Class::Urgent(Selector::HighPriority)), Judgement::Urgent(Selector::HighPriority));
}

#[test]
fn an_urgent_message_whose_move_was_interrupted_still_passes() {
    let class = Class::Urgent(Selector::HighPriority);
    let message = message("2026-11-23T20:00:00Z");
    let judgement = judge(Sweep::Sort, &message, class.clone(), Some(Verdict::Urgent), at(ENABLED));
    assert_eq!(judgement, Judgement::ToInbox);
    let over_quota = judge(Sweep::Sort, &message, class, Some(Verdict::Held), at(ENABLED));
    assert_eq!(over_quota, Judgement::Leave(Leave::Waiting));
}

#[test]
fn urgent_messages_pass_oldest_first_up_to_the_quota_of_the_night() {
    let candidate = |minute: u32| Candidate {
        mailbox: 0,
        received: at(&format!("2026-11-23T20:{minute:02}:00Z")),
        uid: Uid::Number(minute),
        ident: Ident([0; 32]),
        selector: Selector::HighPriority,
    };
    let (passing, waiting) = admit(vec![candidate(9), candidate(3), candidate(5), candidate(1)], 1, &policy());
    let minutes = |candidates: &[Candidate]| candidates.iter().map(|c| c.uid.clone()).collect::<Vec<_>>();
    assert_eq!(minutes(&passing), [Uid::Number(1), Uid::Number(3)]);
    assert_eq!(minutes(&waiting), [Uid::Number(5), Uid::Number(9)]);
}

#[test]
fn while_the_clock_shows_1970_nothing_is_held_and_nothing_released() {
    let decision = decide(DateTime::UNIX_EPOCH, &morning(), &policy(), standing(Mode::Inbox, false));
    assert_eq!(decision, Decision { sweep: None, release: None, reason: Reason::ClockUnset });
}
