//! Two properties of all rules together, shown on random histories of the small world: what is admitted leaves
//! every rule whole, now and later; and what landed can be taken back at once, to the letter.

use chrono::{TimeDelta, Utc};
use cohort::domain::{
    AdminRole, ApplicationState, Change, CohortState, Delta, Edit, EndedBy, Ending, Enrolment,
    EnrolmentState, Group, GroupState, Id, Label, Lead, LeadRole, Mark, MarkValue, Mint, Model, PairKind,
    PairReason, PairRule, Record, Recorded, Response, Rev, Role, SessionState, Table, Verdict,
};
use proptest::prelude::*;

use crate::kit::world::{self, day, enrolment, membership, now};

/// One thing that somebody might try, chosen by numbers.
struct Chance<'a> {
    model: &'a Model,
    mint: Mint,
}

impl Chance<'_> {
    fn below(&mut self, n: u64) -> u64 {
        self.mint.number() % n.max(1)
    }
    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).expect("a length is small")]
    }
    fn id<T: Recorded>(&mut self, table: &Table<T>) -> Option<Id<T>> {
        let ids: Vec<Id<T>> = table.ids().collect();
        (!ids.is_empty()).then(|| self.of(&ids))
    }
    /// A day of the first half of 2025, mostly near the world's today.
    fn day(&mut self) -> chrono::NaiveDate {
        if self.one_in(2) {
            day(2025, 3, 16) + TimeDelta::days(i64::try_from(self.below(5)).expect("small"))
        } else {
            day(2025, 1, 1) + TimeDelta::days(i64::try_from(self.below(180)).expect("small"))
        }
    }
    fn maybe_day(&mut self) -> Option<chrono::NaiveDate> {
        if self.one_in(2) { None } else { Some(self.day()) }
    }
    /// Changes one record of a table.
    fn change<T: Recorded>(
        &mut self,
        table: fn(&Model) -> &Table<T>,
        change: impl FnOnce(&mut Self, &mut T),
    ) -> Option<Change>
    where
        Change: From<Delta<T>>,
    {
        let id = self.id(table(self.model))?;
        let before = table(self.model).get(id)?.clone();
        let mut after = before.clone();
        change(self, &mut after);
        Some(Delta::changed(id, before, after).into())
    }
    fn take_away<T: Recorded>(&mut self, table: fn(&Model) -> &Table<T>) -> Option<Change>
    where
        Change: From<Delta<T>>,
    {
        let id = self.id(table(self.model))?;
        let before = table(self.model).get(id)?.clone();
        Some(Delta::gone(id, before).into())
    }
    fn make<T: Recorded>(&mut self, is: T) -> Option<Change>
    where
        Change: From<Delta<T>>,
    {
        Some(Delta::made(self.mint.id(), is).into())
    }

    /// A change of any kind that the rules have something to say about.
    fn anything(&mut self) -> Option<Change> {
        match self.below(26) {
            0 | 1 => {
                let (who, place) = (self.id(&self.model.enrolments)?, self.id(&self.model.groups)?);
                let mut is = membership(who, place, self.day());
                is.to = self.maybe_day();
                if self.one_in(2) {
                    is.reason = "by chance".to_owned();
                }
                self.make(is)
            }
            2 | 3 => self.change(|m| &m.memberships, |c, is| is.to = c.maybe_day()),
            4 => self.take_away(|m| &m.memberships),
            5 => self.lead(),
            6 => self.change(
                |m| &m.groups,
                |c, is| {
                    is.max = Some(u8::try_from(3 + c.below(4)).expect("small"));
                    is.state = c.of(GroupState::ALL);
                },
            ),
            7 | 8 => self.mark(),
            9 => self.change(|m| &m.marks, |c, is| is.value = c.of(MarkValue::ALL)),
            10 => self.take_away(|m| &m.marks),
            11 | 12 => self.change(
                |m| &m.sessions,
                |c, is| {
                    is.state = c.of(SessionState::ALL);
                    is.reason = "by chance".to_owned();
                    is.sequence += 1;
                },
            ),
            13 => self.change(
                |m| &m.sessions,
                |c, is| {
                    is.starts += TimeDelta::hours(i64::try_from(c.below(2000)).expect("small") - 1000);
                    is.sequence += 1;
                },
            ),
            14 => self.change(
                |m| &m.enrolments,
                |c, is| {
                    is.state = c.of(EnrolmentState::ALL);
                    is.ended = (!is.state.is_live()).then(|| Ending {
                        on: c.day(),
                        reason: "by chance".to_owned(),
                        by: EndedBy::Formal,
                    });
                },
            ),
            15 => {
                let stream = self.id(&self.model.streams)?;
                self.change(|m| &m.enrolments, |_, is| is.stream = stream)
            }
            16 => self.change(
                |m| &m.enrolments,
                |c, is| is.capacity = Some(u8::try_from(c.below(6)).expect("small")),
            ),
            17 => self.change(
                |m| &m.applications,
                |c, is| is.state = c.of(ApplicationState::ALL),
            ),
            18 => {
                let who = self.id(&self.model.people)?;
                let stream = self.id(&self.model.streams)?;
                let role = self.of(Role::ALL);
                self.make(enrolment(who, role, stream))
            }
            19 => {
                let manager = self.id(&self.model.people)?;
                let email = self.model.people.get(manager)?.email.clone();
                self.change(|m| &m.people, |_, is| is.line_manager = email)
            }
            20 => {
                let (one, other) = (self.id(&self.model.people)?, self.id(&self.model.people)?);
                let is = PairRule {
                    one,
                    other,
                    kind: self.of(PairKind::ALL),
                    reason: PairReason::Request,
                    until: self.maybe_day(),
                    blocking: !self.one_in(3),
                    note: String::new(),
                };
                self.make(is)
            }
            21 => self.change(|m| &m.waves, |_, is| is.anonymous = !is.anonymous),
            22 => self.response(),
            23 => self.take_away(|m| &m.people),
            24 => self.take_away(|m| &m.enrolments),
            _ => self.change(
                |m| &m.cohorts,
                |c, is| {
                    is.group_max = u8::try_from(4 + c.below(3)).expect("small");
                    if c.one_in(8) {
                        is.state = c.of(CohortState::ALL);
                    }
                },
            ),
        }
    }

    fn lead(&mut self) -> Option<Change> {
        let mentor: Id<Enrolment> = self.id(&self.model.enrolments)?;
        self.change(
            |m: &Model| -> &Table<Group> { &m.groups },
            |c, is| {
                if c.one_in(2)
                    && let Some(last) = is.leads.last_mut()
                {
                    last.to = c.maybe_day();
                }
                let from = c.day();
                is.leads.push(Lead {
                    enrolment: mentor,
                    role: c.of(LeadRole::ALL),
                    from,
                    to: c.maybe_day(),
                });
            },
        )
    }

    fn mark(&mut self) -> Option<Change> {
        let (session, who) = (self.id(&self.model.sessions)?, self.id(&self.model.enrolments)?);
        let value = self.of(MarkValue::ALL);
        self.make(Mark {
            session,
            enrolment: Some(who),
            guest: String::new(),
            value,
            minutes_late: None,
            note: String::new(),
            by: "chance".to_owned(),
            at: now(),
        })
    }

    fn response(&mut self) -> Option<Change> {
        let wave = self.id(&self.model.waves)?;
        let who = self.id(&self.model.enrolments)?;
        let opens = self.model.waves.get(wave)?.opens;
        let enrolment = (!self.one_in(2)).then_some(who);
        self.make(Response {
            wave,
            enrolment,
            group: None,
            received: world::at(opens, 0, 0),
            answers: Vec::new(),
            themes: Vec::new(),
            by_way_of: "chance".to_owned(),
        })
    }
}

