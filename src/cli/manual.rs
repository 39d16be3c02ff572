//! What is said about the program itself: keys, completions, the manual. Made from the definitions they describe.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use serde_json::{Value, json};

use super::said::{Answer, Said, Trouble, object, table};
use crate::tui::key::{BINDINGS, Binding};

/// How the keys are written.
#[derive(Debug, Args)]
pub struct Keys {
    /// As a table in Markdown
    #[arg(long)]
    markdown: bool,
}

/// The keys of the terminal program.
pub fn keys(keys: &Keys) -> Said {
    let json: Vec<Value> = BINDINGS.iter().map(binding_json).collect();
    if keys.markdown {
        return Ok(Answer::text(&markdown()));
    }
    let rows: Vec<Vec<String>> = BINDINGS
        .iter()
        .map(|binding| {
            vec![
                binding.context.title().to_owned(),
                chords(binding).join(" "),
                binding.help.to_owned(),
                binding.act.word().to_owned(),
            ]
        })
        .collect();
    let lines = table(&["WHERE", "KEYS", "WHAT", "KIND"], &rows);
    Ok(Answer::found(Value::Array(json), lines))
}

/// The keys of a binding as written on screen; of one that any text fits, what is typed.
fn chords(binding: &Binding) -> Vec<String> {
    if binding.chords.is_empty() {
        return vec![binding.key()];
    }
    binding.chords.iter().map(ToString::to_string).collect()
}

fn binding_json(binding: &Binding) -> Value {
    object([
        ("context", json!(binding.context.word())),
        ("keys", json!(chords(binding))),
        ("action", json!(format!("{:?}", binding.action))),
        ("help", json!(binding.help)),
        ("hint", json!(binding.hint)),
        ("mnemonic", json!(binding.mnemonic)),
        ("act", json!(binding.act.word())),
    ])
}

/// The keys as a table in Markdown: the one in the README.
#[must_use]
pub fn markdown() -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut text = String::from("| where | keys | what | why this key |\n|---|---|---|---|\n");
    for binding in BINDINGS {
        let keys: Vec<String> = chords(binding)
            .iter()
            .map(|key| {
                if key == "`" {
                    "`` ` ``".to_owned()
                } else {
                    format!("`{}`", cell(key))
                }
            })
            .collect();
        let (context, help, why) = (binding.context.word(), cell(binding.help), cell(binding.mnemonic));
        text.push_str(&format!("| {context} | {} | {help} | {why} |\n", keys.join(" ")));
    }
    text
}

/// For which shell.
#[derive(Debug, Args)]
pub struct Completions {
    /// bash, elvish, fish, powershell or zsh
    shell: Shell,
}

/// Completions for a shell, on stdout.
pub fn completions(mut program: Command, completions: &Completions) -> Said {
    let mut bytes = Vec::new();
    clap_complete::generate(completions.shell, &mut program, "cohort", &mut bytes);
    Ok(Answer::text(&String::from_utf8_lossy(&bytes)))
}

/// Which pages of the manual.
#[derive(Debug, Args)]
pub struct Man {
    /// The page of one command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write every page into this directory instead
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    to: Option<PathBuf>,
}

/// The manual as roff, on stdout or in a directory.
pub fn man(mut program: Command, man: &Man) -> Said {
    program.build();
    if let Some(dir) = &man.to {
        return write_pages(&program, dir);
    }
    let page = match &man.command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            Trouble::missing(format!("there is no command {name}"), "cohort --help lists them")
        })?,
    };
    Ok(Answer::text(&String::from_utf8_lossy(&page_of(page)?)))
}

fn page_of(command: Command) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let written = clap_mangen::Man::new(command).render(&mut bytes);
    written.map_err(|error| Trouble::new(6, format!("the page cannot be made: {error}"), ""))?;
    Ok(bytes)
}

fn write_pages(program: &Command, dir: &std::path::Path) -> Said {
    std::fs::create_dir_all(dir).map_err(|error| Trouble::file(dir, &error))?;
    let mut pages = vec![("cohort.1".to_owned(), program.clone())];
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        pages.push((format!("cohort-{}.1", command.get_name()), command.clone()));
    }
    for (name, command) in &pages {
        let path = dir.join(name);
        std::fs::write(&path, page_of(command.clone())?).map_err(|error| Trouble::file(&path, &error))?;
    }
    let json = object([
        ("file", json!(dir.display().to_string())),
        ("pages", json!(pages.len())),
    ]);
    Ok(Answer::did(
        json,
        format!("Wrote {} pages to {}.", pages.len(), dir.display()),
    ))
}
