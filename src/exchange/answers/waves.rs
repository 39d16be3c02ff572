//! The wave that answers belong to: found, or made with everybody whom it asked.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};

use super::read::said;
use super::{Form, Row};
use crate::domain::{Enrolment, EnrolmentState, Id, Instrument, Mint, Occasion, Record, Request, Role, Wave};
use crate::exchange::intake::Draft;

/// A wave as the answers need it.
pub(super) struct Asking {
    pub(super) id: Id<Wave>,
    pub(super) is: Wave,
    pub(super) requests: HashMap<Id<Enrolment>, (Id<Request>, Request)>,
    /// How many answers without a name there are, by what they say.
    pub(super) unnamed: HashMap<String, usize>,
}

impl Form<'_> {
    /// The wave that an instrument's answers belong to, made when it is not there.
    pub(super) fn asking(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        instrument: Id<Instrument>,
        rows: &[Row],
    ) -> Asking {
        let fits = |(id, is): &(Id<Wave>, &Wave)| {
            is.instrument == instrument
                && (self.on.wave == Some(*id) || is.occasion == self.on.occasion && is.round == self.on.round)
        };
        let known = self
            .model
            .waves
            .iter()
            .filter(fits)
            .max_by_key(|(id, is)| (self.on.wave == Some(*id), is.opens, *id));
        if let Some((id, is)) = known {
            let requests = self
                .model
                .requests_in(id)
                .map(|(own, request)| (request.enrolment, (own, request.clone())));
            let mut unnamed: HashMap<String, usize> = HashMap::new();
            for (_, response) in self
                .model
                .responses_in(id)
                .filter(|(_, is)| is.enrolment.is_none())
            {
                *unnamed.entry(said(&response.answers)).or_default() += 1;
            }
            return Asking {
                id,
                is: is.clone(),
                requests: requests.collect(),
                unnamed,
            };
        }
        let days = || {
            rows.iter()
                .filter_map(|row| row.sent)
                .map(|sent| self.model.day(sent))
        };
        let today = self.model.day(self.now);
        let round = self.on.round.and_then(|round| self.model.rounds.get(round));
        let first = days()
            .chain(round.map(|round| round.opens))
            .min()
            .unwrap_or(today);
        let last = days()
            .chain(round.map(|round| round.closes))
            .max()
            .unwrap_or(today);
        let is = Wave {
            instrument,
            occasion: self.on.occasion,
            round: self.on.round,
            opens: first,
            closes: last.max(first),
            anonymous: rows.iter().all(|row| row.who.is_none()) && !rows.is_empty(),
        };
        let id = mint.id();
        draft.put(Record::Wave(id, Box::new(is.clone())));
        let mut requests = HashMap::new();
        for enrolment in self.who_was_asked(&is, rows) {
            let request = Request {
                wave: id,
                enrolment,
                asked: self.first_moment(is.opens),
                answered: false,
            };
            let own = mint.id();
            draft.put(Record::Request(own, Box::new(request.clone())));
            requests.insert(enrolment, (own, request));
        }
        Asking {
            id,
            is,
            requests,
            unnamed: HashMap::new(),
        }
    }

    /// Whom a wave that is only known by its answers asked: everybody of the roles that answered; at the end and
    /// later also those who left.
    fn who_was_asked(&self, wave: &Wave, rows: &[Row]) -> Vec<Id<Enrolment>> {
        let audience = self.model.instruments.get(wave.instrument).map(|is| is.audience);
        let answered: BTreeSet<Role> = rows
            .iter()
            .filter_map(|row| self.model.enrolments.get(row.who?))
            .map(|is| is.role)
            .collect();
        let mut asked: Vec<(String, Id<Enrolment>)> = self
            .model
            .enrolments
            .iter()
            .filter(|(_, is)| {
                let there = match wave.occasion {
                    Occasion::Endpoint | Occasion::FollowUp => is.state != EnrolmentState::Removed,
                    Occasion::Exit => false,
                    _ => is.state.is_live() || is.ended.as_ref().is_some_and(|ended| ended.on >= wave.opens),
                };
                there
                    && audience.is_some_and(|audience| Wave::asks(audience, is.role))
                    && (answered.is_empty() || answered.contains(&is.role))
            })
            .map(|(id, _)| (self.model.enrolled_name(id), id))
            .collect();
        asked.sort();
        asked.into_iter().map(|(_, id)| id).collect()
    }

    pub(super) fn first_moment(&self, day: NaiveDate) -> DateTime<Utc> {
        let local = day.and_time(NaiveTime::MIN);
        let at = self.model.zone().from_local_datetime(&local).earliest();
        at.map_or_else(|| local.and_utc(), |at| at.to_utc())
    }
}
