//! A volunteer's nights on a Maildir, through the daemon itself, with a simulated clock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use support::{
    home::Home,
    mails::{account, at, discourse, flarum, glpi, private},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

#[test]
fn what_arrives_at_night_comes_in_one_digest_in_the_morning_and_private_mail_stays() {
    let home = Home::new("", "");
    let script = home.mail(&[
        ("2026-11-26T19:10:00+01:00", discourse(1, 10, "Imprimante", "Elle ne répond plus.")),
        ("2026-11-26T20:00:00+01:00", private("Dimanche")),
        ("2026-11-26T22:00:00+01:00", glpi(7, 1, "Souris", "Elle est cassée.")),
        ("2026-11-27T02:00:00+01:00", account("Mot de passe")),
        ("2026-11-27T05:00:00+01:00", discourse(1, 11, "Imprimante", "Toujours rien.")),
    ]);
    let before: Vec<_> = script.len().checked_sub(2).into_iter().collect();
    assert_eq!(before, [3]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T09:30:00+01:00", script);

    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    for word in ["Imprimante", "Elle ne répond plus.", "Toujours rien.", "Souris", "Elle est cassée."] {
        assert!(digest.contains(word), "{word} is not in\n{digest}");
    }
    assert!(!digest.contains("Dimanche") && !digest.contains("Mot de passe"), "{digest}");
    let released = home.folder(RELEASED);
    assert_eq!(released.len(), 3);
    assert!(released.values().any(|stored| stored.bytes == discourse(1, 10, "Imprimante", "Elle ne répond plus.")));
    assert!(released.values().all(|stored| stored.flags.is_empty()), "an original was marked");
    let inbox = home.folder("INBOX");
    assert_eq!(inbox.len(), 3, "a private mail, an account mail and the digest");
    assert!(inbox.values().any(|stored| stored.bytes == private("Dimanche") && stored.flags.is_empty()));
    assert!(home.folder(HELD).is_empty());
}

#[test]
fn while_the_window_is_open_notifications_stay_in_the_inbox() {
    let home = Home::new("", "");
    let script = home.mail(&[("2026-11-26T10:00:00+01:00", discourse(1, 10, "Question", "Ouvert ?"))]);
    home.play("2026-11-26T09:30:00+01:00", "2026-11-26T17:59:00+01:00", script);
    assert_eq!(home.names("INBOX").len(), 1);
    assert!(home.digests().is_empty());
}

#[test]
fn a_notification_that_came_while_open_is_never_held_later() {
    let home = Home::new("", "");
    home.deliver("2026-11-26T10:00:00+01:00", &discourse(1, 10, "Question", "Ouvert ?"));
    home.play("2026-11-26T09:00:00+01:00", "2026-11-27T09:30:00+01:00", Vec::new());
    assert_eq!(home.names("INBOX").len(), 1);
    assert!(home.digests().is_empty());
}

#[test]
fn a_machine_that_slept_all_night_still_gives_one_digest() {
    let home = Home::new("", "");
    home.play("2026-11-26T17:00:00+01:00", "2026-11-26T17:30:00+01:00", Vec::new());
    home.deliver("2026-11-26T17:45:00+01:00", &discourse(1, 9, "Avant la fermeture", "a"));
    home.deliver("2026-11-26T21:00:00+01:00", &discourse(2, 10, "La nuit", "b"));
    home.deliver("2026-11-27T10:00:00+01:00", &discourse(3, 11, "Le matin", "c"));
    home.play("2026-11-27T10:30:00+01:00", "2026-11-27T11:00:00+01:00", Vec::new());
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(digest.contains("La nuit"), "{digest}");
    assert!(!digest.contains("Avant la fermeture") && !digest.contains("Le matin"), "{digest}");
    assert_eq!(home.names("INBOX").len(), 3, "two notifications of open hours and the digest");
}

#[test]
fn a_message_moved_back_by_hand_is_left_alone() {
    let home = Home::new("", "");
    let mut script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Rends-la-moi", "x"))]);
    let name = format!("{}.M0.test", at("2026-11-26T20:00:00+01:00").timestamp());
    script.push((at("2026-11-26T21:00:00+01:00"), home.dragging(&name, HELD, "INBOX")));
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T09:30:00+01:00", script);
    assert_eq!(home.names("INBOX"), [name]);
    assert!(home.digests().is_empty());
}

#[test]
fn a_message_dragged_into_held_by_hand_is_in_the_next_digest() {
    let home = Home::new("", "");
    let name = home.deliver("2026-11-25T10:00:00+01:00", &private("À relire demain"));
    let script = vec![(at("2026-11-26T20:00:00+01:00"), home.dragging(&name, "INBOX", HELD))];
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T09:30:00+01:00", script);
    assert!(home.digests()[0].contains("relire demain"), "{}", home.digests()[0]);
    assert_eq!(home.names(RELEASED), [name]);
}

#[test]
fn urgent_messages_pass_up_to_the_quota_and_the_digest_lists_them() {
    let home = Home::new("", "[urgent]\npass = [\"subject:urgent\"]\nmax_per_closure = 2\n");
    let script = home.mail(&[
        ("2026-11-26T20:00:00+01:00", discourse(1, 10, "Urgent serveur", "a")),
        ("2026-11-26T21:00:00+01:00", discourse(2, 11, "Urgent wifi", "b")),
        ("2026-11-26T22:00:00+01:00", discourse(3, 12, "Urgent clavier", "c")),
        ("2026-11-26T23:00:00+01:00", discourse(4, 13, "Question", "d")),
    ]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T09:30:00+01:00", script);
    assert_eq!(home.names(RELEASED).len(), 2, "one over the quota, and the question");
    assert_eq!(home.names("INBOX").len(), 3, "two urgent messages and the digest");
    let digest = &home.digests()[0];
    for word in ["Urgent serveur", "Urgent wifi", "Urgent clavier", "subject:urgent"] {
        assert!(digest.contains(word), "{word} is not in\n{digest}");
    }
}

#[test]
fn in_intake_mode_the_night_waits_in_the_folder_and_by_day_it_drains_into_the_inbox() {
    let home = Home::new("intake = \"Notifs\"", "");
    home.play("2026-11-26T17:00:00+01:00", "2026-11-26T17:10:00+01:00", Vec::new());
    let script = home.mail_into(
        "Notifs",
        &[
            ("2026-11-26T17:20:00+01:00", discourse(1, 10, "Avant", "a")),
            ("2026-11-26T20:00:00+01:00", discourse(2, 11, "Pendant", "b")),
            ("2026-11-26T20:30:00+01:00", private("Mal rangé")),
            ("2026-11-26T21:00:00+01:00", account("Mot de passe")),
            ("2026-11-27T09:10:00+01:00", discourse(3, 12, "Après", "c")),
        ],
    );
    home.play("2026-11-26T17:10:00+01:00", "2026-11-27T09:30:00+01:00", script);
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(digest.contains("Pendant"), "{digest}");
    assert!(!digest.contains("Avant") && !digest.contains("Après") && !digest.contains("Mal rangé"), "{digest}");
    assert_eq!(home.names(RELEASED).len(), 1);
    assert_eq!(home.names("Notifs").len(), 0);
    assert_eq!(home.names("INBOX").len(), 5, "before, private, account, after, and the digest");
}

#[test]
fn in_intake_mode_with_a_week_that_is_always_open_notifications_pass_at_once() {
    let hours = "[availability]\nweekdays = \"0h-24h\"\nsaturday = \"0h-24h\"\nsunday = \"0h-24h\"\ntimezone = \"Europe/Paris\"\n";
    let home = Home::with_hours(hours, "intake = \"Notifs\"", "");
    home.play("2026-11-26T17:00:00+01:00", "2026-11-26T17:10:00+01:00", Vec::new());
    let script = home.mail_into("Notifs", &[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Passe", "a"))]);
    home.play("2026-11-26T17:10:00+01:00", "2026-11-26T21:00:00+01:00", script);
    assert_eq!(home.names("INBOX").len(), 1);
    assert!(home.digests().is_empty());
}

#[test]
fn in_intake_mode_what_waited_while_the_daemon_was_off_is_in_the_next_digest() {
    let home = Home::new("intake = \"Notifs\"", "");
    home.play("2026-11-20T10:00:00+01:00", "2026-11-20T10:10:00+01:00", Vec::new());
    home.deliver_into("Notifs", "2026-11-12T10:00:00+01:00", &discourse(1, 10, "Vieux", "a"));
    home.deliver_into("Notifs", "2026-11-26T20:00:00+01:00", &discourse(2, 11, "Récent", "b"));
    home.play("2026-11-27T09:10:00+01:00", "2026-11-27T09:30:00+01:00", Vec::new());
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(digest.contains("Vieux") && digest.contains("Récent"), "{digest}");
}

#[test]
fn with_batch_notifications_of_the_day_come_at_the_declared_time() {
    let home = Home::new(
        "",
        "[digest]\nto = \"alice@lescanoe.example\"\nat = [\"opening\", \"14:00\"]\nwhile_open = \"batch\"\n",
    );
    let script = home.mail(&[
        ("2026-11-26T20:00:00+01:00", discourse(1, 10, "Nuit", "a")),
        ("2026-11-27T10:00:00+01:00", discourse(2, 11, "Matinée", "b")),
        ("2026-11-27T15:00:00+01:00", discourse(3, 12, "Goûter", "c")),
    ]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T17:00:00+01:00", script);
    let [opening, afternoon] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(opening.contains("Nuit") && !opening.contains("Matinée"), "{opening}");
    assert!(afternoon.contains("Matinée") && !afternoon.contains("Nuit"), "{afternoon}");
    assert_eq!(home.names(HELD).len(), 1, "what came after waits for the next");
}

#[test]
fn over_a_public_holiday_and_a_week_end_there_is_one_digest() {
    let hours = "[availability]\nweekdays = \"9h-18h\"\ntimezone = \"Europe/Paris\"\nholidays = \"FR\"\n";
    let home = Home::with_hours(hours, "", "");
    let script = home.mail(&[
        ("2026-12-24T20:00:00+01:00", discourse(1, 10, "Réveillon", "a")),
        ("2026-12-25T11:00:00+01:00", discourse(2, 11, "Noël", "b")),
        ("2026-12-27T11:00:00+01:00", discourse(3, 12, "Dimanche", "c")),
    ]);
    home.play("2026-12-24T17:00:00+01:00", "2026-12-28T09:30:00+01:00", script);
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(["Réveillon", "Noël", "Dimanche"].iter().all(|word| digest.contains(word)), "{digest}");
}

#[test]
fn three_weeks_away_end_in_one_digest_with_everything_however_old() {
    let home = Home::with_hours(
        "[availability]\nweekdays = \"9h-18h\"\ntimezone = \"Europe/Paris\"\naway = [\"2026-12-07/2026-12-27\"]\n",
        "",
        "",
    );
    let days: Vec<(String, Vec<u8>)> = (7..28)
        .map(|day| {
            (format!("2026-12-{day:02}T11:00:00+01:00"), discourse(day, 100 + day, &format!("Jour {day}."), "x"))
        })
        .collect();
    let mails: Vec<(&str, Vec<u8>)> = days.iter().map(|(when, mail)| (when.as_str(), mail.clone())).collect();
    home.play("2026-12-04T17:00:00+01:00", "2026-12-28T09:30:00+01:00", home.mail(&mails));
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    for day in 7..28 {
        assert!(digest.contains(&format!("Jour {day}.")), "{day} is not in\n{digest}");
    }
    assert_eq!(home.names(RELEASED).len(), 21);
}

#[test]
fn two_different_messages_with_one_message_id_are_both_held_listed_and_filed() {
    let home = Home::new("", "");
    let script = home.mail(&[
        ("2026-11-26T20:00:00+01:00", discourse(1, 10, "Pagaie", "Toute neuve.")),
        ("2026-11-26T21:00:00+01:00", discourse(2, 10, "Gilet", "Trop petit.")),
    ]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T09:30:00+01:00", script);
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    for word in ["Pagaie", "Toute neuve.", "Gilet", "Trop petit."] {
        assert!(digest.contains(word), "{word} is not in\n{digest}");
    }
    assert_eq!(home.names(RELEASED).len(), 2);
}

#[test]
fn an_empty_night_sends_nothing() {
    let home = Home::new("", "");
    home.play("2026-11-26T17:00:00+01:00", "2026-11-30T09:30:00+01:00", Vec::new());
    assert!(home.names("INBOX").is_empty());
}

#[test]
fn a_clock_set_back_over_an_opening_releases_nothing_twice() {
    let home = Home::new("", "");
    let script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Une fois", "a"))]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T09:30:00+01:00", script);
    let script = home.mail(&[("2026-11-27T08:00:00+01:00", discourse(2, 11, "Deux fois", "b"))]);
    home.play("2026-11-27T07:30:00+01:00", "2026-11-30T09:30:00+01:00", script);
    let [first, second] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(first.contains("Une fois"), "{first}");
    assert!(second.contains("Deux fois") && !second.contains("Une fois"), "held, and in the next one:\n{second}");
}

#[test]
fn a_clock_once_set_to_2030_does_not_block_the_digests_of_today() {
    let home = Home::new("", "");
    home.play("2030-01-07T08:00:00+01:00", "2030-01-07T09:30:00+01:00", Vec::new());
    std::fs::remove_dir_all(home.state_dir()).unwrap();
    home.play("2026-11-26T17:00:00+01:00", "2026-11-26T17:10:00+01:00", Vec::new());
    home.play("2030-01-07T08:00:00+01:00", "2030-01-07T09:30:00+01:00", Vec::new());
    let script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Aujourd’hui", "a"))]);
    home.play("2026-11-26T17:30:00+01:00", "2026-11-27T09:30:00+01:00", script);
    assert_eq!(home.digests().len(), 1);
}

#[test]
fn an_unreadable_message_is_a_line_in_the_digest_and_its_original_is_filed() {
    let home = Home::new("intake = \"Notifs\"\nhold = [\"from:@lescanoe.example\"]", "");
    home.play("2026-11-26T17:00:00+01:00", "2026-11-26T18:10:00+01:00", Vec::new());
    let broken = b"From: forum@lescanoe.example\nSubject: =?utf-8?q?=00=0D=0A=1b[31m?=\nContent-Type: multipart/mixed; boundary=\n\n\xff\xfe";
    let script = home.mail_into("Notifs", &[("2026-11-26T20:00:00+01:00", broken.to_vec())]);
    home.play("2026-11-26T18:20:00+01:00", "2026-11-27T09:30:00+01:00", script);
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(!digest.contains('\u{1b}') && !digest.contains('\0'), "{digest:?}");
    assert_eq!(home.names(RELEASED).len(), 1);
}

#[test]
fn the_released_folder_may_be_the_inbox_and_nothing_is_held_again() {
    let home = Home::new("released = \"INBOX\"", "");
    let script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Retour", "a"))]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-30T09:30:00+01:00", script);
    assert_eq!(home.names("INBOX").len(), 2, "the original and its digest");
    assert_eq!(home.digests().len(), 1);
}

#[test]
fn with_the_state_lost_at_night_what_is_held_is_still_released_once() {
    let home = Home::new("", "");
    let script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Survivante", "a"))]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-26T23:00:00+01:00", script);
    std::fs::remove_dir_all(home.state_dir()).unwrap();
    home.play("2026-11-27T07:00:00+01:00", "2026-11-30T09:30:00+01:00", Vec::new());
    assert_eq!(home.digests().len(), 1);
    assert_eq!(home.names(RELEASED).len(), 1);
}

#[test]
fn on_a_machine_whose_clock_shows_1970_nothing_moves() {
    let home = Home::new("", "");
    home.deliver("1970-01-01T22:00:00+01:00", &discourse(1, 10, "Pile morte", "a"));
    home.play("1970-01-01T21:00:00+01:00", "1970-01-05T12:00:00+01:00", Vec::new());
    assert_eq!(home.names("INBOX").len(), 1);
    assert!(home.digests().is_empty());
}

#[test]
fn a_platform_that_only_the_body_marks_is_held_where_its_site_is_named_and_its_account_mail_is_not() {
    let home = Home::new("hold = [\"flarum@forum.jardins.example\"]", "");
    let script = home.mail(&[
        (
            "2026-11-26T22:00:00+01:00",
            flarum("[New Post] Semis", "https://forum.jardins.example/d/7-semis/3\n\n---\n\nAu chaud."),
        ),
        ("2026-11-26T23:00:00+01:00", flarum("Reset Your Password", "https://forum.jardins.example/reset/0123")),
    ]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T09:30:00+01:00", script);
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(digest.contains("Semis") && digest.contains("Au chaud.") && !digest.contains("Password"), "{digest}");
    assert_eq!(home.folder(RELEASED).len(), 1);
    assert_eq!(home.folder("INBOX").len(), 2, "the password mail and the digest");
}
