//! The filter language of lists of people: `stream:cso att<80 group:none fatima`. Read here, answered here.
//!
//! Words are looked for in what a list shows; `field:value` asks one field. Everything asked must hold; commas in
//! a value give alternatives, a dash in front turns a term round. Must not know how people are shown.

use std::collections::HashSet;
use std::fmt;

use chrono::{DateTime, Utc};

use super::text::{fold, fold_email};
use super::{Group, Id, MarkValue, Model, Participant, Refusal, Role, Stage, Status, Stream};

/// A field that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The name, or what the person is known as.
    Name,
    /// The present address or an earlier one.
    Mail,
    /// The employer.
    Trust,
    /// NHS region.
    Region,
    /// Job title.
    Job,
    /// Telephone.
    Phone,
    /// Administrative note.
    Note,
    /// Mentor or mentee.
    Role,
    /// Stream code.
    Stream,
    /// Group code.
    Group,
    /// Where the person stands.
    Status,
    /// Career stage.
    Stage,
    /// Attendance in percent.
    Att,
    /// How many mentees a mentor takes.
    Capacity,
    /// One of [`Flag`].
    Is,
    /// Who in the office looks after the stream.
    Who,
}

/// Every field: its name, other names, and what may be asked.
pub const FIELDS: &[(Field, &str, &[&str], &str)] = &[
    (Field::Name, "name", &[], "part of a name"),
    (
        Field::Mail,
        "mail",
        &["email", "address"],
        "part of an address, or none",
    ),
    (
        Field::Trust,
        "trust",
        &["organisation", "org", "employer"],
        "part of it, or none",
    ),
    (Field::Region, "region", &[], "part of it, or none"),
    (Field::Job, "job", &["title", "job_title"], "part of it, or none"),
    (Field::Phone, "phone", &[], "part of it, or none"),
    (Field::Note, "note", &[], "part of it, or none"),
    (Field::Role, "role", &[], "mentor or mentee"),
    (Field::Stream, "stream", &[], "a stream's code"),
    (Field::Group, "group", &[], "a group's code, a stream's, or none"),
    (
        Field::Status,
        "status",
        &["state"],
        "active, waiting, applied, ...",
    ),
    (Field::Stage, "stage", &[], "aspiring, emerging, senior or none"),
    (Field::Att, "att", &["attendance"], "percent: att<80"),
    (
        Field::Capacity,
        "capacity",
        &[],
        "mentees a mentor takes: capacity>3",
    ),
    (Field::Is, "is", &[], "late, absent, waiting, applicant, lead"),
    (Field::Who, "who", &[], "me, or who looks after the stream"),
];

/// Something that is true of somebody or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flag {
    /// Was late at the last session that has a mark.
    Late,
    /// Was absent, without apologies, at the last session that has a mark.
    Absent,
    /// Accepted and without a group.
    Waiting,
    /// Has applied and is not decided on.
    Applicant,
    /// Leads or co-leads a group.
    Lead,
}

const FLAGS: &[(Flag, &str)] = &[
    (Flag::Late, "late"),
    (Flag::Absent, "absent"),
    (Flag::Waiting, "waiting"),
    (Flag::Applicant, "applicant"),
    (Flag::Lead, "lead"),
];

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compare {
    /// Less than.
    Under,
    /// At most.
    AtMost,
    /// Exactly.
    Is,
    /// At least.
    AtLeast,
    /// More than.
    Over,
}

const COMPARES: &[(Compare, &str)] = &[
    // Longer signs first: they begin like the shorter ones.
    (Compare::AtMost, "<="),
    (Compare::AtLeast, ">="),
    (Compare::Under, "<"),
    (Compare::Over, ">"),
    (Compare::Is, ":"),
    (Compare::Is, "="),
];

/// What one term asks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Word(String),
    /// One of these texts; `none` for an empty field.
    Text(Field, Vec<String>),
    /// A number, or none known.
    Amount(Field, Compare, Option<u16>),
    Is(Flag),
}

/// One term: what it asks, and whether it is turned round.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    not: bool,
    test: Test,
}

/// A filter that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

