//! A filter made ready for one model and moment: names looked up once, then asked of person after person.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Compare, Field, Flag, Query, Test};
use crate::domain::text::{fold, fold_email};
use crate::domain::{Group, Id, MarkValue, Model, Participant, Role, Stage, Status, Stream};

impl Query {
    /// Makes ready to ask this of everybody in a model; `me` is the admin who asks.
    #[must_use]
    pub fn ready<'m>(&self, model: &'m Model, me: &str, now: DateTime<Utc>) -> Ready<'m> {
        let asks = self
            .terms
            .iter()
            .map(|term| (term.not, ask(model, me, &term.test)))
            .collect();
        Ready {
            model,
            asks,
            now,
            loosely: false,
        }
    }
}

/// What one term asks, looked up in a model once.
enum Ask {
    Word {
        text: String,
        roles: Vec<Role>,
        statuses: Vec<Status>,
        streams: Vec<Id<Stream>>,
        groups: HashSet<Id<Group>>,
    },
    Text(Field, Vec<String>),
    Roles(Vec<Role>),
    Statuses(Vec<Status>),
    Stages(Vec<Option<Stage>>),
    Streams(HashSet<Option<Id<Stream>>>),
    Groups(HashSet<Option<Id<Group>>>),
    Amount(Field, Compare, Option<u16>),
    Is(Flag),
}

/// Looks up what a term asks.
fn ask(model: &Model, me: &str, test: &Test) -> Ask {
    match test {
        Test::Word(word) => {
            let text = fold(word);
            let begins = |code: &str| fold(code).starts_with(&text);
            Ask::Word {
                roles: Role::ALL
                    .iter()
                    .copied()
                    .filter(|r| r.word().starts_with(&text))
                    .collect(),
                statuses: Status::ALL
                    .iter()
                    .copied()
                    .filter(|s| s.word().starts_with(&text))
                    .collect(),
                streams: model
                    .streams
                    .iter()
                    .filter(|(_, s)| begins(&s.code))
                    .map(|(id, _)| id)
                    .collect(),
                // Codes stand folded in the index.
                groups: model
                    .index
                    .groups_by_code
                    .iter()
                    .filter(|(code, _)| code.starts_with(&text))
                    .flat_map(|(_, ids)| ids.iter())
                    .collect(),
                text,
            }
        }
        Test::Amount(field, compare, number) => Ask::Amount(*field, *compare, *number),
        Test::Is(flag) => Ask::Is(*flag),
        Test::Text(field, values) => {
            let values: Vec<String> = values.iter().map(|value| fold(value)).collect();
            let one = |word: &str| values.iter().any(|value| word.starts_with(value.as_str()));
            match field {
                Field::Role => Ask::Roles(Role::ALL.iter().copied().filter(|r| one(r.word())).collect()),
                Field::Status => {
                    Ask::Statuses(Status::ALL.iter().copied().filter(|s| one(s.word())).collect())
                }
                Field::Stage => {
                    let none = one("none").then_some(None);
                    let some = Stage::ALL.iter().copied().filter(|s| one(s.word())).map(Some);
                    Ask::Stages(some.chain(none).collect())
                }
                Field::Stream => {
                    Ask::Streams(streams_with(model, &values, |s| [fold(&s.code), fold(&s.name)]))
                }
                Field::Who => {
                    let me = fold(me);
                    let names: Vec<String> = values
                        .iter()
                        .map(|v| if v == "me" { me.clone() } else { v.clone() })
                        .collect();
                    Ask::Streams(streams_with(model, &names, |s| [fold(&s.lead), String::new()]))
                }
                Field::Group => Ask::Groups(groups_with(model, &values)),
                other => Ask::Text(*other, values),
            }
        }
    }
}

/// The streams of which one of these texts is the beginning of a word; none for `none`.
fn streams_with(
    model: &Model,
    values: &[String],
    texts: impl Fn(&Stream) -> [String; 2],
) -> HashSet<Option<Id<Stream>>> {
    let mut found: HashSet<_> = model
        .streams
        .iter()
        .filter(|(_, stream)| {
            let texts = texts(stream);
            values
                .iter()
                .any(|v| !v.is_empty() && texts.iter().any(|text| text.starts_with(v.as_str())))
        })
        .map(|(id, _)| Some(id))
        .collect();
    // A whole code beats a beginning: `stream:cio` is not CIO-like streams too.
    let exact: HashSet<_> = model
        .streams
        .iter()
        .filter(|(_, stream)| values.iter().any(|v| texts(stream).contains(v) && !v.is_empty()))
        .map(|(id, _)| Some(id))
        .collect();
    if values.len() == exact.len() {
        found = exact;
    }
    if values.iter().any(|v| v == "none") {
        found.insert(None);
    }
    found
}

/// The groups with one of these codes, or of a stream with one of them; none for `none`.
fn groups_with(model: &Model, values: &[String]) -> HashSet<Option<Id<Group>>> {
    let is = |code: &str| {
        let code = fold(code);
        values.iter().any(|v| {
            code == *v
                || code
                    .strip_prefix(v.as_str())
                    .is_some_and(|rest| rest.starts_with('-'))
        })
    };
    let mut found: HashSet<_> = model
        .groups
        .iter()
        .filter(|(_, group)| is(&group.code))
        .map(|(id, _)| Some(id))
        .collect();
    if values.iter().any(|v| v == "none") {
        found.insert(None);
    }
    found
}

/// A filter looked up in a model, to be asked of one person after another.
pub struct Ready<'m> {
    model: &'m Model,
    asks: Vec<(bool, Ask)>,
    now: DateTime<Utc>,
    loosely: bool,
}

