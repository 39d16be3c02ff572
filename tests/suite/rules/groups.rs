//! Rules 3 to 6: how many a group has, of which stream, who may share one, and who leads it.

use cohort::domain::{
    Change, EndedBy, Ending, Enrolment, EnrolmentState, GroupState, Id, Lead, LeadRole, Model, PairKind,
    PairReason, PairRule, Role, Verdict,
};

use super::{admit, after, changed, edit, made, refused};
use crate::kit::world::{self, day, enrolled, enrolment, group, membership, now, person, stream};

/// Amina Yusuf, who is in the pool, joins a group today.
fn amina_joins(model: &Model, code: &str) -> Change {
    let joins = membership(
        enrolled(model, "Amina Yusuf"),
        group(model, code),
        day(2025, 3, 19),
    );
    made(1, joins)
}

/// Limits a group to so many mentees.
fn limited(model: &Model, code: &str, max: u8) -> Model {
    let limit = changed(&model.groups, group(model, code), |g| g.max = Some(max));
    after(model, vec![limit])
}

#[test]
fn rule_3_a_full_group_takes_nobody() {
    let model = limited(&world::world(), "CCIO-1", 4);
    let what = "CCIO-1 would have 5 mentees, and 4 is its limit";
    let hint = refused(&model, vec![amina_joins(&model, "CCIO-1")], 3, what);
    assert_eq!(hint, "choose another group, or raise the limit of this one");
}

#[test]
fn rule_3_the_limit_can_be_raised_by_hand() {
    let model = limited(&world::world(), "CCIO-1", 4);
    let raise = changed(&model.groups, group(&model, "CCIO-1"), |g| g.max = Some(5));
    assert_eq!(
        admit(&model, vec![raise, amina_joins(&model, "CCIO-1")]),
        Ok(Verdict::Fresh)
    );
}

#[test]
fn rule_3_no_more_than_the_mentor_takes() {
    let model = world::world();
    let amara = enrolled(&model, "Amara Okafor");
    let four = changed(&model.enrolments, amara, |e| e.capacity = Some(4));
    let model = after(&model, vec![four]);
    let what = "CCIO-1 would have 5 mentees, and Amara Okafor takes 4";
    refused(&model, vec![amina_joins(&model, "CCIO-1")], 3, what);
}

#[test]
fn rule_3_a_capacity_is_not_lowered_under_the_mentees_there_are() {
    let model = world::world();
    let amara = enrolled(&model, "Amara Okafor");
    let three = changed(&model.enrolments, amara, |e| e.capacity = Some(3));
    let what = "CCIO-1 would have 4 mentees, and Amara Okafor takes 3";
    refused(&model, vec![three], 3, what);
}

#[test]
fn rule_3_a_cohorts_maximum_is_not_lowered_under_the_mentees_there_are() {
    let model = world::world();
    let three = changed(&model.cohorts, model.focus, |c| {
        c.group_max = 3;
        c.group_target = 3;
    });
    refused(
        &model,
        vec![three],
        3,
        "CCIO-1 would have 4 mentees, and 3 is its limit",
    );
}

#[test]
fn rule_3_a_place_to_come_counts_on_its_day() {
    let model = limited(&world::world(), "CCIO-1", 4);
    let daniel = enrolled(&model, "Daniel Price");
    let (id, _) = model.memberships_of(daniel).next().expect("a member");
    let leaves = changed(&model.memberships, id, |m| m.to = Some(day(2025, 4, 30)));
    let too_early = membership(
        enrolled(&model, "Amina Yusuf"),
        group(&model, "CCIO-1"),
        day(2025, 4, 30),
    );
    let what = "CCIO-1 would have 5 mentees, and 4 is its limit";
    refused(&model, vec![leaves.clone(), made(1, too_early)], 3, what);
    let after_him = membership(
        enrolled(&model, "Amina Yusuf"),
        group(&model, "CCIO-1"),
        day(2025, 5, 1),
    );
    assert_eq!(
        admit(&model, vec![leaves, made(1, after_him)]),
        Ok(Verdict::Fresh)
    );
}

