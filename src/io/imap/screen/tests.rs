use super::{
    partial::{MAX_RESPONSE, MAX_SKIPPED},
    *,
};

fn frames(bytes: &[u8], step: usize) -> Vec<Vec<u8>> {
    let (mut partial, mut frames) = (Partial::default(), Vec::new());
    for piece in bytes.chunks(step) {
        let mut used = 0;
        while used < piece.len() {
            used += partial.take(&piece[used..]).unwrap();
            frames.extend(partial.finished().map(|whole| whole.bytes));
        }
    }
    frames
}

#[test]
fn responses_are_cut_the_same_wherever_the_network_cuts_them() {
    let bytes = b"* 1 FETCH (UID 1 BODY[] {5}\r\na\r\n{3 X {0}\r\n)\r\n* OK text {3}\r\n+ go {2}\r\nA1 OK {9}\r\n";
    let whole = frames(bytes, bytes.len());
    assert_eq!(whole.len(), 4);
    assert_eq!(whole.concat(), bytes);
    for step in 1..bytes.len() {
        assert_eq!(frames(bytes, step), whole);
    }
}

#[test]
fn a_response_too_large_is_read_over_and_the_next_one_is_whole() {
    let mut bytes = format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n", 2 * MAX_RESPONSE).into_bytes();
    bytes.resize(bytes.len() + 2 * MAX_RESPONSE, b'x');
    bytes.extend_from_slice(b")\r\n* 2 EXISTS\r\n");
    let frames = frames(&bytes, 4096);
    assert_eq!(frames[0].len(), MAX_RESPONSE);
    assert_eq!(frames[1], b"* 2 EXISTS\r\n");
}

#[test]
fn a_line_without_end_ends_the_connection() {
    let mut partial = Partial::default();
    assert!(partial.take(&vec![b'x'; MAX_SKIPPED + 1]).is_err());
    let mut partial = Partial::default();
    assert!(partial.take(b"* 1 FETCH (BODY[] {4294967295}\r\n").is_err());
}

#[test]
fn hostile_responses_are_unreadable_and_nothing_more() {
    let deep = [b"* 1 FETCH (BODYSTRUCTURE ".to_vec(), vec![b'('; 100_000], b"\r\n".to_vec()].concat();
    for bytes in [deep, b"* 1 FETCH (INTERNALDATE NIL)\r\n".to_vec(), "* OK [ALERT]\u{e9}\r\n".into()] {
        let mut partial = Partial::default();
        partial.take(&bytes).unwrap();
        assert!(!partial.finished().unwrap().is_readable());
    }
}

#[test]
fn a_beginning_of_a_readable_response_is_never_taken_for_the_whole() {
    let list = format!("* SEARCH {}\r\n", "12345 ".repeat(20).trim_end());
    for whole in [
        "* 1 FETCH (UID 1 FLAGS (\\Seen qh-sealed) INTERNALDATE \"01-Feb-2026 10:00:00 +0100\" BODY[HEADER]<0> {6}\r\n\
         A: b\r\n)\r\n",
        "* 1 FETCH (UID 1 BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 10 1 NIL NIL NIL NIL) \
         \"mixed\" (\"boundary\" \"b\") NIL NIL NIL))\r\n",
        "* CAPABILITY IMAP4rev1 AUTH=PLAIN UIDPLUS\r\n",
        "* LIST (\\HasNoChildren) \".\" \"INBOX.Quiet Hours\"\r\n",
        "* STATUS INBOX (UIDNEXT 9 UIDVALIDITY 7)\r\n",
        "* OK [PERMANENTFLAGS (\\Seen \\*)] limited\r\n",
        "A0007 NO [OVERQUOTA] no room {3}\r\n",
        "+ \r\n",
        &list,
    ] {
        assert!(matches!(Response::parse(whole.as_bytes()), Ok(([], _))), "{whole}");
        for length in 0..whole.len() {
            let parsed = Response::parse(&whole.as_bytes()[..length]);
            assert!(parsed.is_err_and(|error| error.is_incomplete()), "{:?}", &whole[..length]);
        }
    }
}

