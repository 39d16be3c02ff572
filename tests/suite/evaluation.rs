//! What is computed, stated and withheld of people's answers: against an independent computation, against the
//! programme's own announcement, and in a real browser.
//!
//! Outside programs: Python with SciPy, Chromium with Playwright and axe-core. Without them their tests say so and
//! pass, unless `COHORT_TOOLS=required`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cohort::domain::feedback::{Compared, Shown, Up};
use cohort::domain::{Model, Scope};
use cohort::exchange::report::{Neighbours, Report};
use serde_json::Value;

use crate::kit::command::{done, run, with_example};
use crate::kit::example;

const SURVEY: &str = "tests/fixtures/office/2024/endpoint-survey.csv";

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Says that a test cannot run here, or fails where it must.
fn skipped(what: &str) {
    assert_ne!(
        std::env::var("COHORT_TOOLS").as_deref(),
        Ok("required"),
        "{what} is required and not here"
    );
    println!("skipped: {what} is not here");
}

fn ran(command: &mut Command) -> Option<Output> {
    command.stdin(Stdio::null()).output().ok()
}

/// A Python that has SciPy.
fn python() -> Option<String> {
    let named = std::env::var("COHORT_PYTHON").ok();
    let found = named.into_iter().chain(["python3".to_owned()]);
    found.into_iter().find(|python| {
        ran(Command::new(python).args(["-c", "import scipy"])).is_some_and(|done| done.status.success())
    })
}

/// Every figure of the survey, from the file itself, by SciPy and the definitions of domain.md §5.
const COMPUTED: &str = r#"
import csv, io, json, math, sys
from scipy import stats
rows = list(csv.reader(io.open(sys.argv[1], encoding="utf-8-sig")))[2:]
number = lambda t: int(t) if t.strip() else None
mean = lambda xs: sum(xs) / len(xs)
def change(pairs):
    then, now = [a for a, _ in pairs], [b for _, b in pairs]
    test = stats.ttest_rel(now, then)
    between = test.confidence_interval(0.95)
    by = [b - a for a, b in pairs]
    sd = stats.tstd(by)
    return dict(n=len(pairs), then=mean(then), now=mean(now), change=mean(by), low=between.low, high=between.high,
                sd=sd, d=mean(by) / sd, up=sum(1 for x in by if x > 0))
people = [([number(t) for t in r[5:13]], [number(t) for t in r[13:21]]) for r in rows]
given = lambda xs: [x for x in xs if x is not None]
both = [(mean(given(a)), mean(given(b))) for a, b in people if len(given(a)) >= 6 and len(given(b)) >= 6]
items = [[(a[i], b[i]) for a, b in people if a[i] is not None and b[i] is not None] for i in range(8)]
nps = [number(r[21]) for r in rows if r[21].strip()]
up, down, n = sum(x >= 9 for x in nps) / len(nps), sum(x <= 6 for x in nps) / len(nps), len(nps)
half = 100 * stats.norm.ppf(0.975) * math.sqrt((up + down - (up - down) ** 2) / n)
score = 100 * (up - down)
spread = stats.t.interval(0.95, n - 1, loc=mean(nps), scale=stats.sem(nps))
print(json.dumps(dict(overall=change(both), items=[change(p) for p in items],
    nps=dict(n=n, score=score, low=score - half, high=score + half, mean=mean(nps), mlow=spread[0], mhigh=spread[1]))))
"#;

fn close(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap_or_else(|| panic!("{what}: {theirs}"));
    assert!(
        (ours - theirs).abs() < 1e-9 * theirs.abs().max(1.0),
        "{what}: {ours}, SciPy says {theirs}"
    );
}

fn same_change(ours: &cohort::domain::feedback::Change, theirs: &Value, what: &str) {
    assert_eq!(
        u64::from(ours.by.n),
        theirs["n"].as_u64().expect("there is one"),
        "{what}: pairs"
    );
    // Nearly all is told as such: that all of them did would tell it of every small group.
    let ours_of = ours.by.n;
    let up = theirs["up"].as_u64().expect("there is one");
    match ours.up {
        Some(Up::Exactly(ours)) => assert_eq!(u64::from(ours), up, "{what}: up"),
        Some(Up::AtLeast(ours)) => assert!(up >= u64::from(ours) && ours + 4 == ours_of, "{what}: {up} up"),
        other => panic!("{what}: {up} went up, shown is {other:?}"),
    }
    close(ours.then, &theirs["then"], what);
    close(ours.now, &theirs["now"], what);
    close(ours.by.mean, &theirs["change"], what);
    close(ours.by.sd.expect("there is one"), &theirs["sd"], what);
    let interval = ours.by.interval().expect("there is one");
    close(interval.low, &theirs["low"], what);
    close(interval.high, &theirs["high"], what);
    close(ours.by.effect().expect("there is one"), &theirs["d"], what);
}

