//! The attempt to deliver by SMTP: everything up to the first byte of the message, the durable intent, the message.

use chrono::{DateTime, Utc};

use super::{Daemon, Failure, Progress, deliver::RECHECK, explain};
use crate::{
    config::{Delivery, Smtp},
    core::{
        digest,
        outcome::Outcome,
        release::{self, LOOK_BACK, Marker, Release, Step, UNCERTAIN_ATTEMPTS},
    },
    io::{
        mailbox::{Look, Sight},
        secret::{self, NoSecret},
        smtp::{self, Credentials, Fault, Mechanism, Ready, Trouble},
    },
};

/// What is known before an attempt.
enum Before {
    /// Another host was faster.
    Delivered,
    /// The mailbox that receives it is away.
    Waits,
    /// Where it stands, if it can be read.
    Stands(Option<Marker>),
}

impl Daemon {
    /// Certainly not delivered: tag, look whether another host was faster, come to where the server asks for the message, record
    /// the intent, send.
    pub(super) async fn send(&mut self, now: DateTime<Utc>) -> Result<Progress, (usize, Failure)> {
        let Some(release) = self.release.clone() else { return Ok(Progress::Advanced) };
        let config = std::rc::Rc::clone(&self.config);
        let Delivery::Smtp(smtp) = &config.digest.delivery else { return self.reroute().await };
        self.tag(true).await?;
        let marker = match self.before(&release, now).await? {
            Before::Delivered => {
                self.accepted(now);
                return Ok(Progress::Advanced);
            }
            Before::Waits => return Ok(Progress::Waits(Some(now + RECHECK))),
            Before::Stands(marker) => marker,
        };
        let ready = match ready(smtp, &release.bytes).await {
            Ok(ready) => ready,
            Err(fault) => {
                let text = explain::smtp(&fault, &smtp.account, &self.sentences);
                let refused = Outcome::Refused { refusal: fault.refusal, text };
                return self.performed(None, release::performed(refused), &release, now).await;
            }
        };
        let intent = Step::Intent { at: self.clock.now(), marker };
        self.record(intent, &release.uncertain).map_err(|error| (0, error.into()))?;
        let outcome = match ready.submit(&release.bytes).await {
            Outcome::Refused { refusal, text } => {
                Outcome::Refused { refusal, text: explain::refused(&text, &smtp.account, &self.sentences) }
            }
            outcome => outcome,
        };
        self.performed(None, release::performed(outcome), &release, now).await
    }

    /// The configuration does not send any more: nothing was delivered, so it is sealed anew.
    async fn reroute(&mut self) -> Result<Progress, (usize, Failure)> {
        self.tag(false).await?;
        self.unseal().map_err(|error| (0, error.into()))?;
        Ok(Progress::Advanced)
    }

    async fn before(&mut self, release: &Release, now: DateTime<Utc>) -> Result<Before, (usize, Failure)> {
        if release.route.readable().is_none() {
            return Ok(Before::Stands(None));
        }
        let Some(index) = self.delivery() else {
            // What was never offered cannot be there, but for another host's: that is worth no waiting.
            return Ok(if release.uncertain.is_empty() { Before::Stands(None) } else { Before::Waits });
        };
        let Some(mailbox) = self.links[index].mailbox() else { return Ok(Before::Waits) };
        let sight = mailbox.look(&release.rid, Look::Since(now - LOOK_BACK)).await;
        if sight.map_err(|error| (index, error.into()))? == Sight::Found {
            return Ok(Before::Delivered);
        }
        let marker = mailbox.marker().await.map_err(|error| (index, error.into()))?;
        Ok(Before::Stands(Some(marker)))
    }

    /// The intent stands, from the moment on when the answer did not come; it is looked for at once.
    pub(super) fn sent_perhaps(
        &mut self,
        step: Step,
        uncertain: &[DateTime<Utc>],
        text: &str,
    ) -> Result<Progress, (usize, Failure)> {
        let now = self.clock.now();
        let step = match step {
            Step::Intent { marker, .. } => Step::Intent { at: now, marker },
            other => other,
        };
        self.record(step, uncertain).map_err(|error| (0, error.into()))?;
        let tried = self.release.as_ref().map_or(0, |release| release.uncertain_attempts(now));
        let id = if tried < UNCERTAIN_ATTEMPTS { "daemon-digest-uncertain" } else { "daemon-digest-perhaps" };
        self.tell_delivery(id, None, text, now);
        Ok(Progress::Waits(Some(now)))
    }
}

/// A server that asks for the message. The sealed bytes say from whom to whom, whatever the configuration says by now.
async fn ready(smtp: &Smtp, message: &[u8]) -> Result<Ready, Fault> {
    let (from, to) = digest::envelope(message).ok_or_else(|| Fault::message("the digest has no addresses"))?;
    let envelope = smtp::Envelope { from: &from, to: &to, eight_bit: !message.is_ascii() };
    twice_with_tokens(smtp, async |credentials| smtp::open(&smtp.account, &credentials, &envelope).await).await
}

/// Whether the server is reached, trusted, and takes the login. Nothing is sent.
///
/// # Errors
/// It is not, or does not.
pub async fn try_smtp(smtp: &Smtp) -> Result<(), Fault> {
    twice_with_tokens(smtp, async |credentials| smtp::check(&smtp.account, &credentials).await).await
}

/// A token that is refused may have expired since its command last looked: it is asked for anew, once. A password is not, since
/// each refusal counts towards a lock-out.
async fn twice_with_tokens<T>(smtp: &Smtp, attempt: impl AsyncFn(Credentials) -> Result<T, Fault>) -> Result<T, Fault> {
    match attempt(credentials(smtp).await?).await {
        Err(Fault { trouble: Trouble::Token(why), .. }) => {
            tracing::debug!(why, "the token was refused; asking for another");
            attempt(credentials(smtp).await?).await
        }
        outcome => outcome,
    }
}

/// Who submits, with the secret fetched anew.
async fn credentials(smtp: &Smtp) -> Result<Credentials, Fault> {
    let secret = secret::read(&smtp.account.secret).await;
    let secret = secret.map_err(|error| Fault::secret(NoSecret { key: smtp.secret_key, error }))?;
    let mechanism = if smtp.account.secret.is_token() { Mechanism::Token } else { Mechanism::Password };
    Ok(Credentials { user: smtp.account.user.clone(), secret, mechanism })
}