impl Ready<'_> {
    /// The same filter, its words found also where their letters only stand in this order within one text.
    #[must_use]
    pub fn loosely(mut self) -> Self {
        self.loosely = true;
        self
    }

    /// Whether it takes this person; `shown` is what words are looked for in, folded, one text a line.
    #[must_use]
    pub fn takes(&self, part: &Participant, shown: &str) -> bool {
        self.asks
            .iter()
            .all(|(not, ask)| self.answer(ask, part, shown) != *not)
    }

    fn answer(&self, ask: &Ask, part: &Participant, shown: &str) -> bool {
        match ask {
            Ask::Word {
                text,
                roles,
                statuses,
                streams,
                groups,
            } => {
                shown.contains(text.as_str())
                    || roles.contains(&part.role)
                    || statuses.contains(&part.status)
                    || part.stream.is_some_and(|id| streams.contains(&id))
                    || part.group.is_some_and(|id| groups.contains(&id))
                    || self.loosely && shown.lines().any(|line| in_order(line, text))
            }
            Ask::Roles(roles) => roles.contains(&part.role),
            Ask::Statuses(all) => all.contains(&part.status),
            Ask::Stages(all) => all.contains(&part.stage),
            Ask::Streams(all) => all.contains(&part.stream),
            Ask::Groups(all) => all.contains(&part.group),
            Ask::Text(field, values) => self.text(*field, values, part),
            Ask::Amount(field, compare, number) => self.amount(*field, *compare, *number, part),
            Ask::Is(flag) => self.is(*flag, part),
        }
    }

    fn text(&self, field: Field, values: &[String], part: &Participant) -> bool {
        let Some(person) = self.model.people.get(part.person) else {
            return false;
        };
        let mut texts: Vec<&str> = match field {
            Field::Name => vec![&person.name, &person.known_as],
            Field::Mail => vec![&person.email],
            Field::Trust => vec![&person.organisation],
            Field::Region => vec![&person.region],
            Field::Job => vec![&person.job_title],
            Field::Phone => vec![&person.phone],
            _ => vec![&person.note],
        };
        if field == Field::Mail {
            texts.extend(person.earlier_emails.iter().map(String::as_str));
        }
        if let Some(enrolment) = part.enrolment.and_then(|id| self.model.enrolments.get(id))
            && field == Field::Note
        {
            texts.push(&enrolment.note);
        }
        let empty = texts.iter().all(|text| text.is_empty());
        let folded: Vec<String> = texts
            .iter()
            .map(|text| {
                if field == Field::Mail {
                    fold(&fold_email(text))
                } else {
                    fold(text)
                }
            })
            .collect();
        values.iter().any(|value| {
            (value == "none" && empty) || folded.iter().any(|text| text.contains(value.as_str()))
        })
    }

    fn amount(&self, field: Field, compare: Compare, number: Option<u16>, part: &Participant) -> bool {
        let is = match field {
            Field::Att => part
                .enrolment
                .and_then(|id| self.model.attendance_of_enrolment(id).percent())
                .map(u16::from),
            _ => part
                .enrolment
                .and_then(|id| self.model.enrolments.get(id))
                .and_then(|enrolment| enrolment.capacity)
                .map(u16::from),
        };
        match (is, number) {
            (None, None) => true,
            (Some(is), Some(wanted)) => match compare {
                Compare::Under => is < wanted,
                Compare::AtMost => is <= wanted,
                Compare::Is => is == wanted,
                Compare::AtLeast => is >= wanted,
                Compare::Over => is > wanted,
            },
            _ => false,
        }
    }

    fn is(&self, flag: Flag, part: &Participant) -> bool {
        match flag {
            Flag::Waiting => part.status == Status::Waiting,
            Flag::Applicant => matches!(
                part.status,
                Status::Applied | Status::UnderReview | Status::Waitlisted | Status::Offered
            ),
            Flag::Lead => part.role == Role::Mentor && part.group.is_some(),
            Flag::Late => self.last_mark(part) == Some(MarkValue::Late),
            Flag::Absent => self.last_mark(part) == Some(MarkValue::Absent),
        }
    }

    /// The mark of the last session, begun by now, in which the person has one.
    fn last_mark(&self, part: &Participant) -> Option<MarkValue> {
        self.model
            .marks_of(part.enrolment?)
            .filter_map(|(_, mark)| Some((self.model.sessions.get(mark.session)?.starts, mark.value)))
            .filter(|(starts, _)| *starts <= self.now)
            .max_by_key(|(starts, _)| *starts)
            .map(|(_, value)| value)
    }
}

/// Whether the letters stand in this text in this order.
fn in_order(text: &str, letters: &str) -> bool {
    let mut rest = text.chars();
    letters.chars().all(|wanted| rest.any(|c| c == wanted))
}

impl Model {
    /// What words of a filter are looked for in when a list shows nothing else: name, address, employer, folded.
    #[must_use]
    pub fn searched(&self, part: &Participant) -> String {
        let Some(person) = self.people.get(part.person) else {
            return String::new();
        };
        fold(&format!(
            "{}\n{}\n{}\n{}",
            person.name, person.known_as, person.email, person.organisation
        ))
    }

    /// Everybody in this cohort whom the filter takes, by name.
    #[must_use]
    pub fn people_matching(&self, query: &Query, me: &str, now: DateTime<Utc>) -> Vec<Participant> {
        let ready = query.ready(self, me, now);
        let all = self.participants().into_iter();
        all.filter(|part| query.is_empty() || ready.takes(part, &self.searched(part)))
            .collect()
    }
}
