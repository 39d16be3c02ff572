//! Which record somebody means who types a name, an address, a code or an id.

use std::fmt::Write as _;

use crate::domain::text::{fold, fold_email};
use crate::domain::{AnyId, Enrolment, Group, Id, Model, Person, Recorded, Refusal, Session, Stream};

/// How many candidates a refusal names.
const NAMED: usize = 5;

impl Model {
    /// The person meant: by id (of the person or the enrolment), address, earlier address, or a name that only
    /// one person has. Parts of a name will do; somebody of this cohort is preferred to somebody of another.
    ///
    /// # Errors
    /// Missing: nobody, or several (the refusal names them).
    pub fn find_person(&self, text: &str) -> Result<Id<Person>, Refusal> {
        let text = text.trim();
        if let Ok(id) = text.parse::<AnyId>() {
            let meant = id
                .of::<Person>()
                .or_else(|| Some(self.enrolments.get(id.of::<Enrolment>()?)?.person));
            return meant.filter(|id| self.people.has(*id)).ok_or_else(|| {
                Refusal::missing(format!("nobody has the id {text}"), "look it up in People")
            });
        }
        if text.contains('@') {
            return self.find_address(text);
        }
        self.find_name(text)
    }

    /// The person who has this address, or had it.
    fn find_address(&self, text: &str) -> Result<Id<Person>, Refusal> {
        let folded = fold_email(text);
        let have: Vec<_> = self.people_with_email(text).collect();
        let present = have
            .iter()
            .filter(|(_, person)| fold_email(&person.email) == folded);
        let present: Vec<_> = present.map(|(id, _)| *id).collect();
        let have: Vec<_> = have.into_iter().map(|(id, _)| id).collect();
        match (present.as_slice(), have.as_slice()) {
            ([one], _) | ([], [one]) => Ok(*one),
            ([], []) => Err(Refusal::missing(
                format!("nobody has the address {text}"),
                "check the spelling, or use the name",
            )),
            _ => Err(self.several(text, &have)),
        }
    }

    /// The only person with this name, known-as, or parts of a name.
    fn find_name(&self, text: &str) -> Result<Id<Person>, Refusal> {
        let wanted = fold(text).replace(',', " ");
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        if wanted.is_empty() {
            return Err(Refusal::missing("no name was given", "type a name or an address"));
        }
        let whole = wanted.join(" ");
        let mut exact = Vec::new();
        let mut partly = Vec::new();
        for (name, id) in &self.index.people_by_name {
            let Some(person) = self.people.get(*id) else {
                continue;
            };
            let known = fold(&person.known_as);
            if *name == whole || known == whole {
                exact.push(*id);
            } else {
                let parts = name.split([' ', ',']).chain(known.split(' '));
                if wanted
                    .iter()
                    .all(|w| parts.clone().any(|part| part.starts_with(w)))
                {
                    partly.push(*id);
                }
            }
        }
        for found in [exact, partly] {
            let here: Vec<_> = found.iter().copied().filter(|id| self.takes_part(*id)).collect();
            match (here.as_slice(), found.as_slice()) {
                ([one], _) | ([], [one]) => return Ok(*one),
                ([], []) => {}
                ([], all) => return Err(self.several(text, all)),
                (all, _) => return Err(self.several(text, all)),
            }
        }
        Err(Refusal::missing(
            format!("nobody is called {text}"),
            "check the spelling, or use the address",
        ))
    }

