use super::*;
use crate::domain::sample::{at, day, enrolled, group, now, person, session, world};
use crate::domain::{
    Ack, ApplicationState, Mark, MarkValue, Membership, Record, Request, Session, SessionState,
};

fn found(model: &Model, now: DateTime<Utc>) -> Vec<(Concern, String, String)> {
    let alerts = model.attention(now);
    let line = |a: &Alert| (a.concern, model.title(a.subject), a.evidence.clone());
    alerts.iter().map(line).collect()
}

fn has(model: &Model, now: DateTime<Utc>, concern: Concern, subject: &str, evidence: &str) {
    let all = found(model, now);
    let wanted = (concern, subject.to_owned(), evidence.to_owned());
    assert!(all.contains(&wanted), "{wanted:?} is not in {all:#?}");
}

fn lacks(model: &Model, now: DateTime<Utc>, concern: Concern) {
    let all = found(model, now);
    assert!(
        !all.iter().any(|(c, _, _)| *c == concern),
        "{concern} is in {all:#?}"
    );
}

fn change_session(model: &mut Model, name: &str, change: impl FnOnce(&mut Session)) {
    let id = session(model, name);
    let mut is = model.sessions.get(id).expect("there").clone();
    change(&mut is);
    model.put(Record::Session(id, Box::new(is)), 50);
}

fn unmark(model: &mut Model, name: &str) {
    let ids: Vec<_> = model.marks_in(session(model, name)).map(|(id, _)| id).collect();
    for id in ids {
        model.take(id.into());
    }
}

fn mark(model: &mut Model, name: &str, who: &str, value: MarkValue) {
    let session = session(model, name);
    let enrolment = enrolled(model, who);
    let present = model.mark_of(session, enrolment).map(|(id, _)| id);
    let is = Mark {
        session,
        enrolment: Some(enrolment),
        guest: String::new(),
        value,
        minutes_late: None,
        note: String::new(),
        by: "Jo T".into(),
        at: now(),
    };
    model.put(Record::Mark(present.unwrap_or(Id::new(5000)), Box::new(is)), 50);
}

#[test]
fn the_small_world_needs_attention_where_it_should_and_nowhere_else() {
    let all = found(&world(), now());
    let all: Vec<(&str, &str, &str)> = all
        .iter()
        .map(|(c, s, e)| (c.word(), s.as_str(), e.as_str()))
        .collect();
    let expected = [
        ("clash", "CCIO-2 S3", "Simon Whitfield: busy 16:30-17:30 (clinic)"),
        ("register open", "CNIO-1 S3", "1 of 4 not marked"),
        ("low pulse", "CCIO-1", "a very low answer to the pulse 1"),
        ("no group", "Amina Yusuf", "no group for 6 days"),
    ];
    assert_eq!(all, expected);
}

#[test]
fn a_live_session_with_nobody_marked_needs_attention_after_fifteen_minutes() {
    let mut model = world();
    unmark(&mut model, "CCIO-1/3");
    lacks(&model, at(day(2025, 3, 18), 10, 44), Concern::NobodyMarked);
    let later = at(day(2025, 3, 18), 10, 45);
    has(
        &model,
        later,
        Concern::NobodyMarked,
        "CCIO-1 S3",
        "5 are expected",
    );
}

#[test]
fn a_mentor_who_is_not_marked_while_others_are_needs_attention() {
    let mut model = world();
    unmark(&mut model, "CCIO-1/3");
    mark(&mut model, "CCIO-1/3", "Daniel Price", MarkValue::Present);
    let later = at(day(2025, 3, 18), 10, 45);
    let evidence = "Amara Okafor is not marked, 1 others are";
    has(&model, later, Concern::MentorUnmarked, "CCIO-1 S3", evidence);
    lacks(&model, later, Concern::NobodyMarked);
}

#[test]
fn a_register_is_open_after_thirty_minutes_and_missing_after_two_days() {
    let model = world();
    lacks(&model, at(day(2025, 3, 18), 10, 29), Concern::RegisterOpen);
    let evidence = "1 of 4 not marked";
    has(
        &model,
        at(day(2025, 3, 18), 10, 30),
        Concern::RegisterOpen,
        "CNIO-1 S3",
        evidence,
    );
    has(
        &model,
        at(day(2025, 3, 20), 10, 0),
        Concern::RegisterMissing,
        "CNIO-1 S3",
        evidence,
    );
}

