//! What leaves: the office's mail settings and texts; messages into the outbox as files, or to the mail server, and
//! the log of who got what.

use std::fs::{self, File};
use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use etcetera::BaseStrategy as _;
use serde_json::{Value, json};

use super::file;
use super::said::{Answer, Said, Trouble, count, object};
use super::sending::{Sending, Told};
use super::visit::Visit;
use crate::domain::text::visible;
use crate::domain::{Message, MessageKind};
use crate::exchange::mail::{self, Settings};
use crate::exchange::{Post, Postroom, Template};

/// The environment variable that may name the file of settings.
const SETTINGS: &str = "COHORT_MAIL";

/// The office's mail: its settings, and the texts of its messages.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// The settings in force, without the password
    Show,
    /// Sign in at the mail server, and send nothing
    Try,
    /// Write the texts of messages as files, to be edited
    Templates(Templates),
}

/// Where the texts go.
#[derive(Debug, Args)]
pub struct Templates {
    /// The directory [default: templates beside the settings, where they are read]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// Says what the settings are, tries them, or writes the texts.
pub fn mail(mail: &Mail) -> Said {
    match mail {
        Mail::Show => show(),
        Mail::Try => {
            let settings = settings()?.ok_or_else(no_server)?;
            settings.try_out().map_err(unreachable)?;
            let at = format!("{}:{}", settings.server, settings.port);
            let json = object([("server", json!(at)), ("user", json!(settings.user))]);
            Ok(Answer::did(
                json,
                format!("The mail server {at} lets us in. Nothing was sent."),
            ))
        }
        Mail::Templates(templates) => {
            let dir = match &templates.to {
                Some(dir) => dir.clone(),
                None => texts_place()?,
            };
            write_templates(&dir)
        }
    }
}

fn show() -> Said {
    let file = settings_place()?;
    let texts = texts_place()?;
    let Some(settings) = settings()? else {
        let json = object([
            ("file", json!(file.display().to_string())),
            ("server", Value::Null),
        ]);
        let lines = vec![
            format!("No mail server: {} is not there.", file.display()),
            "It would hold: server, port, security (starttls, tls or none), user, password_file, sender, reply_to, \
             ca_file, patience."
                .to_owned(),
        ];
        return Ok(Answer::found(json, lines));
    };
    let json = object([
        ("file", json!(file.display().to_string())),
        ("server", json!(settings.server)),
        ("port", json!(settings.port)),
        (
            "security",
            json!(format!("{:?}", settings.security).to_lowercase()),
        ),
        ("user", json!(settings.user)),
        ("sender", json!(settings.sender)),
        ("reply_to", json!(settings.reply_to)),
        ("templates", json!(texts.display().to_string())),
    ]);
    let lines = vec![
        format!("Settings   {}", file.display()),
        format!(
            "Server     {}:{}, {:?}",
            settings.server, settings.port, settings.security
        ),
        format!("User       {} (the password is hidden)", settings.user),
        format!("Sender     {}", settings.sender),
        format!("Templates  {}", texts.display()),
    ];
    Ok(Answer::found(json, lines))
}

fn write_templates(dir: &Path) -> Said {
    make(dir)?;
    let mut written = 0;
    for (name, text) in Template::all() {
        let path = dir.join(name);
        if !path.exists() {
            super::export::put(&path, text.as_bytes())?;
            written += 1;
        }
    }
    let json = object([
        ("file", json!(dir.display().to_string())),
        ("rows", json!(written)),
    ]);
    let said = format!(
        "Wrote {} to {}; what was there was left alone.",
        count(written, "text", "texts"),
        dir.display()
    );
    Ok(Answer::did(json, said))
}

/// Nothing can be sent: where the settings would be.
pub fn no_server() -> Trouble {
    let place = settings_place().map(|path| path.display().to_string());
    Trouble::usage(
        "no mail server is configured",
        format!(
            "write its settings into {} (see `cohort mail show`), or leave out --send: the messages are then written \
             as drafts to open in a mail program",
            place.unwrap_or_else(|_| "mail.toml".to_owned())
        ),
    )
}

fn unreachable(what: String) -> Trouble {
    Trouble::new(
        6,
        what,
        "look at the settings with `cohort mail show`, and try again",
    )
}

fn settings_place() -> Result<PathBuf, Trouble> {
    if let Some(path) = std::env::var_os(SETTINGS).filter(|path| !path.is_empty()) {
        return Ok(PathBuf::from(path));
    }
    etcetera::choose_base_strategy()
        .map(|places| places.config_dir().join("cohort").join("mail.toml"))
        .map_err(|_| {
            Trouble::new(
                6,
                "there is no home directory",
                format!("name the settings in {SETTINGS}"),
            )
        })
}

fn texts_place() -> Result<PathBuf, Trouble> {
    let settings = settings_place()?;
    Ok(settings.parent().unwrap_or(Path::new(".")).join("templates"))
}

/// The mail server's settings, if there are any.
pub fn settings() -> Result<Option<Settings>, Trouble> {
    let path = settings_place()?;
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Trouble::file(&path, &error)),
    };
    let certificate = |path: &Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let password = std::env::var(mail::PASSWORD).ok();
    Settings::read(&text, password, secret, certificate)
        .map(Some)
        .map_err(|what| {
            Trouble::new(5, format!("{}: {what}", path.display()), "mend the file")
                .in_file(path.display().to_string(), None)
        })
}

