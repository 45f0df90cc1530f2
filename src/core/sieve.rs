//! The rule of a mailbox as a Sieve script (RFC 5228): what the mail server files into the intake folder at delivery.
//!
//! - What must not wait is tested first, by tests that are never narrower than `core::notice` and the selectors; what is filed,
//!   by tests that are never wider. So the script never files what the daemon would not hold, apart from the forms that
//!   `platforms` names; what it leaves in INBOX instead is only less quiet.
//! - Only `fileinto` is required, which every server has; the folder must exist.
//! - What is urgent is filed, too: the daemon brings it to INBOX, and counts.

mod platforms;
mod sites;
mod test;
mod words;

use self::{
    platforms::{ORDER, marks},
    test::{
        How::{Contains, Is, Matches},
        Test, literal, quoted,
    },
};
use super::{
    notice::Platform,
    selector::{Rules, Selector},
    sentences::Sentences,
    text,
};

/// Columns of a comment.
const WIDTH: usize = 100;
/// Graphemes of a name in a comment.
const SHOWN: usize = 200;

/// Why there is no script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SieveError {
    /// A folder name or a selector holds CR, LF or NUL.
    #[error("{0:?} holds a line end or a NUL")]
    Unquotable(String),
}

/// What a script is made of.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// The mailbox's name in the configuration.
    pub mailbox: &'a str,
    /// The folder to file into, as the configuration spells it.
    pub folder: &'a str,
    /// The configuration does not name that folder as the intake yet.
    pub proposed: bool,
    /// What is held.
    pub rules: &'a Rules,
}

/// A step of the script: the first whose test holds decides.
struct Step {
    comment: String,
    test: Test,
    files: bool,
}

/// The script, with comments for its reader.
///
/// # Errors
/// A string that no script can hold.
pub fn script(rule: &Rule<'_>, sentences: &Sentences) -> Result<String, SieveError> {
    refuse_line_ends(rule)?;
    let mut steps = vec![Step { comment: sentences.say("sieve-never"), test: protected(), files: false }];
    if !rule.rules.never_hold.is_empty() {
        let test = Test::Any(rule.rules.never_hold.iter().map(at_least).collect());
        steps.push(Step { comment: sentences.say("sieve-never-hold"), test, files: false });
    }
    steps.extend(filed(rule.rules, sentences));
    let mut text = opening(rule, sentences)? + "\nrequire [\"fileinto\"];\n";
    if !steps.iter().any(|step| step.files) {
        return Ok(text + "\n" + &comment(&sentences.say("sieve-nothing"), ""));
    }
    for (index, step) in steps.iter().enumerate() {
        let keyword = if index == 0 { "if" } else { "elsif" };
        text += &format!("\n{}{keyword} {} {{\n", comment(&step.comment, ""), step.test.clone().simple().write(0)?);
        text += &match step.files {
            true => format!("    fileinto {};\n    stop;\n", quoted(rule.folder)?),
            false => comment(&sentences.say("sieve-left"), "    "),
        };
        text += "}\n";
    }
    Ok(text)
}

/// Also of what leaves no trace in the script, or a part only.
fn refuse_line_ends(rule: &Rule<'_>) -> Result<(), SieveError> {
    quoted(rule.folder)?;
    rule.rules.hold.iter().flatten().chain(&rule.rules.never_hold).try_for_each(|selector| {
        quoted(&selector.to_string())?;
        Ok(())
    })
}

/// What is said above the script.
fn opening(rule: &Rule<'_>, sentences: &Sentences) -> Result<String, SieveError> {
    let folder = text::line(rule.folder, SHOWN);
    let mailbox = text::line(rule.mailbox, SHOWN);
    let names = [("mailbox", mailbox.into()), ("folder", folder.as_str().into())];
    let mut paragraphs = vec![comment(&sentences.say_with("sieve-opening", &names), "")];
    paragraphs.push(comment(&sentences.say_with("sieve-folder", &names), ""));
    if rule.proposed {
        let key = toml_key(rule.mailbox);
        let lines = format!("#     [mailbox.{key}]\n#     intake = {}\n", quoted(rule.folder)?);
        paragraphs.push(comment(&sentences.say("sieve-proposed"), "") + &lines);
    }
    if !rule.rules.urgent.is_empty() {
        paragraphs.push(comment(&sentences.say("sieve-urgent"), ""));
    }
    paragraphs.extend(omissions(rule.rules, sentences).map(|text| comment(&text, "")));
    Ok(paragraphs.join("#\n"))
}

/// The selectors of `hold` that the header alone does not decide: none of their mail is filed, or not all of it.
fn omissions(rules: &Rules, sentences: &Sentences) -> impl Iterator<Item = String> {
    rules.hold.iter().flatten().filter_map(|selector| {
        let id = match selector {
            Selector::HighPriority => "sieve-partly",
            selector if at_most(selector).is_never() => "sieve-omitted",
            _ => return None,
        };
        Some(sentences.say_with(id, &[("selector", text::line(&selector.to_string(), SHOWN).into())]))
    })
}