#[test]
fn rule_3_fewer_than_the_minimum_warns() {
    let model = world::world();
    let owen = enrolled(&model, "Owen Pritchard");
    let (id, _) = model.memberships_of(owen).next().expect("a member");
    let leaves = vec![changed(&model.memberships, id, |m| m.to = Some(day(2025, 3, 18)))];
    assert_eq!(admit(&model, leaves.clone()), Ok(Verdict::Fresh));
    let warnings = model.warnings(&edit(&model, leaves), now());
    assert_eq!(warnings, ["CCIO-2 has 2 mentees, and 3 is the minimum"]);
}

#[test]
fn rule_4_a_members_stream_is_the_groups_unless_a_reason_is_given() {
    let model = world::world();
    let what = "Amina Yusuf is of CCIO and CNIO-1 is of CNIO";
    refused(&model, vec![amina_joins(&model, "CNIO-1")], 4, what);
    let amina = enrolled(&model, "Amina Yusuf");
    let mut with_reason = membership(amina, group(&model, "CNIO-1"), day(2025, 3, 19));
    with_reason.reason = "asked for it".to_owned();
    assert_eq!(admit(&model, vec![made(1, with_reason)]), Ok(Verdict::Fresh));
}

#[test]
fn rule_4_a_second_stream_that_the_person_allowed_will_do() {
    let model = world::world();
    let cnio = stream(&model, "CNIO");
    let amina = enrolled(&model, "Amina Yusuf");
    let allows = changed(&model.enrolments, amina, |e| e.second_stream = Some(cnio));
    let model = after(&model, vec![allows]);
    assert_eq!(
        admit(&model, vec![amina_joins(&model, "CNIO-1")]),
        Ok(Verdict::Fresh)
    );
}

#[test]
fn rule_4_a_member_does_not_change_stream_and_stay_without_a_reason() {
    let model = world::world();
    let cnio = stream(&model, "CNIO");
    let change = changed(&model.enrolments, enrolled(&model, "Daniel Price"), |e| {
        e.stream = cnio
    });
    refused(
        &model,
        vec![change],
        4,
        "Daniel Price is of CNIO and CCIO-1 is of CCIO",
    );
}

fn pair_rule(model: &Model, other: &str, kind: PairKind, blocking: bool) -> PairRule {
    PairRule {
        one: person(model, "Amina Yusuf"),
        other: person(model, other),
        kind,
        reason: PairReason::Request,
        until: None,
        blocking,
        note: String::new(),
    }
}

#[test]
fn rule_5_two_who_must_not_share_a_group_never_do() {
    let model = world::world();
    let apart = made(5, pair_rule(&model, "Daniel Price", PairKind::Apart, true));
    let model = after(&model, vec![apart]);
    let what =
        "Amina Yusuf and Daniel Price must not share a group (by request), and both would be in CCIO-1";
    refused(&model, vec![amina_joins(&model, "CCIO-1")], 5, what);
    assert_eq!(
        admit(&model, vec![amina_joins(&model, "CCIO-2")]),
        Ok(Verdict::Fresh)
    );
}

#[test]
fn rule_5_a_pair_rule_holds_for_mentors_too() {
    let model = world::world();
    let apart = made(5, pair_rule(&model, "Amara Okafor", PairKind::Apart, true));
    let model = after(&model, vec![apart]);
    let what =
        "Amina Yusuf and Amara Okafor must not share a group (by request), and both would be in CCIO-1";
    refused(&model, vec![amina_joins(&model, "CCIO-1")], 5, what);
}

#[test]
fn rule_5_a_rule_against_a_placement_there_is_is_refused() {
    let model = after(&world::world(), vec![amina_joins(&world::world(), "CCIO-1")]);
    let apart = made(5, pair_rule(&model, "Daniel Price", PairKind::Apart, true));
    let what =
        "Amina Yusuf and Daniel Price must not share a group (by request), and both would be in CCIO-1";
    refused(&model, vec![apart], 5, what);
}

