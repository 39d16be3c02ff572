//! Several acts as one: each built on what the ones before it make true, all of it one edit, one line of history,
//! one undo.

use std::collections::HashMap;

use super::{AnyId, Change, Edit, Label, Mint, Model, Refusal};

impl Model {
    /// One edit of many acts, one for each item. Each is built on the model as the acts before leave it.
    ///
    /// # Errors
    /// The first refusal of an act.
    pub fn together<T>(
        &self,
        mint: &mut Mint,
        label: Label,
        items: &[T],
        mut act: impl FnMut(&Self, &T, &mut Mint) -> Result<Edit, Refusal>,
    ) -> Result<Edit, Refusal> {
        let mut sum = Sum::default();
        match items {
            [] => {}
            [only] => sum.add(act(self, only, mint)?.changes),
            [first, rest @ ..] => {
                let mut then = self.clone();
                let changes = act(self, first, mint)?.changes;
                then.try_on(&changes);
                sum.add(changes);
                for item in rest {
                    let changes = act(&then, item, mint)?.changes;
                    then.try_on(&changes);
                    sum.add(changes);
                }
            }
        }
        Ok(self.edit(mint.nonce(), label, sum.changes))
    }
}

/// Changes brought together: of each record one, from what it was at first to what it is in the end.
#[derive(Default)]
struct Sum {
    changes: Vec<Change>,
    at: HashMap<AnyId, usize>,
}

impl Sum {
    fn add(&mut self, changes: Vec<Change>) {
        for change in changes {
            let id = change.id();
            let earlier = self.at.get(&id).map(|at| (*at, self.changes[*at].before()));
            match earlier {
                Some((at, before)) => {
                    if let Some(whole) = Change::between(before, change.after()) {
                        self.changes[at] = whole;
                    }
                }
                None => {
                    self.at.insert(id, self.changes.len());
                    self.changes.push(change);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{group, now, person, world};
    use crate::domain::{Delta, Person};

    /// Adds a letter to the note of somebody.
    fn noted(model: &Model, name: &str, letter: char, mint: &mut Mint) -> Edit {
        let id = person(model, name);
        let was = model.people.get(id).expect("the person is there").clone();
        let is = Person {
            note: format!("{}{letter}", was.note),
            ..was.clone()
        };
        let change = Delta::changed(id, was, is).into();
        model.edit(mint.nonce(), Label::new("note", name), vec![change])
    }

    #[test]
    fn acts_on_one_record_become_one_change() {
        let model = world();
        let mut mint = Mint::seeded(1);
        let acts = [("Amara Okafor", 'a'), ("Li Mei", 'b'), ("Amara Okafor", 'c')];
        let edit = model.together(
            &mut mint,
            Label::new("note", "3 times"),
            &acts,
            |model, (name, letter), mint| Ok(noted(model, name, *letter, mint)),
        );
        let edit = edit.expect("notes are never refused");
        assert_eq!(edit.changes.len(), 2);
        let after = model.after(&edit.changes);
        let notes = |name: &str| after.people.get(person(&after, name)).map(|p| p.note.clone());
        assert_eq!(
            (notes("Amara Okafor"), notes("Li Mei")),
            (Some("ac".into()), Some("b".into()))
        );
        assert!(edit.changes.iter().all(|change| model.is_before(change)));
    }

    #[test]
    fn an_act_that_is_refused_refuses_all_of_it() {
        let model = world();
        let mut mint = Mint::seeded(1);
        let groups = [group(&model, "CCIO-1"), group(&model, "CCIO-2")];
        let edit = model.together(
            &mut mint,
            Label::new("archive", "all"),
            &groups,
            |model, group, mint| model.archive_group(mint, *group, now()),
        );
        assert!(edit.is_err());
    }
}
