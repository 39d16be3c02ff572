use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::*;
use crate::domain::sample::{at, day, group, now, person, world};
use crate::domain::{AdminRole, Busy, BusyKind, FreeTime, Mint, Record, SessionState, Verdict};

/// The small world with nothing planned from round 4 on.
fn unplanned() -> Model {
    let mut model = world();
    let later: Vec<_> = model
        .sessions
        .iter()
        .filter(|(_, is)| is.state == SessionState::Planned && model.day(is.starts) > day(2025, 3, 31))
        .map(|(id, _)| id)
        .collect();
    assert!(!later.is_empty(), "there was something to take away");
    later.into_iter().for_each(|id| model.take(id.into()));
    model
}

fn ask() -> Ask {
    Ask::all(now())
}

fn proposal(model: &Model, ask: &Ask) -> Proposal {
    propose(model, ask, &Watch::default()).expect("not called off")
}

/// The cohort with the proposal in force, and what the rules warn of.
fn applied(model: &Model, proposal: &Proposal) -> (Model, Verdict) {
    let slots: Vec<Slot> = proposal.sessions.iter().map(Proposed::slot).collect();
    let edit = model
        .add_sessions(&mut Mint::seeded(7), &slots)
        .expect("it can be added");
    let verdict = model
        .admit(&edit, AdminRole::Editor, now())
        .expect("no rule is broken");
    (model.after(&edit.changes), verdict)
}

fn set_cohort(model: &mut Model, set: impl FnOnce(&mut Cohort)) {
    let mut cohort = model.cohort().expect("there is one").clone();
    set(&mut cohort);
    model.put(Record::Cohort(model.focus, Box::new(cohort)), 50);
}

fn away(model: &mut Model, who: Option<&str>, from: NaiveDate, until: NaiveDate) {
    let busy = Busy {
        person: who.map(|name| person(model, name)),
        kind: if who.is_some() {
            BusyKind::Leave
        } else {
            BusyKind::Holiday
        },
        what: String::new(),
        starts: at(from, 0, 0),
        ends: at(until, 0, 0),
        uid: format!("{who:?} {from}"),
    };
    let number = 9_000 + model.busy_times.len() as u64;
    model.put(Record::Busy(Id::new(number), Box::new(busy)), 50);
}

#[test]
fn every_session_that_is_missing_gets_a_place_that_breaks_no_rule() {
    let model = unplanned();
    let plan = proposal(&model, &ask());
    assert_eq!(plan.unplaced, []);
    assert_eq!(plan.sessions.len(), 9, "three groups, rounds 4 to 6");
    assert!(plan.is_optimal(), "{} of {}", plan.bound, plan.cost);
    let (after, _) = applied(&model, &plan);
    for (id, is) in after.sessions.iter().filter(|(id, _)| !model.sessions.has(*id)) {
        let round = after.round_of(id).expect("of a round");
        let on = after.day(is.starts);
        assert!(round.opens <= on && on <= round.closes, "outside its window");
        assert_eq!(after.clashes(id), [], "{}", after.session_title(id));
    }
    for group in after.groups_sorted() {
        let days: Vec<_> = after
            .standing_sessions_of(group)
            .iter()
            .map(|(_, is)| after.day(is.starts))
            .collect();
        assert!(
            days.windows(2).all(|two| (two[1] - two[0]).num_days() >= 14),
            "{days:?}"
        );
    }
}

#[test]
fn a_cost_is_the_sum_of_its_parts() {
    let mut model = unplanned();
    away(&mut model, None, day(2025, 4, 14), day(2025, 4, 26));
    let plan = proposal(&model, &ask());
    let parts: u32 = plan.sessions.iter().map(|one| one.parts.cost()).sum();
    assert!(parts > 0, "something costs");
    assert_eq!(plan.cost, i64::from(parts) + 10_000 * plan.unplaced.len() as i64);
}

#[test]
fn the_same_cohort_gets_the_same_plan() {
    let model = unplanned();
    assert_eq!(proposal(&model, &ask()), proposal(&model, &ask()));
}

#[test]
fn sixteen_hundred_stays_sixteen_hundred_when_the_clocks_change() {
    let mut model = unplanned();
    let standing: Vec<_> = model.sessions.ids().collect();
    standing.into_iter().for_each(|id| model.take(id.into()));
    let first = at(day(2025, 3, 20), 16, 0);
    let plan = proposal(
        &model,
        &Ask::first_at(&model, group(&model, "CNIO-1"), first, now()),
    );
    assert_eq!(plan.sessions[0].starts, first);
    let sixteen = NaiveTime::from_hms_opt(16, 0, 0).expect("a time");
    assert!(
        plan.sessions
            .iter()
            .all(|one| model.local(one.starts).time() == sixteen)
    );
    assert_eq!(
        plan.sessions[1].starts,
        at(day(2025, 4, 17), 15, 0),
        "15:00 UTC is 16:00 in London then"
    );
}

