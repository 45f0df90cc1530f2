//! What `check` learns from the submission server: whether it is reached, trusted, and takes the login. Nothing is sent.

use super::{Findings, Line};
use crate::{
    cli::exit::{Exit, Failure},
    config::{Config, Delivery},
    core::outcome::Refusal,
    daemon,
    io::smtp::{self, Fault, Trouble},
};

pub(super) async fn login(config: &Config, findings: &mut Findings<'_>) -> Result<(), Failure> {
    let Delivery::Smtp(settings) = &config.digest.delivery else { return Ok(()) };
    let account = &settings.account;
    let server = format!("{}:{}", account.host, account.port);
    let sentences = findings.sentences;
    let tried = daemon::try_smtp(settings).await;
    let works = tried.is_ok();
    findings.tell(match tried {
        Ok(()) => Line::Good(sentences.say_with("check-smtp", &[("value", server.into())])),
        Err(fault) => {
            let why = daemon::explain_smtp(&fault, account, sentences);
            Line::Bad(exit(&fault), sentences.say_with("check-smtp-bad", &[("cause", why.into())]))
        }
    })?;
    // Whoever attaches originals wants to know which ones will not be.
    if works && config.digest.attach_originals && !smtp::limits(account).await.is_ok_and(|limits| limits.eight_bit) {
        findings
            .tell(Line::Note(sentences.say_with("check-smtp-seven-bit", &[("value", account.host.as_str().into())])))?;
    }
    Ok(())
}

fn exit(fault: &Fault) -> Exit {
    match fault.trouble {
        Trouble::Login(_) | Trouble::Token(_) => Exit::Refused,
        Trouble::Mechanism(_) => Exit::Unavailable,
        _ if fault.refusal == Refusal::Permanent => Exit::Refused,
        _ => Exit::TryLater,
    }
}
