//! Answers from a form: the pulse after a session, and surveys with items for then and now.
//!
//! A form's columns may belong to several instruments (confidence, satisfaction): each gets a response of its own, in
//! the wave of the same occasion. A wave that is not there is made, and everybody of the roles that answered is asked
//! in it. In an anonymous wave a response carries no name and no day, and lies in no order that would tell (rule 14).

use std::collections::HashMap;

use chrono::{DateTime, Utc};

mod read;
mod waves;

use read::{answer, is_anonymous, latest, said};
use waves::Asking;

use super::columns::{Columns, Field};
use super::consents;
use super::intake::{Acquaintances, Act, Draft, Preview, RefusedRow, Taken};
use super::questions::{self, Asked, THEN};
use super::sheet::{Sheet, SheetRow};
use super::since::Since;
use super::value::{self, DayOrder, QuoteAnswer};
use crate::domain::text::{clean_name, email_problem};
use crate::domain::{
    Answer, Edit, Enrolment, Id, Instrument, Label, Mint, Model, Occasion, Record, Request, Response, Role,
    Round, Wave,
};

/// The most bytes of all the texts of one answer together: it is kept as one record.
const LONGEST: usize = 6_000;

/// Answers that were read, and what taking them in would do.
#[derive(Clone, Debug)]
pub struct Answers {
    /// What it would do, row by row.
    pub preview: Preview,
    /// The edit that does it.
    pub edit: Edit,
    /// What they answer, in words: `pulse 1`.
    pub whose: String,
    /// How many are asked in the wave.
    pub asked: usize,
    /// Then and now, of a survey that asks for both.
    pub change: Option<Change>,
}

/// How confident people were then and are now; means of the means of those who answered enough for both times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// How many.
    pub paired: usize,
    /// Their mean then, and now; none of too few (rule 14).
    pub means: Option<(f64, f64)>,
}

/// Which answers these are.
#[derive(Clone, Copy, Debug)]
pub struct Occasioned {
    /// On what occasion they were asked for.
    pub occasion: Occasion,
    /// After which round.
    pub round: Option<Id<Round>>,
    /// In this wave and no other.
    pub wave: Option<Id<Wave>>,
}

/// How a form is read.
pub(super) struct Form<'a> {
    pub(super) model: &'a Model,
    pub(super) sheet: &'a Sheet,
    pub(super) columns: &'a Columns,
    pub(super) asked: Vec<Asked<'a>>,
    pub(super) on: Occasioned,
    pub(super) now: DateTime<Utc>,
    pub(super) since: Since<'a>,
}

/// One row, read.
struct Row {
    line: u32,
    who: Option<Id<Enrolment>>,
    name: String,
    email: String,
    sent: Option<DateTime<Utc>>,
    answers: Vec<(Id<Instrument>, Vec<Answer>)>,
    quote: Option<QuoteAnswer>,
}

