//! The filter language of lists of people: `stream:cso att<80 group:none fatima`. Read here, answered here.
//!
//! Words are looked for in what a list shows; `field:value` asks one field. Everything asked must hold; commas in
//! a value give alternatives, a dash in front turns a term round. Must not know how people are shown.

mod ready;

use std::fmt;

use super::text::fold;
use super::{Model, Refusal, Role, Stage, Status};

pub use ready::Ready;

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

#[cfg(test)]
mod tests;
