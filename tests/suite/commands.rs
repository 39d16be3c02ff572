//! The command line as other programs use it: the built program, its JSON, its exit codes.

use std::collections::BTreeSet;
use std::path::Path;

use cohort::domain::{AnyId, Kind, Model, Record, Role};
use serde_json::{Value, json};

use crate::kit::command::{done, empty, run, with_example};

/// The keys of an object, as a set.
fn keys(value: &Value) -> BTreeSet<&str> {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    object.keys().map(String::as_str).collect()
}

/// Whether an object has at least these keys.
fn has(value: &Value, promised: &[&str], of: &str) {
    let missing: Vec<&&str> = promised
        .iter()
        .filter(|key| !keys(value).contains(**key))
        .collect();
    assert!(missing.is_empty(), "{of} lacks {missing:?}: {value}");
}

fn first<'v>(list: &'v Value, of: &str) -> &'v Value {
    list.as_array()
        .and_then(|all| all.first())
        .unwrap_or_else(|| panic!("{of} is an empty list: {list}"))
}

const SESSION: &[&str] = &[
    "id", "group", "round", "starts", "minutes", "state", "mentor", "marks",
];
const MARKS: &[&str] = &["present", "late", "apologies", "absent", "unmarked"];

#[test]
fn what_is_asked_is_answered_with_the_promised_keys() {
    let office = with_example();
    let ask = |arguments: &[&str]| done(office.dir(), arguments);

    let status = ask(&["status"]);
    has(
        &status,
        &["cohort", "streams", "today", "attention", "pool", "revision"],
        "status",
    );
    let stream = [
        "code",
        "groups",
        "mentors",
        "mentees",
        "pool",
        "sessions_held",
        "sessions_due",
        "attendance",
        "answered",
    ];
    has(first(&status["streams"], "streams"), &stream, "a stream");
    has(first(&status["today"], "today"), SESSION, "a session of today");
    let alert = first(&status["attention"], "attention");
    has(alert, &["rule", "subject", "evidence", "since"], "an alert");
    assert_eq!(status["cohort"], "2025");

    let now = ask(&["now"]);
    has(first(&now, "now"), SESSION, "a session of now");
    has(&first(&now, "now")["marks"], MARKS, "its marks");
    assert_eq!(first(&now, "now")["group"], "CCIO-2");
    assert_eq!(first(&now, "now")["starts"], "2025-03-18T16:00:00+00:00");
    has(
        first(&ask(&["agenda"]), "agenda"),
        SESSION,
        "a session of the agenda",
    );

    let person = [
        "id",
        "name",
        "email",
        "role",
        "stream",
        "group",
        "organisation",
        "region",
        "job_title",
        "stage",
        "status",
        "attendance",
        "known_as",
        "phone",
        "line_manager",
        "access_needs",
        "capacity",
        "note",
    ];
    has(
        first(&ask(&["people", "group:CCIO-2"]), "people"),
        &person,
        "a person",
    );
    let group = ["code", "stream", "mentor", "size", "max", "members"];
    has(first(&ask(&["groups"]), "groups"), &group, "a group");
    has(first(&ask(&["streams"]), "streams"), &stream, "a stream");

    let register = ask(&["register", "CCIO-2/3"]);
    has(&register, &["session", "state", "marks"], "register");
    has(
        first(&register["marks"], "marks"),
        &["person", "mark", "minutes_late"],
        "a mark",
    );
    assert_eq!(register["state"], "incomplete");

    let history = ask(&["history", "--limit", "1"]);
    let entry = first(&history, "history");
    has(
        entry,
        &["revision", "at", "by", "label", "undoes", "changes"],
        "an entry",
    );
    let change = first(&entry["changes"], "changes");
    has(change, &["kind", "id", "field", "before", "after"], "a change");

    let verified = ask(&["verify"]);
    has(&verified, &["revision", "records", "problems"], "verify");
    assert_eq!(verified["problems"], json!([]));
}