#[test]
fn a_bank_holiday_is_stepped_round() {
    let mut model = unplanned();
    let plan = proposal(&model, &ask());
    let taken = model.day(plan.sessions[0].starts);
    away(&mut model, None, taken, taken + TimeDelta::days(1));
    let plan = proposal(&model, &ask());
    assert!(plan.sessions.iter().all(|one| model.day(one.starts) != taken));
    assert_eq!(plan.unplaced, []);
}

#[test]
fn free_times_move_a_session() {
    let mut model = unplanned();
    let only = group(&model, "CNIO-1");
    let asked = Ask {
        groups: vec![only],
        ..ask()
    };
    let lead = model.lead_of(only, day(2025, 4, 1)).expect("it has one");
    let mut is = model.enrolments.get(lead).expect("there").clone();
    is.availability = vec![FreeTime {
        day: 4,
        from: 15 * 60,
        to: 16 * 60,
    }];
    model.put(Record::Enrolment(lead, Box::new(is)), 50);
    let plan = proposal(&model, &asked);
    for one in &plan.sessions {
        assert_eq!(
            model.local(one.starts).format("%a %H:%M").to_string(),
            "Fri 15:00"
        );
        assert_eq!(one.parts.times, 0);
    }
}

#[test]
fn no_more_sessions_at_once_than_there_are_facilitators() {
    let mut model = unplanned();
    let at_once = |plan: &Proposal| {
        let overlaps = |a: &Proposed, b: &Proposed| (a.starts - b.starts).num_minutes().abs() < 60;
        let each = plan
            .sessions
            .iter()
            .map(|a| plan.sessions.iter().filter(|b| overlaps(a, b)).count());
        each.max().unwrap_or(0)
    };
    set_cohort(&mut model, |cohort| cohort.sessions_at_once = 1);
    let plan = proposal(&model, &ask());
    assert_eq!(at_once(&plan), 1);
    assert_eq!(plan.unplaced, []);
    set_cohort(&mut model, |cohort| cohort.sessions_at_once = 0);
    let plan = proposal(&model, &ask());
    assert_eq!(plan.sessions, []);
    assert_eq!(plan.unplaced.len(), 9);
    assert_eq!(plan.unplaced[0].in_the_way[0].0, "the facilitators");
}

#[test]
fn a_session_without_a_place_names_who_is_in_the_way_and_the_nearest_times() {
    let mut model = unplanned();
    away(
        &mut model,
        Some("Simon Whitfield"),
        day(2025, 4, 1),
        day(2025, 5, 1),
    );
    let plan = proposal(&model, &ask());
    let of = group(&model, "CCIO-2");
    assert_eq!(plan.unplaced.len(), 1);
    let one = &plan.unplaced[0];
    assert_eq!((one.group, model.round_number(one.round)), (of, 4));
    assert_eq!(one.in_the_way[0], ("Simon Whitfield".to_owned(), one.times));
    assert_eq!(one.nearest.len(), 3);
    let said = sentence(&model, one).join(". ");
    assert!(
        said.contains("Simon Whitfield") && said.contains("leave"),
        "{said}"
    );
    assert!(plan.cost >= 10_000);
}

#[test]
fn nobody_is_in_two_sessions_at_once() {
    let mut model = unplanned();
    // Three groups with one mentor, who can come on one hour of the week only: they share out its weeks.
    let mentor = model
        .lead_of(group(&model, "CCIO-1"), day(2025, 4, 1))
        .expect("it has one");
    for code in ["CCIO-2", "CNIO-1"] {
        let id = group(&model, code);
        let mut is = model.groups.get(id).expect("there").clone();
        is.leads[0].enrolment = mentor;
        model.put(Record::Group(id, Box::new(is)), 50);
    }
    let plan = proposal(&model, &ask());
    for (number, one) in plan.sessions.iter().enumerate() {
        for other in &plan.sessions[number + 1..] {
            assert!(
                (one.starts - other.starts).num_minutes().abs() >= 60,
                "{} {}",
                one.starts,
                other.starts
            );
        }
    }
    assert_eq!(plan.unplaced, []);
}

#[test]
fn what_a_colleague_changed_meanwhile_is_told() {
    let mut model = unplanned();
    let before = proposal(&model, &ask());
    assert_eq!(changed(&before, &before), []);
    let first = &before.sessions[0];
    let on = model.day(first.starts);
    let group = first.group;
    away(&mut model, None, on, on + TimeDelta::days(1));
    let after = proposal(&model, &ask());
    assert!(changed(&before, &after).iter().any(|(of, _)| *of == group));
}

#[test]
fn a_plan_that_is_called_off_is_none() {
    let watch = Watch::default();
    watch.cancel();
    assert_eq!(propose(&unplanned(), &ask(), &watch), Err(Cancelled));
}
