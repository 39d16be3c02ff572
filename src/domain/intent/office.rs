//! What the office does for itself: takes note of alerts, keeps its admins, remembers the messages it prepared.

use chrono::{DateTime, Utc};

use super::draft::{Draft, many};
use crate::domain::text::{clean_name, fold, refuse_name};
use crate::domain::{
    Ack, Admin, AdminName, AdminRole, Edit, Id, Message, MessageState, Mint, Model, Refusal, Rev,
};

impl Model {
    /// Takes note of an alert, or takes the note back.
    ///
    /// # Errors
    /// None; it answers as every other verb does.
    pub fn acknowledge(
        &self,
        mint: &mut Mint,
        alert: &str,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let noted = self.acks.iter().find(|(_, ack)| ack.alert == alert);
        let verb = if noted.is_some() {
            "unacknowledge"
        } else {
            "acknowledge"
        };
        match noted {
            Some((id, _)) => draft.drop(id)?,
            None => {
                let ack = Ack {
                    alert: alert.to_owned(),
                    by: by.to_owned(),
                    at: now,
                };
                draft.make(mint, ack);
            }
        }
        Ok(draft.edit(mint, verb, "an alert"))
    }

    /// Remembers messages that were prepared or sent.
    ///
    /// # Errors
    /// When one is to somebody who is not there.
    pub fn messages_prepared(&self, mint: &mut Mint, messages: &[Message]) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let mut names = Vec::new();
        for message in messages {
            names.push(self.need(message.person)?.name.clone());
            draft.make(mint, message.clone());
        }
        let kind = messages.first().map_or("message", |m| m.kind.word());
        let verb = if messages.iter().any(|m| m.state != MessageState::Written) {
            "send"
        } else {
            "prepare"
        };
        Ok(draft.edit(mint, verb, format!("{kind} to {}", many(&names, "people"))))
    }

    /// Whether the log has this message as one that went to the mail server, or may have, on the same day.
    #[must_use]
    pub fn was_sent(&self, message: &Message) -> bool {
        self.messages_to(message.person).any(|(_, m)| {
            m.kind == message.kind
                && m.about == message.about
                && m.state != MessageState::Written
                && self.day(m.at) == self.day(message.at)
        })
    }

    /// Adds an admin.
    ///
    /// # Errors
    /// Unreadable, or taken, name.
    pub fn add_admin(&self, mint: &mut Mint, name: &str, role: AdminRole) -> Result<Edit, Refusal> {
        if let Some(why) = refuse_name(name) {
            let why = why.trim_end_matches('.').to_owned();
            return Err(Refusal::unreadable(why, "type the name the admin is known by"));
        }
        let name: AdminName = clean_name(name).text;
        if self.admin_named(&name).is_some() {
            return Err(Refusal::rule(
                18,
                format!("there is an admin {name} already"),
                "choose another name, or set the role of that one",
            ));
        }
        let mut draft = Draft::on(self);
        let on = format!("admin {name}, {role}");
        let last_seen = self.rev;
        draft.make(
            mint,
            Admin {
                name,
                role,
                last_seen,
            },
        );
        Ok(draft.edit(mint, "add", on))
    }

    /// Sets what an admin may do.
    ///
    /// # Errors
    /// Rule 18, when nobody would be owner any more.
    pub fn set_admin_role(
        &self,
        mint: &mut Mint,
        admin: Id<Admin>,
        role: AdminRole,
    ) -> Result<Edit, Refusal> {
        let name = self.need(admin)?.name.clone();
        if role != AdminRole::Owner {
            self.another_owner(admin)?;
        }
        let mut draft = Draft::on(self);
        draft.change(admin, |a: &mut Admin| a.role = role)?;
        Ok(draft.edit(mint, "set", format!("role of {name} to {role}")))
    }

    /// Removes an admin; what the admin did stays in the history.
    ///
    /// # Errors
    /// Rule 18, when nobody would be owner any more.
    pub fn remove_admin(&self, mint: &mut Mint, admin: Id<Admin>) -> Result<Edit, Refusal> {
        let name = self.need(admin)?.name.clone();
        self.another_owner(admin)?;
        let mut draft = Draft::on(self);
        draft.drop(admin)?;
        Ok(draft.edit(mint, "remove", format!("admin {name}")))
    }

    /// Remembers up to where an admin has seen the history.
    ///
    /// # Errors
    /// When there is no such admin.
    pub fn seen_up_to(&self, mint: &mut Mint, admin: Id<Admin>, rev: Rev) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        draft.change(admin, |a: &mut Admin| a.last_seen = a.last_seen.max(rev))?;
        Ok(draft.edit(mint, "see", format!("changes up to {rev}")))
    }

    /// The admin with this name, without regard to case.
    #[must_use]
    pub fn admin_named(&self, name: &str) -> Option<(Id<Admin>, &Admin)> {
        let wanted = fold(name.trim());
        self.admins.iter().find(|(_, admin)| fold(&admin.name) == wanted)
    }

    /// Refuses to leave the programme without an owner.
    fn another_owner(&self, but: Id<Admin>) -> Result<(), Refusal> {
        let is_owner = |(_, a): &(Id<Admin>, &Admin)| a.role == AdminRole::Owner;
        let last = self.admins.iter().filter(is_owner).all(|(id, _)| id == but);
        match self.admins.get(but) {
            Some(admin) if admin.role == AdminRole::Owner && last => Err(Refusal::rule(
                18,
                format!("{} is the only owner", admin.name),
                "make somebody else owner first",
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::*;
    use super::*;
    use crate::domain::MessageKind;

    #[test]
    fn acknowledging_twice_takes_the_note_back() {
        let w = world();
        let edit = w
            .model
            .acknowledge(&mut mint(), "no group:pe-1", "Sam K", now())
            .unwrap();
        let model = w.played(&edit);
        assert_eq!(model.acks.iter().next().unwrap().1.by, "Sam K");
        let back = model
            .acknowledge(&mut mint(), "no group:pe-1", "Jo T", now())
            .unwrap();
        assert!(played(&model, &back).acks.is_empty());
    }

    #[test]
    fn prepared_messages_are_remembered_in_one_edit() {
        let w = world();
        let message = |enrolment| Message {
            person: w.person(enrolment),
            kind: MessageKind::FeedbackReminder,
            about: String::new(),
            subject: "Session 3".into(),
            at: now(),
            state: MessageState::Written,
        };
        let edit = w
            .model
            .messages_prepared(&mut mint(), &[message(w.fatima), message(w.kofi)])
            .unwrap();
        assert_eq!(edit.label.to_string(), "prepare feedback reminder to 2 people");
        assert_eq!(w.played(&edit).messages_to(w.person(w.kofi)).count(), 1);
    }

    #[test]
    fn two_admins_cannot_share_a_name() {
        let w = world();
        let edit = w.model.add_admin(&mut mint(), "Sam K", AdminRole::Owner).unwrap();
        let model = w.played(&edit);
        let refused = model
            .add_admin(&mut mint(), "sam k", AdminRole::Editor)
            .unwrap_err();
        assert_eq!(refused.what, "there is an admin sam k already");
    }

    #[test]
    fn rule_18_the_last_owner_stays_owner() {
        let w = world();
        let edit = w.model.add_admin(&mut mint(), "Sam K", AdminRole::Owner).unwrap();
        let mut model = w.played(&edit);
        let sam = edit.made().unwrap();
        assert_eq!(
            model.remove_admin(&mut mint(), sam).unwrap_err().what,
            "Sam K is the only owner"
        );
        assert!(model.set_admin_role(&mut mint(), sam, AdminRole::Viewer).is_err());
        let edit = model
            .add_admin(&mut Mint::seeded(4), "Jo T", AdminRole::Owner)
            .unwrap();
        model.try_on(&edit.changes);
        let edit = model.remove_admin(&mut mint(), sam).unwrap();
        assert_eq!(played(&model, &edit).admins.len(), 1);
        let edit = model.seen_up_to(&mut mint(), sam, 7).unwrap();
        assert_eq!(played(&model, &edit).admins.get(sam).unwrap().last_seen, 7);
    }
}
