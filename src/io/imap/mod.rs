//! imap/mod