/// A bare key of TOML, or a quoted one.
fn toml_key(name: &str) -> String {
    match !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        true => name.to_owned(),
        false => format!("\"{}\"", text::line(name, SHOWN).replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

/// A text as comment lines.
fn comment(text: &str, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        if lines.last().is_some_and(|line| line.chars().count() + word.chars().count() > WIDTH) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.iter().map(|line| format!("{indent}#{line}\n")).collect()
}

/// Digests, bounces and account mail.
fn protected() -> Test {
    Test::Any(vec![
        Test::exists(&["X-Quiethours-Release"]),
        Test::header(Contains, &["Content-Type"], &["multipart/report"]),
        Test::header(Contains, &["From"], &["mailer-daemon", "postmaster"]),
        platforms::account(),
    ])
}

/// What `hold` files.
fn filed(rules: &Rules, sentences: &Sentences) -> Vec<Step> {
    let Some(hold) = &rules.hold else {
        let platforms = ORDER.into_iter().filter(|platform| *platform != Platform::Mailinglist);
        let test = Test::Any(platforms.map(marks).collect());
        return vec![Step { comment: sentences.say("sieve-default"), test, files: true }];
    };
    let named: Vec<Test> =
        hold.iter().filter(|selector| !matches!(selector, Selector::Platform(..))).map(at_most).collect();
    let test = Test::Any(named);
    let mut steps = Vec::new();
    if !test.is_never() {
        steps.push(Step { comment: sentences.say("sieve-named"), test, files: true });
    }
    steps.extend(platform_steps(hold, sentences));
    steps
}

/// The platforms in the order in which they are tried, as far as the last that is named.
fn platform_steps(hold: &[Selector], sentences: &Sentences) -> Vec<Step> {
    let mut groups: Vec<(bool, Vec<Test>)> = Vec::new();
    let mut add = |files: bool, test: Test| match groups.last_mut() {
        Some((same, tests)) if *same == files => tests.push(test),
        _ => groups.push((files, vec![test])),
    };
    for platform in ORDER {
        let sites: Vec<&Selector> = hold.iter().filter(|selector| names(selector, platform)).collect();
        let whole = sites.iter().any(|selector| matches!(selector, Selector::Platform(_, None)));
        let some = Test::Any(sites.into_iter().map(at_most).collect());
        if !some.is_never() {
            add(true, if whole { marks(platform) } else { some });
        }
        if !whole {
            add(false, marks(platform));
        }
    }
    let last = groups.iter().rposition(|(files, _)| *files).map_or(0, |at| at + 1);
    groups.truncate(last);
    let step = |(files, tests)| {
        let id = if files { "sieve-platforms" } else { "sieve-others" };
        Step { comment: sentences.say(id), test: Test::Any(tests), files }
    };
    groups.into_iter().map(step).collect()
}

/// Whether a selector is about `platform`, of whatever site. Gitea's marks are Forgejo's, too.
fn names(selector: &Selector, platform: Platform) -> bool {
    match selector {
        Selector::Platform(Platform::Forgejo, _) => platform == Platform::Gitea,
        Selector::Platform(named, _) => *named == platform,
        _ => false,
    }
}

/// Holds only for what the selector matches.
fn at_most(selector: &Selector) -> Test {
    match selector {
        Selector::Platform(platform, None) => marks(*platform),
        // A host that is not ASCII is never compared with as it stands: notices have it in its ASCII form.
        Selector::Platform(platform, Some(host)) => match sites::site(*platform, host).filter(|_| host.is_ascii()) {
            Some(site) => Test::All(vec![marks(*platform), site]),
            None => Test::Any(Vec::new()),
        },
        Selector::List(list) => {
            let id = literal(list);
            Test::header(Matches, &["List-Id"], &[format!("*<{id}>"), id])
        }
        Selector::From(address) => Test::From(":all", Is, vec![address.clone()]),
        Selector::FromDomain(domain) => Test::Any(vec![
            Test::From(":domain", Is, vec![domain.clone()]),
            Test::From(":domain", Matches, vec![format!("*.{}", literal(domain))]),
        ]),
        Selector::Subject(phrase) => Test::header(Matches, &["Subject"], &words::tight(phrase)),
        Selector::HighPriority => platforms::urgent(),
    }
}

/// Holds at least for what the selector matches.
fn at_least(selector: &Selector) -> Test {
    match selector {
        Selector::Platform(platform, None) => marks(*platform),
        Selector::Platform(platform, Some(host)) => {
            Test::All(vec![marks(*platform), sites::maybe_site(*platform, host)])
        }
        Selector::List(list) => Test::header(Contains, &["List-Id"], &[list]),
        Selector::From(address) => Test::Any(vec![
            Test::From(":all", Is, vec![address.clone()]),
            Test::header(Contains, &["From"], &[address]),
        ]),
        Selector::FromDomain(domain) => Test::header(Contains, &["From"], &[domain]),
        Selector::Subject(phrase) => Test::header(Matches, &["Subject"], &words::wide(phrase)),
        Selector::HighPriority => platforms::maybe_urgent(),
    }
}