#[test]
fn an_act_answers_with_its_revision_and_undo_takes_it_back() {
    let office = with_example();
    let dir = office.dir();
    let group_of = |name: &str| first(&done(dir, &["people", name]), "people")["group"].clone();
    let rev = |value: &Value| value["revision"].as_u64().expect("a revision is a number");

    let zoe = group_of("Zoë");
    let moved = done(dir, &["move", "Zoë Lewis", "pool"]);
    assert_eq!(group_of("Zoë"), Value::Null);
    let undone = done(dir, &["undo"]);
    assert_eq!(rev(&undone), rev(&moved) + 1);
    assert_eq!(group_of("Zoë"), zoe);

    let (one, other) = (group_of("\"Zoë Lewis\""), group_of("\"Hannah Murphy\""));
    done(dir, &["swap", "Zoë Lewis", "Hannah Murphy"]);
    assert_eq!(
        (group_of("\"Zoë Lewis\""), group_of("\"Hannah Murphy\"")),
        (other, one)
    );
    done(dir, &["undo"]);

    let session = done(dir, &["register", "CCIO-2/3", "Hannah Murphy", "late:12"]);
    let marks = session["marks"].as_array().expect("marks are a list");
    let hannah = marks.iter().find(|mark| mark["name"] == "Hannah Murphy");
    let hannah = hannah.expect("Hannah is in the register");
    assert_eq!(
        (&hannah["mark"], &hannah["minutes_late"]),
        (&json!("late"), &json!(12))
    );
    let all = done(dir, &["register", "CCIO-2/3", "--all-present"]);
    assert_eq!(all["state"], "open");

    let later = done(dir, &["reschedule", "CCIO-2/4", "+1d"]);
    has(&later, &["revision", "clashes"], "reschedule");
    has(
        &done(dir, &["cancel", "CCIO-2/4", "--reason", "illness"]),
        &["revision", "clashes"],
        "cancel",
    );
    let agenda = done(dir, &["agenda", "--from", "2025-04-01", "--to", "2025-05-31"]);
    let cancelled = agenda.as_array().expect("an agenda is a list").iter();
    let cancelled =
        cancelled.filter(|session| session["group"] == "CCIO-2" && session["state"] == "cancelled");
    assert_eq!(cancelled.count(), 1);
}

#[test]
fn a_command_ends_with_the_code_of_its_trouble() {
    let office = with_example();
    let dir = office.dir();
    let torn = dir.join("torn.xlsx");
    std::fs::write(&torn, b"PK\x03\x04 and then nothing").expect("a file can be written");
    let other = dir.join("other.csv");
    std::fs::write(&other, "animal,legs\ncat,4\nhen,2\n").expect("a file can be written");
    let (torn, other) = (torn.display().to_string(), other.display().to_string());
    for (arguments, code) in [
        (vec!["status"], 0),
        (
            vec![
                "init",
                "--name",
                "2025",
                "--from",
                "2025-01-06",
                "--to",
                "2025-06-30",
            ],
            1,
        ),
        (vec!["register", "CCIO-2/4", "Hannah Murphy", "present"], 1),
        (vec!["nonsense"], 2),
        (vec!["people", "colour:red"], 2),
        (vec!["register", "CCIO-2/3", "Hannah Murphy"], 2),
        (vec!["reschedule", "CCIO-2/4", "whenever"], 2),
        (vec![], 2),
        (vec!["demo"], 2),
        (vec!["move", "Nobody Atall", "pool"], 3),
        (vec!["move", "Zoë Lewis", "XYZ-9"], 3),
        (vec!["status", "--cohort", "1999"], 3),
        (vec!["undo", "9999"], 3),
        (vec!["import", "no-such-file.csv"], 3),
        (
            vec!["set", "Zoë Lewis", "job_title", "Lead", "--was", "something else"],
            4,
        ),
        (vec!["import", &torn], 5),
        (vec!["import", &other], 5),
    ] {
        let said = run(dir, &arguments);
        assert_eq!(said.code, code, "{arguments:?}: {said:?}");
        if code != 0 {
            assert!(
                said.err.starts_with("error: ") && said.err.contains("\n  try: "),
                "{said:?}"
            );
        }
    }
}