impl Query {
    /// Reads a filter.
    ///
    /// # Errors
    /// Unreadable: a field or a word of a field that does not exist, with what there is.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let terms = tokens(text)
            .iter()
            .map(|token| term(token))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { terms })
    }

    /// Reads a filter that is still being typed: a last term that cannot be read yet is left out, and told.
    #[must_use]
    pub fn typed(text: &str) -> (Self, Option<Refusal>) {
        let mut problem = None;
        let mut terms = Vec::new();
        for token in tokens(text) {
            match term(&token) {
                Ok(term) => terms.push(term),
                Err(refusal) => problem = Some(refusal),
            }
        }
        (Self { terms }, problem)
    }

    /// Whether it asks nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether adding letters to its last word can only make the answer smaller.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.terms
            .iter()
            .all(|t| !t.not && matches!(t.test, Test::Word(_)))
    }

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

    /// The text completed by one step: the name of the field, or a value the program knows, being typed last.
    #[must_use]
    pub fn completed(text: &str, model: &Model) -> Option<String> {
        let start = text.rfind([' ', ',']).map_or(0, |at| at + 1);
        let colon = text
            .rfind(':')
            .filter(|at| text[..*at].rfind(' ').is_none_or(|blank| blank < *at));
        let last_word = text.rfind(' ').map_or(0, |at| at + 1);
        match colon.filter(|at| *at >= last_word) {
            Some(at) => {
                let name = text[last_word..at].trim_start_matches('-');
                let from = start.max(at + 1);
                let typed = fold(&text[from..]);
                let found = values(field_named(name)?, model);
                let value = found
                    .into_iter()
                    .find(|v| fold(v).starts_with(&typed) && fold(v) != typed)?;
                Some(format!("{}{} ", &text[..from], quoted(&value.to_lowercase())))
            }
            None => {
                let word = &text[last_word..];
                let dash = if word.starts_with('-') { "-" } else { "" };
                let typed = fold(word.trim_start_matches('-'));
                if typed.is_empty() {
                    return None;
                }
                let (field, name, ..) = FIELDS.iter().find(|(_, name, ..)| name.starts_with(&typed))?;
                let sign = if matches!(field, Field::Att | Field::Capacity) {
                    "<"
                } else {
                    ":"
                };
                Some(format!("{}{dash}{name}{sign}", &text[..last_word]))
            }
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, term) in self.terms.iter().enumerate() {
            if nth > 0 {
                f.write_str(" ")?;
            }
            if term.not {
                f.write_str("-")?;
            }
            match &term.test {
                Test::Word(word) => f.write_str(&quoted(word))?,
                Test::Text(field, values) => {
                    let values: Vec<String> = values.iter().map(|v| quoted(v)).collect();
                    write!(f, "{}:{}", name_of(*field), values.join(","))?;
                }
                Test::Amount(field, compare, number) => {
                    let sign = COMPARES
                        .iter()
                        .find(|(c, _)| c == compare)
                        .map_or(":", |(_, sign)| sign);
                    match number {
                        Some(number) => write!(f, "{}{sign}{number}", name_of(*field))?,
                        None => write!(f, "{}{sign}none", name_of(*field))?,
                    }
                }
                Test::Is(flag) => {
                    let word = FLAGS
                        .iter()
                        .find(|(is, _)| is == flag)
                        .map_or("", |(_, word)| word);
                    write!(f, "is:{word}")?;
                }
            }
        }
        Ok(())
    }
}

/// The text as one term can hold it.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.starts_with('-')
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | '<' | '>' | ',' | '"'));
    if plain {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('"', ""))
    }
}

fn name_of(field: Field) -> &'static str {
    FIELDS
        .iter()
        .find(|(is, ..)| *is == field)
        .map_or("", |(_, name, ..)| name)
}

fn field_named(name: &str) -> Option<Field> {
    let name = fold(name);
    FIELDS
        .iter()
        .find(|(_, is, others, _)| *is == name || others.contains(&name.as_str()))
        .map(|(f, ..)| *f)
}

/// One word of a filter: characters, and which of them stood in quotes.
type Token = Vec<(char, bool)>;

/// Splits at blanks outside quotes; an open quote ends with the text.
fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut token = Token::new();
    let mut begun = false;
    let mut quoted = false;
    for c in text.chars() {
        if c == '"' {
            quoted = !quoted;
            begun = true;
        } else if c.is_whitespace() && !quoted {
            if begun {
                all.push(std::mem::take(&mut token));
            }
            begun = false;
        } else {
            token.push((c, quoted));
            begun = true;
        }
    }
    if begun {
        all.push(token);
    }
    all
}

