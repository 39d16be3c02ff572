//! Mail given to a server (RFC 5321), one message at a time, with what became of each.
//!
//! A message is given only over an encrypted line, or to a server on this machine. When the line breaks before
//! the whole message was handed over it is tried once more; when it breaks after that and before the server's word,
//! nobody knows, and it is not sent again. The password is never shown, logged or part of an error.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;

/// The environment variable that may hold the password.
pub const PASSWORD: &str = "COHORT_SMTP_PASSWORD";
/// How often a message is tried while it has certainly not been taken.
const ATTEMPTS: u32 = 2;
/// "Service not available": the server hangs up.
const HANGING_UP: u16 = 421;

/// How the line is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Encrypted after STARTTLS; without it nothing is sent.
    #[default]
    Starttls,
    /// Encrypted from the first byte.
    Tls,
    /// Not at all: only to a server on this machine.
    None,
}

/// The file of settings, as people write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    server: String,
    port: Option<u16>,
    #[serde(default)]
    security: Security,
    #[serde(default)]
    user: String,
    password_file: Option<PathBuf>,
    sender: String,
    #[serde(default)]
    reply_to: String,
    ca_file: Option<PathBuf>,
    patience: Option<u64>,
}

/// A password; it cannot be printed.
#[derive(Clone, Default, PartialEq, Eq)]
struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "hidden" })
    }
}

/// The mail server, and as whom mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The server's name.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub security: Security,
    /// Who signs in; nobody when empty.
    pub user: String,
    password: Password,
    /// Who messages are from: `Team <team@example.org>`.
    pub sender: String,
    /// Where answers go, if not to the sender.
    pub reply_to: String,
    authority: Option<Vec<u8>>,
    patience: Duration,
}

impl Settings {
    /// Reads the settings from the text of their file. `password` is that of the environment; `secret` reads a
    /// password file, `certificate` a file of certificates.
    ///
    /// # Errors
    /// A sentence: what is wrong.
    pub fn read(
        text: &str,
        password: Option<String>,
        secret: impl FnOnce(&Path) -> Result<String, String>,
        certificate: impl FnOnce(&Path) -> Result<Vec<u8>, String>,
    ) -> Result<Self, String> {
        let written: Written = toml::from_str(text).map_err(|error| error.to_string())?;
        let password = match (&written.password_file, password.filter(|p| !p.is_empty())) {
            (_, Some(password)) => Password(password),
            (Some(path), None) => Password(secret(path)?),
            (None, None) => Password::default(),
        };
        if written.user.is_empty() != password.0.is_empty() {
            return Err(format!(
                "user and password belong together: name a password_file, or set {PASSWORD}"
            ));
        }
        let is_here = matches!(written.server.as_str(), "localhost" | "127.0.0.1" | "::1");
        if written.security == Security::None && !is_here {
            return Err("security may be \"none\" only for a server on this machine".to_owned());
        }
        for address in [&written.sender, &written.reply_to] {
            let optional = address.is_empty() && address == &written.reply_to;
            if !optional && address.parse::<Mailbox>().is_err() {
                return Err(format!(
                    "{address:?} is no address such as Team <team@example.org>"
                ));
            }
        }
        let authority = written.ca_file.as_deref().map(certificate).transpose()?;
        let port = match written.security {
            Security::Starttls => 587,
            Security::Tls => 465,
            Security::None => 25,
        };
        Ok(Self {
            server: written.server,
            port: written.port.unwrap_or(port),
            security: written.security,
            user: written.user,
            password,
            sender: written.sender,
            reply_to: written.reply_to,
            authority,
            patience: Duration::from_secs(written.patience.unwrap_or(30).clamp(1, 600)),
        })
    }

    /// Signs in and out again, sending nothing.
    ///
    /// # Errors
    /// A sentence: what stands in the way.
    pub fn try_out(&self) -> Result<(), String> {
        let mut line = self.open()?;
        // It has done what it was asked.
        let _ = line.quit();
        Ok(())
    }

    fn open(&self) -> Result<SmtpConnection, String> {
        let at = format!("{}:{}", self.server, self.port);
        let cannot = |doing: &str, error: &Error| format!("{at}: {doing}: {}", plain(error));
        let me = ClientId::default();
        let tls = (self.security != Security::None)
            .then(|| self.tls())
            .transpose()?;
        let wrapped = tls.as_ref().filter(|_| self.security == Security::Tls);
        let mut line = SmtpConnection::connect(
            (self.server.as_str(), self.port),
            Some(self.patience),
            &me,
            wrapped,
            None,
        )
        .map_err(|error| cannot("there is no way to the mail server", &error))?;
        if let (Security::Starttls, Some(tls)) = (self.security, &tls) {
            if !line.can_starttls() {
                return Err(format!(
                    "{at}: the mail server does not offer STARTTLS, so nothing was sent to it"
                ));
            }
            line.starttls(tls, &me)
                .map_err(|error| cannot("the line cannot be encrypted", &error))?;
        }
        if !self.user.is_empty() {
            let credentials = Credentials::new(self.user.clone(), self.password.0.clone());
            line.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .map_err(|error| cannot("the mail server does not take the user and password", &error))?;
        }
        Ok(line)
    }

    fn tls(&self) -> Result<TlsParameters, String> {
        let mut builder = TlsParameters::builder(self.server.clone());
        if let Some(pem) = &self.authority {
            let certificate = Certificate::from_pem(pem)
                .map_err(|error| format!("the file of ca_file holds no certificate: {}", plain(&error)))?;
            builder = builder.add_root_certificate(certificate);
        }
        builder
            .build()
            .map_err(|error| format!("encryption cannot be set up: {}", plain(&error)))
    }
}

