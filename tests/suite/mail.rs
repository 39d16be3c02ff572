//! Messages: written as drafts with their calendar, and sent to a real server on loopback, over TLS and with a
//! password; and to servers that refuse, hang up, drop and stall.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::kit::command::{Said, done, with_example};
use crate::kit::office::Office;
use crate::kit::postfix::Postfix;
use crate::kit::pty::{Line, Program, Terminal, wait_for};
use crate::kit::tool;

const WORD: &str = "s3cret-word";

/// A mail server at work, and the settings that lead to it.
struct Server {
    process: Child,
    home: tempfile::TempDir,
}

impl Server {
    /// Starts one; none where its parts are not installed.
    fn start(mode: &str) -> Option<Self> {
        let python = tool::python_with("aiosmtpd")?;
        let openssl = tool::program("openssl")?;
        let home = tempfile::tempdir().expect("a directory can be made");
        certify(&openssl, home.path());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smtpd.py");
        let mut process = Command::new(python)
            .arg(script)
            .arg(mode)
            .args(["host.pem", "host.key", "kept"].map(|name| home.path().join(name)))
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let mut port = String::new();
        let out = process.stdout.take().expect("its output is ours");
        BufReader::new(out)
            .read_line(&mut port)
            .expect("it says its port");
        let server = Self { process, home };
        settings(server.home.path(), port.trim(), 2);
        Some(server)
    }

