//! Rules 10, 11, 12 and 18: steps of states, one atomic entry, nobody overwritten, and who may change what.

use cohort::domain::{
    Admin, AdminRole, ApplicationState, Change, CohortState, Delta, Edit, EnrolmentState, Entry, GroupState,
    Id, Label, Model, Occasion, Reason, Record, SessionState, State, Verdict, transitions,
};

use super::{admit, after, changed, edit, gone, made, refused};
use crate::kit::world::{self, day, enrolled, group, membership, now, person, session};

fn by(model: &Model, role: AdminRole, changes: Vec<Change>) -> Result<Verdict, (Reason, u8)> {
    model
        .admit(&edit(model, changes), role, now())
        .map_err(|refusal| (refusal.reason, refusal.rule))
}

#[test]
fn rule_10_every_change_of_state_is_in_a_table() {
    assert!(ApplicationState::Waitlisted.can_become(ApplicationState::Offered));
    assert!(!ApplicationState::Waitlisted.can_become(ApplicationState::Accepted));
    assert!(!ApplicationState::Declined.can_become(ApplicationState::Accepted));
    assert!(EnrolmentState::Active.can_become(EnrolmentState::Paused));
    assert!(EnrolmentState::Paused.can_become(EnrolmentState::Active));
    assert!(!EnrolmentState::Completed.can_become(EnrolmentState::Active));
    assert!(!GroupState::Merged.can_become(GroupState::Active));
    assert!(SessionState::Closed.can_become(SessionState::Held));
    assert!(!SessionState::Closed.can_become(SessionState::Cancelled));
    assert!(CohortState::Closed.can_become(CohortState::Evaluating));
    assert!(!CohortState::Closed.can_become(CohortState::Running));
}

#[test]
fn rule_10_every_state_is_reached_by_a_step_or_is_where_records_begin() {
    let listed = transitions();
    let reached = |of: &str, state: &str| listed.iter().any(|step| step.of == of && step.to == state);
    for state in ApplicationState::ALL {
        assert!(
            reached("an application", state.word()) || *state == ApplicationState::Received,
            "{state}"
        );
    }
    for state in EnrolmentState::ALL {
        assert!(reached("a participation", state.word()), "{state}");
    }
    for state in GroupState::ALL {
        assert!(reached("a group", state.word()), "{state}");
    }
    for state in SessionState::ALL {
        assert!(reached("a session", state.word()), "{state}");
    }
    for state in CohortState::ALL {
        assert!(
            reached("a cohort", state.word()) || *state == CohortState::Draft,
            "{state}"
        );
    }
}

#[test]
fn rule_10_a_step_that_is_in_no_table_is_refused_with_those_that_are() {
    let model = world::world();
    let dee = model
        .applications_of(person(&model, "Dee Foster"))
        .next()
        .expect("applied")
        .0;
    let review = changed(&model.applications, dee, |a| {
        a.state = ApplicationState::UnderReview
    });
    let what = "an application that is waitlisted cannot become under review";
    let hint = refused(&model, vec![review], 10, what);
    assert_eq!(hint, "it can become offered, declined, withdrawn");
}

fn entry(model: &Model, edit: Edit) -> Entry {
    Entry {
        rev: model.rev + 1,
        at: now(),
        by: "Sam K".to_owned(),
        edit,
        undoes: None,
    }
}

/// The same records, whatever revision touched them last.
fn same(one: &Model, other: &Model) -> bool {
    let records = |model: &Model| -> Vec<Record> { model.every_record().map(|(record, _)| record).collect() };
    records(one) == records(other)
}

#[test]
fn rule_10_what_one_person_did_is_undone_as_one() {
    let before = world::world();
    let mut model = before.clone();
    let changes = vec![
        changed(&model.people, person(&model, "Daniel Price"), |p| {
            p.phone = "0113 496 0000".to_owned()
        }),
        changed(&model.sessions, session(&model, "CCIO-1/4"), |s| {
            s.topic = "Boards".to_owned()
        }),
    ];
    let landed = entry(&model, edit(&model, changes));
    model.apply(&landed);
    let undo = model
        .undoing(&landed, 8, |_| String::new())
        .expect("nothing later depends on it");
    assert_eq!(undo.label.to_string(), "undo test the rules");
    assert_eq!(
        model.admit_undo(&undo, AdminRole::Editor, now()),
        Ok(Verdict::Fresh)
    );
    model.apply(&entry(&model, undo));
    assert!(same(&model, &before));
}

