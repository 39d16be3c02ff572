//! The fields of records, for everything that treats them alike: forms, cells, `set`, history, import, merging.
//!
//! One table says for every kind which fields a person may edit, what they are called, how they are typed and
//! chosen. Values travel as JSON, so a new field is one row here and one line in its record.

mod parse;

pub use parse::{free_times, parse, written};

use serde_json::{Map, Value};

use super::id::AnyId;
use super::kind::{Kind, Record, every_kind};
use super::model::Model;

macro_rules! make_json {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        /// The fields of a record as JSON, in the order of the record.
        #[must_use]
        pub fn json(record: &Record) -> Map<String, Value> {
            let value = match record { $(Record::$variant(_, is) => serde_json::to_value(is)),+ };
            match value {
                Ok(Value::Object(fields)) => fields,
                _ => Map::new(),
            }
        }
    };
}
every_kind!(make_json);

/// Whether a field is the number somebody answered: that is shown to nobody (rule 14), in no history either.
fn is_score(fields: &Map<String, Value>, key: &str) -> bool {
    key == "number" && fields.contains_key("question")
}

/// A value without the numbers that people answered, for files and programs: they are shown to nobody (rule 14).
#[must_use]
pub fn unscored(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(unscored).collect(),
        Value::Object(fields) => {
            let scores: Vec<String> = fields
                .keys()
                .filter(|key| is_score(&fields, key))
                .cloned()
                .collect();
            fields
                .into_iter()
                .filter(|(key, _)| !scores.contains(key))
                .map(|(key, value)| (key, unscored(value)))
                .collect()
        }
        value => value,
    }
}

/// A value as people read it: names for ids, `yes` and `no`, lists with commas, nothing for nothing.
///
/// Of an answer the question and the words, never the number.
#[must_use]
pub fn shown(model: &Model, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => match text.parse::<AnyId>() {
            Ok(id) => model.title(id),
            Err(_) => local_moment(model, text).unwrap_or_else(|| text.clone()),
        },
        Value::Array(items) => items
            .iter()
            .map(|item| shown(model, item))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(fields) => match serde_json::from_value::<FreeTime>(value.clone()) {
            Ok(free) => free.to_string(),
            Err(_) => fields
                .iter()
                .filter(|(key, _)| !is_score(fields, key))
                .map(|(_, v)| shown(model, v))
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
        },
    }
}

/// A moment as the cohort's clocks show it, in the order that can be typed back: `2025-04-14 16:00`.
fn local_moment(model: &Model, text: &str) -> Option<String> {
    let at = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(model.local(at.to_utc()).format("%Y-%m-%d %H:%M").to_string())
}

/// How a field is typed or chosen.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    /// One line of text.
    Text,
    /// A person's name: cleaned and limited as names are.
    Name,
    /// An e-mail address.
    Email,
    /// Text of several lines.
    Note,
    /// A whole number.
    Number,
    /// A whole number or nothing.
    MaybeNumber,
    /// A day.
    Day,
    /// A day or nothing.
    MaybeDay,
    /// A day and time.
    Moment,
    /// A day and time, or nothing.
    MaybeMoment,
    /// Yes or no.
    Flag,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// One of these words or nothing.
    MaybeWord(fn() -> Vec<&'static str>),
    /// A record of this kind.
    Ref(Kind),
    /// A record of this kind or nothing.
    MaybeRef(Kind),
    /// Several lines of text, separated by semicolons.
    List,
    /// Several records of this kind, separated by semicolons.
    Refs(Kind),
    /// Weekly free times, separated by commas: `Mon 12-14, Thu 16:00-18:00`.
    Times,
    /// Questions, one a line: `useful: How useful was it? (1-5, scored)`.
    Questions,
    /// Shown, never typed.
    Fixed,
}

/// One field of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key in JSON and on the command line.
    pub key: &'static str,
    /// What it is called on screen.
    pub label: &'static str,
    /// How it is typed or chosen.
    pub input: Input,
    /// Whether it must hold something before a record can be made.
    pub needed: bool,
}

/// A field row.
const fn f(key: &'static str, label: &'static str, input: Input) -> Field {
    Field {
        key,
        label,
        input,
        needed: false,
    }
}
/// A field row that must be filled in.
const fn need(key: &'static str, label: &'static str, input: Input) -> Field {
    Field {
        key,
        label,
        input,
        needed: true,
    }
}

use Input::{
    Day, Email, Fixed, Flag, List, MaybeDay, MaybeMoment, MaybeNumber, MaybeRef, MaybeWord, Moment, Name,
    Note, Number, Questions, Ref, Refs, Text, Times, Word,
};

