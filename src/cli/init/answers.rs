//! The questions of `init`, each answer tested before the next is asked.

use dialoguer::{Input, Password, Select, theme::ColorfulTheme};
use secrecy::SecretString;

use super::{confirm, file, interrupted, tell};
use crate::{
    cli::{Context, check, exit::Failure, output},
    config::{self, Account, MailboxConfig, SecretSource, Source},
    core::{
        holidays::Territory,
        language::Language,
        selector::Rules,
        sentences::Sentences,
        week::{self, Window},
    },
    daemon,
    io::mailbox::MailboxError,
};

/// The folder that is proposed for the server's rule: the same name as where INBOX mode holds, so that a change of mind moves
/// nothing.
const INTAKE: &str = "Quiet Hours";

/// What was answered.
pub(super) struct Answers {
    address: String,
    server: String,
    user: String,
    password: PasswordAnswer,
    weekdays: String,
    saturday: String,
    sunday: String,
    holidays: String,
    filed_at_delivery: bool,
}

#[derive(Clone)]
enum PasswordAnswer {
    /// Kept in the file, which nobody else can read.
    Kept(String),
    /// A command that prints it.
    Command(String),
}

impl Answers {
    /// The configuration file.
    pub(super) fn file(&self, sentences: &Sentences) -> String {
        let (key, password) = match &self.password {
            PasswordAnswer::Kept(password) => ("password", password),
            PasswordAnswer::Command(command) => ("password_command", command),
        };
        let mut draft = file::Draft::new(sentences);
        draft.value("", "language", sentences.language().code());
        draft.section("availability", "init-file-availability");
        for (day, hours) in [("weekdays", &self.weekdays), ("saturday", &self.saturday), ("sunday", &self.sunday)] {
            draft.value_if_any("init-file-hours", day, hours);
        }
        draft.value("init-file-timezone", "timezone", config::system_timezone().name());
        draft.value_if_any("init-file-holidays", "holidays", &self.holidays);
        draft.section("mailbox.main", "init-file-mailbox");
        draft.value("", "imap", &self.server);
        draft.value("", "user", &self.user);
        draft.value("", key, password);
        if self.filed_at_delivery {
            draft.value("init-file-intake", "intake", INTAKE);
        }
        draft.section("digest", "init-file-digest");
        draft.value("", "to", &self.address);
        draft.finish()
    }
}

/// Asks everything.
pub(super) fn ask(context: &Context) -> Result<Answers, Failure> {
    let sentences = &context.sentences;
    let address = text(&sentences.say("init-address"), None, |text| {
        config::is_addr_spec(text.trim()).then_some(()).ok_or_else(|| sentences.say("init-address-wrong"))
    })?;
    let (server, user, password) = account(context, &address)?;
    tell(sentences, "init-days")?;
    let weekdays = hours(sentences, "init-weekdays", "9h-12h30, 14h-18h")?;
    let saturday = hours(sentences, "init-saturday", "")?;
    let sunday = hours(sentences, "init-sunday", "")?;
    let holidays = holidays(sentences)?;
    let filed_at_delivery = filed_at_delivery(sentences)?;
    Ok(Answers { address, server, user, password, weekdays, saturday, sunday, holidays, filed_at_delivery })
}

/// Server, user and password, until a login works or the volunteer goes on without.
fn account(context: &Context, address: &str) -> Result<(String, String, PasswordAnswer), Failure> {
    let sentences = &context.sentences;
    let runtime = context.runtime()?;
    let mut guess = runtime.block_on(guess(address));
    loop {
        let server = text(&sentences.say("init-server"), Some(&guess), |text| {
            config::server(text).map(|_| ()).map_err(|_| sentences.say("init-server-wrong"))
        })?;
        let user = text(&sentences.say("init-user"), Some(address), filled(sentences))?;
        let password = password(sentences)?;
        tell(sentences, "init-trying")?;
        let trial = trial(&server, &user, &password);
        let complaint = match &trial {
            Some(trial) => runtime.block_on(login(trial, sentences)),
            None => Some(sentences.say("init-server-wrong")),
        };
        let Some(complaint) = complaint else {
            tell(sentences, "init-logged-in")?;
            return Ok((server, user, password));
        };
        output::print(&(complaint + "\n"))?;
        if !confirm(sentences, &sentences.say("init-again"), true)? {
            return Ok((server, user, password));
        }
        guess = server;
    }
}