#[test]
fn rule_10_an_undo_takes_back_a_step_that_is_in_no_table() {
    let mut model = world::world();
    let harry = model
        .applications_of(person(&model, "Harry Coleman"))
        .next()
        .expect("applied")
        .0;
    let declined = changed(&model.applications, harry, |a| {
        a.state = ApplicationState::Declined
    });
    let landed = entry(&model, edit(&model, vec![declined]));
    model.apply(&landed);
    let undo = model
        .undoing(&landed, 8, |_| String::new())
        .expect("nothing later depends on it");
    assert_eq!(
        model.admit_undo(&undo, AdminRole::Editor, now()),
        Ok(Verdict::Fresh)
    );
    let refusal = model
        .admit(&undo, AdminRole::Editor, now())
        .expect_err("received is a beginning");
    assert_eq!(refusal.rule, 10);
}

#[test]
fn rule_10_what_a_later_entry_depends_on_is_not_undone() {
    let mut model = world::world();
    let who = Id::new(9001);
    let newcomer = cohort::domain::Person {
        name: "Nora Petit".to_owned(),
        email: "nora.petit@example.org".to_owned(),
        ..Default::default()
    };
    let added = entry(&model, edit(&model, vec![made(1, newcomer)]));
    model.apply(&added);
    let ccio = world::stream(&model, "CCIO");
    let applies = made(2, world::application(who, ccio, ApplicationState::Received));
    model.apply(&entry(&model, edit(&model, vec![applies])));
    let undo = model
        .undoing(&added, 9, |_| String::new())
        .expect("the person did not change");
    let refusal = model
        .admit_undo(&undo, AdminRole::Owner, now())
        .expect_err("she applied since");
    assert_eq!((refusal.reason, refusal.rule), (Reason::Rule, 10));
    assert!(
        refusal.what.contains("application of Nora Petit needs it"),
        "{}",
        refusal.what
    );
}

#[test]
fn rule_10_a_session_put_back_gets_a_newer_calendar_version() {
    let mut model = world::world();
    let fourth = session(&model, "CCIO-1/4");
    let at_first = model.sessions.get(fourth).expect("there").starts;
    let moved = changed(&model.sessions, fourth, |s| {
        s.starts = world::at(day(2025, 4, 16), 9, 30);
        s.sequence += 1;
        s.moves += 1;
    });
    let landed = entry(&model, edit(&model, vec![moved]));
    model.apply(&landed);
    let undo = model
        .undoing(&landed, 8, |_| String::new())
        .expect("nothing later depends on it");
    assert_eq!(
        model.admit_undo(&undo, AdminRole::Editor, now()),
        Ok(Verdict::Fresh)
    );
    model.apply(&entry(&model, undo));
    let is = model.sessions.get(fourth).expect("there");
    assert_eq!((is.starts, is.sequence), (at_first, 2));
}

#[test]
fn rule_10_a_record_that_others_name_is_not_taken_away() {
    let model = world::world();
    let ccio = world::stream(&model, "CCIO");
    let refusal = admit(&model, vec![gone(&model.streams, ccio)]).expect_err("it has groups");
    assert_eq!(
        (refusal.rule, refusal.what.as_str()),
        (10, "CCIO cannot be taken away: CCIO-1 needs it")
    );
}

#[test]
fn rule_10_a_record_names_only_records_that_are_there() {
    let model = world::world();
    let nowhere = membership(enrolled(&model, "Amina Yusuf"), Id::new(12345), day(2025, 3, 19));
    let refusal = admit(&model, vec![made(1, nowhere)]).expect_err("there is no such group");
    assert_eq!(
        (
            refusal.rule,
            refusal.what.contains("names a group that is not there")
        ),
        (10, true)
    );
}