    /// Everybody with this whole name, without regard to case and accents.
    pub fn people_called(&self, name: &str) -> impl Iterator<Item = (Id<Person>, &Person)> + use<'_> {
        let wanted = fold(name);
        let from = (wanted.clone(), Id::new(0));
        let named = self.index.people_by_name.range(from..);
        named
            .take_while(move |(name, _)| *name == wanted)
            .filter_map(|(_, id)| Some((*id, self.people.get(*id)?)))
    }

    /// Whether a person has an application or an enrolment in this cohort.
    #[must_use]
    pub fn takes_part(&self, person: Id<Person>) -> bool {
        self.index.enrolments_by_person.contains_key(&person)
            || self.index.applications_by_person.contains_key(&person)
    }

    /// The refusal for a name that several people have.
    fn several(&self, text: &str, found: &[Id<Person>]) -> Refusal {
        let mut what = format!("{text} could be {} people:", found.len());
        for (place, id) in found.iter().take(NAMED).enumerate() {
            let Some(person) = self.people.get(*id) else {
                continue;
            };
            let comma = if place == 0 { "" } else { "," };
            let _ = write!(what, "{comma} {} <{}>", person.name, person.email);
        }
        if found.len() > NAMED {
            what.push_str(", …");
        }
        Refusal::missing(what, "say which one by address or id")
    }

    /// The group with this code (case does not matter) or id; a group that exists before a dissolved one.
    ///
    /// # Errors
    /// Missing, naming groups that begin like it.
    pub fn find_group(&self, text: &str) -> Result<Id<Group>, Refusal> {
        if let Some(found) = by_id(text, |id| self.groups.has(id)) {
            return found;
        }
        let wanted = fold(text.trim());
        let ids = self.index.groups_by_code.get(&wanted).into_iter().flatten();
        ids.max_by_key(|id| self.groups.get(*id).is_some_and(Group::is_live))
            .ok_or_else(|| {
                let stem = wanted.split('-').next().unwrap_or_default();
                let like: Vec<String> = self
                    .groups_sorted()
                    .into_iter()
                    .map(|id| self.group_code(id))
                    .filter(|code| fold(code).starts_with(stem))
                    .take(NAMED)
                    .collect();
                let hint = if like.is_empty() {
                    "look at the list of groups".to_owned()
                } else {
                    format!("there are {}", like.join(", "))
                };
                Refusal::missing(format!("no group has the code {}", text.trim()), hint)
            })
    }

    /// The stream with this code, name or id; case does not matter.
    ///
    /// # Errors
    /// Missing, naming the streams there are.
    pub fn find_stream(&self, text: &str) -> Result<Id<Stream>, Refusal> {
        if let Some(found) = by_id(text, |id| self.streams.has(id)) {
            return found;
        }
        let wanted = fold(text.trim());
        let is_called = |is: &Stream| fold(&is.code) == wanted || fold(&is.name) == wanted;
        self.streams_sorted()
            .into_iter()
            .find(|id| self.streams.get(*id).is_some_and(is_called))
            .ok_or_else(|| {
                let codes: Vec<_> = self
                    .streams_sorted()
                    .iter()
                    .map(|id| self.stream_code(*id))
                    .collect();
                Refusal::missing(
                    format!("no stream is called {}", text.trim()),
                    if codes.is_empty() {
                        "add the stream first".to_owned()
                    } else {
                        format!("there are {}", codes.join(", "))
                    },
                )
            })
    }

    /// The session meant: by id, or as group and round, `CCIO-2/3` or `CCIO-2 S3`; of several in a round the
    /// one that stands. A workshop by its title.
    ///
    /// # Errors
    /// Missing: no such group, round or session.
    pub fn find_session(&self, text: &str) -> Result<Id<Session>, Refusal> {
        if let Some(found) = by_id(text, |id| self.sessions.has(id)) {
            return found;
        }
        let text = text.trim();
        let parts = text.rsplit_once(['/', ' ']).and_then(|(group, round)| {
            Some((group, round.trim_start_matches(['s', 'S']).parse::<u8>().ok()?))
        });
        let Some((group, number)) = parts else {
            let wanted = fold(text);
            return self
                .sessions
                .iter()
                .filter(|(_, is)| is.group.is_none() && fold(&is.title) == wanted)
                .max_by_key(|(_, is)| (is.stands(), is.starts))
                .map(|(id, _)| id)
                .ok_or_else(|| {
                    Refusal::missing(
                        format!("no session is called {text}"),
                        "name a session by group and round, such as CCIO-2/3",
                    )
                });
        };
        let group = self.find_group(group)?;
        self.session_in_round(group, number).ok_or_else(|| {
            Refusal::missing(
                format!("{} has no session {number}", self.group_code(group)),
                "look at the sessions of the group, or add it",
            )
        })
    }

    /// The session of a group in a round: the one that stands, else the latest.
    #[must_use]
    pub fn session_in_round(&self, group: Id<Group>, number: u8) -> Option<Id<Session>> {
        let ids = self.index.sessions_by_group.get(&group)?;
        ids.iter()
            .filter_map(|id| Some((id, self.sessions.get(id)?)))
            .filter(|(_, is)| is.round.is_some_and(|round| self.round_number(round) == number))
            .max_by_key(|(id, is)| (is.stands(), is.starts, *id))
            .map(|(id, _)| id)
    }
}

/// The record meant by an id in text, or the refusal when it is not there; none when the text is no such id.
fn by_id<T: Recorded>(text: &str, has: impl Fn(Id<T>) -> bool) -> Option<Result<Id<T>, Refusal>> {
    let id = text.trim().parse::<Id<T>>().ok()?;
    Some(if has(id) {
        Ok(id)
    } else {
        let what = format!("no {} has the id {id}", T::KIND);
        Err(Refusal::missing(what, "it may be of another cohort, or gone"))
    })
}

#[cfg(test)]
mod tests {
    use crate::domain::Reason;
    use crate::domain::sample::{person, world};

    #[test]
    fn a_person_is_found_by_address_in_any_case() {
        let model = world();
        let found = model.find_person(" Fatima.Rahman@Example.org");
        assert_eq!(found, Ok(person(&model, "Fatima Rahman")));
    }

    #[test]
    fn a_person_is_found_by_an_earlier_address() {
        let mut model = world();
        let id = person(&model, "Fatima Rahman");
        let mut is = model.people.get(id).expect("there").clone();
        is.earlier_emails.push("fatima@old.example.org".into());
        model.put(crate::domain::Record::Person(id, Box::new(is)), 2);
        assert_eq!(model.find_person("fatima@old.example.org"), Ok(id));
    }

    #[test]
    fn a_person_is_found_by_parts_of_the_name_without_accents() {
        let model = world();
        let whole = person(&model, "José Núñez-Pérez");
        assert_eq!(model.find_person("nunez, jose"), Ok(whole));
    }

    #[test]
    fn an_ambiguous_name_is_answered_with_the_candidates() {
        let refusal = world()
            .find_person("a")
            .expect_err("three people have a name that begins so");
        assert_eq!(refusal.reason, Reason::Missing);
        assert!(
            refusal.what.contains("Amina Yusuf <a.yusuf@example.org>"),
            "{}",
            refusal.what
        );
    }

    #[test]
    fn a_session_is_found_by_group_and_round() {
        let model = world();
        let third = model.find_session("ccio-2/3").expect("there");
        assert_eq!(model.session_title(third), "CCIO-2 S3");
        assert_eq!(model.find_session("CCIO-2 S3"), Ok(third));
        assert_eq!(model.find_session(&third.to_string()), Ok(third));
        assert!(model.find_session("CCIO-2/9").is_err());
    }

    #[test]
    fn an_unknown_group_is_answered_with_those_there_are() {
        let refusal = world().find_group("CCIO-9").expect_err("there is none");
        assert_eq!(refusal.hint, "there are CCIO-1, CCIO-2");
    }
}
