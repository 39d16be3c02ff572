//! Tests of cohorts.

use super::*;
use crate::domain::intent::world::*;
use crate::domain::{Mark, Record};

fn nothing() -> Model {
    Model::empty(Id::new(9))
}

/// The model of the cohort that an edit makes.
fn opened(edit: &Edit) -> Model {
    let mut model = Model::empty(edit.cohort);
    model.try_on(&edit.changes);
    model
}

#[test]
fn the_template_brings_streams_rounds_instruments_and_themes() {
    let (first, last) = (day("2025-01-01"), day("2025-06-30"));
    let edit = nothing()
        .new_cohort(&mut mint(), "2025", first, last, true, None)
        .unwrap();
    let model = opened(&edit);
    assert_eq!(edit.subject(), Some(edit.cohort.into()));
    assert_eq!(model.cohort().unwrap().name, "2025");
    let codes: Vec<_> = model
        .streams_sorted()
        .iter()
        .map(|id| model.stream_code(*id))
        .collect();
    assert_eq!(codes, ["CCIO", "CIO", "CNIO", "CSO", "DHLP"]);
    let rounds: Vec<_> = (1..=6)
        .map(|n| {
            model
                .rounds
                .get(model.round_numbered(n).unwrap())
                .unwrap()
                .clone()
        })
        .collect();
    assert_eq!(
        (rounds[1].opens, rounds[1].closes),
        (day("2025-02-01"), day("2025-02-28"))
    );
    assert_eq!((rounds[5].opens, rounds[5].closes), (day("2025-06-01"), last));
    let mut keys: Vec<_> = model.instruments.iter().map(|(_, i)| i.key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["confidence", "exit", "match", "pulse", "satisfaction"]);
    let confidence = model
        .instruments
        .iter()
        .find(|(_, i)| i.key == "confidence")
        .unwrap()
        .1;
    assert_eq!((confidence.questions.len(), confidence.enough), (8, 6));
    assert_eq!(model.themes.len(), 4);
}

#[test]
fn what_the_programme_shares_is_not_made_twice() {
    let (first, last) = (day("2025-01-01"), day("2025-06-30"));
    let edit = nothing()
        .new_cohort(&mut mint(), "2025", first, last, true, None)
        .unwrap();
    let model = opened(&edit);
    let mut other = Mint::seeded(4);
    let (first, last) = (day("2026-01-01"), day("2026-06-30"));
    let edit = model
        .new_cohort(&mut other, "2026", first, last, true, None)
        .unwrap();
    assert_ne!(edit.cohort, model.focus);
    let shared = edit.changes.iter().filter(|c| c.kind().is_shared()).count();
    assert_eq!(shared, 1, "only the cohort itself");
}

#[test]
fn rounds_share_the_days_where_there_are_not_as_many_months() {
    let parts = windows(day("2025-03-01"), day("2025-05-31"), 4);
    assert_eq!(parts[0], (1, day("2025-03-01"), day("2025-03-23")));
    assert_eq!(parts[3].2, day("2025-05-31"));
    assert!(parts.windows(2).all(|p| p[0].2.succ_opt() == Some(p[1].1)));
    let autumn = windows(day("2023-10-01"), day("2024-03-31"), 6);
    assert_eq!((autumn[3].1, autumn[3].2), (day("2024-01-01"), day("2024-01-31")));
}

#[test]
fn a_cohort_needs_a_free_name_and_days_in_order() {
    let w = world();
    let make = |name, from, to| {
        w.model
            .new_cohort(&mut mint(), name, day(from), day(to), true, None)
    };
    assert_eq!(
        make("2025", "2026-01-01", "2026-06-30").unwrap_err().what,
        "there is a cohort 2025 already"
    );
    assert_eq!(
        make(" ", "2026-01-01", "2026-06-30").unwrap_err().what,
        "a cohort needs a name"
    );
    let refused = make("2026", "2026-06-30", "2026-01-01").unwrap_err();
    assert_eq!(refused.what, "2026-01-01 is not after 2026-06-30");
}

#[test]
fn a_cohort_made_from_another_has_its_settings_streams_and_mentors() {
    let mut w = world();
    let mut cohort = w.model.settings();
    cohort.group_max = 8;
    w.model.put(Record::Cohort(w.model.focus, Box::new(cohort)), 1);
    let (first, last) = (day("2026-01-01"), day("2026-06-30"));
    let edit = w
        .model
        .new_cohort(&mut mint(), "2026", first, last, false, Some(&w.model))
        .unwrap();
    assert_eq!(edit.label.to_string(), "add cohort 2026 from 2025, 3 mentors");
    let mut model = opened(&edit);
    for (id, person) in w.model.people.iter() {
        model.put(Record::Person(id, Box::new(person.clone())), 1);
    }
    assert_eq!(
        (model.settings().group_max, model.settings().state),
        (8, CohortState::Draft)
    );
    let amara = model.participant(w.person(w.amara)).unwrap();
    assert_eq!(
        (amara.role, amara.stream.map(|s| model.stream_code(s))),
        (Role::Mentor, Some("CCIO".into()))
    );
    assert_eq!(model.pool(), vec![]);
    assert_eq!(model.possible_mentors(&w.model), vec![]);
}