#[test]
fn the_survey_of_2024_has_the_figures_that_are_expected_of_it() {
    let text = std::fs::read_to_string(here("tests/fixtures/office/expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let expected = &expected["files"]["2024/endpoint-survey.csv"];
    let confidence = example::cohort("2024").confidence(Scope::Cohort);
    let overall = confidence
        .overall
        .as_ref()
        .and_then(Shown::value)
        .expect("37 pairs");
    let four = |x: f64| (x * 1e4).round() / 1e4;
    assert_eq!(Some(four(overall.then)), expected["confidence_then"].as_f64());
    assert_eq!(Some(four(overall.now)), expected["confidence_now"].as_f64());
    assert_eq!(Some(u64::from(overall.by.n)), expected["paired"].as_u64());
    assert_eq!(
        Some(u64::from(confidence.after.part)),
        expected["answers"].as_u64()
    );
    assert_eq!(
        Some(u64::from(confidence.after.whole)),
        expected["asked"].as_u64()
    );
    assert_eq!(confidence.compared, Some(Compared::ThenTest));
}

#[test]
fn every_figure_of_the_survey_is_what_scipy_computes_from_the_file() {
    let Some(python) = python() else {
        return skipped("Python with SciPy");
    };
    let done = ran(Command::new(python).args(["-c", COMPUTED]).arg(here(SURVEY))).expect("Python runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let theirs: Value = serde_json::from_slice(&done.stdout).expect("SciPy answers in JSON");
    let model = example::cohort("2024");
    let confidence = model.confidence(Scope::Cohort);
    same_change(
        confidence.overall.as_ref().and_then(Shown::value).unwrap(),
        &theirs["overall"],
        "overall",
    );
    assert_eq!(confidence.items.len(), 8);
    for (at, item) in confidence.items.iter().enumerate() {
        let ours = item.change.as_ref().and_then(Shown::value);
        same_change(
            ours.unwrap_or_else(|| panic!("{} is shown", item.text)),
            &theirs["items"][at],
            &item.text,
        );
    }
    let lines = model.survey_lines();
    let recommend = lines
        .iter()
        .flat_map(|line| &line.means)
        .find(|is| is.promoters.is_some());
    let recommend = recommend.expect("people were asked whether they recommend it");
    let score = recommend.promoters.as_ref().and_then(Shown::value).unwrap();
    let nps = &theirs["nps"];
    assert_eq!(Some(u64::from(score.n)), nps["n"].as_u64());
    close(score.score, &nps["score"], "NPS");
    close(score.interval.low, &nps["low"], "NPS, low");
    close(score.interval.high, &nps["high"], "NPS, high");
    let mean = recommend.mean.value().unwrap();
    close(mean.mean, &nps["mean"], "recommend");
    close(mean.interval().unwrap().low, &nps["mlow"], "recommend, low");
    close(mean.interval().unwrap().high, &nps["mhigh"], "recommend, high");
}

/// The report of the example's 2024 cohort, beside 2025.
fn report_2024() -> (Model, Report) {
    let (model, next) = (example::cohort("2024"), example::cohort("2025"));
    let around = Neighbours {
        last: None,
        next: Some(&next),
    };
    let report = Report::of(&model, around, cohort::exchange::example::clock());
    (model, report)
}

/// What the announcement of 2024 states, each kind of fact once.
const ANNOUNCED: &[(&str, &str)] = &[
    ("launch", "launched in October 2023"),
    ("length", "ran for six months"),
    ("roles", "Chief Clinical Information Officer"),
    ("stages", "aspiring"),
    ("how many took part", "50 took part as mentees and 15 as mentors"),
    ("six sessions", "six virtual sessions"),
    ("who mentored", "six mentors (CCIO advisory panel)"),
    ("themes", "innovative thinking"),
    ("an anonymous quote of a stream", "\u{2014} one CCIO mentee"),
    ("a mentor's quote", "It made me a better listener"),
    ("with name and title", ", Chief Information Officer, "),
    ("the workshop", "Summer School workshop"),
    ("next year's first new stream", "Clinical Safety Officer"),
    ("where its mentors come from", "CSO Council"),
    (
        "next year's second new stream",
        "Digital Health Leadership Programme alumni",
    ),
    ("its mentors and mentees", "| 11 | 37 |"),
];

#[test]
fn the_report_of_2024_states_every_kind_of_fact_of_the_announcement() {
    let (_, report) = report_2024();
    let text = report.markdown();
    for (what, said) in ANNOUNCED {
        assert!(text.contains(said), "{what}: {said:?} is not in\n{text}");
    }
    assert!(text.contains("from 4.05 to 5.77"), "{text}");
    assert!(text.contains("Of 50 asked, 37 answered"), "{text}");
}

#[test]
fn the_report_begins_with_what_an_announcement_needs() {
    let (_, report) = report_2024();
    let text = report.markdown();
    let short = text.split("\n## ").nth(1).unwrap();
    let points: Vec<&str> = short.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    assert_eq!(
        points,
        [
            "50 mentees and 15 mentors of three streams (CCIO, CIO and CNIO) in 15 groups, from October 2023 to March 2024.",
            "89 of 90 sessions held; attendance 77 % (265 of 344); 49 of 50 mentees completed.",
            "Confidence in the role from 4.05 to 5.77 (+1.72) on a scale from 0 to 10, by 37 mentees who answered both times.",
            "Net promoter score +43 (37 answers).",
            "People spoke most of peer conversation, innovative thinking and confidence.",
        ]
    );
    assert!(report.html().contains("<ul class=\"points\"><li>50 mentees"));
}

#[test]
fn two_waves_of_one_occasion_are_told_apart_by_what_they_ask() {
    let office = with_example();
    let waves = done(office.dir(), &["--cohort", "2024", "waves"]);
    let asks: Vec<&str> = waves
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|is| is["instrument"].as_str())
        .collect();
    assert_eq!(asks.len(), 2);
    assert!(
        asks.contains(&"Satisfaction") && asks.contains(&"Role confidence"),
        "{asks:?}"
    );
}

#[test]
fn a_cohort_that_has_not_ended_is_reported_as_running() {
    let running = example::cohort("2025");
    let report = Report::of(
        &running,
        Neighbours::default(),
        cohort::exchange::example::clock(),
    );
    let said = "was launched in January 2025 and runs for six months";
    assert!(report.markdown().contains(said), "{}", report.markdown());
}

#[test]
fn what_nobody_has_answered_yet_is_not_in_the_short_of_a_report() {
    let running = example::cohort("2025");
    let report = Report::of(
        &running,
        Neighbours::default(),
        cohort::exchange::example::clock(),
    );
    let text = report.markdown();
    let short = text.split("\n## ").nth(1).unwrap();
    assert!(short.starts_with("In short\n"), "{short}");
    assert!(
        !short.contains("Confidence in the role") && !short.contains("promoter"),
        "{short}"
    );
}

#[test]
fn the_report_is_the_same_in_every_format() {
    let (_, report) = report_2024();
    let (text, page) = (report.markdown(), report.html());
    for section in &report.sections {
        assert!(text.contains(section.heading) && page.contains(section.heading));
    }
    for quote in report.quotes() {
        let escaped = quote.text.replace('&', "&amp;");
        assert!(page.contains(&escaped) && text.contains(&escaped), "{quote:?}");
    }
    for outside in ["http://", "https://", "<script", "src=", "url("] {
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(outside), "the page names {outside}");
    }
}

#[test]
fn nobody_who_is_held_back_is_named_in_the_report() {
    let (model, report) = report_2024();
    let text = report.markdown() + &report.html();
    let named: Vec<&str> = report.quotes().iter().map(|quote| quote.label.as_str()).collect();
    for (id, person) in model.people.iter() {
        let may = named.iter().any(|label| label.starts_with(&person.name));
        if !may && model.takes_part(id) {
            assert!(!text.contains(&person.name), "{} is named", person.name);
            assert!(
                person.email.is_empty() || !text.contains(&person.email),
                "{}",
                person.email
            );
        }
    }
}

#[test]
fn the_report_is_written_by_one_command() {
    let office = with_example();
    let dir = tempfile::tempdir().unwrap();
    for ending in ["md", "html", "xlsx"] {
        let file = dir.path().join(format!("report.{ending}"));
        let path = file.display().to_string();
        let said = done(office.dir(), &["--cohort", "2024", "report", "--to", &path]);
        assert_eq!(said["file"], path);
        assert!(said["quotes"].as_u64().unwrap() >= 4, "{said}");
        assert!(
            said["held"].as_u64().unwrap() > 0 && said["suppressed"].is_u64(),
            "{said}"
        );
        assert!(std::fs::metadata(&file).unwrap().len() > 4000);
    }
    let book = cohort::exchange::read_sheet(
        "report.xlsx",
        &std::fs::read(dir.path().join("report.xlsx")).unwrap(),
    );
    assert!(book.is_ok(), "the workbook can be read again: {:?}", book.err());
    let checked = run(office.dir(), &["--cohort", "2024", "report", "--check", "--json"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert_eq!(checked.json()["publishable"], true);
    let running = run(office.dir(), &["--cohort", "2025", "report", "--check"]);
    assert_eq!(running.code, 1, "{running:?}");
    assert!(running.out.contains("is open until"), "{running:?}");
    let unknown = run(office.dir(), &["report", "--to", "report.pdf"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
}

/// Where Node finds the packages that are installed for tests.
fn node_modules() -> Option<PathBuf> {
    let named = std::env::var("COHORT_NODE_MODULES").ok().map(PathBuf::from);
    let found = named.into_iter().chain([here("target/tools/npm/node_modules")]);
    found
        .into_iter()
        .find(|dir| dir.join("axe-core/axe.min.js").exists() && dir.join("playwright-core").exists())
}

/// The browser.
fn chromium() -> Option<PathBuf> {
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ]
    .into_iter()
    .map(PathBuf::from)
    .find(|path| path.exists())
}

#[test]
fn the_page_is_readable_in_a_browser_and_axe_finds_no_violation() {
    let (Some(modules), Some(browser)) = (node_modules(), chromium()) else {
        return skipped("Chromium with Playwright and axe-core");
    };
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("report.html");
    std::fs::write(&page, report_2024().1.html()).unwrap();
    let mut command = Command::new("node");
    command
        .arg(here("tests/suite/kit/browser.js"))
        .args([&page, &browser, &modules])
        .env("HOME", dir.path());
    let done = ran(&mut command).expect("Node runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let found: Value = serde_json::from_slice(&done.stdout).expect("the browser answers in JSON");
    for width in ["320", "1280"] {
        let at = &found[width];
        assert_eq!(at["violations"], serde_json::json!([]), "at {width} pixels");
        assert_eq!(
            at["wider"],
            serde_json::json!(false),
            "the page is wider than {width} pixels"
        );
        assert!(at["passes"].as_u64().unwrap() > 10, "axe looked at it: {at}");
        assert!(
            at["smallest"].as_f64().unwrap() >= 11.0,
            "text of a chart is too small: {at}"
        );
        assert_eq!(at["requests"], serde_json::json!([]), "it fetches nothing");
    }
}

#[test]
fn everything_on_one_person_is_handed_over_and_nobody_else() {
    let office = with_example();
    let dir = tempfile::tempdir().unwrap();
    let model = example::cohort("2024");
    let (_, quote) = model.quotes.iter().find(|(_, is)| is.speaker.is_some()).unwrap();
    let speaker = model.enrolments.get(quote.speaker.unwrap()).unwrap().person;
    let who = model.people.get(speaker).unwrap();
    let path = dir.path().display().to_string();
    let said = done(office.dir(), &["subject", &who.email, "--to", &path]);
    assert!(said["records"].as_u64().unwrap() > 10, "{said}");
    assert!(said["entries"].as_u64().unwrap() > 0, "{said}");
    let text = std::fs::read_to_string(dir.path().join("subject.txt")).unwrap();
    let json = std::fs::read_to_string(dir.path().join("subject.json")).unwrap();
    for own in [&who.name, &who.email, &quote.said] {
        assert!(
            text.contains(own.as_str()) && json.contains(own.as_str()),
            "{own} is missing"
        );
    }
    for (id, other) in model.people.iter().filter(|(id, _)| *id != speaker) {
        assert!(
            !text.contains(&other.name) && !json.contains(&other.name),
            "{id} {} is named",
            other.name
        );
        assert!(
            other.email.is_empty() || !json.contains(&other.email),
            "{}",
            other.email
        );
    }
}

#[test]
fn what_is_due_is_listed_with_its_clock() {
    let office = with_example();
    let model = example::cohort("2025");
    let (_, someone) = model.people.iter().find(|(id, _)| model.takes_part(*id)).unwrap();
    let claim = [
        "add",
        "claim",
        &format!("person={}", someone.email),
        "what=erasure",
        "received=2025-03-10",
    ];
    done(office.dir(), &claim);
    let due = done(office.dir(), &["due"]);
    let first = &due.as_array().unwrap()[0];
    assert_eq!(
        (&first["person"], &first["what"]),
        (
            &Value::from(someone.name.as_str()),
            &Value::from("erasure asked for")
        )
    );
    assert_eq!(
        (first["due"].as_str(), first["days"].as_i64()),
        (Some("2025-04-10"), Some(23))
    );
    let later = done(office.dir(), &["due", "--within", "400"]);
    assert!(
        later.as_array().unwrap().len() > 60,
        "the people of 2024 are due in March 2026"
    );
}

#[test]
fn a_questionnaire_of_ones_own_is_taken_in_and_asked() {
    let office = with_example();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("own.csv");
    std::fs::write(
        &file,
        "key,question,scale,counts\nfit,How well does it fit?,1 to 5,yes\nwhy,Why?,text,\n",
    )
    .unwrap();
    let path = file.display().to_string();
    let add = [
        "questionnaire",
        &path,
        "--key",
        "mid",
        "--name",
        "Mid-year check",
        "--for",
        "mentees",
    ];
    assert_eq!(done(office.dir(), &add)["questions"], 2);
    let asked = done(
        office.dir(),
        &["ask", "mid", "--occasion", "midpoint", "--anonymous"],
    );
    assert!(asked["asked"].as_u64().unwrap() > 90, "{asked}");
    let wave = asked["id"].as_str().unwrap();
    let listed = done(office.dir(), &["waves"]);
    let ours = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|is| is["id"] == wave)
        .unwrap();
    assert_eq!(
        (&ours["anonymous"], &ours["answered"], &ours["state"]),
        (&Value::from(true), &Value::from(0), &Value::from("open"))
    );
    let who = done(office.dir(), &["waves", wave]);
    assert!(who.as_array().unwrap().iter().all(|is| is["waiting"] == true));
    let answered = done(
        office.dir(),
        &["add", "response", &format!("wave={wave}"), "fit=4"],
    );
    assert!(answered["id"].is_string());
    let open = run(office.dir(), &["set", wave, "anonymous", "no"]);
    assert_eq!(
        open.code, 1,
        "an anonymous wave stays anonymous once answered: {open:?}"
    );
    let named = run(
        office.dir(),
        &["set", answered["id"].as_str().unwrap(), "enrolment", &someone()],
    );
    assert_eq!(named.code, 1, "an anonymous answer gets no name: {named:?}");
}

/// A participant of 2025.
fn someone() -> String {
    let model = example::cohort("2025");
    model
        .enrolments
        .ids()
        .next()
        .expect("somebody takes part")
        .to_string()
}

#[test]
fn no_history_tells_what_somebody_answered() {
    let office = with_example();
    let model = example::cohort("2024");
    let (id, is) = model
        .responses
        .iter()
        .find(|(_, is)| is.answers.iter().any(|a| a.number.is_some()))
        .unwrap();
    assert!(is.enrolment.is_some());
    let history = done(
        office.dir(),
        &["--cohort", "2024", "history", "--of", &id.to_string()],
    );
    let changes = history
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|entry| entry["changes"].as_array().unwrap());
    let mut answers =
        changes.filter(|change| change["id"] == id.to_string().as_str() && change["field"] == "answers");
    let after = &answers.next().expect("the answer came in an entry")["after"];
    for answer in after.as_array().unwrap() {
        assert!(!answer["number"].is_number(), "{answer}");
    }
}