impl Form<'_> {
    /// Draws up what taking in the answers does.
    pub(super) fn draw(&self, mint: &mut Mint) -> Answers {
        let order = self.columns.column(Field::Received);
        let order = order.map(|column| self.sheet.rows.iter().map(move |row| row.cell(column)));
        let order = value::day_order(order.into_iter().flatten());
        let mut preview = Preview {
            rows: self.sheet.rows.len(),
            ..Preview::default()
        };
        let people = Acquaintances::of(self.model);
        let mut rows = Vec::new();
        for row in &self.sheet.rows {
            match self.row(row, order, &people, &mut preview) {
                Ok(row) => rows.push(row),
                Err(refused) => preview.refused.push(refused),
            }
        }
        let rows = latest(rows, &mut preview);
        let mut draft = Draft::on(self.model);
        let mut instruments: Vec<Id<Instrument>> = Vec::new();
        for asked in &self.asked {
            if !instruments.contains(&asked.instrument) {
                instruments.push(asked.instrument);
            }
        }
        let mut waves: HashMap<Id<Instrument>, Asking> = HashMap::new();
        for instrument in &instruments {
            let asking = self.asking(&mut draft, mint, *instrument, &rows);
            waves.insert(*instrument, asking);
        }
        let mut unnamed = Vec::new();
        for row in &rows {
            let (act, what) = self.take(&mut draft, mint, row, &mut waves, &mut unnamed, &mut preview);
            preview.taken.push(Taken {
                row: row.line,
                act,
                name: row.name.clone(),
                what,
            });
        }
        // In order of what was said, not of who said it.
        unnamed.sort_by_cached_key(|(wave, answers): &(Id<Wave>, Vec<Answer>)| (*wave, said(answers)));
        for (wave, answers) in unnamed {
            let asking = waves.values().find(|asking| asking.id == wave);
            let Some(asking) = asking else { continue };
            let received = self.first_moment(asking.is.opens);
            let response = self.response(wave, None, received, answers);
            draft.put(Record::Response(mint.id(), Box::new(response)));
        }
        let main = instruments.first().and_then(|id| waves.get(id));
        let whose = main.map_or_else(String::new, |asking| self.title(&asking.is));
        let count = preview.count(Act::Add) + preview.count(Act::Change);
        let word = if count == 1 { "answer" } else { "answers" };
        let label = Label::new(
            "import",
            format!("{count} {word} to {whose} from {}", self.sheet.file),
        );
        Answers {
            edit: self.model.edit(mint.nonce(), label, draft.changes()),
            whose,
            asked: main.map_or(0, |asking| asking.requests.len()),
            change: self.change(&rows),
            preview,
        }
    }

    /// What a row answers, or why it cannot be taken.
    fn row(
        &self,
        row: &SheetRow,
        order: DayOrder,
        people: &Acquaintances<'_>,
        preview: &mut Preview,
    ) -> Result<Row, RefusedRow> {
        let email = clean_name(&self.columns.text(row, Field::Email)).text;
        let refused = |why: &str, value: &str, column: Option<usize>| RefusedRow {
            row: row.line,
            why: why.to_owned(),
            value: clean_name(value).text.chars().take(80).collect(),
            email: email.clone(),
            field: column
                .map(|column| questions::heading(self.sheet, column))
                .unwrap_or_default(),
        };
        let address = self.columns.column(Field::Email);
        let who = if address.is_some() && !is_anonymous(&email) {
            if let Some(why) = email_problem(&email) {
                return Err(refused(why, &email, address));
            }
            let Some(person) = people.find(&email) else {
                return Err(refused("nobody here has this address", &email, address));
            };
            let Some(enrolment) = self.enrolment(person) else {
                return Err(refused(
                    "takes no part in this cohort",
                    &self.model.name_of(person),
                    address,
                ));
            };
            Some(enrolment)
        } else {
            None
        };
        let received = self.columns.column(Field::Received);
        let sent = value::moment(self.columns.cell(row, Field::Received), order, self.model.zone())
            .map_err(|why| refused(&why, &self.columns.text(row, Field::Received), received))?;
        let mut answers: Vec<(Id<Instrument>, Vec<Answer>)> = Vec::new();
        let mut quote = None;
        for asked in &self.asked {
            let cell = row.cell(asked.column);
            if cell.is_empty() {
                continue;
            }
            let answer =
                answer(asked, cell).map_err(|why| refused(&why, &cell.text(), Some(asked.column)))?;
            if asked.question.key == "quote" {
                quote = value::quote_answer(&answer.text);
            }
            match answers.iter_mut().find(|(id, _)| *id == asked.instrument) {
                Some((_, answers)) => answers.push(answer),
                None => answers.push((asked.instrument, vec![answer])),
            }
        }
        if answers.is_empty() {
            return Err(refused("nothing was answered", "", None));
        }
        let bytes: usize = answers
            .iter()
            .flat_map(|(_, answers)| answers)
            .map(|answer| answer.text.len())
            .sum();
        if bytes > LONGEST {
            return Err(refused(
                &format!("the answers take {bytes} bytes, and {LONGEST} is the most"),
                "",
                None,
            ));
        }
        if let Some(sent) = sent.filter(|sent| *sent > self.now + chrono::TimeDelta::days(1)) {
            preview.warn(
                row.line,
                format!("the answer is dated {}, which is to come", self.model.day(sent)),
            );
        }
        Ok(Row {
            line: row.line,
            who,
            name: who.map_or_else(
                || "an answer without a name".to_owned(),
                |who| self.model.enrolled_name(who),
            ),
            email,
            sent,
            answers,
            quote,
        })
    }

    /// As what somebody answers: a mentee rather than a mentor, of those whom the questions are for.
    fn enrolment(&self, person: Id<crate::domain::Person>) -> Option<Id<Enrolment>> {
        let audience: Vec<_> = self
            .asked
            .iter()
            .filter_map(|asked| self.model.instruments.get(asked.instrument))
            .map(|is| is.audience)
            .collect();
        let mut all: Vec<_> = self.model.enrolments_of(person).collect();
        all.sort_by_key(|(id, is)| {
            let asked = audience
                .iter()
                .filter(|audience| Wave::asks(**audience, is.role))
                .count();
            (
                std::cmp::Reverse(asked),
                is.role != Role::Mentee,
                !is.state.is_live(),
                *id,
            )
        });
        all.first().map(|(id, _)| *id)
    }

    /// Brings in what one row answers.
    fn take(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        row: &Row,
        waves: &mut HashMap<Id<Instrument>, Asking>,
        unnamed: &mut Vec<(Id<Wave>, Vec<Answer>)>,
        preview: &mut Preview,
    ) -> (Act, String) {
        let mut acts: Vec<Act> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        let mut named = false;
        for (instrument, answers) in &row.answers {
            let Some(asking) = waves.get_mut(instrument) else {
                continue;
            };
            let answered_before = self.ticked(draft, mint, asking, row, preview);
            let Some(who) = row.who.filter(|_| !asking.is.anonymous) else {
                let known = match row.who {
                    Some(_) => answered_before,
                    // Nobody can tell two equal answers without a name apart: as many as the file has may be there.
                    None => asking.unnamed.get_mut(&said(answers)).is_some_and(|there| {
                        let known = *there > 0;
                        *there = there.saturating_sub(1);
                        known
                    }),
                };
                if known {
                    acts.push(Act::Same);
                } else {
                    unnamed.push((asking.id, answers.clone()));
                    acts.push(Act::Add);
                }
                continue;
            };
            named = true;
            let sent = row.sent.unwrap_or(self.now);
            let given = self.model.responses_of(who).find(|(_, is)| is.wave == asking.id);
            let Some((id, is)) = given else {
                let id: Id<Response> = mint.id();
                let response = self.response(asking.id, Some(who), sent, answers.clone());
                let said = Record::Response(id, Box::new(response));
                self.since.bring(draft, mint, said, (&["answers"], row.line));
                acts.push(Act::Add);
                continue;
            };
            if row.sent.is_some_and(|sent| sent < is.received) {
                acts.push(Act::Same);
                continue;
            }
            let received = if is.answers == *answers {
                is.received
            } else {
                row.sent.unwrap_or(is.received)
            };
            let said = Response {
                answers: answers.clone(),
                received,
                ..is.clone()
            };
            let said = Record::Response(id, Box::new(said));
            let brought = self.since.bring(draft, mint, said, (&["answers"], row.line));
            acts.push(if brought.changes.is_empty() {
                Act::Same
            } else {
                Act::Change
            });
            words.extend(Some(brought.words()).filter(|words| !words.is_empty()));
            for note in brought.notes(&row.name) {
                preview.warn(row.line, note);
            }
        }
        if let (true, Some(answer), Some(who)) = (named, row.quote, row.who)
            && let Some(person) = self.model.enrolments.get(who).map(|is| is.person)
        {
            let column = self.asked.iter().find(|asked| asked.question.key == "quote");
            let wording = column
                .map(|asked| self.sheet.heading(asked.column).0)
                .unwrap_or_default();
            let how = format!("{} survey", self.on.occasion);
            let asked = consents::Asked {
                person,
                answer,
                day: self.model.day(row.sent.unwrap_or(self.now)),
                wording: &wording,
                how: &how,
            };
            if consents::note(self.model, draft, mint, &asked) && !acts.contains(&Act::Add) {
                acts.push(Act::Change);
                words.push("may be quoted".to_owned());
            }
        }
        let act = [Act::Add, Act::Change].into_iter().find(|act| acts.contains(act));
        (act.unwrap_or(Act::Same), words.join(", "))
    }

    /// Ticks that somebody has answered; answers whether that was known.
    fn ticked(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        asking: &mut Asking,
        row: &Row,
        preview: &mut Preview,
    ) -> bool {
        let Some(who) = row.who else { return false };
        let wave = asking.id;
        let (id, request) = asking.requests.entry(who).or_insert_with(|| {
            preview.warn(row.line, format!("{} was not asked, and is listed now", row.name));
            let asked = row.sent.unwrap_or(self.now);
            (
                mint.id(),
                Request {
                    wave,
                    enrolment: who,
                    asked,
                    answered: false,
                },
            )
        });
        let known = std::mem::replace(&mut request.answered, true);
        draft.put(Record::Request(*id, Box::new(request.clone())));
        known
    }

    fn response(
        &self,
        wave: Id<Wave>,
        who: Option<Id<Enrolment>>,
        received: DateTime<Utc>,
        answers: Vec<Answer>,
    ) -> Response {
        Response {
            wave,
            enrolment: who,
            group: who.and_then(|who| self.group_then(who, received)),
            received,
            answers,
            themes: Vec::new(),
            by_way_of: "form".to_owned(),
        }
    }

    /// The group that the answer is about: of a pulse the one that met, else the one of that day.
    fn group_then(&self, who: Id<Enrolment>, received: DateTime<Utc>) -> Option<Id<crate::domain::Group>> {
        let met = self.on.round.and_then(|round| {
            let mut groups = self.model.memberships_of(who).map(|(_, is)| is.group);
            groups.find(|group| {
                let number = self.model.round_number(round);
                let session = self.model.session_in_round(*group, number);
                let session = session.and_then(|id| self.model.sessions.get(id));
                session.is_some_and(|is| self.model.is_expected(is, who))
            })
        });
        met.or_else(|| self.model.group_of(who, self.model.day(received)))
    }

    /// Then and now, of those who answered enough items for both.
    fn change(&self, rows: &[Row]) -> Option<Change> {
        let then = self.asked.iter().find(|asked| asked.then)?;
        let instrument = self.model.instruments.get(then.instrument)?;
        let mean = |row: &Row, then: bool| -> Option<f64> {
            let (_, answers) = row
                .answers
                .iter()
                .find(|(id, _)| *id == self.asked_instrument())?;
            let numbers: Vec<f64> = answers
                .iter()
                .filter(|answer| answer.question.starts_with(THEN) == then)
                .filter(|answer| {
                    let key = answer.question.strip_prefix(THEN).unwrap_or(&answer.question);
                    instrument
                        .questions
                        .iter()
                        .any(|question| question.key == key && question.scored)
                })
                .filter_map(|answer| answer.number.map(f64::from))
                .collect();
            let enough = numbers.len() >= usize::from(instrument.enough.max(1));
            #[allow(clippy::cast_precision_loss, reason = "a handful of items")]
            enough.then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
        };
        let pairs: Vec<(f64, f64)> = rows
            .iter()
            .filter_map(|row| mean(row, true).zip(mean(row, false)))
            .collect();
        let enough = pairs.len() >= usize::from(self.model.settings().smallest_published).max(1);
        #[allow(clippy::cast_precision_loss, reason = "as many as there are people")]
        let over = |side: fn(&(f64, f64)) -> f64| {
            let mean = pairs.iter().map(side).sum::<f64>() / pairs.len() as f64;
            (mean * 10_000.0).round() / 10_000.0
        };
        Some(Change {
            paired: pairs.len(),
            means: enough.then(|| (over(|pair| pair.0), over(|pair| pair.1))),
        })
    }

    /// The instrument whose items are asked for then and now.
    fn asked_instrument(&self) -> Id<Instrument> {
        let then = self.asked.iter().find(|asked| asked.then);
        then.map_or(Id::new(0), |asked| asked.instrument)
    }

    /// `pulse 1`, `endpoint`.
    fn title(&self, wave: &Wave) -> String {
        let round = wave
            .round
            .map(|round| format!(" {}", self.model.round_number(round)));
        format!("{}{}", wave.occasion, round.unwrap_or_default())
    }
}