use super::record::{
    AdminRole, ApplicationState, Asked, Attribution, BusyKind, Claimed, CohortState, EnrolmentState, Family,
    FileOf, FreeTime, GroupState, MarkValue, MessageKind, Occasion, Origin, PairKind, PairReason, Purpose,
    QuoteState, Role, SessionState, Stage, StreamState,
};

const PERSON: &[Field] = &[
    need("name", "Name", Name),
    f("known_as", "Known as", Name),
    need("email", "Mail", Email),
    f("earlier_emails", "Earlier mail", List),
    f("phone", "Phone", Text),
    f("organisation", "Trust", Text),
    f("region", "Region", Text),
    f("job_title", "Job title", Text),
    f("line_manager", "Line manager", Email),
    f("access_needs", "Access needs", Text),
    f("note", "Note", Note),
    f("retain_until", "Keep until", MaybeDay),
];
/// What is said of somebody's part in this cohort, beside what is said of the person: kept on the participation,
/// before acceptance on the application.
pub const PART: &[Field] = &[
    need("role", "Role", Word(Role::all_words)),
    need("stream", "Stream", Ref(Kind::Stream)),
    f("second_stream", "Second stream", MaybeRef(Kind::Stream)),
    f("stage", "Stage", MaybeWord(Stage::all_words)),
    f("status", "Status", Word(statuses)),
    f("capacity", "Capacity", MaybeNumber),
    f("group", "Group", MaybeRef(Kind::Group)),
    f("wishes", "Wishes", List),
    f("availability", "Free times", Times),
];

/// Every status that can be set: those of a participation, then those of an application.
fn statuses() -> Vec<&'static str> {
    let mut words = EnrolmentState::all_words();
    words.extend(
        ApplicationState::all_words()
            .into_iter()
            .filter(|w| *w != "withdrawn"),
    );
    words
}

/// The field of a person with this key, of the person's own or of the part taken.
#[must_use]
pub fn of_person(key: &str) -> Option<&'static Field> {
    PERSON.iter().chain(PART).find(|field| field.key == key)
}

