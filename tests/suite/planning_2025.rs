//! The applications of 2025 from the import to groups in force and a full calendar, with the keys of tasks 10 and 13
//! of ux.md §9; and that what came of it breaks no rule of domain.md §3.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use cohort::domain::{BusyKind, Enrolment, Id, Model, Role};

use crate::imports::applications_2025;
use crate::kit::stage::Stage;

/// Rules that a proposal could break, looked at one by one in the records alone.
fn breaks_no_rule(model: &Model, now: DateTime<Utc>) {
    let broken: Vec<String> = model.broken_rules(now).into_iter().map(|one| one.what).collect();
    assert_eq!(broken, Vec::<String>::new());
    let email = |id: Id<Enrolment>| {
        let person = model.people.get(model.enrolments.get(id).expect("there").person);
        let person = person.expect("there");
        (person.email.to_lowercase(), person.line_manager.to_lowercase())
    };
    for (enrolment, is) in model.enrolments.iter().filter(|(_, is)| is.role == Role::Mentee) {
        let groups: Vec<_> = model.memberships_of(enrolment).map(|(_, is)| is.group).collect();
        assert_eq!(groups.len(), 1, "rule 2: {}", model.enrolled_name(enrolment));
        let stream = model.groups.get(groups[0]).expect("there").stream;
        assert!(
            stream == is.stream || Some(stream) == is.second_stream,
            "rule 4: {}",
            model.enrolled_name(enrolment)
        );
    }
    for group in model.groups_sorted() {
        let (code, limits) = (model.group_code(group), model.group_limits(group));
        let members = model.members(group);
        assert!(members.len() <= usize::from(limits.max), "rule 3: {code}");
        let leads = model.groups.get(group).expect("there").leads.len();
        assert_eq!(leads, 1, "rule 6: {code}");
        let lead = model.groups.get(group).expect("there").leads[0].enrolment;
        let inside: Vec<_> = members.iter().copied().chain([lead]).map(email).collect();
        for (address, manager) in &inside {
            let managed = inside
                .iter()
                .any(|(other, _)| other == manager && other != address);
            assert!(!managed, "rule 5: {address} with {manager} in {code}");
        }
    }
}

/// Every round of every group has its session where domain.md §6 wants it.
fn calendar_is_full(model: &Model) {
    let mut begins: BTreeMap<Id<Enrolment>, Vec<DateTime<Utc>>> = BTreeMap::new();
    let mut starts: Vec<DateTime<Utc>> = Vec::new();
    for group in model.groups_sorted() {
        let code = model.group_code(group);
        let sessions = model.standing_sessions_of(group);
        assert_eq!(sessions.len(), 6, "{code}");
        let mut days = Vec::new();
        for (id, is) in sessions {
            let (day, round) = (model.day(is.starts), model.round_of(id).expect("of a round"));
            assert!(
                round.opens <= day && day <= round.closes,
                "{code}: {day} is outside"
            );
            assert!(day.weekday().num_days_from_monday() < 5, "{code}: {day}");
            let holiday = |busy: &cohort::domain::Busy| {
                busy.kind == BusyKind::Holiday && busy.starts < is.ends() && is.starts < busy.ends
            };
            assert!(
                !model.busy_times.iter().any(|(_, busy)| holiday(busy)),
                "{code}: {day}"
            );
            assert_eq!(model.clashes(id), [], "{code} on {day}");
            for one in model.expected(id) {
                begins.entry(one.enrolment).or_default().push(is.starts);
            }
            starts.push(is.starts);
            days.push(day);
        }
        days.sort_unstable();
        let near = days.windows(2).any(|two| two[1] - two[0] < TimeDelta::days(14));
        assert!(!near, "{code}: {days:?}");
    }
    for (one, mut times) in begins {
        times.sort_unstable();
        let twice = times
            .windows(2)
            .any(|two| two[1] - two[0] < TimeDelta::minutes(60));
        assert!(!twice, "{} is in two places", model.enrolled_name(one));
    }
    let most = usize::from(model.settings().sessions_at_once);
    for at in &starts {
        let hour = TimeDelta::minutes(60);
        let together = starts
            .iter()
            .filter(|other| **other <= *at && *at < **other + hour);
        assert!(together.count() <= most, "more than {most} at once at {at}");
    }
}

fn pressed(stage: &mut Stage, keys: &str) -> usize {
    let before = stage.pressed;
    stage.press(keys);
    stage.pressed - before
}

#[test]
fn the_applications_of_2025_become_groups_and_a_full_calendar_with_the_keys_of_tasks_10_and_13() {
    let mut stage = applications_2025(80, 24);
    let pool = stage.model.pool().len();
    assert_eq!(pool, 102, "{}", stage.text());
    stage.press("3A").golden("grouping-2025-80x24");
    stage.press("<enter>").golden("grouping-2025-why-80x24");
    stage.press("<esc>");
    stage.resize(160, 50);
    stage.golden("grouping-2025-160x50");
    stage.resize(80, 24);
    assert_eq!(pressed(&mut stage, "y"), 1);
    assert!(stage.model.pool().is_empty(), "{}", stage.text());
    assert_eq!(stage.model.groups_sorted().len(), 30, "one for each mentor");
    breaks_no_rule(&stage.model, stage.now);
    stage.press("4a<enter>").golden("scheduling-2025-80x24");
    stage.resize(160, 50);
    stage.golden("scheduling-2025-160x50");
    stage.resize(80, 24);
    stage.press("y");
    calendar_is_full(&stage.model);
    breaks_no_rule(&stage.model, stage.now);
    // Two entries, two u: nobody has a date, nobody has a group, and the groups are gone.
    stage.press("u");
    assert!(stage.model.sessions.is_empty(), "{}", stage.text());
    stage.press("u");
    assert_eq!(
        (stage.model.pool().len(), stage.model.groups.len()),
        (pool, 0),
        "{}",
        stage.text()
    );
}