#[test]
fn mentees_who_completed_may_become_mentors() {
    let w = world();
    let edit = w
        .model
        .set_cohort_state(&mut mint(), CohortState::Closed, now())
        .unwrap();
    let earlier = w.played(&edit);
    let mut next = Model::empty(Id::new(77));
    for (id, person) in w.model.people.iter() {
        next.put(Record::Person(id, Box::new(person.clone())), 1);
    }
    let names: Vec<_> = next
        .possible_mentors(&earlier)
        .iter()
        .map(|p| next.name_of(*p))
        .collect();
    assert_eq!(
        names,
        ["Beth Turner", "Daniel Price", "Fatima Rahman", "Kofi Mensah"]
    );
}

#[test]
fn a_stream_gets_the_next_place_and_a_code_of_its_own() {
    let w = world();
    let add = |code| {
        w.model
            .add_stream(&mut mint(), code, "", Family::Clinical, "CSO Council")
    };
    let edit = add("CSO").unwrap();
    let after = w.played(&edit);
    let stream = after.streams.get(edit.made().unwrap()).unwrap();
    assert_eq!((stream.order, stream.name.as_str()), (3, "CSO"));
    assert_eq!(add("ccio").unwrap_err().what, "there is a stream CCIO already");
    assert_eq!(add("").unwrap_err().what, "a stream needs a code");
}

#[test]
fn only_an_empty_stream_is_archived() {
    let w = world();
    let refused = w.model.archive_stream(&mut mint(), w.cnio).unwrap_err();
    assert_eq!(refused.what, "CNIO has 1 group and 2 people");
    let added = w
        .model
        .add_stream(&mut mint(), "CSO", "", Family::Clinical, "")
        .unwrap();
    let model = w.played(&added);
    let edit = model.archive_stream(&mut mint(), added.made().unwrap()).unwrap();
    let after = played(&model, &edit);
    assert_eq!(
        after.streams.get(added.made().unwrap()).unwrap().state,
        StreamState::Archived
    );
}

#[test]
fn beginning_a_cohort_makes_people_and_led_groups_active() {
    let mut w = world();
    let mut cohort = w.model.settings();
    cohort.state = CohortState::Matching;
    w.model.put(Record::Cohort(w.model.focus, Box::new(cohort)), 1);
    let mut fatima = w.model.enrolments.get(w.fatima).unwrap().clone();
    fatima.state = EnrolmentState::Confirmed;
    w.model.put(Record::Enrolment(w.fatima, Box::new(fatima)), 1);
    let mut group = w.model.groups.get(w.ccio_2).unwrap().clone();
    group.state = GroupState::Forming;
    w.model.put(Record::Group(w.ccio_2, Box::new(group)), 1);
    let edit = w
        .model
        .set_cohort_state(&mut mint(), CohortState::Running, now())
        .unwrap();
    assert_eq!(edit.label.to_string(), "set cohort 2025 to running");
    let after = w.played(&edit);
    assert_eq!(
        after.enrolments.get(w.fatima).unwrap().state,
        EnrolmentState::Active
    );
    assert_eq!(after.groups.get(w.ccio_2).unwrap().state, GroupState::Active);
}

#[test]
fn closing_a_cohort_completes_who_came_often_enough() {
    let mut w = world();
    for (n, session) in w.sessions[..4].iter().enumerate() {
        let mut is = w.model.sessions.get(*session).unwrap().clone();
        is.state = SessionState::Closed;
        w.model.put(Record::Session(*session, Box::new(is)), 1);
        for (who, value) in [(w.fatima, MarkValue::Late), (w.daniel, MarkValue::Apologies)] {
            let mark = Mark {
                session: *session,
                enrolment: Some(who),
                guest: String::new(),
                value,
                minutes_late: None,
                note: String::new(),
                by: "Sam K".into(),
                at: now(),
            };
            let id = Id::new(800 + 10 * n as u64 + u64::from(who == w.daniel));
            w.model.put(Record::Mark(id, Box::new(mark)), 1);
        }
    }
    let edit = w
        .model
        .set_cohort_state(&mut mint(), CohortState::Closed, at("2025-07-01 09:00"))
        .unwrap();
    let after = w.played(&edit);
    let state = |id| after.enrolments.get(id).unwrap().state;
    assert_eq!(state(w.fatima), EnrolmentState::Completed);
    assert_eq!(state(w.daniel), EnrolmentState::DidNotComplete);
    assert_eq!(state(w.amara), EnrolmentState::Completed);
    assert_eq!(after.groups.get(w.ccio_2).unwrap().state, GroupState::Completed);
    let person = after.people.get(w.person(w.fatima)).unwrap();
    assert_eq!(person.retain_until, Some(day("2027-07-01")));
}
