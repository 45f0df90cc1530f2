//! How long one IDLE lasts, whatever the server says meanwhile.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex},
    sync::watch,
    time::{Instant, timeout},
};

use super::super::*;
use crate::config::{SecretSource, Security};

/// Minutes after which a server may take a client for gone (RFC 2177).
const LONGEST: u64 = 29;

/// A server that says all the time that it is still here; how many minutes each IDLE lasted.
async fn still_here(stream: DuplexStream) -> Vec<u64> {
    let mut stream = BufReader::new(stream);
    let (mut idles, mut begun) = (Vec::new(), Instant::now());
    let _ = stream.write_all(b"* OK ready\r\n").await;
    let (mut line, mut idling) = (String::new(), String::new());
    loop {
        match timeout(Duration::from_secs(60), stream.read_line(&mut line)).await {
            Err(_) => drop(stream.write_all(b"* OK Still here\r\n").await),
            Ok(Ok(count)) if count > 0 => {
                let (tag, command) = line.trim_end().split_once(' ').unwrap_or((&idling, "DONE"));
                let untagged = match command.split(' ').next().unwrap_or_default() {
                    "CAPABILITY" => "* CAPABILITY IMAP4rev1 MOVE IDLE\r\n",
                    "LIST" => "* LIST () \"/\" \"\"\r\n",
                    "EXAMINE" => "* 0 EXISTS\r\n",
                    _ => "",
                };
                let is_idle = command == "IDLE";
                let answer = if is_idle { "+ idling\r\n".to_owned() } else { format!("{untagged}{tag} OK done\r\n") };
                let _ = stream.write_all(answer.as_bytes()).await;
                if command == "DONE" {
                    idles.push(begun.elapsed().as_secs() / 60);
                }
                if is_idle {
                    begun = Instant::now();
                    idling = tag.to_owned();
                }
                line.clear();
            }
            Ok(_) => return idles,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_it_is_still_here_is_left_in_peace_but_no_idle_lasts_half_an_hour() {
    let account = Account {
        host: "127.0.0.1".to_owned(),
        port: 143,
        security: Security::Cleartext,
        user: "alice".to_owned(),
        secret: SecretSource::Inline("secret".into()),
        ca_file: None,
    };
    let folders = FolderNames { intake: "INBOX".into(), held: "Quiet Hours".into(), released: "Released".into() };
    let (here, there) = duplex(64 * 1024);
    let waiting = async {
        let mut mailbox = over(Box::new(here), &account, &folders, &"secret".into()).await?;
        let (_stop, stopped) = watch::channel(false);
        let begun = Instant::now();
        mailbox.wait(Folder::Inbox, stopped).await.map(|()| begun.elapsed())
    };
    let (waited, idles) = tokio::join!(waiting, still_here(there));
    let waited = waited.expect("in step").as_secs() / 60;
    assert!(idles.len() > 1 && idles.iter().all(|minutes| (20..LONGEST).contains(minutes)), "{idles:?}");
    assert!((60..60 + LONGEST).contains(&waited), "then it lists: {waited}");
}