/// An edit of one to three changes, chosen by a seed; none when chance chose twice the same record.
fn chosen(model: &Model, seed: u64) -> Option<Edit> {
    let mut chance = Chance {
        model,
        mint: Mint::seeded(seed),
    };
    let count = 1 + chance.below(3);
    let mut changes: Vec<Change> = Vec::new();
    for _ in 0..count {
        let change = chance.anything()?;
        if changes.iter().all(|other| other.id() != change.id()) {
            changes.push(change);
        }
    }
    Some(model.edit(u128::from(seed), Label::new("chance", "something"), changes))
}

/// The records with the revisions that touched them.
fn records(model: &Model) -> Vec<Record> {
    model.every_record().map(|(record, _)| record).collect()
}

/// The same records put into an empty model: what its indexes ought to be.
fn rebuilt(model: &Model) -> Model {
    let mut again = Model::empty(model.focus);
    for (record, rev) in model.every_record() {
        again.put(record, rev);
    }
    again.rev = model.rev;
    again
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_admitted_breaks_no_rule_now_or_later_and_can_be_taken_back(seeds in prop::collection::vec(any::<u64>(), 1..40)) {
        let mut model = world::world();
        for seed in seeds {
            let Some(edit) = chosen(&model, seed) else { continue };
            if model.admit(&edit, AdminRole::Owner, now()) != Ok(Verdict::Fresh) {
                continue;
            }
            let before = records(&model);
            model.try_on(&edit.changes);
            for later in [0, 20, 300] {
                let then: chrono::DateTime<Utc> = now() + TimeDelta::days(later);
                prop_assert_eq!(model.broken_rules(then), vec![], "{} days later, after {:#?}", later, edit);
            }
            prop_assert_eq!(&rebuilt(&model), &model, "the indexes are those of the records");

            let inverse = Edit { changes: edit.inverse(), ..edit.clone() };
            let undo = model.admit_undo(&inverse, AdminRole::Owner, now());
            prop_assert_eq!(undo, Ok(Verdict::Fresh), "taking back {:#?}", edit);
            let mut back = model.clone();
            back.try_on(&inverse.changes);
            prop_assert_eq!(records(&back), before);
            let rev: Rev = back.rev;
            prop_assert_eq!(rev, model.rev);
        }
    }
}

#[test]
fn chance_tries_enough_that_is_admitted_and_enough_that_is_refused() {
    let model = world::world();
    let (mut admitted, mut refused) = (0, std::collections::BTreeSet::new());
    for seed in 0..3000 {
        let Some(edit) = chosen(&model, seed) else {
            continue;
        };
        match model.admit(&edit, AdminRole::Owner, now()) {
            Ok(_) => admitted += 1,
            Err(refusal) => {
                refused.insert(refusal.rule);
            }
        }
    }
    assert!(admitted > 300, "only {admitted} were admitted");
    let wanted = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14];
    assert!(
        wanted.iter().all(|rule| refused.contains(rule)),
        "only rules {refused:?} refused anything"
    );
}
