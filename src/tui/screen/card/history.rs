//! What happened to one person, newest first: the entries that touched a record of theirs, as far as they are known.

use std::collections::{BTreeSet, HashSet};

use crate::domain::{AnyId, Change, EntryHead, Id, Kind, Person, Record, Rev, field};
use crate::tui::screen::Cx;
use crate::tui::signal::Out;
use crate::tui::step::Step;

/// How many changes of an entry are looked through for those of one person.
const LOOKED_THROUGH: usize = 500;
/// How many entries are fetched when the history is looked at.
const FETCHED: usize = 20;

/// One line of a person's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui::screen) struct Line {
    /// The entry.
    pub rev: Rev,
    /// `10:42` today, `31 Mar` before.
    pub when: String,
    /// `you`, or the name.
    pub who: String,
    /// Whose entry it is.
    pub by: String,
    /// What happened.
    pub what: String,
}

/// The entries at hand that touched this person's records, newest first, those taken back left out.
pub(in crate::tui::screen) fn of_person(cx: &Cx<'_>, person: Id<Person>) -> Vec<Line> {
    let records: HashSet<AnyId> = super::facts::records(cx.model, person).into_iter().collect();
    // The last entry of each record is known even when its changes are not at hand.
    let mut revs: BTreeSet<Rev> = records
        .iter()
        .filter(|id| id.kind != Kind::Group)
        .filter_map(|id| cx.model.touched(*id))
        .collect();
    // An import touches thousands: the last entry of each record stands for it.
    for (rev, entry) in cx
        .entries
        .iter()
        .filter(|(_, entry)| entry.edit.changes.len() <= LOOKED_THROUGH)
    {
        if entry
            .edit
            .changes
            .iter()
            .any(|change| about(change, &records, person))
        {
            revs.insert(*rev);
        }
    }
    let mut undone: HashSet<Rev> = HashSet::new();
    let mut lines = Vec::new();
    for rev in revs.into_iter().rev() {
        let head = cx.entries.get(&rev).map(crate::domain::Entry::head);
        let head = head.or_else(|| {
            cx.model
                .heads()
                .chain(cx.older)
                .find(|head| head.rev == rev)
                .cloned()
        });
        let Some(head) = head else {
            continue;
        };
        undone.extend(head.undoes);
        if !undone.contains(&rev) {
            lines.push(line(cx, &head, &records, person));
        }
    }
    lines
}

/// Asks the store for the changes of entries that are known only by their number or label.
pub(super) fn fetch(cx: &Cx<'_>, person: Id<Person>) -> Step {
    let records = super::facts::records(cx.model, person);
    let mut revs: Vec<Rev> = records.iter().filter_map(|id| cx.model.touched(*id)).collect();
    revs.sort_unstable_by(|a, b| b.cmp(a));
    revs.dedup();
    let missing = revs
        .into_iter()
        .filter(|rev| *rev > 0 && !cx.entries.contains_key(rev))
        .take(FETCHED);
    Step::Many(missing.map(|rev| Step::Out(Out::Entry(rev))).collect())
}

/// Whether a change is about somebody: of a record that is there, or of one that is gone.
fn about(change: &Change, records: &HashSet<AnyId>, person: Id<Person>) -> bool {
    if records.contains(&change.id()) && change.kind() != Kind::Group {
        return true;
    }
    let names = |record: Option<Record>| match record {
        Some(Record::Membership(_, is)) => records.contains(&is.enrolment.into()),
        Some(Record::Enrolment(_, is)) => is.person == person,
        Some(Record::Application(_, is)) => is.person == person,
        Some(Record::Mark(_, is)) => is.enrolment.is_some_and(|id| records.contains(&id.into())),
        _ => false,
    };
    change.is_taking_away() && names(change.before())
}

fn line(cx: &Cx<'_>, head: &EntryHead, records: &HashSet<AnyId>, person: Id<Person>) -> Line {
    let local = cx.model.local(head.at);
    let today = cx.model.day(cx.now) == cx.model.day(head.at);
    let when = local.format(if today { "%H:%M" } else { "%d %b" }).to_string();
    let who = if head.by == cx.me {
        "you".to_owned()
    } else {
        head.by.clone()
    };
    Line {
        rev: head.rev,
        when,
        who,
        by: head.by.clone(),
        what: what(cx, head, records, person),
    }
}

/// `S3 mark - -> late`, `Trust Fox -> Foxley`, or the entry's label.
fn what(cx: &Cx<'_>, head: &EntryHead, records: &HashSet<AnyId>, person: Id<Person>) -> String {
    let label = format!("{} {}", head.label.verb, head.label.on);
    let Some(entry) = cx.entries.get(&head.rev) else {
        return label;
    };
    let mut words = Vec::new();
    for change in entry
        .edit
        .changes
        .iter()
        .filter(|change| about(change, records, person))
    {
        match (change.kind(), change.before(), change.after()) {
            (Kind::Mark, before, after) => {
                let value = |record: &Option<Record>| match record {
                    Some(Record::Mark(_, mark)) => mark.value.to_string(),
                    _ => "-".to_owned(),
                };
                let session = [&before, &after]
                    .into_iter()
                    .flatten()
                    .find_map(|record| match record {
                        Record::Mark(_, mark) => Some(cx.model.session_title(mark.session)),
                        _ => None,
                    });
                words.push(format!(
                    "{} mark {} -> {}",
                    session.unwrap_or_default(),
                    value(&before),
                    value(&after)
                ));
            }
            (Kind::Membership | Kind::Message | Kind::Consent, ..) => return label,
            (kind, Some(_), Some(_)) => {
                for part in change.fields() {
                    let field = kind
                        .field(&part.field)
                        .map_or(part.field.as_str(), |field| field.label);
                    let shown = |value| match field::shown(cx.model, value) {
                        empty if empty.is_empty() => "-".to_owned(),
                        text => text,
                    };
                    words.push(format!(
                        "{field} {} -> {}",
                        shown(&part.before),
                        shown(&part.after)
                    ));
                }
            }
            _ => return label,
        }
    }
    if words.is_empty() { label } else { words.join("; ") }
}
