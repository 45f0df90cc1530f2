//! The IMAP mailbox against a real Dovecot; what a second client sees is asserted.

mod support;

use support::dovecot::Dovecot;

#[test]
fn support_smoke() {
    let dovecot = Dovecot::start();
    dovecot.deliver_lmtp("alice", b"Subject: one\n\n.dot\nhello\n");
    let mut client = dovecot.client("alice");
    let messages = client.messages("INBOX");
    assert_eq!(messages.len(), 1);
    assert!(messages[0].text().ends_with("\r\n\r\n.dot\r\nhello\r\n"));
    client.create("Été/Sous");
    assert!(client.folders().contains(&"Été/Sous".to_owned()));
    assert_eq!(client.count("INBOX"), 1);
}