#[test]
fn rule_10_one_edit_changes_a_record_once() {
    let model = world::world();
    let daniel = person(&model, "Daniel Price");
    let one = changed(&model.people, daniel, |p| p.phone = "1".to_owned());
    let two = changed(&model.people, daniel, |p| p.phone = "2".to_owned());
    refused(
        &model,
        vec![one, two],
        10,
        "Daniel Price is changed twice in one step",
    );
}

#[test]
fn rule_11_a_stale_edit_is_refused_with_both_values() {
    let model = world::world();
    let daniel = person(&model, "Daniel Price");
    let mine = changed(&model.people, daniel, |p| p.phone = "mine".to_owned());
    let model = after(
        &model,
        vec![changed(&model.people, daniel, |p| p.phone = "theirs".to_owned())],
    );
    let refusal = admit(&model, vec![mine]).expect_err("somebody changed the same field");
    assert_eq!((refusal.reason, refusal.rule), (Reason::Conflict, 11));
    let clash = &refusal.clashes[0];
    assert_eq!(
        (clash.field.as_str(), clash.theirs.as_str(), clash.mine.as_str()),
        ("phone", "theirs", "mine")
    );
}

#[test]
fn rule_11_an_edit_of_other_fields_is_brought_together() {
    let model = world::world();
    let daniel = person(&model, "Daniel Price");
    let mine = edit(
        &model,
        vec![changed(&model.people, daniel, |p| p.phone = "mine".to_owned())],
    );
    let model = after(
        &model,
        vec![changed(&model.people, daniel, |p| p.note = "theirs".to_owned())],
    );
    let refusal = model
        .admit(&mine, AdminRole::Editor, now())
        .expect_err("the record changed");
    assert_eq!((refusal.reason, refusal.clashes.len()), (Reason::Conflict, 0));
    let merged = model.rebase(&mine, |_| String::new()).expect("other fields");
    assert_eq!(model.admit(&merged, AdminRole::Editor, now()), Ok(Verdict::Fresh));
}

#[test]
fn rule_11_an_edit_that_landed_before_lands_once() {
    let model = world::world();
    let daniel = person(&model, "Daniel Price");
    let mine = vec![changed(&model.people, daniel, |p| p.phone = "mine".to_owned())];
    let model = after(&model, mine.clone());
    assert_eq!(admit(&model, mine), Ok(Verdict::Already));
}

#[test]
fn rule_12_a_proposal_lands_whole_or_not_at_all() {
    let model = world::world();
    let amina = enrolled(&model, "Amina Yusuf");
    let daniel = enrolled(&model, "Daniel Price");
    let good = made(1, membership(amina, group(&model, "CCIO-2"), day(2025, 3, 19)));
    let bad = made(2, membership(daniel, group(&model, "CCIO-2"), day(2025, 3, 19)));
    assert_eq!(admit(&model, vec![good.clone()]), Ok(Verdict::Fresh));
    let refusal = admit(&model, vec![good, bad]).expect_err("one placement breaks rule 2");
    assert_eq!(refusal.rule, 2);
}

#[test]
fn rule_18_a_viewer_changes_nothing() {
    let model = world::world();
    let change = changed(&model.people, person(&model, "Daniel Price"), |p| {
        p.phone = "1".to_owned()
    });
    assert_eq!(
        by(&model, AdminRole::Viewer, vec![change]),
        Err((Reason::NotPermitted, 18))
    );
}

#[test]
fn rule_18_an_editor_changes_everything_but_admins_settings_and_erasure() {
    let model = world::world();
    let daniel = person(&model, "Daniel Price");
    let own = changed(&model.people, daniel, |p| p.phone = "1".to_owned());
    let settings = changed(&model.cohorts, model.focus, |c| c.to_complete = 3);
    let admin = made(
        1,
        Admin {
            name: "New One".to_owned(),
            role: AdminRole::Viewer,
            last_seen: 0,
        },
    );
    let dee = person(&model, "Dee Foster");
    let erased = changed(&model.people, dee, |p| *p = cohort::domain::Person::default());
    assert_eq!(by(&model, AdminRole::Editor, vec![own]), Ok(Verdict::Fresh));
    for owners in [settings, admin, erased] {
        let changes = vec![owners];
        assert_eq!(
            by(&model, AdminRole::Editor, changes.clone()),
            Err((Reason::NotPermitted, 18))
        );
        assert_eq!(by(&model, AdminRole::Owner, changes), Ok(Verdict::Fresh));
    }
}