#[test]
fn trouble_in_json_names_its_code_message_hint_and_place() {
    let office = with_example();
    let said = run(office.dir(), &["import", "no-such-file.csv", "--json"]);
    let last = said.err.lines().last().unwrap_or_default();
    let trouble: Value = serde_json::from_str(last).expect("the last line is JSON");
    has(
        &trouble["error"],
        &["code", "message", "hint", "where"],
        "an error",
    );
    assert_eq!(trouble["error"]["code"], 3);
    has(&trouble["error"]["where"], &["file", "line", "field"], "a place");
    assert_eq!(trouble["error"]["where"]["file"], "no-such-file.csv");
}

#[test]
fn without_data_a_command_says_how_to_begin() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let missing = dir.path().join("nothing");
    let said = run(&missing, &["status"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("cohort init"), "{said:?}");
    assert!(!missing.exists(), "asking makes no directory");
}

#[test]
fn whoever_runs_init_is_the_first_owner_and_a_name_is_used_once() {
    let office = empty();
    let dir = office.dir();
    let init = [
        "init",
        "--name",
        "2025",
        "--from",
        "2025-01-06",
        "--to",
        "2025-06-30",
        "--template",
        "dhn",
    ];
    let made = done(dir, &[&init[..], &["--as", "Ann Li"]].concat());
    assert_eq!(made["cohort"], "2025");
    assert_eq!(done(dir, &["streams"]).as_array().map(Vec::len), Some(5));
    let client = office.client("Ann Li");
    let admins: Vec<_> = client
        .model()
        .admins
        .iter()
        .map(|(_, is)| (is.name.as_str(), is.role.word()))
        .collect();
    assert_eq!(admins, [("Ann Li", "owner")]);
    let again = run(dir, &[&init[..], &["--as", "Ann Li"]].concat());
    assert_eq!(again.code, 1, "{again:?}");
}

#[test]
fn lines_with_tabs_have_the_keys_as_headings_and_one_line_a_record() {
    let office = with_example();
    let said = run(office.dir(), &["groups", "--tsv"]);
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].starts_with("id\tcode\tstream\tmentor"), "{}", lines[0]);
    assert_eq!(lines.len(), 31);
    let columns = lines[0].split('\t').count();
    assert!(lines.iter().all(|line| line.split('\t').count() == columns));
}

#[test]
fn deciding_accepts_those_who_wait_and_says_how_many() {
    let office = with_example();
    let dir = office.dir();
    done(
        dir,
        &["add", "person", "name=Nora Petit", "email=nora.petit@example.org"],
    );
    done(
        dir,
        &[
            "add",
            "application",
            "person=nora.petit@example.org",
            "role=mentee",
            "stream=CCIO",
        ],
    );
    let waiting = done(dir, &["people", "status:applied,under"]);
    let waiting = waiting.as_array().expect("people are a list");
    assert!(waiting.iter().any(|person| person["name"] == "Nora Petit"));
    let decided = done(dir, &["decide", "accepted", "--all"]);
    has(&decided, &["revision", "decided"], "decide");
    assert_eq!(decided["decided"], waiting.len());
    assert_eq!(
        first(&done(dir, &["people", "nora.petit"]), "people")["status"],
        "waiting"
    );
}

#[test]
fn a_speaker_is_asked_for_consent_and_stays_listed_until_the_answer_is_recorded() {
    let office = with_example();
    let dir = office.dir();
    let to = dir.join("letters").display().to_string();
    let quotes = done(dir, &["quotes"]);
    let quotes = quotes.as_array().expect("quotes are a list");
    let asked_of = quotes
        .iter()
        .find(|quote| quote["consent"] == "anon")
        .expect("one without a name");
    let id = asked_of["id"].as_str().expect("a quote has an id");
    let refused = crate::kit::command::run(dir, &["--json", "remind", "consent", id, "--outbox", &to]);
    assert_eq!(refused.code, 1, "{}", refused.err);
    let ask = ["remind", "consent", id, "--label", "name", "--outbox", &to];
    assert_eq!(done(dir, &ask)["messages"], 1);
    let waiting = done(dir, &["quotes", "--asked"]);
    let waiting = first(&waiting, "quotes");
    assert_eq!(
        (&waiting["id"], &waiting["asked_for"]),
        (&id.into(), &"name and title".into())
    );
    let file = std::fs::read_dir(dir.join("letters"))
        .expect("it was made")
        .next();
    let text = std::fs::read_to_string(file.expect("a letter").expect("a letter").path()).expect("text");
    assert!(text.contains("May we quote you?"), "{text}");
}

