//! An office for tests: a store at work on a throw-away directory, and clients of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use cohort::domain::{
    AnyId, Cohort, Delta, Edit, Family, Id, Label, Mint, Model, Person, Record, Stream, StreamState,
};
use cohort::hub::{Client, Service, Serving, Start, Wanted, Who};

/// A store in this process.
pub struct Office {
    dir: tempfile::TempDir,
    service: Option<Service>,
}

/// The store's clock in tests: noon on 18 March 2025.
pub fn noon() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2025, 3, 18)
        .and_then(|day| day.and_hms_opt(12, 0, 0))
        .expect("the day exists")
        .and_utc()
}

/// How tests serve: by a fixed clock, until told to stop.
pub fn serving() -> Serving {
    Serving {
        clock: Box::new(noon),
        ..Serving::always()
    }
}

/// Somebody of this name, who starts no store.
pub fn who(name: &str) -> Who {
    Who {
        name: Some(name.to_owned()),
        cohort: Wanted::Usual,
        start: Start::Never,
    }
}

impl Office {
    /// An office with nothing in it.
    pub fn empty() -> Self {
        Self::serving(serving())
    }

    /// An office with nothing in it, served like this.
    pub fn serving(serving: Serving) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory can be made");
        let service = Service::start(dir.path(), serving).expect("the store starts");
        Self {
            dir,
            service: Some(service),
        }
    }

    /// An office with a cohort, begun by Ann, who stays connected.
    pub fn begun() -> (Self, Client, Mint) {
        let office = Self::empty();
        let mut mint = Mint::seeded(2025);
        let mut ann = office.client("Ann");
        begin(&mut ann, &mut mint);
        let cohort = ann.model().cohorts.ids().next().expect("the cohort was made");
        ann.open(cohort).expect("the cohort opens");
        (office, ann, mint)
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Somebody who works here.
    pub fn client(&self, name: &str) -> Client {
        Client::connect(self.dir(), who(name)).expect("the client is let in")
    }

    /// Closes for the night and opens again.
    pub fn reopen(&mut self) {
        self.close();
        self.service = Some(Service::start(self.dir(), serving()).expect("the store starts again"));
    }

    /// Closes for the night.
    pub fn close(&mut self) {
        if let Some(service) = self.service.take() {
            service.stop();
            service.wait();
        }
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.close();
    }
}

/// Makes the first cohort.
pub fn begin(client: &mut Client, mint: &mut Mint) {
    let edit = first_edit(mint);
    client.propose(edit).expect("the first cohort can be made");
}

/// The edit that makes the first cohort, with one stream.
pub fn first_edit(mint: &mut Mint) -> Edit {
    let id: Id<Cohort> = mint.id();
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).expect("the day exists");
    let stream = Stream {
        code: "CCIO".into(),
        name: "Chief clinical information officers".into(),
        family: Family::Clinical,
        source: String::new(),
        lead: String::new(),
        order: 1,
        state: StreamState::Open,
    };
    Edit {
        nonce: mint.nonce(),
        cohort: id,
        label: Label::new("begin", "2025"),
        changes: vec![
            Delta::made(id, Cohort::draft("2025", day(1, 1), day(6, 30))).into(),
            Delta::made(mint.id(), stream).into(),
        ],
    }
}

/// Somebody of this name.
pub fn somebody(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        email: format!("{}@example.org", name.to_lowercase().replace(' ', ".")),
        ..Person::default()
    }
}

/// The edit that adds a person of this name.
pub fn add(model: &Model, mint: &mut Mint, name: &str) -> (Id<Person>, Edit) {
    let id = mint.id();
    let changes = vec![Delta::made(id, somebody(name)).into()];
    (id, model.edit(mint.nonce(), Label::new("add", name), changes))
}

/// The edit that changes a person as the model has them.
pub fn change(model: &Model, mint: &mut Mint, id: Id<Person>, to: impl FnOnce(&mut Person)) -> Edit {
    let before = model.people.get(id).expect("the person is there").clone();
    let mut after = before.clone();
    to(&mut after);
    let label = Label::new("change", before.name.clone());
    model.edit(
        mint.nonce(),
        label,
        vec![Delta::changed(id, before, after).into()],
    )
}

/// The person with this id.
pub fn read(model: &Model, id: Id<Person>) -> Person {
    match model.record(AnyId::from(id)) {
        Some(Record::Person(_, person)) => *person,
        _ => panic!("{id} is not there"),
    }
}

/// Takes what has landed into the client's model until it has this entry.
pub fn catch_up(client: &mut Client, rev: u64) {
    while client.model().rev < rev {
        let entry = client
            .next_entry(Duration::from_secs(10))
            .expect("the store answers");
        assert!(entry.is_some(), "entry {rev} did not come");
    }
}

/// Somebody whose store is the built program, started when nobody answers.
pub fn real(name: &str) -> Who {
    Who {
        start: Start::Program {
            path: Some(PathBuf::from(env!("CARGO_BIN_EXE_cohort"))),
            idle_exit: 2,
            clock_offset: 0,
        },
        ..who(name)
    }
}
