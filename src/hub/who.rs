//! Who is at the other end of a connection: the kernel says, the claim is heard only from the data's owner.

use std::fs;
use std::io;
use std::os::unix::net::UnixStream;

use super::wire::Farewell;
use crate::domain::{AdminName, AdminRole, Model};

/// A Unix account, as the kernel names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub uid: u32,
    /// Its name in /etc/passwd, else its number.
    pub name: String,
}

impl Account {
    /// The account of the process at the other end.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn behind(stream: &UnixStream) -> io::Result<Self> {
        let peer = rustix::net::sockopt::socket_peercred(stream)?;
        let uid = peer.uid.as_raw();
        Ok(Self {
            uid,
            name: name_of(uid),
        })
    }
}

/// The name of a user number.
fn name_of(uid: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    named_in(&users, uid).unwrap_or_else(|| uid.to_string())
}

fn named_in(users: &str, uid: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

/// The name and role under which somebody may come in.
///
/// Whoever owns the data directory holds the files anyway: that account may speak for any admin, is an owner under
/// its own name unless listed otherwise, and an editor under a name nobody has listed. An account listed as shared
/// speaks for any listed admin, and for nobody else. Everybody else is the Unix user the kernel says, and must be
/// listed. In a programme without admins the directory's owner is the first one.
pub fn identify(
    account: &Account,
    claims: Option<&str>,
    directory_owner: u32,
    shared: &Model,
) -> Result<(AdminName, AdminRole), Farewell> {
    let is_owner = account.uid == directory_owner;
    let claims = claims.map(str::trim).filter(|name| !name.is_empty());
    let is_shared = matches!(role_of(&account.name, shared), Some((_, AdminRole::Shared)));
    let name = match claims {
        Some(name) if is_owner || is_shared || same(name, &account.name) => name,
        Some(name) => {
            return Err(Farewell::NotPermitted {
                what: format!("{} may not act as {name}", account.name),
                hint: "leave out --as: here the Unix user is the name".to_owned(),
            });
        }
        None => &account.name,
    };
    let listed = role_of(name, shared);
    let role = match (listed, is_owner) {
        (Some((name, AdminRole::Shared)), _) => {
            return Err(Farewell::NotPermitted {
                what: format!("{name} is an account that several admins share"),
                hint: "say who you are with --as NAME, best in a forced command for each key".to_owned(),
            });
        }
        (Some((name, role)), _) => return Ok((name, role)),
        (None, false) => {
            return Err(Farewell::NotPermitted {
                what: format!("{name} is not an admin of this programme"),
                hint: format!("an owner can change that: cohort admin add {name} editor"),
            });
        }
        (None, true) if shared.admins.is_empty() || same(name, &account.name) => AdminRole::Owner,
        (None, true) => AdminRole::Editor,
    };
    Ok((name.to_owned(), role))
}

/// What the records say of an admin, found without regard to case.
pub fn role_of(name: &str, shared: &Model) -> Option<(AdminName, AdminRole)> {
    shared
        .admins
        .iter()
        .find(|(_, admin)| same(&admin.name, name))
        .map(|(_, admin)| (admin.name.clone(), admin.role))
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Two letters for a name: of first and last word, or the first two of one.
#[must_use]
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name
        .split([' ', '.', '-', '_'])
        .filter(|word| !word.is_empty())
        .collect();
    let first = |word: &str| word.chars().next();
    let letters: String = match words.as_slice() {
        [] => String::new(),
        [one] => one.chars().take(2).collect(),
        [one, .., last] => first(one).into_iter().chain(first(last)).collect(),
    };
    letters.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Admin, Id, Record};

    fn account(uid: u32, name: &str) -> Account {
        Account {
            uid,
            name: name.into(),
        }
    }

    fn programme(admins: &[(&str, AdminRole)]) -> Model {
        let mut model = Model::empty(Id::new(0));
        for (number, (name, role)) in (1..).zip(admins) {
            let admin = Admin {
                name: (*name).into(),
                role: *role,
                last_seen: 0,
            };
            model.put(Record::Admin(Id::new(number), Box::new(admin)), 1);
        }
        model
    }

    #[test]
    fn the_name_of_a_user_is_read_from_the_list_of_users() {
        let users = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n";
        assert_eq!(named_in(users, 1000), Some("ann".into()));
        assert_eq!(named_in(users, 1001), None);
    }

    #[test]
    fn who_begins_a_programme_owns_it() {
        let found = identify(&account(5, "ann"), Some("Ann Li"), 5, &programme(&[]));
        assert_eq!(found, Ok(("Ann Li".into(), AdminRole::Owner)));
    }

    #[test]
    fn a_claimed_name_is_heard_only_from_the_owner_of_the_directory() {
        let office = programme(&[("ann", AdminRole::Owner), ("ben", AdminRole::Viewer)]);
        assert_eq!(
            identify(&account(5, "ann"), Some("BEN"), 5, &office),
            Ok(("ben".into(), AdminRole::Viewer))
        );
        assert!(identify(&account(6, "ben"), Some("ann"), 5, &office).is_err());
    }

    #[test]
    fn another_account_must_be_listed() {
        let office = programme(&[("ann", AdminRole::Owner), ("ben", AdminRole::Editor)]);
        assert_eq!(
            identify(&account(6, "ben"), None, 5, &office),
            Ok(("ben".into(), AdminRole::Editor))
        );
        assert!(matches!(
            identify(&account(7, "eve"), None, 5, &office),
            Err(Farewell::NotPermitted { .. })
        ));
    }

    #[test]
    fn a_shared_account_speaks_for_those_who_are_listed_and_for_nobody_else() {
        let office = programme(&[
            ("ann", AdminRole::Owner),
            ("ben", AdminRole::Viewer),
            ("desk", AdminRole::Shared),
        ]);
        let desk = account(7, "desk");
        assert_eq!(
            identify(&desk, Some("Ben"), 5, &office),
            Ok(("ben".into(), AdminRole::Viewer))
        );
        for nobody in [None, Some("desk"), Some("eve")] {
            let refused = identify(&desk, nobody, 5, &office);
            assert!(
                matches!(refused, Err(Farewell::NotPermitted { .. })),
                "{nobody:?}"
            );
        }
    }

    #[test]
    fn an_account_that_is_not_shared_is_never_another() {
        let office = programme(&[("ann", AdminRole::Owner), ("ben", AdminRole::Owner)]);
        let refused = identify(&account(7, "ben"), Some("ann"), 5, &office);
        assert!(matches!(refused, Err(Farewell::NotPermitted { .. })));
    }

    #[test]
    fn initials_are_two_letters() {
        for (name, two) in [
            ("Ann Mary Li", "AL"),
            ("root", "RO"),
            ("x", "X"),
            ("ann.li", "AL"),
        ] {
            assert_eq!(initials(name), two);
        }
    }
}