#[test]
fn reminders_are_written_as_files_and_noted() {
    let office = with_example();
    let outbox = office.dir().join("letters");
    let to = outbox.display().to_string();
    let written = done(office.dir(), &["remind", "session", "CCIO-2/4", "--outbox", &to]);
    has(&written, &["messages", "sent"], "remind");
    let files = std::fs::read_dir(&outbox).expect("the outbox was made").count();
    assert_eq!(
        (written["messages"].as_u64(), written["sent"].as_u64()),
        (Some(files as u64), Some(0))
    );
    assert_eq!(files, 4, "the mentor and three mentees of CCIO-2");
    let last = done(office.dir(), &["history", "--limit", "1"]);
    assert_eq!(
        first(&last, "history")["label"],
        "prepare session reminder to 4 people"
    );
}

#[test]
fn the_manual_completions_and_keys_come_from_the_definitions() {
    let dir = Path::new("/nonexistent");
    let page = run(dir, &["man"]).out;
    assert!(page.contains(".TH cohort") && page.contains("import"), "{page}");
    assert!(run(dir, &["man", "import"]).out.contains("dry"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            run(dir, &["completions", shell]).out.contains("reschedule"),
            "{shell}"
        );
    }
    let keys = run(dir, &["keys", "--json"]).json();
    let listed = keys.as_array().map(Vec::len);
    assert_eq!(listed, Some(cohort::tui::key::BINDINGS.len()));
    let table = run(dir, &["keys", "--markdown"]).out;
    assert_eq!(Some(table.lines().count()), listed.map(|rows| rows + 2));
}

/// A kind of record; what is typed to make one; a field, and what it becomes. Words in braces stand for records of
/// the example and for those made before, see [`Stand::fill`].
type Case = (Kind, &'static [&'static str], &'static str, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    (Kind::Person, &["name=Mei Hart", "email=mei.hart@example.org", "stream=ccio", "stage=senior"], "organisation", "Milton"),
    (Kind::Admin, &["name=Jo T", "role=editor"], "role", "viewer"),
    (Kind::Instrument, &["key=check", "name=Check", "audience=mentors", "questions=a: How? (1-5, scored)"], "enough", "2"),
    (Kind::Theme, &["name=money"], "words", "cost; budget"),
    (Kind::Stream, &["code=XYZ", "name=Something new", "family=mixed"], "lead", "Jo T"),
    (Kind::Application, &["person={newcomer}", "role=mentee", "stream=CNIO"], "stage", "senior"),
    (Kind::Enrolment, &["person={newcomer}", "role=mentee", "stream=CNIO"], "stage", "senior"),
    (Kind::Group, &["stream=CCIO", "max=5"], "link", "https://meet.example.org/4"),
    (Kind::Membership, &["enrolment={waiting}", "group={roomy}", "from=today"], "locked", "yes"),
    (Kind::PairRule, &["one={waiting}", "other={newcomer}", "kind=apart"], "reason", "earlier pair"),
    (Kind::Round, &["number=7", "opens=2025-07-01", "closes=2025-07-31"], "theme", "Next"),
    (Kind::Session, &["group=DHLP-9", "starts=12 jun 12:00", "minutes=90"], "place", "Leeds"),
    (Kind::Mark, &["session=CCIO-2/3", "enrolment={unmarked}", "value=present"], "value", "late"),
    (Kind::Sighting, &["session=CCIO-2/3", "enrolment={unmarked}", "joined=18 mar 16:01"], "left", "18 mar 17:00"),
    (Kind::Busy, &["person={waiting}", "kind=leave", "starts=1 apr 09:00", "ends=3 apr 17:00"], "what", "holiday"),
    (Kind::Wave, &["instrument=exit", "occasion=exit", "opens=2025-06-01", "closes=2025-06-30"], "closes", "2025-07-15"),
    (Kind::Request, &["wave={exit}", "enrolment={unmarked}"], "answered", "yes"),
    (Kind::Response, &["wave={pulse}", "enrolment={silent}", "useful=4", "word=no"], "open", "5"),
    (Kind::Goal, &["enrolment={unmarked}", "text=speak to the board"], "score", "+1"),
    (Kind::Quote, &["said=I asked at last."], "edited", "I asked, at last."),
    (Kind::Consent, &["person={newcomer}", "purpose=quotes", "widest=one stream member", "obtained=today"], "how", "by mail"),
    (Kind::Use, &["quote={quote}", "place=report", "on=today", "label={label}"], "place", "annual report"),
    (Kind::Ack, &["alert=no group:pe-1"], "alert", "no group:pe-2"),
    (Kind::Claim, &["person={newcomer}", "what=access", "received=today"], "met", "today"),
    (Kind::Mapping, &["of=roster", "heading=Gruppe", "field=group"], "field", "stream"),
    (Kind::Provenance, &["of=pe-0000000000z5", "file=roster.csv"], "file", "roster-2.csv"),
    (Kind::Message, &["person={newcomer}", "kind=other", "subject=Welcome"], "subject", "Welcome to the group"),
];

