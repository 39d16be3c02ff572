//! Many random edits by several clients at once: in the end every model, and the disk, say the same.
//!
//! `COHORT_EDITS=100000 cargo test --release --test suite soak` does it at the length of quality.md §1.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use cohort::domain::{Change, Delta, Edit, Id, Label, Mint, Model, Person, Reason};
use cohort::hub::{Link, LinkEvent};
use cohort::store::{Ground, Store};

use crate::kit::office::{Office, somebody, who};

/// Clients.
const CLIENTS: u64 = 3;
/// Edits of all of them together, unless `COHORT_EDITS` says otherwise.
const EDITS: usize = 3_000;
/// Edits that one client has on the way at once.
const IN_FLIGHT: usize = 32;

/// Something small that anybody might do, as seen from this model.
fn something(model: &Model, mint: &mut Mint) -> Edit {
    let people: Vec<Id<Person>> = model.people.ids().collect();
    let picked = people.get(mint.number() as usize % people.len().max(1)).copied();
    let change: Change = match (mint.number() % 8, picked) {
        (0 | 1, _) | (_, None) => {
            let number = mint.number() % 1_000_000;
            Delta::made(mint.id(), somebody(&format!("Number {number}"))).into()
        }
        (2, Some(id)) => Delta::gone(id, model.people.get(id).expect("it was listed").clone()).into(),
        (field, Some(id)) => {
            let before = model.people.get(id).expect("it was listed").clone();
            let mut after = before.clone();
            let text = format!("v{}", mint.number() % 1_000);
            match field {
                3 | 4 => after.region = text,
                5 => after.note = text,
                _ => after.job_title = text,
            }
            Delta::changed(id, before, after).into()
        }
    };
    model.edit(mint.nonce(), Label::new("do", "something"), vec![change])
}

/// Does so many random edits; answers the model after the last of all entries, and how many landed.
fn work(
    dir: &Path,
    number: u64,
    edits: usize,
    finish: &mpsc::Receiver<u64>,
    done: &mpsc::Sender<u64>,
) -> Model {
    let (tell, events) = mpsc::channel();
    let link = Link::join(dir, who("Ann"), move |event| drop(tell.send(event)));
    let mut mint = Mint::seeded(77 + number);
    let mut model: Option<Model> = None;
    let mut waiting = BTreeSet::new();
    let mut proposed = 0;
    let mut last = 0;
    let mut until = None;
    loop {
        if let (Some(model), Some(until)) = (&model, until)
            && model.rev >= until
        {
            link.leave();
            return model.clone();
        }
        match events.recv_timeout(Duration::from_millis(20)) {
            Ok(LinkEvent::Welcome(fresh, _)) => model = Some(*fresh),
            Ok(LinkEvent::Landed(entry)) => model.iter_mut().for_each(|model| model.apply(&entry)),
            Ok(LinkEvent::Settled { nonce, rev }) => {
                assert!(waiting.remove(&nonce), "an edit is answered once");
                last = last.max(rev);
            }
            Ok(LinkEvent::Refused { nonce, refusal }) => {
                assert!(waiting.remove(&nonce), "an edit is answered once");
                assert!(
                    matches!(refusal.reason, Reason::Conflict | Reason::Rule),
                    "{refusal}"
                );
            }
            Ok(LinkEvent::Failed(problem)) => panic!("client {number}: {problem}"),
            Ok(_) | Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("the link ended"),
        }
        let Some(model) = &model else { continue };
        while proposed < edits && waiting.len() < IN_FLIGHT {
            let edit = something(model, &mut mint);
            waiting.insert(edit.nonce);
            link.propose(edit);
            proposed += 1;
            if proposed == edits {
                break;
            }
        }
        if proposed == edits && waiting.is_empty() && until.is_none() {
            if last != u64::MAX {
                done.send(last).expect("the test waits for it");
                last = u64::MAX;
            }
            until = finish.try_recv().ok();
        }
    }
}

#[test]
fn random_edits_by_three_clients_leave_the_same_model_on_all_and_on_disk() {
    let edits = std::env::var("COHORT_EDITS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(EDITS);
    let (mut office, ann, _) = Office::begun();
    let cohort = ann.model().focus;
    drop(ann);
    let (done, dones) = mpsc::channel();
    let (clients, finishes): (Vec<_>, Vec<_>) = (0..CLIENTS)
        .map(|number| {
            let (finish, finished) = mpsc::channel();
            let (dir, done) = (office.dir().to_owned(), done.clone());
            let each = edits / CLIENTS as usize;
            (
                std::thread::spawn(move || work(&dir, number, each, &finished, &done)),
                finish,
            )
        })
        .unzip();
    drop(done);
    let last = (0..CLIENTS)
        .map(|_| dones.recv().expect("every client is done"))
        .max()
        .unwrap_or(0);
    for finish in finishes {
        finish.send(last).expect("the client waits for it");
    }
    let models: Vec<Model> = clients
        .into_iter()
        .map(|client| client.join().expect("it does not fail"))
        .collect();
    let fresh = office.client("Ann").model().clone();
    for model in &models {
        assert_eq!(model, &fresh);
    }
    office.close();
    let store = Store::open(&Ground::at(office.dir()).expect("it is a directory")).expect("it opens");
    assert_eq!(store.verify(), []);
    assert_eq!(store.model(cohort).expect("it can be read"), fresh);
    assert!(fresh.rev > edits as u64 / 2, "most edits landed: {}", fresh.rev);
}