#[test]
fn rule_18_what_an_admin_has_seen_is_no_matter_of_the_owner() {
    let model = world::world();
    let jo = model
        .admins
        .iter()
        .find(|(_, is)| is.name == "Jo T")
        .expect("there")
        .0;
    let seen = changed(&model.admins, jo, |a| a.last_seen = 41);
    assert_eq!(by(&model, AdminRole::Editor, vec![seen]), Ok(Verdict::Fresh));
}

#[test]
fn rule_18_there_is_always_an_owner() {
    let model = world::world();
    let sam = model
        .admins
        .iter()
        .find(|(_, is)| is.name == "Sam K")
        .expect("there")
        .0;
    let demoted = changed(&model.admins, sam, |a| a.role = AdminRole::Editor);
    refused(&model, vec![demoted], 18, "nobody would be owner");
    refused(
        &model,
        vec![gone(&model.admins, sam)],
        18,
        "nobody would be owner",
    );
}

/// The small world closed.
fn closed() -> Model {
    let model = world::world();
    let closed = changed(&model.cohorts, model.focus, |c| c.state = CohortState::Closed);
    after(&model, vec![closed])
}

#[test]
fn a_closed_cohort_is_read_only() {
    let model = closed();
    let change = changed(&model.sessions, session(&model, "CCIO-1/4"), |s| {
        s.topic = "late".to_owned()
    });
    let what = "2025 is closed: it takes only withdrawal of consent, erasure and the follow-up wave";
    refused(&model, vec![change], 0, what);
}

#[test]
fn a_closed_cohort_takes_withdrawal_of_consent_erasure_and_the_follow_up_wave() {
    let model = closed();
    let consent = model.consents.ids().next().expect("Daniel Price agreed");
    let withdrawn = changed(&model.consents, consent, |c| c.withdrawn = Some(day(2025, 9, 1)));
    let dee = person(&model, "Dee Foster");
    let erased = changed(&model.people, dee, |p| *p = cohort::domain::Person::default());
    let mut wave = model.waves.get(world::MIDPOINT).expect("there").clone();
    let ordinary = made(1, wave.clone());
    wave.occasion = Occasion::FollowUp;
    let follow_up = made(1, wave);
    for taken in [withdrawn, erased, follow_up] {
        assert_eq!(admit(&model, vec![taken]), Ok(Verdict::Fresh));
    }
    assert!(admit(&model, vec![ordinary]).is_err());
}

#[test]
fn a_closed_cohort_is_reopened_by_its_owner() {
    let model = closed();
    let reopened = vec![changed(&model.cohorts, model.focus, |c| {
        c.state = CohortState::Evaluating
    })];
    assert_eq!(
        by(&model, AdminRole::Editor, reopened.clone()),
        Err((Reason::NotPermitted, 18))
    );
    let model = after(&model, reopened);
    let change = changed(&model.sessions, session(&model, "CCIO-1/4"), |s| {
        s.topic = "late".to_owned()
    });
    assert_eq!(admit(&model, vec![change]), Ok(Verdict::Fresh));
}

#[test]
fn an_edit_meant_for_another_cohort_is_refused() {
    let model = world::world();
    let elsewhere = Edit {
        nonce: 1,
        cohort: Id::new(2),
        label: Label::new("test", "elsewhere"),
        changes: vec![Change::from(Delta::made(
            Id::new(9001),
            cohort::domain::Person {
                name: "A".to_owned(),
                email: "a@example.org".to_owned(),
                ..Default::default()
            },
        ))],
    };
    let refusal = model
        .admit(&elsewhere, AdminRole::Owner, now())
        .expect_err("another cohort");
    assert_eq!(refusal.reason, Reason::Missing);
}