/// What the words in braces stand for.
struct Stand {
    words: Vec<(&'static str, String)>,
}

impl Stand {
    /// Prepares the example for the cases and finds the records they name.
    fn prepare(dir: &Path, model: &dyn Fn() -> Model) -> Self {
        done(dir, &["set", "2025", "rounds", "7"]);
        let newcomer = done(
            dir,
            &["add", "person", "name=Nora Petit", "email=nora.petit@example.org"],
        );
        let exit = done(
            dir,
            &[
                "add",
                "wave",
                "instrument=exit",
                "occasion=exit",
                "opens=2025-03-01",
                "closes=2025-06-30",
            ],
        );
        let is = model();
        let session = is.find_session("CCIO-2/3").expect("the session is planned");
        let unmarked = is.unmarked(session).into_iter();
        let mut unmarked =
            unmarked.filter(|id| is.enrolments.get(*id).is_some_and(|e| e.role == Role::Mentee));
        let unmarked = unmarked.next().expect("somebody is unmarked");
        let waiting = is.pool().into_iter().find(|id| {
            is.enrolments
                .get(*id)
                .is_some_and(|e| is.stream_code(e.stream) == "CCIO")
        });
        let waiting = waiting.expect("somebody waits for a group of CCIO");
        let pulse = is.pulses_of_round(3)[0];
        let silent = is.waiting_rows(&[pulse], cohort::domain::Scope::Cohort)[0].enrolment;
        let text = |id: AnyId| id.to_string();
        let mut words = vec![
            ("newcomer", newcomer["id"].as_str().unwrap_or_default().to_owned()),
            ("exit", exit["id"].as_str().unwrap_or_default().to_owned()),
            ("unmarked", text(unmarked.into())),
            ("waiting", text(waiting.into())),
            ("roomy", "CCIO-5".to_owned()),
            ("pulse", text(pulse.into())),
            ("silent", text(silent.into())),
        ];
        let quote = publishable_quote(dir, &is);
        let day = is.day(cohort::exchange::example::clock());
        let label = quote
            .parse()
            .map(|id| model().label_of(id, day).text)
            .unwrap_or_default();
        words.extend([("quote", quote), ("label", label)]);
        Self { words }
    }

    /// A text with the words in braces replaced.
    fn fill(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, is)| {
            text.replace(&format!("{{{word}}}"), is)
        })
    }
}