    /// What the server has taken.
    fn kept(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.home.path().join("kept")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).expect("it keeps JSON"))
            .collect()
    }

    /// Runs a command that knows this server.
    fn run(&self, office: &Office, arguments: &[&str]) -> Said {
        run(office, arguments, &self.home.path().join("mail.toml"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Writes the password, and settings that lead to a server on this port.
fn settings(home: &Path, port: &str, patience: u32) {
    let at = |name: &str| home.join(name);
    std::fs::write(at("secret"), format!("{WORD}\n")).expect("a file can be written");
    std::fs::set_permissions(at("secret"), std::fs::Permissions::from_mode(0o600)).expect("it is ours");
    let text = format!(
        "server = \"localhost\"\nport = {port}\npatience = {patience}\nca_file = {:?}\n\
         sender = \"Mentoring team <team@example.org>\"\nuser = \"programme\"\npassword_file = {:?}\n",
        at("ca.pem"),
        at("secret")
    );
    std::fs::write(at("mail.toml"), text).expect("a file can be written");
}

fn run(office: &Office, arguments: &[&str], settings: &Path) -> Said {
    run_at(office, arguments, settings, 12)
}

/// Runs a command so many minutes past four in the afternoon.
fn run_at(office: &Office, arguments: &[&str], settings: &Path, minute: u32) -> Said {
    let done = Command::new(env!("CARGO_BIN_EXE_cohort"))
        .args(arguments)
        .args(["--json", "--now", &format!("2025-03-18T16:{minute:02}:00Z")])
        .env_remove("COHORT_SENDER")
        .env_remove("COHORT_SMTP_PASSWORD")
        .env("COHORT_DATA", office.dir())
        .env("COHORT_MAIL", settings)
        .stdin(Stdio::null())
        .output()
        .expect("the program can be run");
    let said = Said {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
    };
    assert!(
        !said.out.contains(WORD) && !said.err.contains(WORD),
        "the password is shown"
    );
    said
}

/// An authority and a certificate of localhost that it has signed.
fn certify(openssl: &Path, dir: &Path) {
    let run = |arguments: &[&str]| {
        let done = Command::new(openssl)
            .args(arguments)
            .current_dir(dir)
            .output()
            .expect("openssl runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ];
    let authority = [
        "req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test",
    ];
    run(&[&authority[..], &key[..]].concat());
    let request = [
        "req",
        "-keyout",
        "host.key",
        "-out",
        "host.csr",
        "-subj",
        "/CN=localhost",
    ];
    run(&[&request[..], &key[..]].concat());
    std::fs::write(dir.join("names"), "subjectAltName=DNS:localhost\n").expect("a file can be written");
    run(&[
        "x509",
        "-req",
        "-in",
        "host.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "30",
        "-extfile",
        "names",
        "-out",
        "host.pem",
    ]);
}

const REMIND: [&str; 3] = ["remind", "session", "CCIO-2/4"];

/// Reminds the four who are expected at a session.
fn remind(server: &Server, office: &Office, number: &str) -> Said {
    let arguments = [&REMIND[..], &["--send", "--confirm", number]].concat();
    server.run(office, &arguments)
}

/// How many messages each person has got.
fn copies(server: &Server) -> Vec<usize> {
    let mut per_person = std::collections::BTreeMap::new();
    for kept in server.kept() {
        *per_person
            .entry(kept["to"].as_str().unwrap_or_default().to_owned())
            .or_insert(0) += 1;
    }
    per_person.into_values().collect()
}

#[test]
fn messages_go_over_tls_with_a_password_and_nobody_gets_one_twice() {
    let Some(server) = Server::start("polite") else {
        return;
    };
    let office = with_example();
    let said = remind(&server, &office, "4");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.json()["sent"], 4);
    for kept in server.kept() {
        assert_eq!((&kept["user"], &kept["tls"]), (&json!("programme"), &json!(true)));
        let text = kept["text"].as_str().expect("a message");
        assert!(
            text.contains("text/plain") && text.contains("text/html"),
            "{text}"
        );
        assert!(!text.contains("X-Unsent"), "it is no draft");
    }
    assert_eq!(copies(&server), [1, 1, 1, 1]);
    let again = remind(&server, &office, "0");
    assert_eq!(
        (again.code, again.json()["messages"].clone()),
        (0, json!(0)),
        "{again:?}"
    );
    assert_eq!(copies(&server), [1, 1, 1, 1]);
    let history = done(office.dir(), &["history", "--limit", "1"]);
    assert_eq!(history[0]["label"], "send session reminder to 4 people");
    let refused = run(
        &office,
        &["undo", &said.json()["revision"].to_string()],
        Path::new("/nowhere"),
    );
    assert_eq!(refused.code, 1, "what left stays in the log: {refused:?}");
    let log = std::fs::read_to_string(office.dir().join("store.log")).unwrap_or_default();
    assert!(!log.contains(WORD), "the password is in the log");
    assert!(!office.dir().join("outbox/sending.log").exists());
}

#[test]
fn postfix_takes_messages_with_the_password_over_starttls_and_none_with_another() {
    let Some(openssl) = tool::program("openssl") else {
        return;
    };
    let home = tempfile::tempdir().expect("a directory can be made");
    certify(&openssl, home.path());
    let Some(server) = Postfix::start(home.path(), "programme", WORD) else {
        return;
    };
    settings(home.path(), &server.port.to_string(), 30);
    let office = with_example();
    let send = || {
        let arguments = [&REMIND[..], &["--send", "--confirm", "4"]].concat();
        run(&office, &arguments, &home.path().join("mail.toml"))
    };
    std::fs::write(home.path().join("secret"), "wrong\n").expect("a file can be written");
    let said = send();
    assert_eq!(
        (said.code, said.json()["sent"].clone()),
        (1, json!(0)),
        "{said:?}"
    );
    assert!(
        said.out.contains("does not take the user and password"),
        "{said:?}"
    );
    assert!(server.messages().is_empty());

    std::fs::write(home.path().join("secret"), format!("{WORD}\n")).expect("a file can be written");
    let said = send();
    assert_eq!(
        (said.code, said.json()["sent"].clone()),
        (0, json!(4)),
        "{said:?}"
    );
    let messages = server.await_messages(4);
    assert_eq!(messages.len(), 4, "nobody gets one twice");
    for text in messages {
        assert!(
            text.contains("(using TLSv1.") && text.contains("(Authenticated sender: programme@localhost)"),
            "{text}"
        );
        assert!(
            text.contains("text/plain") && text.contains("text/html"),
            "{text}"
        );
    }
}

#[test]
fn nothing_is_sent_before_the_number_is_typed() {
    let Some(server) = Server::start("polite") else {
        return;
    };
    let office = with_example();
    let unasked = [&REMIND[..], &["--send"]].concat();
    for said in [server.run(&office, &unasked), remind(&server, &office, "5")] {
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("--confirm 4"), "{said:?}");
    }
    assert!(server.kept().is_empty());
}

#[test]
fn a_server_that_does_not_know_the_password_or_encrypts_nothing_gets_nothing() {
    let Some(server) = Server::start("polite") else {
        return;
    };
    let office = with_example();
    std::fs::write(server.home.path().join("secret"), "wrong\n").expect("a file can be written");
    let said = remind(&server, &office, "4");
    assert_eq!(
        (said.code, said.json()["sent"].clone()),
        (1, json!(0)),
        "{said:?}"
    );
    assert!(
        said.out.contains("does not take the user and password"),
        "{said:?}"
    );
    assert!(server.kept().is_empty());

    let Some(plain) = Server::start("plain") else {
        return;
    };
    let said = remind(&plain, &office, "4");
    assert_eq!(said.json()["kept"].as_array().map(Vec::len), Some(4));
    assert!(said.out.contains("does not offer STARTTLS"), "{said:?}");
    assert!(plain.kept().is_empty());
}

#[test]
fn who_is_refused_is_named_and_the_others_get_theirs() {
    let Some(server) = Server::start("polite") else {
        return;
    };
    let office = with_example();
    let one = done(office.dir(), &["people", "group:ccio-2", "role:mentee"])[0]["id"].clone();
    let id = one.as_str().expect("an id");
    done(office.dir(), &["set", id, "email", "refused@example.org"]);
    let said = remind(&server, &office, "4");
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.json()["sent"], 3);
    assert_eq!(said.json()["refused"][0]["email"], "refused@example.org");
    assert!(said.out.contains("nobody of that name"), "{said:?}");
    done(office.dir(), &["set", id, "email", "zoe.again@example.org"]);
    let again = remind(&server, &office, "1");
    assert_eq!(
        (again.code, again.json()["sent"].clone()),
        (0, json!(1)),
        "{again:?}"
    );
    assert_eq!(copies(&server), [1, 1, 1, 1]);
}

#[test]
fn a_line_that_breaks_before_the_message_is_tried_again() {
    let Some(server) = Server::start("hangup") else {
        return;
    };
    let office = with_example();
    let said = remind(&server, &office, "4");
    assert_eq!(
        (said.code, said.json()["sent"].clone()),
        (0, json!(4)),
        "{said:?}"
    );
    assert_eq!(copies(&server), [1, 1, 1, 1]);
}

#[test]
fn a_line_that_breaks_after_the_message_leaves_it_unsure_and_never_doubles_it() {
    for mode in ["drop", "stall"] {
        let Some(server) = Server::start(mode) else { return };
        let office = with_example();
        let said = remind(&server, &office, "4");
        assert_eq!(said.code, 1, "{mode}: {said:?}");
        assert_eq!(said.json()["sent"], 3, "{mode}: {said:?}");
        assert_eq!(
            said.json()["unsure"].as_array().map(Vec::len),
            Some(1),
            "{mode}: {said:?}"
        );
        let again = remind(&server, &office, "0");
        assert_eq!(again.json()["messages"], 0, "{mode}: {again:?}");
        assert_eq!(copies(&server), [1, 1, 1, 1], "{mode}");
    }
}

#[test]
fn a_sending_that_was_interrupted_is_taken_up_where_it_stopped() {
    let Some(server) = Server::start("polite") else {
        return;
    };
    let office = with_example();
    // The notes of four drafts, as a process leaves them that was killed while it sent the same messages.
    let drafted = office.dir().join("drafts").display().to_string();
    server.run(&office, &[&REMIND[..], &["--outbox", &drafted]].concat());
    let entries = done(office.dir(), &["history", "--limit", "1"]);
    let made = entries[0]["changes"].as_array().expect("changes").iter();
    let mut messages = std::collections::BTreeMap::<String, Value>::new();
    for change in made {
        let id = change["id"].as_str().expect("an id").to_owned();
        let field = change["field"].as_str().expect("a field").to_owned();
        messages.entry(id).or_insert_with(|| json!({}))[field] = change["after"].clone();
    }
    assert_eq!(messages.len(), 4);
    let words = ["given", "given", "trying"];
    let lines = messages
        .values()
        .zip(words)
        .map(|(message, word)| format!("{}\n", json!([word, message])));
    let file = office.dir().join("outbox/sending.log");
    std::fs::create_dir_all(office.dir().join("outbox")).expect("a directory can be made");
    std::fs::write(&file, lines.collect::<String>()).expect("a file can be written");
    let said = remind(&server, &office, "1");
    assert_eq!(
        (said.code, said.json()["sent"].clone()),
        (0, json!(1)),
        "{said:?}"
    );
    assert!(
        said.err.contains("3 messages of an interrupted sending"),
        "{said:?}"
    );
    assert!(!file.exists());
}

/// The program on a terminal, in the example's session 3, with a mail server.
fn opened(server: &Server, office: &Office) -> Terminal {
    let dir = office.dir().display().to_string();
    let arguments = ["--data", &dir, "--as", "Sam K", "--now", "2025-03-18T16:12:00Z"];
    let program = Program::built(&arguments).with("COHORT_MAIL", server.home.path().join("mail.toml"));
    let terminal = Line::open(80, 24).run(&program);
    terminal.shows("[1 Now]").shows("? help");
    terminal
}

/// Reminds everybody expected at the session under the calendar's cursor; the number asked for is typed.
fn remind_on_the_screen(terminal: &mut Terminal) -> usize {
    terminal.type_in("4rr").shows("Nothing leaves yet");
    terminal.type_in("y").shows("sent now, by localhost");
    terminal.type_in("s").shows("Sending cannot be undone");
    let text = terminal.text();
    let number = text.split("Send ").nth(1).and_then(|rest| rest.split(' ').next());
    let number = number.expect("a number is asked for").to_owned();
    terminal.type_in(&format!("{number}\r"));
    number.parse().expect("it is a number")
}

#[test]
fn mail_is_sent_from_the_screen_and_the_log_knows() {
    let Some(server) = Server::start("polite") else {
        return;
    };
    let office = with_example();
    let mut terminal = opened(&server, &office);
    let number = remind_on_the_screen(&mut terminal);
    terminal.shows(&format!("Sent {number} of {number} messages"));
    assert_eq!(copies(&server), vec![1; number]);
    let history = done(office.dir(), &["history", "--limit", "1"]);
    assert_eq!(
        history[0]["label"],
        format!("send session reminder to {number} people")
    );
    let remembered = office.dir().join("outbox/sending.log");
    wait_for("the sending to be forgotten", || {
        (!remembered.exists()).then_some(())
    });
    assert!(!terminal.text().contains(WORD));
}

#[test]
fn the_screen_goes_on_while_a_server_stalls_and_nobody_gets_a_message_twice() {
    let Some(server) = Server::start("stall") else {
        return;
    };
    let office = with_example();
    let mut terminal = opened(&server, &office);
    let number = remind_on_the_screen(&mut terminal);
    terminal.shows("Sending");
    terminal.type_in("6").shows("[6 People]");
    terminal.shows(&format!("Sent {} of {number} messages", number - 1));
    remind_again(&mut terminal);
    assert_eq!(copies(&server), vec![1; number]);
}

/// Whoever reminds the same people again is told that they have it.
fn remind_again(terminal: &mut Terminal) {
    terminal.type_in("4rr").shows("Nothing leaves yet");
    terminal.type_in("y").shows("sent now, by localhost");
    terminal.type_in("s").shows("nobody gets it twice");
}

/// The drafts that a command writes.
fn drafts(office: &Office, minute: u32, what: &[&str], into: &str) -> Vec<String> {
    let dir = office.dir().join(into);
    let named = dir.display().to_string();
    let arguments = [what, &["--outbox", &named]].concat();
    let said = run_at(office, &arguments, Path::new("/nowhere/mail.toml"), minute);
    assert_eq!(said.code, 0, "{said:?}");
    let mut files: Vec<PathBuf> = match std::fs::read_dir(&dir) {
        Ok(found) => found.flatten().map(|file| file.path()).collect(),
        Err(_) => Vec::new(),
    };
    files.sort();
    files
        .iter()
        .map(|file| String::from_utf8(std::fs::read(file).expect("it reads")).expect("mail is ASCII"))
        .collect()
}

#[test]
fn who_is_invited_hears_of_the_change_and_of_the_end() {
    let office = with_example();
    let invited = drafts(&office, 13, &["remind", "invitations", "CCIO-2/5"], "one");
    assert_eq!(invited.len(), 4);
    for text in &invited {
        assert!(text.contains("X-Unsent: 1"), "a draft");
        assert!(
            text.contains("method=REQUEST") && text.contains("invitation.ics"),
            "{text}"
        );
    }
    assert!(
        drafts(&office, 14, &["remind", "invitations", "CCIO-2/5"], "none").is_empty(),
        "once"
    );
    assert!(
        drafts(&office, 15, &["remind", "changes"], "none").is_empty(),
        "nothing has changed"
    );
    done(office.dir(), &["reschedule", "CCIO-2/5", "8 may 16:00"]);
    let changed = drafts(&office, 16, &["remind", "changes"], "two");
    assert_eq!(changed.len(), 4);
    assert!(changed.iter().all(|text| text.contains("method=REQUEST")));
    assert!(drafts(&office, 17, &["remind", "changes"], "none").is_empty());
    let leaver = done(office.dir(), &["people", "group:ccio-2", "role:mentee"])[0]["email"].clone();
    done(
        office.dir(),
        &["move", leaver.as_str().expect("an address"), "pool"],
    );
    let left = drafts(&office, 18, &["remind", "cancellations"], "three");
    assert_eq!(left.len(), 1, "who left the group");
    assert!(
        left[0].contains("method=CANCEL") && left[0].contains("cancelled.ics"),
        "{}",
        left[0]
    );
    done(
        office.dir(),
        &["cancel", "CCIO-2/5", "--reason", "the mentor is ill"],
    );
    let cancelled = drafts(&office, 19, &["remind", "cancellations"], "four");
    assert_eq!(cancelled.len(), 3, "the others");
}

#[test]
fn messages_are_logged_only_when_every_file_is_on_disk() {
    let office = with_example();
    let blocked = office.dir().join("blocked");
    std::fs::write(&blocked, "a file where a directory should be").expect("a file can be written");
    let before = done(office.dir(), &["status"])["revision"].clone();
    let named = blocked.display().to_string();
    let arguments = [&REMIND[..], &["--outbox", &named]].concat();
    let said = run(&office, &arguments, Path::new("/nowhere/mail.toml"));
    assert_eq!(said.code, 6, "{said:?}");
    assert_eq!(done(office.dir(), &["status"])["revision"], before);
}

#[test]
fn a_text_kept_on_the_screen_is_what_commands_send_until_it_is_emptied() {
    let home = tempfile::tempdir().expect("a directory can be made");
    let office = with_example();
    let settings = home.path().join("mail.toml");
    let dir = office.dir().display().to_string();
    let arguments = ["--data", &dir, "--as", "Sam K", "--now", "2025-03-18T16:12:00Z"];
    let program = Program::built(&arguments).with("COHORT_MAIL", &settings);
    let mut terminal = Line::open(80, 24).run(&program);
    terminal.shows("[1 Now]").shows("? help");
    terminal.type_in(":messages\r").shows("the texts of messages");
    terminal.type_in("t").shows("the program's text");
    terminal.type_in("j\r").shows("Text: session reminder");
    terminal.type_in("\x15").shows("Dear {first_name},");
    terminal
        .type_in("Subject: Soon, {first_name}")
        .shows("Soon, {first_name}");
    terminal.type_in("\t").shows("Kept in");
    let own = home.path().join("templates/session-reminder.txt");
    let text = std::fs::read_to_string(&own).expect("it is kept");
    assert!(text.starts_with("Subject: Soon, {first_name}\n"), "{text}");
    let mails = |into: &str| {
        let into = office.dir().join(into);
        let named = into.display().to_string();
        let said = run(&office, &[&REMIND[..], &["--outbox", &named]].concat(), &settings);
        assert_eq!(said.code, 0, "{said:?}");
        let first = std::fs::read_dir(&into).expect("it is there").flatten().next();
        std::fs::read_to_string(first.expect("a message").path()).expect("mail is text")
    };
    assert!(mails("one").contains("Subject: Soon, "));
    terminal.type_in(":messages\rt").shows("the office's own text");
    terminal.type_in("j\r").shows("Text: session reminder");
    terminal
        .type_in(&"\x15\x1b[3~".repeat(9))
        .type_in("\t")
        .shows("text of session reminder messages is back");
    assert!(!own.exists());
    assert!(mails("two").contains("Subject: CCIO-2 S4, "));
}

#[test]
fn who_leaves_while_messages_are_written_leaves_them_written_and_noted() {
    let office = with_example();
    let dir = office.dir().display().to_string();
    let arguments = ["--data", &dir, "--as", "Sam K", "--now", "2025-03-18T16:12:00Z"];
    let program = Program::built(&arguments).with("COHORT_MAIL", office.dir().join("none.toml"));
    let mut terminal = Line::open(80, 24).run(&program);
    terminal.shows("[1 Now]").shows("? help");
    terminal.type_in(":messages\rd").shows("Nothing leaves yet");
    terminal.type_in("y").shows("Type 130");
    terminal.type_in("130").shows("[ 130");
    terminal.type_in("\r");
    terminal.type_in("\x03\x03");
    assert_eq!(terminal.ended(), 0);
    let files = std::fs::read_dir(office.dir().join("outbox")).expect("it is there");
    assert_eq!(files.count(), 130);
    let history = done(office.dir(), &["history", "--limit", "1"]);
    assert_eq!(history[0]["label"], "prepare decision to 130 people");
}