#[test]
fn a_session_without_a_link_needs_attention_a_day_before() {
    let model = world();
    lacks(&model, at(day(2025, 3, 18), 15, 59), Concern::NoLink);
    let eve = at(day(2025, 3, 18), 16, 0);
    has(
        &model,
        eve,
        Concern::NoLink,
        "CCIO-2 S3",
        "begins Wed 19 Mar 16:00",
    );
    let mut model = model;
    change_session(&mut model, "CCIO-2/3", |is| is.place = "Leeds".into());
    lacks(&model, eve, Concern::NoLink);
}

#[test]
fn a_second_absence_in_a_row_needs_attention_and_apologies_break_the_row() {
    let mut model = world();
    mark(&mut model, "CCIO-1/3", "Tomasz Nowak", MarkValue::Absent);
    let evidence = "absent in CCIO-1 S2 and CCIO-1 S3";
    has(&model, now(), Concern::AbsentTwice, "Tomasz Nowak", evidence);
    mark(&mut model, "CCIO-1/3", "Tomasz Nowak", MarkValue::Apologies);
    lacks(&model, now(), Concern::AbsentTwice);
}

#[test]
fn somebody_who_cannot_reach_the_sessions_to_complete_needs_attention() {
    let mut model = world();
    for (name, place) in [("CCIO-1/1", 0), ("CCIO-1/2", 1), ("CCIO-1/3", 2)] {
        let id = session(&model, name);
        let who = enrolled(&model, "Tomasz Nowak");
        let present = model.mark_of(id, who).map(|(id, _)| id);
        mark(&mut model, name, "Tomasz Nowak", MarkValue::Apologies);
        assert!(present.is_some() || place == 2);
    }
    let evidence = "attended 0, 3 to come, 4 needed";
    has(&model, now(), Concern::CannotComplete, "Tomasz Nowak", evidence);
}

#[test]
fn a_group_under_its_minimum_needs_attention() {
    let mut model = world();
    let id = Id::new(607);
    let mut is: Membership = model.memberships.get(id).expect("of Grace Adeyemi").clone();
    is.to = Some(day(2025, 3, 10));
    model.put(Record::Membership(id, Box::new(is)), 50);
    has(&model, now(), Concern::UnderMinimum, "CCIO-2", "2 of at least 3");
}

#[test]
fn members_without_a_mentor_need_attention() {
    let mut model = world();
    let id = group(&model, "CNIO-1");
    let mut is = model.groups.get(id).expect("there").clone();
    is.leads[0].to = Some(day(2025, 3, 17));
    is.state = crate::domain::GroupState::Forming;
    model.put(Record::Group(id, Box::new(is)), 50);
    let evidence = "3 mentees need a mentor or another group";
    has(&model, now(), Concern::NoMentor, "CNIO-1", evidence);
}

#[test]
fn a_round_without_a_date_needs_attention_past_the_middle_of_its_window() {
    let mut model = world();
    change_session(&mut model, "CCIO-2/3", |is| {
        is.state = SessionState::Cancelled;
        is.reason = "strike".into();
    });
    lacks(&model, at(day(2025, 3, 16), 9, 0), Concern::NoDate);
    let evidence = "round 3: its window closes Mon 31 Mar";
    has(
        &model,
        at(day(2025, 3, 17), 9, 0),
        Concern::NoDate,
        "CCIO-2",
        evidence,
    );
}

#[test]
fn a_session_moved_twice_needs_attention() {
    let mut model = world();
    change_session(&mut model, "CCIO-1/4", |is| is.moves = 2);
    has(
        &model,
        now(),
        Concern::MovedTwice,
        "CCIO-1 S4",
        "changed 2 times, now moved",
    );
}

#[test]
fn an_offer_that_expires_soon_needs_attention() {
    let mut model = world();
    let id = Id::new(252);
    let mut is = model.applications.get(id).expect("of Dee Foster").clone();
    is.state = ApplicationState::Offered;
    is.offer_expires = Some(day(2025, 3, 21));
    model.put(Record::Application(id, Box::new(is)), 50);
    lacks(&model, at(day(2025, 3, 17), 9, 0), Concern::OfferExpiring);
    let title = "application of Dee Foster";
    let evidence = "the offer to Dee Foster expires on Fri 21 Mar";
    has(&model, now(), Concern::OfferExpiring, title, evidence);
}

