//! `preview` for a person: in the browser, and page by page in a terminal; never by way of a shell.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use support::{
    home::Home,
    mails::discourse,
    volunteer::{Running, await_that},
};

/// A volunteer for whom one notification waits, and a directory of programs that are found before all others.
struct Reader {
    home: Home,
    dir: tempfile::TempDir,
}

impl Reader {
    fn new() -> Self {
        let home = Home::new("", "");
        let script = home.mail(&[("2026-11-26T22:00:00+01:00", discourse(1, 1, "Pagaie", "Une pagaie verte."))]);
        home.play("2026-11-26T19:00:00+01:00", "2026-11-26T23:00:00+01:00", script);
        let dir = tempfile::tempdir().unwrap();
        for folder in ["bin", "run"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        Self { home, dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn preview(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quiethours"));
        command.arg("--config").arg(self.home.config_file()).arg("preview").args(arguments);
        command.env("XDG_RUNTIME_DIR", self.path("run")).env("PATH", self.path("bin")).stdin(Stdio::null());
        command
    }

    /// What a terminal of forty lines shows of a preview with this `PAGER`, once `done`.
    fn terminal(&self, pager: &str, arguments: &str, done: impl Fn(&str) -> bool) -> String {
        let screen = self.path("screen");
        let binary = env!("CARGO_BIN_EXE_quiethours");
        let line = format!("{binary} --config {} preview {arguments}", self.home.config_file().display());
        let terminal = Command::new("script")
            .args(["--quiet", "--flush", "--return", "--command", &line])
            .arg(&screen)
            .env("TERM", "xterm")
            .env("PAGER", pager)
            .env_remove("LESS")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let terminal = Running::of(terminal);
        let shown = || String::from_utf8_lossy(&fs::read(&screen).unwrap_or_default()).into_owned();
        await_that("the preview is on the screen", || done(&shown()));
        terminal.kill();
        shown()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_browser_is_given_a_file_that_only_its_reader_can_read() {
    let reader = Reader::new();
    let given = reader.path("given");
    reader.program("xdg-open", &format!("printf '%s' \"$1\" > '{}'", given.display()));
    let output = reader.preview(&["--browser"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = PathBuf::from(fs::read_to_string(given).unwrap());
    assert!(page.starts_with(reader.path("run")), "{}", page.display());
    assert_eq!((mode(&page), mode(page.parent().unwrap())), (0o600, 0o700));
    assert!(fs::read_to_string(&page).unwrap().contains("Une pagaie verte."));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(page.to_str().unwrap()), "{said}");
}

#[test]
fn without_a_browser_the_file_is_there_and_its_reader_is_told_to_open_it() {
    let reader = Reader::new();
    let missing = reader.preview(&["--browser"]).output().unwrap();
    reader.program("xdg-open", "exit 3");
    let failing = reader.preview(&["--browser"]).output().unwrap();
    for output in [missing, failing] {
        assert_eq!(output.status.code(), Some(69));
        let said = String::from_utf8(output.stderr).unwrap();
        let path = said.split_whitespace().last().unwrap();
        assert!(said.contains("Ouvrez ce fichier") && fs::read_to_string(path).unwrap().contains("Pagaie"), "{said}");
    }
}

#[test]
fn a_text_is_paged_in_a_terminal_alone_and_the_pager_is_no_shell() {
    let reader = Reader::new();
    let (read, mark) = (reader.path("read"), reader.path("mark"));
    let pager = reader.program("pager", &format!("cat > '{}'; echo over: $*", read.display()));
    let line = format!("{} 'a  b' ; touch {}", pager.display(), mark.display());
    let shown = reader.terminal(&line, "", |shown| shown.contains("over:"));
    assert!(shown.contains(&format!("over: a b ; touch {}", mark.display())), "{shown}");
    assert!(fs::read_to_string(&read).unwrap().contains("Une pagaie verte."));
    assert!(!mark.exists() && !shown.contains("pagaie verte"));

    fs::remove_file(&read).unwrap();
    reader.terminal(&line, "--no-pager", |shown| shown.contains("Une pagaie verte."));
    let piped = reader.preview(&[]).env("PAGER", &pager).output().unwrap();
    assert!(String::from_utf8(piped.stdout).unwrap().contains("Une pagaie verte."));
    assert!(!read.exists());
}

#[test]
fn a_pager_that_is_not_there_leaves_the_whole_text() {
    let reader = Reader::new();
    reader.terminal("/nonexistent/pager", "", |shown| shown.contains("Une pagaie verte."));
}