/// What goes up for these bytes, read in pieces of `step`, and how it ends.
async fn handed_up(bytes: &[u8], step: usize) -> (Vec<String>, io::Result<()>, Screen) {
    let stream = tokio::io::join(Cursor::new(bytes.to_vec()), tokio::io::sink());
    let (mut screen, mut lines, mut buffer) = (Screen::new(Box::new(stream)), Vec::new(), vec![0; step]);
    loop {
        let first = screen.is_handed_up();
        let length = match screen.read(&mut buffer).await {
            Ok(0) => return (lines, Ok(()), screen),
            Ok(length) => length,
            Err(error) => return (lines, Err(error), screen),
        };
        let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
        match lines.last_mut().filter(|_| !first) {
            Some(line) => line.push_str(&text),
            None => lines.push(text),
        }
    }
}

#[tokio::test]
async fn each_response_goes_up_by_itself_and_an_unreadable_one_as_a_line_that_says_so() {
    let bytes = "* OK ready\r\n* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n* ESEARCH (TAG \"A1\") ALL 1:3\r\n\r\n\
                 * 1 FETCH (INTERNALDATE NIL)\r\n* 2 FETCH (UID 2 BODY[TEXT] {4}\r\na\r\nb)\r\n+\u{e9}\u{0}\r\nA1 OK done\r\n";
    let expected = [
        "* OK ready\r\n",
        "* OK qh-unreadable\r\n",
        "* OK qh-unreadable-answer\r\n",
        "* OK qh-unreadable\r\n",
        "* OK qh-unreadable-answer\r\n",
        "* 2 FETCH (UID 2 BODY[TEXT] {4}\r\na\r\nb)\r\n",
        "+ \r\n",
        "A1 OK done\r\n",
    ];
    for step in [1, 7, 4096] {
        let (lines, end, screen) = handed_up(bytes.as_bytes(), step).await;
        assert_eq!(lines, expected);
        assert!(end.is_ok());
        assert_eq!(screen.namespace(), b"* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n");
    }
    let stood_for = |line: &str| Response::parse(line.as_bytes()).map(|(_, response)| stands_for(&response)).unwrap();
    assert_eq!(
        expected[..3].iter().map(|line| stood_for(line)).collect::<Vec<_>>(),
        [None, Some(Unreadable::Other), Some(Unreadable::Answer)]
    );
}

#[tokio::test]
async fn an_answer_of_too_many_responses_ends_the_connection_and_the_next_one_is_counted_anew() {
    let response = format!("* 1 FETCH (UID 1 BODY[TEXT] {{1000000}}\r\n{})\r\n", "x".repeat(1_000_000));
    let bytes = response.repeat(MAX_ANSWER / response.len() + 1);
    let (lines, end, _) = handed_up(bytes.as_bytes(), 1 << 20).await;
    assert_eq!(lines.len(), MAX_ANSWER / response.len());
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::InvalidData);

    let stream = tokio::io::join(Cursor::new(bytes.into_bytes()), tokio::io::sink());
    let mut screen = Screen::new(Box::new(stream));
    for _ in 0..=MAX_ANSWER / response.len() {
        screen.expect_answer();
        screen.read_exact(&mut vec![0; response.len()]).await.unwrap();
    }
}

#[tokio::test]
async fn a_completion_that_cannot_be_read_ends_the_connection() {
    let (lines, end, _) = handed_up(b"* 1 EXISTS\r\nA1 YES\r\n* 2 EXISTS\r\n", 4096).await;
    assert_eq!(lines, ["* 1 EXISTS\r\n"]);
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn a_byte_too_many_is_known_before_the_stream_is_given_away() {
    for (bytes, alone) in [("A1 OK go\r\n", true), ("A1 OK go\r\n*", false), ("A1 OK go\r\n* 1 EXISTS\r\n", false)] {
        let stream = tokio::io::join(Cursor::new(bytes.to_owned()), tokio::io::sink());
        let mut screen = Screen::new(Box::new(stream));
        let length = screen.read(&mut [0; 4096]).await.unwrap();
        assert_eq!(length, 10);
        assert_eq!(screen.into_stream().is_some(), alone, "{bytes:?}");
    }
}