/// Makes a quote that may be published, of a mentee who agreed to it.
fn publishable_quote(dir: &Path, is: &Model) -> String {
    let speaker = is.enrolments.iter().find(|(_, e)| {
        let mut consents = is.consents_of(e.person);
        e.role == Role::Mentee
            && is.stream_code(e.stream) == "DHLP"
            && consents.any(|(_, c)| c.withdrawn.is_none())
    });
    let speaker = format!("speaker={}", speaker.expect("somebody agreed to be quoted").0);
    let quote = done(dir, &["add", "quote", "said=We will go on.", &speaker]);
    let id = quote["id"].as_str().expect("a quote has an id").to_owned();
    done(dir, &["set", &id, "unrecognisable", "yes"]);
    done(dir, &["set", &id, "state", "cleared"]);
    id
}

#[test]
fn every_kind_of_record_is_added_set_and_dropped_and_each_step_is_undone() {
    let office = with_example();
    let dir = office.dir();
    let model = || office.client("Sam K").model().clone();
    let stand = Stand::prepare(dir, &model);
    let mut played: BTreeSet<Kind> = BTreeSet::from([Kind::Cohort]);
    for (kind, typed, field, value) in CASES {
        let typed: Vec<String> = typed.iter().map(|text| stand.fill(text)).collect();
        let mut add = vec!["add", kind.word()];
        add.extend(typed.iter().map(String::as_str));
        let added = done(dir, &add);
        let id: AnyId = added["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("an added record has an id");
        assert_eq!(id.kind, *kind);
        let read = |model: &Model| model.read_field(id, field);
        let before = read(&model());

        done(dir, &["set", &id.to_string(), field, value]);
        let after = read(&model());
        assert_ne!(before, after, "{kind}: {field}");
        done(dir, &["undo"]);
        assert_eq!(read(&model()), before, "{kind}: the undone change of {field}");

        // A person who is dropped keeps the record and leaves the cohort.
        // A calendar's version rises with every change, the undone ones too: people's calendars must hear of both.
        let standing = |model: &Model| {
            let mut record = model.record(id);
            if let Some(Record::Session(_, session)) = &mut record {
                session.sequence = 0;
            }
            (record, model.read_field(id, "status"))
        };
        let stood = standing(&model());
        done(dir, &["drop", &id.to_string()]);
        assert_ne!(standing(&model()), stood, "{kind}: dropped");
        done(dir, &["undo"]);
        assert_eq!(standing(&model()), stood, "{kind}: the undone drop");

        done(dir, &["undo", &added["revision"].to_string()]);
        assert_eq!(model().record(id), None, "{kind}: the undone adding");
        played.insert(*kind);
    }
    assert_eq!(
        played,
        Kind::ALL.iter().copied().collect(),
        "every kind has its case"
    );
}

#[test]
fn a_cohort_is_changed_by_its_name_and_undone() {
    let office = with_example();
    let dir = office.dir();
    done(dir, &["set", "2025", "group_max", "7", "--was", "6"]);
    assert_eq!(run(dir, &["set", "2025", "group_max", "8", "--was", "6"]).code, 4);
    done(dir, &["undo"]);
    done(dir, &["set", "2025", "group_max", "8", "--was", "6"]);
}

/// Runs a command on a directory by the clock that the program itself goes by.
fn by_its_own_clock(dir: &std::path::Path, arguments: &[&str]) -> String {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_cohort"))
        .args(arguments)
        .env("COHORT_DATA", dir)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the program can be run");
    assert!(done.status.success(), "{arguments:?}: {done:?}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[test]
fn whoever_comes_to_an_example_later_has_the_examples_clock() {
    let place = tempfile::tempdir().expect("a directory for the example");
    let dir = place.path().join("data");
    let name = dir.to_str().expect("a plain name");
    by_its_own_clock(&dir, &["demo", "--dir", name, "--prepare-only"]);
    let now = by_its_own_clock(&dir, &["now"]);
    assert!(now.contains("CCIO-2"), "{now}");
}