const COHORT: &[Field] = &[
    need("name", "Name", Text),
    need("first_day", "First day", Day),
    need("last_day", "Last day", Day),
    f("rounds", "Rounds", Number),
    f("group_min", "Group minimum", Number),
    f("group_target", "Group target", Number),
    f("group_max", "Group maximum", Number),
    f("to_complete", "Sessions to complete", Number),
    f("smallest_published", "Smallest published", Number),
    f("weight_stream", "Weight of stream", Number),
    f("weight_times", "Weight of free times", Number),
    f("weight_employer", "Weight of other trusts", Number),
    f("weight_wishes", "Weight of wishes", Number),
    f("weight_regions", "Weight of regions", Number),
    f("weight_stages", "Weight of stages", Number),
    f("weight_size", "Weight of even sizes", Number),
    f("sessions_at_once", "Sessions at once", Number),
    f("cost_times", "Cost outside free times", Number),
    f("cost_weekday", "Cost of another weekday", Number),
    f("cost_hour", "Cost of another hour", Number),
    f("cost_apart", "Cost of a day from four weeks", Number),
    f("state", "State", Word(CohortState::all_words)),
];
const ADMIN: &[Field] = &[
    need("name", "Name", Name),
    need("role", "Role", Word(AdminRole::all_words)),
    f("last_seen", "Last seen", Fixed),
];
const INSTRUMENT: &[Field] = &[
    need("key", "Key", Text),
    need("name", "Name", Text),
    need("audience", "Who is asked", Word(Asked::all_words)),
    f("questions", "Questions", Questions),
    f("enough", "Enough answers", Number),
];
const THEME: &[Field] = &[
    need("name", "Name", Text),
    f("words", "Words that suggest it", List),
    f("order", "Order", Number),
];
const STREAM: &[Field] = &[
    need("code", "Code", Text),
    need("name", "Name", Text),
    need("family", "Family", Word(Family::all_words)),
    f("source", "Mentors from", Text),
    f("lead", "Lead", Text),
    f("order", "Order", Number),
    f("state", "State", Word(StreamState::all_words)),
];
const APPLICATION: &[Field] = &[
    need("person", "Person", Ref(Kind::Person)),
    need("role", "Role", Word(Role::all_words)),
    need("stream", "Stream", Ref(Kind::Stream)),
    f("second_stream", "Second stream", MaybeRef(Kind::Stream)),
    f("stage", "Stage", MaybeWord(Stage::all_words)),
    f("wishes", "Wishes", List),
    f("availability", "Free times", Times),
    f("capacity", "Capacity", MaybeNumber),
    f("statement", "Statement", Note),
    f("received", "Received", Moment),
    f("state", "State", Word(ApplicationState::all_words)),
    f("offer_expires", "Offer expires", MaybeDay),
];
const ENROLMENT: &[Field] = &[
    need("person", "Person", Ref(Kind::Person)),
    need("role", "Role", Word(Role::all_words)),
    need("stream", "Stream", Ref(Kind::Stream)),
    f("second_stream", "Second stream", MaybeRef(Kind::Stream)),
    f("stage", "Stage", MaybeWord(Stage::all_words)),
    f("wishes", "Wishes", List),
    f("availability", "Free times", Times),
    f("capacity", "Capacity", MaybeNumber),
    f("from", "From", Day),
    f("state", "Status", Word(EnrolmentState::all_words)),
    f("ended", "Ended", Fixed),
    f("note", "Note", Note),
];
const GROUP: &[Field] = &[
    need("code", "Code", Text),
    need("stream", "Stream", Ref(Kind::Stream)),
    f("leads", "Mentors", Fixed),
    f("min", "Minimum", MaybeNumber),
    f("max", "Limit", MaybeNumber),
    f("link", "Join link", Text),
    f("state", "State", Word(GroupState::all_words)),
    f("note", "Note", Note),
];
const MEMBERSHIP: &[Field] = &[
    need("enrolment", "Mentee", Ref(Kind::Enrolment)),
    need("group", "Group", Ref(Kind::Group)),
    need("from", "From", Day),
    f("to", "To", MaybeDay),
    f("locked", "Locked", Flag),
    f("origin", "Came about", Word(Origin::all_words)),
    f("reason", "Reason", Text),
];
const PAIR_RULE: &[Field] = &[
    need("one", "One person", Ref(Kind::Person)),
    need("other", "Other person", Ref(Kind::Person)),
    need("kind", "Rule", Word(PairKind::all_words)),
    f("reason", "Reason", Word(PairReason::all_words)),
    f("until", "Until", MaybeDay),
    f("blocking", "Blocking", Flag),
    f("note", "Note", Note),
];
const ROUND: &[Field] = &[
    need("number", "Number", Number),
    need("opens", "Window opens", Day),
    need("closes", "Window closes", Day),
    f("theme", "Theme", Text),
];
const SESSION: &[Field] = &[
    f("group", "Group", MaybeRef(Kind::Group)),
    f("round", "Round", MaybeRef(Kind::Round)),
    f("title", "Title", Text),
    need("starts", "Starts", Moment),
    f("minutes", "Minutes", Number),
    f("link", "Join link", Text),
    f("place", "Place", Text),
    f("topic", "Topic", Text),
    f("note", "Note", Note),
    f("state", "State", Word(SessionState::all_words)),
    f("reason", "Reason", Text),
    f("postponed_to", "Postponed to", MaybeRef(Kind::Session)),
    f("uid", "Calendar id", Fixed),
    f("sequence", "Calendar version", Fixed),
    f("moves", "Times moved", Fixed),
];
const MARK: &[Field] = &[
    need("session", "Session", Ref(Kind::Session)),
    f("enrolment", "Person", MaybeRef(Kind::Enrolment)),
    f("guest", "Guest", Name),
    need("value", "Mark", Word(MarkValue::all_words)),
    f("minutes_late", "Minutes late", MaybeNumber),
    f("note", "Note", Text),
    f("by", "By", Fixed),
    f("at", "At", Fixed),
];
const SIGHTING: &[Field] = &[
    need("session", "Session", Ref(Kind::Session)),
    f("enrolment", "Person", MaybeRef(Kind::Enrolment)),
    f("name", "Name in the call", Name),
    need("joined", "Joined", Moment),
    f("left", "Left", MaybeMoment),
];
const BUSY: &[Field] = &[
    f("person", "Person (none: everybody)", MaybeRef(Kind::Person)),
    need("kind", "Why", Word(BusyKind::all_words)),
    f("what", "What", Text),
    need("starts", "From", Moment),
    need("ends", "Until", Moment),
    f("uid", "Calendar id", Fixed),
];
const WAVE: &[Field] = &[
    need("instrument", "Instrument", Ref(Kind::Instrument)),
    need("occasion", "Occasion", Word(Occasion::all_words)),
    f("round", "Round", MaybeRef(Kind::Round)),
    need("opens", "Opens", Day),
    need("closes", "Closes", Day),
    f("anonymous", "Anonymous", Flag),
];
const REQUEST: &[Field] = &[
    need("wave", "Wave", Ref(Kind::Wave)),
    need("enrolment", "Person", Ref(Kind::Enrolment)),
    f("asked", "Asked", Moment),
    f("answered", "Answered", Flag),
];
const RESPONSE: &[Field] = &[
    need("wave", "Wave", Ref(Kind::Wave)),
    f("enrolment", "Person", MaybeRef(Kind::Enrolment)),
    f("group", "Group", MaybeRef(Kind::Group)),
    f("received", "Received", Moment),
    f("answers", "Answers", Fixed),
    f("themes", "Themes", Refs(Kind::Theme)),
    f("by_way_of", "By way of", Text),
];
const GOAL: &[Field] = &[
    need("enrolment", "Person", Ref(Kind::Enrolment)),
    need("text", "Goal", Text),
    f("set_on", "Set on", Day),
    f("score", "Score (-2 to 2)", MaybeNumber),
    f("scored_on", "Scored on", MaybeDay),
];
const QUOTE: &[Field] = &[
    f("response", "Response", MaybeRef(Kind::Response)),
    f("speaker", "Speaker", MaybeRef(Kind::Enrolment)),
    f("round", "Round", MaybeRef(Kind::Round)),
    need("said", "As said", Note),
    f("edited", "As edited", Note),
    f("theme", "Theme", MaybeRef(Kind::Theme)),
    f("state", "State", Word(QuoteState::all_words)),
    f("unrecognisable", "Nobody recognisable", Flag),
];
const CONSENT: &[Field] = &[
    need("person", "Person", Ref(Kind::Person)),
    need("purpose", "For", Word(Purpose::all_words)),
    need("widest", "Widest attribution", Word(Attribution::all_words)),
    f("quote", "Only this quote", MaybeRef(Kind::Quote)),
    f("wording", "Wording shown", Text),
    f("how", "How obtained", Text),
    need("obtained", "Obtained", Day),
    f("withdrawn", "Withdrawn", MaybeDay),
    f("retain_until", "Keep until", MaybeDay),
];
const USE: &[Field] = &[
    need("quote", "Quote", Ref(Kind::Quote)),
    need("place", "Where", Text),
    need("on", "When", Day),
    f("label", "Attribution as printed", Text),
];
const ACK: &[Field] = &[
    need("alert", "Alert", Text),
    f("by", "By", Fixed),
    f("at", "At", Fixed),
];
const MESSAGE: &[Field] = &[
    need("person", "To", Ref(Kind::Person)),
    need("kind", "About", Word(MessageKind::all_words)),
    f("about", "Record", Fixed),
    need("subject", "Subject", Text),
    f("at", "At", Fixed),
    f("state", "State", Fixed),
];
const CLAIM: &[Field] = &[
    need("person", "Person", Ref(Kind::Person)),
    need("what", "Asks for", Word(Claimed::all_words)),
    need("received", "Received", Day),
    f("met", "Met on", MaybeDay),
    f("note", "Note", Text),
];
const MAPPING: &[Field] = &[
    need("of", "In files of", Word(FileOf::all_words)),
    need("heading", "Heading", Text),
    f("field", "Holds", Text),
];
const PROVENANCE: &[Field] = &[
    need("of", "Record", Text),
    need("file", "File", Text),
    f("line", "Line", Number),
    f("said", "Said", Fixed),
];

impl Kind {
    /// Its fields in the order of forms.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Person => PERSON,
            Self::Cohort => COHORT,
            Self::Admin => ADMIN,
            Self::Instrument => INSTRUMENT,
            Self::Theme => THEME,
            Self::Stream => STREAM,
            Self::Application => APPLICATION,
            Self::Enrolment => ENROLMENT,
            Self::Group => GROUP,
            Self::Membership => MEMBERSHIP,
            Self::PairRule => PAIR_RULE,
            Self::Round => ROUND,
            Self::Session => SESSION,
            Self::Mark => MARK,
            Self::Sighting => SIGHTING,
            Self::Busy => BUSY,
            Self::Wave => WAVE,
            Self::Request => REQUEST,
            Self::Response => RESPONSE,
            Self::Goal => GOAL,
            Self::Quote => QUOTE,
            Self::Consent => CONSENT,
            Self::Use => USE,
            Self::Ack => ACK,
            Self::Message => MESSAGE,
            Self::Claim => CLAIM,
            Self::Mapping => MAPPING,
            Self::Provenance => PROVENANCE,
        }
    }

    /// The field with this key.
    #[must_use]
    pub fn field(self, key: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.key == key)
    }
}