/// An error with what caused it, on one line.
fn plain(error: &Error) -> String {
    use std::error::Error as _;
    use std::io::ErrorKind;
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(why) = cause {
        match why.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
            Some(ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return "the mail server did not answer in time".to_owned();
            }
            Some(ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
                return "the mail server ended the line".to_owned();
            }
            _ => {}
        }
        let why_text = why.to_string();
        if !text.contains(&why_text) {
            text = format!("{text}: {why_text}");
        }
        cause = why.source();
    }
    text.replace(['\r', '\n'], " ")
}

/// A message, ready to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The address it goes to.
    pub to: String,
    /// The message as it travels.
    pub bytes: Vec<u8>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The server has taken it.
    Given,
    /// The server does not take it: why.
    Refused(String),
    /// It was not given; trying again later does no harm.
    Kept(String),
    /// The line broke between the message and the server's word: it may or may not arrive.
    Unsure(String),
}

/// How far one attempt came.
enum Attempt {
    Ended(Fate),
    /// The line broke before the message was handed over.
    Broke(String),
}

/// Gives messages to the server, in order. `before` is called ahead of each, and `after` with what became of it.
///
/// Once the server cannot be had, what is left is kept.
///
/// # Errors
/// When `before` or `after` fails; nothing more is sent then.
pub fn deliver(
    settings: &Settings,
    envelopes: &[Envelope],
    mut before: impl FnMut(usize) -> std::io::Result<()>,
    mut after: impl FnMut(usize, &Fate) -> std::io::Result<()>,
) -> std::io::Result<Vec<Fate>> {
    let mut line: Option<SmtpConnection> = None;
    let mut down: Option<String> = None;
    let mut fates = Vec::with_capacity(envelopes.len());
    for (nth, envelope) in envelopes.iter().enumerate() {
        let fate = match &down {
            Some(why) => Fate::Kept(why.clone()),
            None => {
                before(nth)?;
                let fate = give(settings, &mut line, envelope);
                if let Fate::Kept(why) = &fate {
                    down = Some(why.clone());
                }
                after(nth, &fate)?;
                fate
            }
        };
        fates.push(fate);
    }
    if let Some(mut line) = line {
        // Everything has been given.
        let _ = line.quit();
    }
    Ok(fates)
}

/// Gives one message, over the line there is or a new one.
fn give(settings: &Settings, line: &mut Option<SmtpConnection>, envelope: &Envelope) -> Fate {
    let address = |text: &str| text.parse::<Address>().ok().filter(|_| text.is_ascii());
    let from = settings.sender.parse::<Mailbox>().ok().map(|sender| sender.email);
    let (Some(to), Some(from)) = (address(&envelope.to), from) else {
        return Fate::Refused(format!("mail cannot reach {:?}", envelope.to));
    };
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        let mut open = match line.take() {
            Some(open) => open,
            None => match settings.open() {
                Ok(open) => open,
                Err(problem) => return Fate::Kept(problem),
            },
        };
        match attempt(&mut open, &from, &to, &envelope.bytes) {
            Attempt::Ended(fate) => {
                if !matches!(fate, Fate::Unsure(_)) {
                    *line = Some(open);
                }
                return fate;
            }
            Attempt::Broke(problem) => why = problem,
        }
    }
    Fate::Kept(format!("the line to the mail server broke: {why}"))
}

fn attempt(line: &mut SmtpConnection, from: &Address, to: &Address, bytes: &[u8]) -> Attempt {
    let envelope = [
        Mail::new(Some(from.clone()), Vec::new()).to_string(),
        Rcpt::new(to.clone(), Vec::new()).to_string(),
        Data.to_string(),
    ];
    for command in envelope {
        if let Err(error) = line.command(command) {
            return match answered(&error) {
                Some(fate) => {
                    // If the line is broken, the next message finds out.
                    let _ = line.command(Rset);
                    Attempt::Ended(fate)
                }
                None => Attempt::Broke(plain(&error)),
            };
        }
    }
    Attempt::Ended(match line.message(bytes) {
        Ok(_) => Fate::Given,
        Err(error) => match error.status() {
            Some(_) => Fate::Refused(plain(&error)),
            None => Fate::Unsure(plain(&error)),
        },
    })
}

/// What the server answered, if it was an answer to this message and not the end of the line.
fn answered(error: &Error) -> Option<Fate> {
    let code = u16::from(error.status()?);
    (code != HANGING_UP).then(|| Fate::Refused(plain(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str, password: Option<&str>) -> Result<Settings, String> {
        let base = "server = \"smtp.example.org\"\nsender = \"Team <team@example.org>\"\n";
        Settings::read(
            &format!("{base}{more}"),
            password.map(str::to_owned),
            |_| Ok("s3cret".to_owned()),
            |path| Err(format!("{}: it is not there", path.display())),
        )
    }

    #[test]
    fn a_password_is_never_shown() {
        let from_file = settings("user = \"sam\"\npassword_file = \"secret\"\n", None).unwrap();
        let given = settings("user = \"sam\"\n", Some("s3cret")).unwrap();
        for read in [from_file, given] {
            assert!(!format!("{read:?}").contains("s3cret"));
            assert_eq!((read.port, read.security), (587, Security::Starttls));
        }
    }

    #[test]
    fn settings_that_would_harm_are_refused_with_the_reason() {
        for (more, why) in [
            ("user = \"sam\"\n", "user and password belong together"),
            ("security = \"none\"\n", "only for a server on this machine"),
            ("passwrd = \"x\"\n", "unknown field"),
            ("reply_to = \"nobody\"\n", "is no address"),
            ("ca_file = \"none.pem\"\n", "none.pem"),
        ] {
            let problem = settings(more, None).unwrap_err();
            assert!(problem.contains(why), "{more}: {problem}");
        }
    }
}
