//! Mail: a ticket to choose a new password, to who says to have forgotten the old one.
//!
//! Invariant: whether somebody has an account is looked up when nobody waits for the answer any
//! more, and no more mails wait than the queue holds.

use crate::config::{SmtpConfig, SmtpTls};
use crate::extract::Language;
use crate::state::App;
use codesocial_store::{Account, Email, SideError, Ticket};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{SmtpTransport, Transport as _};
use std::time::Duration;
use tokio::sync::mpsc;

/// How many may wait.
const WISHES_MAX: usize = 100;
/// How long a server of mail may take for each step.
const PATIENCE: Duration = Duration::from_secs(20);

/// What somebody asks for: a ticket for the account of that handle or address.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) login: String,
    pub(super) language: Language,
}

/// Where wishes are left.
#[derive(Debug, Clone)]
pub(crate) struct Mailer(mpsc::Sender<Wish>);

/// Why a mail was not sent. Ours: logged, never shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    #[error("[smtp] from: {0}")]
    Address(#[from] lettre::address::AddressError),
    #[error("the mail: {0}")]
    Message(#[from] lettre::error::Error),
    #[error("the server of mail: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    #[error("sending ended early: {0}")]
    Ended(tokio::task::JoinError),
    #[error(transparent)]
    Side(#[from] SideError),
}

impl Mailer {
    pub(super) fn new() -> (Self, mpsc::Receiver<Wish>) {
        let (sender, receiver) = mpsc::channel(WISHES_MAX);
        (Self(sender), receiver)
    }

    pub(super) fn send(&self, wish: Wish) {
        if self.0.try_send(wish).is_err() {
            tracing::warn!("a mail was not sent: too many wait");
        }
    }
}

/// Sends what is wished for, one after another, until the server stops.
pub(super) async fn deliver(app: App, config: SmtpConfig, mut wishes: mpsc::Receiver<Wish>) {
    while let Some(wish) = wishes.recv().await {
        if let Err(error) = grant(&app, &config, wish).await {
            tracing::error!(%error, "a mail was not sent");
        }
    }
}

async fn grant(app: &App, config: &SmtpConfig, wish: Wish) -> Result<(), MailError> {
    let (side, now) = (app.store.side(), (app.clock)());
    let known = side.account_of_login(&wish.login).await?;
    let Some(account) = known.filter(|account| account.disabled.is_none()) else { return Ok(()) };
    let Some(to) = account.email.clone() else { return Ok(()) };
    let secret = side.issue_ticket(Ticket::Reset(account.id), now, &mut app.random()).await?;
    let page = app.base.resolve("password");
    let link = format!("{}?ticket={}", page.as_str(), secret.reveal());
    let message = message(app, config, &account, &to, wish.language, &link)?;
    let transport = transport(config)?;
    let sent = tokio::task::spawn_blocking(move || transport.send(&message)).await;
    sent.map_err(MailError::Ended)??;
    Ok(())
}

fn message(
    app: &App,
    config: &SmtpConfig,
    account: &Account,
    to: &Email,
    language: Language,
    link: &str,
) -> Result<Message, MailError> {
    let chosen = Language::ALL.into_iter().find(|l| account.language.as_deref() == Some(l.tag()));
    let words = app.pages.words(chosen.unwrap_or(language));
    let text =
        words.text("mail.reset").replace("{0}", account.handle.as_str()).replace("{1}", link);
    let message = Message::builder()
        .from(config.from.parse::<Mailbox>()?)
        .to(Mailbox::new(None, to.as_str().parse()?))
        .subject(words.text("mail.subject"))
        .header(ContentType::TEXT_PLAIN);
    Ok(message.body(text)?)
}

fn transport(config: &SmtpConfig) -> Result<SmtpTransport, MailError> {
    let host = config.host.as_str();
    let tls = match config.tls {
        SmtpTls::Implicit => Tls::Wrapper(TlsParameters::new(host.to_owned())?),
        SmtpTls::Starttls => Tls::Required(TlsParameters::new(host.to_owned())?),
        SmtpTls::None => Tls::None,
    };
    let transport =
        SmtpTransport::builder_dangerous(host).port(config.port).tls(tls).timeout(Some(PATIENCE));
    let password = std::env::var(crate::config::SMTP_PASSWORD).ok();
    Ok(match password.filter(|password| !password.is_empty()) {
        Some(password) => transport.credentials(Credentials::new(config.user.clone(), password)),
        None => transport,
    }
    .build())
}