#[test]
fn slow_answers_need_attention_after_three_days() {
    let mut model = world();
    for (place, who) in ["Daniel Price", "Fatima Rahman"].into_iter().enumerate() {
        let asked = Request {
            wave: crate::domain::sample::MIDPOINT,
            enrolment: enrolled(&model, who),
            asked: at(day(2025, 3, 18), 9, 0),
            answered: false,
        };
        model.put(Record::Request(Id::new(6000 + place as u64), Box::new(asked)), 50);
    }
    lacks(&model, at(day(2025, 3, 21), 8, 59), Concern::FewAnswers);
    let later = at(day(2025, 3, 21), 9, 0);
    has(
        &model,
        later,
        Concern::FewAnswers,
        "2025",
        "0 of 2 answered the midpoint",
    );
}

#[test]
fn data_due_to_go_needs_attention_even_in_a_closed_cohort() {
    let mut model = world();
    let mut cohort = model.settings();
    cohort.state = crate::domain::CohortState::Closed;
    model.put(Record::Cohort(model.focus, Box::new(cohort)), 50);
    assert_eq!(found(&model, now()), []);
    let due = at(day(2027, 7, 1), 9, 0);
    has(
        &model,
        due,
        Concern::RetentionDue,
        "Daniel Price",
        "kept until 30 June 2027",
    );
}

#[test]
fn what_was_asked_about_ones_data_is_due_in_a_month() {
    let mut model = world();
    let claim = crate::domain::Claim {
        person: person(&model, "Daniel Price"),
        what: crate::domain::Claimed::Access,
        received: day(2025, 1, 31),
        met: None,
        note: String::new(),
    };
    assert_eq!(claim.due(), day(2025, 2, 28));
    model.put(Record::Claim(Id::new(9), Box::new(claim)), 50);
    let subject = "access asked for by Daniel Price";
    let now = at(day(2025, 2, 10), 9, 0);
    has(
        &model,
        now,
        Concern::ClaimDue,
        subject,
        "came on 31 January, is due on 28 February 2025 (in 18 days)",
    );
    let late = at(day(2025, 3, 2), 9, 0);
    has(
        &model,
        late,
        Concern::ClaimDue,
        subject,
        "came on 31 January, was due on 28 February 2025",
    );
}

#[test]
fn people_of_one_employer_in_a_group_are_listed_last() {
    let mut model = world();
    let id = person(&model, "Fatima Rahman");
    let mut is = model.people.get(id).expect("there").clone();
    is.organisation = "Milton".into();
    model.put(Record::Person(id, Box::new(is)), 50);
    let evidence = "Daniel Price and Fatima Rahman of CCIO-1 are of one employer, Milton";
    has(&model, now(), Concern::PairWarning, "CCIO-1", evidence);
    assert_eq!(
        found(&model, now()).last().map(|last| last.0),
        Some(Concern::PairWarning)
    );
}

#[test]
fn an_acknowledged_alert_stays_and_says_by_whom() {
    let mut model = world();
    let key = model.attention(now())[0].key.clone();
    let ack = Ack {
        alert: key.clone(),
        by: "Sam K".into(),
        at: now(),
    };
    model.put(Record::Ack(Id::new(1), Box::new(ack)), 50);
    let first = &model.attention(now())[0];
    assert_eq!(
        (first.key.as_str(), first.acked.as_deref()),
        (key.as_str(), Some("Sam K"))
    );
}

#[test]
fn alerts_are_found_by_person_group_and_stream() {
    let model = world();
    let alerts = model.attention(now());
    let concerns = |id: AnyId| -> Vec<Concern> {
        model
            .attention_of(id, &alerts)
            .iter()
            .map(|alert| alert.concern)
            .collect()
    };
    assert_eq!(concerns(person(&model, "Amina Yusuf").into()), [Concern::NoGroup]);
    assert_eq!(
        concerns(enrolled(&model, "Simon Whitfield").into()),
        [Concern::Clash]
    );
    assert_eq!(concerns(group(&model, "CCIO-1").into()), [Concern::LowPulse]);
    let ccio = model.find_stream("CCIO").expect("there");
    assert_eq!(
        concerns(ccio.into()),
        [Concern::Clash, Concern::LowPulse, Concern::NoGroup]
    );
}