#[test]
fn rule_5_two_who_must_share_a_group_are_not_in_different_ones() {
    let model = world::world();
    let together = made(5, pair_rule(&model, "Daniel Price", PairKind::Together, true));
    let model = after(&model, vec![together]);
    let what =
        "Amina Yusuf and Daniel Price must share a group (by request), and would be in CCIO-2 and CCIO-1";
    refused(&model, vec![amina_joins(&model, "CCIO-2")], 5, what);
    assert_eq!(
        admit(&model, vec![amina_joins(&model, "CCIO-1")]),
        Ok(Verdict::Fresh)
    );
}

#[test]
fn rule_5_a_rule_that_does_not_block_warns() {
    let model = world::world();
    let apart = made(5, pair_rule(&model, "Daniel Price", PairKind::Apart, false));
    let model = after(&model, vec![apart]);
    let joins = vec![amina_joins(&model, "CCIO-1")];
    assert_eq!(admit(&model, joins.clone()), Ok(Verdict::Fresh));
    let warnings = model.warnings(&edit(&model, joins), now());
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings
            .iter()
            .any(|w| w.contains("Daniel Price must not share a group"))
    );
}

#[test]
fn rule_5_an_ended_rule_stands_against_nothing() {
    let model = world::world();
    let mut apart = pair_rule(&model, "Daniel Price", PairKind::Apart, true);
    apart.until = Some(day(2025, 3, 18));
    let model = after(&model, vec![made(5, apart)]);
    assert_eq!(
        admit(&model, vec![amina_joins(&model, "CCIO-1")]),
        Ok(Verdict::Fresh)
    );
}

#[test]
fn rule_5_a_line_manager_and_a_report_never_share_a_group() {
    let model = world::world();
    let managed = changed(&model.people, person(&model, "Amina Yusuf"), |p| {
        p.line_manager = "Amara.Okafor@example.org".to_owned();
    });
    let model = after(&model, vec![managed]);
    let what = "Amara Okafor is the line manager of Amina Yusuf, and both would be in CCIO-1";
    refused(&model, vec![amina_joins(&model, "CCIO-1")], 5, what);
}

#[test]
fn rule_5_who_names_himself_as_line_manager_has_none_with_a_warning() {
    let model = world::world();
    let own = vec![changed(&model.people, person(&model, "Daniel Price"), |p| {
        p.line_manager = p.email.clone();
    })];
    assert_eq!(admit(&model, own.clone()), Ok(Verdict::Fresh));
    let warnings = model.warnings(&edit(&model, own), now());
    assert_eq!(
        warnings,
        ["Daniel Price is named as his or her own line manager: counts as none"]
    );
}

#[test]
fn rule_5_people_of_one_employer_in_a_group_warn() {
    let model = world::world();
    let joins = vec![amina_joins(&model, "CCIO-1")];
    let warnings = model.warnings(&edit(&model, joins), now());
    assert_eq!(
        warnings,
        ["Amina Yusuf and Amara Okafor of CCIO-1 are of one employer, Arden"]
    );
}

fn lead(enrolment: Id<Enrolment>, from: (u32, u32), to: Option<(u32, u32)>) -> Lead {
    Lead {
        enrolment,
        role: LeadRole::Lead,
        from: day(2025, from.0, from.1),
        to: to.map(|(month, on)| day(2025, month, on)),
    }
}

#[test]
fn rule_6_an_active_group_never_has_two_leads() {
    let model = world::world();
    let simon = enrolled(&model, "Simon Whitfield");
    let two = changed(&model.groups, group(&model, "CCIO-1"), |g| {
        g.leads.push(lead(simon, (4, 1), None))
    });
    let what = "CCIO-1 would have two lead mentors on Tue 1 Apr: Amara Okafor and Simon Whitfield";
    refused(&model, vec![two], 6, what);
}

#[test]
fn rule_6_an_active_group_is_never_without_a_lead() {
    let model = world::world();
    let until_easter = changed(&model.groups, group(&model, "CCIO-1"), |g| {
        g.leads[0].to = Some(day(2025, 4, 20));
    });
    refused(
        &model,
        vec![until_easter],
        6,
        "CCIO-1 would have no lead mentor on Mon 21 Apr",
    );
}

