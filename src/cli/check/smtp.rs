//! What `check` learns from the submission server: whether it is reached, trusted, and takes the login. Nothing is sent.

use super::{Findings, Line};
use crate::{
    cli::exit::{Exit, Failure},
    config::{Config, Delivery},
    core::outcome::Refusal,
    daemon,
    io::smtp,
};

pub(super) async fn login(config: &Config, findings: &mut Findings<'_>) -> Result<(), Failure> {
    let Delivery::Smtp(settings) = &config.digest.delivery else { return Ok(()) };
    let account = &settings.account;
    let outcome = match daemon::credentials(settings).await {
        Ok(credentials) => smtp::check(account, &credentials).await,
        Err(fault) => Err(fault),
    };
    let server = format!("{}:{}", account.host, account.port);
    let sentences = findings.sentences;
    findings.tell(match outcome {
        Ok(()) => Line::Good(sentences.say_with("check-smtp", &[("value", server.into())])),
        Err(fault) => {
            let exit = if fault.refusal == Refusal::Permanent { Exit::Refused } else { Exit::TryLater };
            let args = [("value", server.into()), ("cause", fault.text.into())];
            Line::Bad(exit, sentences.say_with("check-smtp-bad", &args))
        }
    })
}
