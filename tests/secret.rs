//! Where passwords come from, and who may see them.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use quiethours::{
    config::SecretSource,
    io::secret::{SecretError, read},
};
use secrecy::{ExposeSecret as _, SecretString};
use support::{dovecot::Dovecot, volunteer::Volunteer};

const DEADLINE: Duration = Duration::from_secs(20);

fn command(argv: &[&str]) -> SecretSource {
    SecretSource::Command(argv.iter().map(|word| (*word).to_owned()).collect())
}

fn shell(script: &str) -> SecretSource {
    command(&["sh", "-c", script])
}

fn file(dir: &Path, name: &str, mode: u32, content: &str) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[tokio::test]
async fn a_command_gives_its_one_line() {
    assert_eq!(read(&command(&["echo", "correct horse"])).await.unwrap().expose_secret(), "correct horse");
    assert_eq!(read(&command(&["printf", "%s", "$HOME;x"])).await.unwrap().expose_secret(), "$HOME;x");
    assert_eq!(read(&shell("cat; echo s3cret")).await.unwrap().expose_secret(), "s3cret", "standard input is empty");
}

#[tokio::test]
async fn a_failing_command_is_passing_trouble_and_tells_nothing() {
    for source in [
        shell("echo s3cret; echo s3cret >&2; exit 1"),
        shell("kill -9 $$ # s3cret"),
        shell("printf 's3cret\\ntwo\\n'"),
        shell("true # s3cret"),
        shell("yes s3cret"),
        command(&["/nonexistent/program", "s3cret"]),
        command(&[]),
    ] {
        let error = read(&source).await.unwrap_err();
        assert!(!error.is_permanent(), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_hangs_is_given_up_after_its_time() {
    // Nothing else is to come, so the paused clock runs to the next deadline at once.
    let began = tokio::time::Instant::now();
    let error = read(&command(&["sleep", "1000"])).await.unwrap_err();
    assert!(matches!(error, SecretError::Late(_)) && !error.is_permanent(), "{error}");
    assert_eq!(began.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn a_token_is_what_its_command_prints_if_it_can_be_one() {
    let token = |script: &str| SecretSource::Token(["sh", "-c", script].map(str::to_owned).to_vec());
    assert_eq!(read(&token("echo ya29.a0-_~+/=")).await.unwrap().expose_secret(), "ya29.a0-_~+/=");
    for script in
        ["echo 's3cret: log in again'", "echo s3cret; exit 1", "printf 's3cret\\ntwo\\n'", "printf 's3cret\\001'"]
    {
        let error = read(&token(script)).await.unwrap_err();
        assert!(!error.is_permanent() && !error.to_string().contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn a_secret_of_64_kib_is_the_longest() {
    let printing = |bytes: usize| shell(&format!("head -c {bytes} /dev/zero | tr '\\0' x"));
    assert_eq!(read(&printing(64 * 1024)).await.unwrap().expose_secret().len(), 64 * 1024);
    assert!(matches!(read(&printing(64 * 1024 + 1)).await, Err(SecretError::Malformed(_))));
}

#[tokio::test]
async fn a_command_given_up_is_killed_with_what_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let pid_file = dir.path().join("pid");
    let source = shell(&format!("sleep 1000 & echo $! > '{}'; wait", pid_file.display()));
    let started = async {
        while fs::read_to_string(&pid_file).map_or(true, |pid| !pid.ends_with('\n')) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        outcome = read(&source) => panic!("ended by itself: {outcome:?}"),
        () = started => {}
    }
    let pid = fs::read_to_string(&pid_file).unwrap();
    let status = format!("/proc/{}/stat", pid.trim());
    let deadline = Instant::now() + DEADLINE;
    // Killed is gone, or a zombie where nobody collects orphans.
    while fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z ")) {
        assert!(Instant::now() < deadline, "still alive");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_private_file_is_read_through_a_link_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "password", 0o600, "s3cret\n");
    let link = dir.path().join("link");
    symlink(&path, &link).unwrap();
    for path in [path, link] {
        assert_eq!(read(&SecretSource::File(path)).await.unwrap().expose_secret(), "s3cret");
    }
}

#[tokio::test]
async fn a_file_that_others_can_read_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    for mode in [0o644, 0o640, 0o604, 0o620] {
        let path = file(dir.path(), "password", mode, "s3cret\n");
        let link = dir.path().join(format!("link{mode}"));
        symlink(&path, &link).unwrap();
        for path in [path, link] {
            let error = read(&SecretSource::File(path.clone())).await.unwrap_err();
            assert!(matches!(error, SecretError::Exposed(..)) && error.is_permanent(), "{mode:o}");
            assert!(error.to_string().contains(path.to_str().unwrap()));
        }
    }
}

#[tokio::test]
async fn what_is_no_file_of_one_line_is_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    for content in ["", "\n", "two\nlines\n", &"x".repeat(70_000)] {
        let source = SecretSource::File(file(dir.path(), "password", 0o600, content));
        assert!(matches!(read(&source).await, Err(SecretError::Malformed(_))));
    }
    let fifo = dir.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&fifo).status().unwrap().success());
    assert!(matches!(read(&SecretSource::File(fifo)).await, Err(SecretError::NotPlain(_))));
    let missing = SecretSource::File(dir.path().join("missing"));
    assert!(matches!(read(&missing).await, Err(SecretError::Unreadable(..))));
}

#[tokio::test]
async fn a_password_in_the_configuration_is_itself() {
    let source = SecretSource::Inline(SecretString::from("s3cret"));
    assert_eq!(read(&source).await.unwrap().expose_secret(), "s3cret");
    assert!(!format!("{source:?}").contains("s3cret"));
}

#[test]
fn a_systemd_credential_opens_the_mailbox_and_without_systemd_it_is_passing_trouble() {
    let alice = Volunteer::new(Dovecot::start(), "password_credential = \"mail\"", "");
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    // As a user manager makes it, and as a system manager does where it grants by access list, which shows as the group's.
    for (folder, bits) in [(0o500, 0o400), (0o550, 0o440)] {
        let dir = alice.path().join(format!("credentials{folder:o}"));
        fs::create_dir(&dir).unwrap();
        file(&dir, "mail", bits, "secret\n");
        mode(&dir, folder);
        let output = alice.command(&["-vvv", "run", "--once"]).env("CREDENTIALS_DIRECTORY", &dir).output().unwrap();
        mode(&dir, 0o700);
        assert_eq!(output.status.code(), Some(0), "{folder:o}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let output = alice.command(&["run", "--once"]).env_remove("CREDENTIALS_DIRECTORY").output().unwrap();
    assert_eq!(output.status.code(), Some(75), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_configuration_or_password_file_that_others_can_read_ends_with_78_naming_it() {
    let alice = Volunteer::new(Dovecot::start(), "password_file = \"pass\"", "");
    file(alice.path(), "pass", 0o640, "s3cret\n");
    let refused = |name: &str| {
        let output = alice.run(&["run", "--once"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains(alice.path().join(name).to_str().unwrap()) && !said.contains("s3cret"), "{said}");
    };
    refused("pass");
    alice.configure("password = \"s3cret\"", "");
    fs::set_permissions(alice.config_file(), fs::Permissions::from_mode(0o644)).unwrap();
    refused("config.toml");
}

#[test]
fn a_password_file_that_is_a_folder_ends_with_78_and_no_advice_that_would_close_the_folder() {
    let alice = Volunteer::new(Dovecot::start(), "password_file = \"pass\"", "");
    fs::create_dir(alice.path().join("pass")).unwrap();
    for mode in [0o755, 0o700] {
        fs::set_permissions(alice.path().join("pass"), fs::Permissions::from_mode(mode)).unwrap();
        let output = alice.run(&["run", "--once"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains("password_file") && !said.contains("chmod"), "{said}");
    }
}