/// The password in a file that only its owner can read: its first line.
fn secret(path: &Path) -> Result<String, String> {
    let said = |what: &str| format!("the password file {}: {what}", path.display());
    let mut text = String::new();
    let mut file = File::open(path).map_err(|error| said(&error.to_string()))?;
    let found = file.metadata().map_err(|error| said(&error.to_string()))?;
    if found.mode() & 0o077 != 0 {
        return Err(said("others can read it: chmod 600 on it"));
    }
    file.read_to_string(&mut text)
        .map_err(|error| said(&error.to_string()))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(said("it is empty")),
    }
}

/// What the office's messages are made of, as the screen needs it.
pub fn postroom() -> Result<Postroom, Trouble> {
    let (server, sender) = match settings() {
        Ok(Some(settings)) => {
            let at = format!("{}:{}", settings.server, settings.port);
            (Ok(Some(at)), settings.sender)
        }
        Ok(None) => (Ok(None), super::visit::sender()),
        Err(trouble) => (Err(trouble.message), super::visit::sender()),
    };
    let texts = texts_place()?;
    let mut own = Vec::new();
    for kind in Template::kinds() {
        let Some(path) = Template::file(kind).map(|name| texts.join(name)) else {
            continue;
        };
        match fs::read_to_string(&path) {
            Ok(text) => own.push((kind, path.display().to_string(), text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Trouble::file(&path, &error)),
        }
    }
    Ok(Postroom { own, sender, server })
}

/// Keeps the office's own text of a kind of message; an empty one gives the program's its place back.
pub fn keep_text(kind: MessageKind, text: &str) -> Result<PathBuf, Trouble> {
    let dir = texts_place()?;
    let name = Template::file(kind)
        .ok_or_else(|| Trouble::usage(format!("a message of kind {kind} has no text"), "choose another"))?;
    let path = dir.join(name);
    if text.trim().is_empty() {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Trouble::file(&path, &error));
            }
            _ => return Ok(path),
        }
    }
    make(&dir)?;
    super::export::put(&path, text.as_bytes())?;
    Ok(path)
}

/// The text of a kind of message: the office's own, else the program's.
pub fn text_of(kind: MessageKind) -> Result<Template, Trouble> {
    let path = Template::file(kind).map(|name| Ok::<_, Trouble>(texts_place()?.join(name)));
    let own = match path.transpose()? {
        Some(path) => match fs::read_to_string(&path) {
            Ok(text) => Some((path.display().to_string(), text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Trouble::file(&path, &error)),
        },
        None => None,
    };
    let own = own.as_ref().map(|(path, text)| (path.as_str(), text.as_str()));
    Template::of(kind, own).map_err(|what| {
        Trouble::new(
            5,
            what,
            "mend the text, or move it away: the program has one of its own",
        )
    })
}

/// Makes a directory for the office alone, if need be.
pub fn make(dir: &Path) -> Result<(), Trouble> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| {
            Trouble::new(
                6,
                format!("{} cannot be made: {error}", dir.display()),
                "name another",
            )
        })
}

/// Asks for the number of messages, or takes it from `--confirm`.
fn confirmed(number: usize, confirm: Option<usize>) -> Result<(), Trouble> {
    let wanted = format!("type the number of messages, {number}, with --confirm {number}");
    let typed = match confirm {
        Some(typed) => Some(typed),
        None if io::stdin().is_terminal() => {
            eprint!(
                "{} leave at once and cannot be taken back. Type {number} to send: ",
                count(number, "message", "messages")
            );
            let mut line = String::new();
            io::stdin()
                .lock()
                .read_line(&mut line)
                .map_err(|error| Trouble::usage(error.to_string(), wanted.clone()))?;
            line.trim().parse().ok()
        }
        None => None,
    };
    match typed {
        Some(typed) if typed == number => Ok(()),
        Some(typed) => Err(Trouble::usage(
            format!("{number} messages would be sent, not {typed}: nothing was sent"),
            wanted,
        )),
        None => Err(Trouble::usage("nothing was sent", wanted)),
    }
}