#[test]
fn rule_6_a_lead_may_be_handed_over_from_one_day_to_the_next() {
    let model = world::world();
    let simon = enrolled(&model, "Simon Whitfield");
    let handed_over = changed(&model.groups, group(&model, "CCIO-1"), |g| {
        g.leads[0].to = Some(day(2025, 3, 31));
        g.leads.push(lead(simon, (4, 1), None));
    });
    let model = after(&model, vec![handed_over]);
    assert_eq!(
        model.lead_of(group(&model, "CCIO-1"), day(2025, 4, 1)),
        Some(simon)
    );
}

#[test]
fn rule_6_a_mentor_who_left_leads_no_group() {
    let model = world::world();
    let amara = enrolled(&model, "Amara Okafor");
    let leaves = changed(&model.enrolments, amara, |e| {
        e.state = EnrolmentState::Withdrawn;
        e.ended = Some(Ending {
            on: day(2025, 3, 18),
            reason: "new post".to_owned(),
            by: EndedBy::Mentor,
        });
    });
    let what = "Amara Okafor left on Tue 18 Mar and would still lead CCIO-1";
    refused(&model, vec![leaves.clone()], 6, what);
    let forms_anew = changed(&model.groups, group(&model, "CCIO-1"), |g| {
        g.leads[0].to = Some(day(2025, 3, 18));
        g.state = GroupState::Forming;
    });
    let model = after(&model, vec![leaves, forms_anew]);
    let tomorrow = world::at(day(2025, 3, 19), 9, 0);
    let alerts = model.attention(tomorrow);
    let task = alerts
        .iter()
        .find(|a| a.concern == cohort::domain::Concern::NoMentor);
    assert_eq!(
        task.map(|task| task.evidence.as_str()),
        Some("4 mentees need a mentor or another group")
    );
}

#[test]
fn rule_6_only_a_mentor_leads() {
    let model = world::world();
    let amina = enrolled(&model, "Amina Yusuf");
    let co = changed(&model.groups, group(&model, "CCIO-1"), |g| {
        g.leads.push(Lead {
            role: LeadRole::Co,
            ..lead(amina, (4, 1), None)
        });
    });
    refused(
        &model,
        vec![co],
        6,
        "Amina Yusuf is a mentee and cannot lead CCIO-1",
    );
}

#[test]
fn rule_6_a_group_with_members_is_not_dissolved() {
    let model = world::world();
    let dissolved = changed(&model.groups, group(&model, "CCIO-2"), |g| {
        g.state = GroupState::Dissolved
    });
    refused(
        &model,
        vec![dissolved],
        6,
        "CCIO-2 is dissolved and still has members",
    );
}

#[test]
fn a_mentor_is_no_member() {
    let model = world::world();
    let simon = enrolled(&model, "Simon Whitfield");
    let joins = made(1, membership(simon, group(&model, "CCIO-1"), day(2025, 3, 19)));
    refused(
        &model,
        vec![joins],
        2,
        "Simon Whitfield is a mentor and cannot be a member of a group",
    );
}

#[test]
fn a_code_names_one_group() {
    let model = world::world();
    let same = changed(&model.groups, group(&model, "CCIO-2"), |g| {
        g.code = "ccio-1".to_owned()
    });
    refused(&model, vec![same], 0, "there is a group ccio-1 already");
}

#[test]
fn a_cohort_of_the_past_is_imported_in_one_edit() {
    let model = world::world();
    let ccio = stream(&model, "CCIO");
    let mut past = cohort::domain::Person {
        name: "Past Mentee".to_owned(),
        email: "past@example.org".to_owned(),
        ..Default::default()
    };
    past.organisation = "Yare".to_owned();
    let who = Id::new(9001);
    let mut part = enrolment(who, Role::Mentee, ccio);
    part.state = EnrolmentState::Completed;
    part.from = day(2023, 10, 2);
    part.ended = Some(Ending {
        on: day(2024, 3, 31),
        reason: String::new(),
        by: EndedBy::Programme,
    });
    let mut belonged = membership(Id::new(9002), group(&model, "CCIO-2"), day(2023, 10, 2));
    belonged.to = Some(day(2024, 3, 31));
    let changes = vec![made(1, past), made(2, part), made(3, belonged)];
    assert_eq!(admit(&model, changes), Ok(Verdict::Fresh));
}
