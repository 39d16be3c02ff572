//! Who may do what: the admins of the programme and their roles.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::said::{Answer, Said, Trouble, object, table};
use super::visit::{Globals, Visit};
use crate::domain::{Admin, AdminRole, Id, Model};

/// What is asked about admins.
#[derive(Debug, Args)]
pub struct Admins {
    #[command(subcommand)]
    what: What,
}

/// What is done with them
#[derive(Debug, Subcommand)]
enum What {
    /// Who there is, and what they may do
    List,
    /// Add an admin, or give one another role
    Add {
        /// The name: of the Unix account, or what `--as` says
        #[arg(value_name = "NAME")]
        name: String,
        /// owner, editor or viewer; shared for a Unix account that several admins use, each with `--as`
        #[arg(value_name = "ROLE", value_parser = role)]
        role: AdminRole,
    },
    /// Remove an admin; what they did stays in the history
    Remove {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// Reads a role.
fn role(text: &str) -> Result<AdminRole, String> {
    AdminRole::from_word(text).ok_or_else(|| format!("it is one of {}", AdminRole::all_words().join(", ")))
}

/// Lists, adds and removes admins.
pub fn admins(globals: &Globals, admins: &Admins) -> Said {
    let mut visit = Visit::open(globals)?;
    match &admins.what {
        What::List => Ok(list(visit.model())),
        What::Add { name, role } => {
            let Visit { client, mint, .. } = &mut visit;
            let model = client.model();
            let known = model.admin_named(name).map(|(id, _)| id);
            let edit = match known {
                Some(id) => model.set_admin_role(mint, id, *role)?,
                None => model.add_admin(mint, name, *role)?,
            };
            let id = known.or_else(|| edit.made());
            let landed = visit.land(edit)?;
            let json = object([("revision", json!(landed.rev)), ("id", json!(id))]);
            Ok(Answer::did(json, format!("{} is {}.", name.trim(), said(*role))))
        }
        What::Remove { name } => {
            let Visit { client, mint, .. } = &mut visit;
            let id = meant(client.model(), name)?;
            let edit = client.model().remove_admin(mint, id)?;
            let landed = visit.land(edit)?;
            let json = object([("revision", json!(landed.rev)), ("id", json!(id))]);
            Ok(Answer::did(
                json,
                format!("{} is no admin any more.", name.trim()),
            ))
        }
    }
}

/// A role in a sentence.
fn said(role: AdminRole) -> &'static str {
    match role {
        AdminRole::Owner => "owner",
        AdminRole::Editor => "editor",
        AdminRole::Viewer => "viewer",
        AdminRole::Shared => "an account that several admins share",
    }
}

/// The admin of this name.
fn meant(model: &Model, name: &str) -> Result<Id<Admin>, Trouble> {
    model.admin_named(name).map(|(id, _)| id).ok_or_else(|| {
        let names: Vec<&str> = model.admins.iter().map(|(_, is)| is.name.as_str()).collect();
        let hint = format!("there is {}", names.join(", "));
        Trouble::missing(format!("there is no admin {}", name.trim()), hint)
    })
}

fn list(model: &Model) -> Answer {
    let mut all: Vec<(Id<Admin>, &Admin)> = model.admins.iter().collect();
    all.sort_by(|(_, one), (_, other)| (one.role, &one.name).cmp(&(other.role, &other.name)));
    let json: Vec<Value> = all
        .iter()
        .map(|(id, is)| {
            object([
                ("id", json!(id)),
                ("name", json!(is.name)),
                ("role", json!(is.role)),
                ("last_seen", json!(is.last_seen)),
            ])
        })
        .collect();
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(_, is)| vec![is.name.clone(), is.role.to_string()])
        .collect();
    let lines = if rows.is_empty() {
        vec!["Nobody is listed: whoever owns the data directory is the owner.".to_owned()]
    } else {
        table(&["NAME", "ROLE"], &rows)
    };
    Answer::found(Value::Array(json), lines)
}