/// Reads one term.
fn term(token: &[(char, bool)]) -> Result<Term, Refusal> {
    let bare = |at: usize| token.get(at).filter(|(_, quoted)| !quoted).map(|(c, _)| *c);
    let not = bare(0) == Some('-') && token.len() > 1;
    let rest = &token[usize::from(not)..];
    let sign = rest
        .iter()
        .position(|(c, quoted)| !quoted && matches!(c, ':' | '=' | '<' | '>'));
    let text = |part: &[(char, bool)]| part.iter().map(|(c, _)| *c).collect::<String>();
    let Some(at) = sign else {
        return Ok(Term {
            not,
            test: Test::Word(text(rest)),
        });
    };
    let name = text(&rest[..at]);
    let Some(field) = field_named(&name) else {
        return Err(unknown(&name, &text(rest)));
    };
    let after = text(&rest[at..]);
    let (compare, sign) = COMPARES
        .iter()
        .find(|(_, sign)| after.starts_with(sign))
        .map_or((Compare::Is, ":"), |(compare, sign)| (*compare, *sign));
    let value = &rest[at + sign.len()..];
    if value.is_empty() {
        let (_, name, _, asks) = FIELDS.iter().find(|(is, ..)| *is == field).unwrap_or(&FIELDS[0]);
        return Err(Refusal::unreadable(
            format!("{name}{sign} needs a value"),
            format!("type {asks}"),
        ));
    }
    if matches!(field, Field::Att | Field::Capacity) {
        return Ok(Term {
            not,
            test: Test::Amount(field, compare, amount(&name, &text(value))?),
        });
    }
    if compare != Compare::Is {
        let what = format!("{name} is no number and cannot be compared with {sign}");
        return Err(Refusal::unreadable(what, format!("type {name}: and the text")));
    }
    let values: Vec<String> = value
        .split(|(c, quoted)| *c == ',' && !quoted)
        .map(text)
        .filter(|value| !value.is_empty())
        .collect();
    let Some(first) = values.first() else {
        return Err(Refusal::unreadable(
            format!("{name}: needs a value"),
            "type a value after it",
        ));
    };
    if field == Field::Is {
        let wanted = fold(first);
        let flag = FLAGS
            .iter()
            .find(|(_, word)| *word == wanted)
            .map(|(flag, _)| *flag);
        let words: Vec<&str> = FLAGS.iter().map(|(_, word)| *word).collect();
        let what = format!("is:{first} is not known");
        let flag =
            flag.ok_or_else(|| Refusal::unreadable(what, format!("there is is:{}", words.join(", is:"))))?;
        return Ok(Term {
            not,
            test: Test::Is(flag),
        });
    }
    for value in &values {
        check_word(field, value)?;
    }
    Ok(Term {
        not,
        test: Test::Text(field, values),
    })
}

/// Refuses a word that a field of fixed words does not have.
fn check_word(field: Field, value: &str) -> Result<(), Refusal> {
    let words = match field {
        Field::Role => Role::all_words(),
        Field::Status => Status::all_words(),
        Field::Stage => Stage::all_words().into_iter().chain(["none"]).collect(),
        _ => return Ok(()),
    };
    let wanted = fold(value);
    if words.iter().any(|word| word.starts_with(&wanted)) {
        return Ok(());
    }
    let what = format!("{} is never {value}", name_of(field));
    Err(Refusal::unreadable(
        what,
        format!("there is {}", words.join(", ")),
    ))
}

/// The number of a comparison; none for `none`.
fn amount(name: &str, value: &str) -> Result<Option<u16>, Refusal> {
    let value = value.trim().trim_end_matches('%');
    if fold(value) == "none" {
        return Ok(None);
    }
    value.parse().map(Some).map_err(|_| {
        Refusal::unreadable(
            format!("{name} is a number, and {value} is none"),
            format!("type {name}<80"),
        )
    })
}

/// The refusal for a field that does not exist.
fn unknown(name: &str, all: &str) -> Refusal {
    let folded = fold(name);
    let near = FIELDS.iter().map(|(_, is, ..)| *is).find(|is| {
        !folded.is_empty() && (is.starts_with(&folded) || folded.starts_with(is) || one_slip(is, &folded))
    });
    let hint = match near {
        Some(near) => format!("did you mean {near}: ? In quotes it is text: \"{all}\""),
        None => {
            let names: Vec<&str> = FIELDS.iter().map(|(_, name, ..)| *name).collect();
            format!("there is {}; in quotes it is text: \"{all}\"", names.join(", "))
        }
    };
    Refusal::unreadable(format!("there is no field {name}"), hint)
}

/// Whether two words differ by one letter too many, too few, other, or two that changed places.
fn one_slip(one: &str, other: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..]
        .iter()
        .rev()
        .zip(b[head..].iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (left, right) = (a.len() - head - tail, b.len() - head - tail);
    let swapped = left == 2 && right == 2 && a[head] == b[head + 1] && a[head + 1] == b[head];
    (left <= 1 && right <= 1) || swapped
}

/// The values a field is known to have, for completing.
fn values(field: Field, model: &Model) -> Vec<String> {
    let words = |all: Vec<&'static str>| all.into_iter().map(str::to_owned).collect();
    match field {
        Field::Role => words(Role::all_words()),
        Field::Status => words(Status::all_words()),
        Field::Stage => words(Stage::all_words()),
        Field::Is => FLAGS.iter().map(|(_, word)| (*word).to_owned()).collect(),
        Field::Stream => model
            .streams_sorted()
            .into_iter()
            .map(|id| model.stream_code(id))
            .collect(),
        Field::Group => {
            let codes = model.groups_sorted().into_iter().map(|id| model.group_code(id));
            codes.chain(["none".to_owned()]).collect()
        }
        Field::Who => vec!["me".to_owned()],
        _ => Vec::new(),
    }
}

/// What one term asks, looked up in a model once.
enum Ask {
    Word {
        text: String,
        roles: Vec<Role>,
        statuses: Vec<Status>,
        streams: HashSet<Id<Stream>>,
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
                groups: model
                    .groups
                    .iter()
                    .filter(|(_, g)| begins(&g.code))
                    .map(|(id, _)| id)
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

#[cfg(test)]
mod tests;