/// The usual names of a mail server: the first that exists.
async fn guess(address: &str) -> String {
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    let names = [format!("imap.{domain}"), format!("mail.{domain}")];
    for name in &names {
        if let Some(Source::Imap(account)) =
            trial(name, address, &PasswordAnswer::Kept(String::new())).map(|it| it.source)
            && check::reach(&account).await.is_ok()
        {
            return name.clone();
        }
    }
    format!("mail.{domain}")
}

/// A mailbox to try a login with.
fn trial(server: &str, user: &str, password: &PasswordAnswer) -> Option<MailboxConfig> {
    let config::Server { host, port, security } = config::server(server).ok()?;
    let secret = match password {
        PasswordAnswer::Kept(password) => SecretSource::Inline(SecretString::from(password.clone())),
        PasswordAnswer::Command(command) => SecretSource::Command(shlex::split(command)?),
    };
    Some(MailboxConfig {
        name: "main".to_owned(),
        source: Source::Imap(Account { host, port, security, user: user.to_owned(), secret, ca_file: None }),
        intake: "INBOX".to_owned(),
        held: INTAKE.to_owned(),
        released: format!("{INTAKE}/Released"),
        rules: Rules { hold: None, never_hold: Vec::new(), urgent: Vec::new() },
        authserv_id: None,
    })
}

/// `None` if the login works; folders may still be missing.
async fn login(trial: &MailboxConfig, sentences: &Sentences) -> Option<String> {
    match daemon::connect(trial, false).await {
        Ok(open) => {
            open.close().await;
            None
        }
        Err(MailboxError::Missing(_)) => None,
        Err(error) => Some(Failure::mailbox(&trial.name, &error, sentences).sentence),
    }
}

fn password(sentences: &Sentences) -> Result<PasswordAnswer, Failure> {
    let ways = [sentences.say("init-password-file"), sentences.say("init-password-command")];
    let theme = ColorfulTheme::default();
    let way =
        Select::with_theme(&theme).with_prompt(sentences.say("init-password-how")).items(&ways).default(0).interact();
    if way.map_err(|error| interrupted(&error))? == 0 {
        let asked = Password::with_theme(&theme).with_prompt(sentences.say("init-password")).interact();
        return asked.map(PasswordAnswer::Kept).map_err(|error| interrupted(&error));
    }
    let command = text(&sentences.say("init-command"), None, |text| {
        let words = shlex::split(text).filter(|words| !words.is_empty());
        words.map(|_| ()).ok_or_else(|| sentences.say("init-command-wrong"))
    })?;
    Ok(PasswordAnswer::Command(command))
}

fn hours(sentences: &Sentences, id: &str, default: &str) -> Result<String, Failure> {
    text(&sentences.say(id), Some(default), |text| {
        let read: Result<Vec<Window>, _> = week::parse_day(text);
        read.map(|_| ()).map_err(|error| error.sentence(sentences))
    })
}

fn holidays(sentences: &Sentences) -> Result<String, Failure> {
    let default = if sentences.language() == Language::Fr { "FR" } else { "" };
    let code = text(&sentences.say("init-holidays"), Some(default), |text| {
        let code = text.trim().to_uppercase();
        let known = code.is_empty() || Territory::from_code(&code).is_some();
        known.then_some(()).ok_or_else(|| sentences.say("init-holidays-wrong"))
    })?;
    Ok(code.to_uppercase())
}

/// A machine that sleeps at night cannot keep INBOX quiet: the server can.
fn filed_at_delivery(sentences: &Sentences) -> Result<bool, Failure> {
    if confirm(sentences, &sentences.say("init-night"), true)? {
        return Ok(false);
    }
    output::print(&(sentences.say_with("init-intake-why", &[("folder", INTAKE.into())]) + "\n"))?;
    confirm(sentences, &sentences.say("init-intake"), true)
}

fn filled(sentences: &Sentences) -> impl Fn(&str) -> Result<(), String> + '_ {
    |text| if text.trim().is_empty() { Err(sentences.say("init-empty")) } else { Ok(()) }
}

/// Asks until `accepts` has nothing against the answer.
fn text(
    question: &str,
    default: Option<&str>,
    accepts: impl Fn(&str) -> Result<(), String>,
) -> Result<String, Failure> {
    let theme = ColorfulTheme::default();
    let mut input = Input::<String>::with_theme(&theme).with_prompt(question);
    if let Some(default) = default {
        input = input.default(default.to_owned()).allow_empty(default.is_empty()).show_default(!default.is_empty());
    }
    let answer = input.validate_with(|text: &String| accepts(text)).interact_text();
    answer.map(|answer| answer.trim().to_owned()).map_err(|error| interrupted(&error))
}
