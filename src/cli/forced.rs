//! Forced commands of sshd: a key stands for an admin, and what its holder asks for is done under that name.
//!
//! `command="cohort --data DIR --as ann ssh"` before a key in `authorized_keys` lets its holder run cohort's commands
//! on that directory as that admin, and nothing else. No shell is involved. It must not know what the commands do.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use super::said::{Trouble, say_trouble};
use super::visit::Globals;
use super::{Arguments, Command, misused, perform};

/// What sshd says the client asked for.
const ASKED: &str = "SSH_ORIGINAL_COMMAND";
/// The exit code of what is not permitted.
const NOT_PERMITTED: u8 = 7;
/// The flags that a key decides.
const DECIDED: [&str; 2] = ["--as", "--data"];

/// Does what the client of sshd asked for, as the admin and on the data that this process was told.
pub fn forced(globals: &Globals) -> ExitCode {
    let asked = std::env::var_os(ASKED);
    match meant(asked, globals) {
        Ok(arguments) => perform(*arguments),
        Err(trouble) => say_trouble(&trouble, globals.manner()),
    }
}

/// The arguments that a client asked for, with what the key decides put in.
fn meant(asked: Option<OsString>, globals: &Globals) -> Result<Box<Arguments>, Trouble> {
    let refused = |what: String| {
        Trouble::new(
            NOT_PERMITTED,
            what,
            "ask for one of cohort's commands: cohort status",
        )
    };
    if globals.admin.is_none() {
        return Err(Trouble::usage(
            "a forced command says whose key it is",
            "cohort --data DIR --as NAME ssh",
        ));
    }
    let asked = asked.unwrap_or_default();
    let asked = asked
        .to_str()
        .ok_or_else(|| refused("what was asked for is not readable text".to_owned()))?;
    let mut words = shell_words::split(asked)
        .map_err(|_| refused("what was asked for has a quote that does not end".to_owned()))?;
    if words.is_empty() {
        words.push("cohort".to_owned());
    }
    let program = words[0].rsplit('/').next().unwrap_or_default();
    if program != "cohort" {
        return Err(refused(format!("this key runs cohort and not {program}")));
    }
    let decided = words
        .iter()
        .find_map(|word| DECIDED.iter().find(|flag| is_flag(word, flag)));
    if let Some(flag) = decided {
        return Err(refused(format!("{flag} is decided by the key")));
    }
    let mut arguments = Arguments::try_parse_from(words).map_err(|error| misused(&error))?;
    if matches!(arguments.command, Some(Command::Ssh | Command::Serve { .. })) {
        return Err(refused(
            "a key opens cohort and does not run its store".to_owned(),
        ));
    }
    arguments.globals.admin.clone_from(&globals.admin);
    arguments.globals.data.clone_from(&globals.data);
    Ok(Box::new(arguments))
}

/// Whether a word is this flag, alone or with its value.
fn is_flag(word: &str, flag: &str) -> bool {
    word.strip_prefix(flag)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Result<Box<Arguments>, Trouble> {
        let key =
            Arguments::try_parse_from(["cohort", "--data", "/srv/cohort", "--as", "ann", "ssh"]).unwrap();
        meant(Some(text.into()), &key.globals)
    }

    #[test]
    fn the_key_decides_who_asks_and_of_what_data() {
        let arguments = asked("cohort status --json").unwrap();
        assert_eq!(arguments.globals.admin.as_deref(), Some("ann"));
        assert_eq!(arguments.globals.data, Some("/srv/cohort".into()));
        assert!(matches!(arguments.command, Some(Command::Status)));
    }

    #[test]
    fn without_a_wish_the_terminal_program_opens() {
        assert!(asked("").unwrap().command.is_none());
    }

    #[test]
    fn quoted_words_arrive_whole() {
        let arguments = asked("cohort people 'group:none att<80'").unwrap();
        assert!(format!("{:?}", arguments.command).contains("group:none att<80"));
    }

    #[test]
    fn nobody_becomes_somebody_else_or_opens_other_data() {
        for text in [
            "cohort --as ben status",
            "cohort status --as=ben",
            "cohort --data /elsewhere status",
            "cohort --data=/elsewhere",
            "cohort ssh",
            "cohort serve",
        ] {
            assert_eq!(asked(text).unwrap_err().code, 7, "{text}");
        }
    }

    #[test]
    fn a_key_runs_nothing_but_cohort() {
        for text in [
            "sh",
            "cat /etc/passwd",
            "/usr/bin/env cohort",
            "scp -f x",
            "cohort; sh",
            "'cohort",
        ] {
            assert!([2, 7].contains(&asked(text).unwrap_err().code), "{text}");
        }
    }
}