/// Gives messages to the server and logs them; asks for their number first.
pub fn send(visit: &mut Visit, dir: &Path, posts: Vec<Post>, confirm: Option<usize>) -> Said {
    let settings = settings()?.ok_or_else(no_server)?;
    let mut sending = Sending::in_dir(dir)?;
    let mut notes = Vec::new();
    let unlogged: Vec<Message> = sending
        .left()
        .into_iter()
        .filter(|note| !visit.model().was_sent(note))
        .collect();
    if !unlogged.is_empty() {
        notes.push(format!(
            "{} of an interrupted sending had left and is logged now",
            count(unlogged.len(), "message", "messages")
        ));
        let edit = visit
            .client
            .model()
            .messages_prepared(&mut visit.mint, &unlogged)?;
        visit.land(edit)?;
    }
    let all = posts.len();
    let posts: Vec<Post> = posts
        .into_iter()
        .filter(|post| !visit.model().was_sent(&post.note))
        .collect();
    let had = all - posts.len();
    if had > 0 {
        notes.push(format!(
            "{} had been sent today and is left out",
            count(had, "message", "messages")
        ));
    }
    let now = visit.now();
    let (ready, _) = Told::ready(&settings, posts.clone(), now);
    if !ready.is_empty() {
        confirmed(ready.len(), confirm)?;
    }
    let told = sending.deliver(&settings, posts, now)?;
    let mut rev = visit.model().rev;
    if !told.log.is_empty() {
        let edit = visit
            .client
            .model()
            .messages_prepared(&mut visit.mint, &told.log)?;
        rev = visit.land(edit)?.rev;
    }
    sending.end()?;
    Ok(answer(&told, rev).noting(notes))
}

/// What became of a sending, said.
fn answer(told: &Told, rev: u64) -> Answer {
    let list = |of: &[(Post, String)]| -> Vec<Value> {
        of.iter()
            .map(|(post, why)| json!({"email": post.letter.to.1, "why": why}))
            .collect()
    };
    let all = told.all();
    let json = object([
        ("messages", json!(all)),
        ("sent", json!(told.sent)),
        ("refused", json!(list(&told.refused))),
        ("unsure", json!(list(&told.unsure))),
        ("kept", json!(list(&told.kept))),
        ("revision", json!(rev)),
    ]);
    let mut lines = vec![format!(
        "Sent {} of {}.",
        told.sent,
        count(all, "message", "messages")
    )];
    for (what, of) in [
        ("not taken", &told.refused),
        (
            "may or may not arrive, and is not sent again by itself",
            &told.unsure,
        ),
    ] {
        for (post, why) in of {
            lines.push(format!("! {}: {what}: {}", post.letter.to.1, visible(why)));
        }
    }
    if let Some((_, why)) = told.kept.first() {
        lines.push(format!(
            "! {} not sent: {}. The same command sends only what is left.",
            count(told.kept.len(), "message was", "messages were"),
            visible(why)
        ));
    }
    let mut answer = Answer::found(json, lines);
    answer.code = u8::from(told.sent < all);
    answer
}

/// Writes messages as drafts, and logs them once every file is on disk.
pub fn write(visit: &mut Visit, dir: &Path, posts: &[Post], sender: &str) -> Said {
    let now = visit.now();
    let written = file::outbox(dir, sender, posts, now)
        .map_err(|what| Trouble::new(6, what, "name another directory with --outbox"))?;
    let notes: Vec<Message> = posts.iter().map(|post| post.note.clone()).collect();
    let edit = visit.client.model().messages_prepared(&mut visit.mint, &notes)?;
    let landed = visit.land(edit)?;
    let json = object([
        ("messages", json!(written)),
        ("sent", json!(0)),
        ("file", json!(dir.display().to_string())),
        ("revision", json!(landed.rev)),
    ]);
    let said = format!(
        "Wrote {} to {}. Nothing was sent.",
        count(written, "message", "messages"),
        dir.display()
    );
    Ok(Answer::did(json, said).noting(landed.warnings))
}

/// Who messages are from: the settings' sender, else that of the environment, else a placeholder.
pub fn office() -> Result<String, Trouble> {
    Ok(settings()?.map_or_else(super::visit::sender, |settings| settings.sender))
}
