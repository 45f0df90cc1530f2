//! Whatever a stranger sends: a notice for each message, and a digest that is only what we wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a property that does not hold is a panic")]

mod floods;
mod hostile;
mod poison;
mod printed;
mod properties;
#[path = "../support/mod.rs"]
mod support;

use hostile::{MAILS, POISONS, message};
use proptest::{collection::vec, prelude::*};
use quiethours::core::{
    language::Language,
    notice::{Kind, graft, read},
};

/// Messages read and digests composed. A digest is read back by an HTML parser, which is slow where nothing is optimised.
const MESSAGES: u32 = 1_000;
const DIGESTS: u32 = 100;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(MESSAGES))]

    #[test]
    fn any_message_gives_a_notice_with_nothing_hidden_in_it(message in message()) {
        properties::notice(&message);
    }

    #[test]
    fn what_an_imap_server_gives_in_parts_is_read_as_safely(header in message(), mime in message(), body in message()) {
        properties::notice(&graft(&header, &mime, &body));
    }
}

proptest! {
    #![proptest_config(cases(DIGESTS))]

    #[test]
    fn any_mail_is_accounted_for_in_a_digest_that_is_only_what_we_wrote(
        messages in vec(message(), 0..25),
        french in any::<bool>(),
        max_topics in 0..12_usize,
    ) {
        let language = if french { Language::Fr } else { Language::En };
        properties::digest(&messages, language, max_topics);
    }
}

#[test]
fn every_well_formed_mail_is_what_it_should_be() {
    for mail in MAILS.iter() {
        let found = properties::notice(mail);
        assert_ne!(found.kind, Kind::Other, "{}", String::from_utf8_lossy(mail));
    }
    properties::digest(&MAILS, Language::Fr, 50);
    println!("{} mails", MAILS.len());
}

#[test]
fn every_poison_in_every_field_and_body_of_every_platform_is_harmless() {
    let mut messages = Vec::new();
    for mail in MAILS.iter() {
        let text = String::from_utf8_lossy(mail);
        let fields = text.split("\r\n\r\n").next().unwrap_or_default().lines().filter(|line| line.contains(':'));
        for name in fields.filter_map(|line| line.split(':').next()) {
            let poisoned = POISONS.iter().map(|poison| poisoned(mail, name, poison));
            messages.extend(poisoned);
        }
        messages.extend(POISONS.iter().map(|poison| [mail, *poison].concat()));
    }
    messages.iter().for_each(|message| drop(properties::notice(message)));
    let some: Vec<Vec<u8>> = messages.iter().step_by(17).cloned().collect();
    properties::digest(&some, Language::En, 100);
    println!("{} poisoned messages, {} of them in one digest", messages.len(), some.len());
}

/// A field of that name put first, where it wins over the mail's own.
fn poisoned(mail: &[u8], name: &str, poison: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b": x", poison, b"\r\n", mail].concat()
}

#[test]
fn a_mail_without_header_is_unreadable_and_has_its_line() {
    let messages = [Vec::new(), vec![0; 100_000], b"\r\n\r\nwords".to_vec(), b"\xff\xfe\0".to_vec()];
    assert!(messages.iter().all(|message| read(message).unreadable));
    let digest = properties::digest(&messages, Language::En, 25);
    assert_eq!(digest.text.matches("* Unreadable message").count(), messages.len());
}

/// Look-alike letters, another's address in quotes, marks that turn the direction or hide: a rule holds it, so it is listed.
#[test]
fn a_name_that_pretends_to_be_another_sender_stands_under_the_address_it_came_from() {
    let names = [
        "\"service@bank.example\"",
        "\"p\u{430}yp\u{430}l\u{202e}elpmaxe.knab\u{202c}\"",
        "=?UTF-8?Q?service=40bank.example=E2=80=8B=C2=A0=C2=A0?=",
        "\"service@bank.example <service@bank.example>\"",
    ];
    for name in names {
        let message = format!("From: {name} <eve@evil.example>\r\nSubject: Facture\r\n\r\nPayez.\r\n");
        let digest = properties::digest(&[message.into_bytes()], Language::Fr, 25);
        for part in [&digest.text, &digest.html] {
            assert!(part.contains("eve@evil.example"), "{name}: {part}");
        }
    }
}
