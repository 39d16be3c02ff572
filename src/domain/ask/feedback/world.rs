//! A small cohort for the tests of feedback: three streams, groups as asked for, two pulses and a survey.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::domain::ask::rates::Scope;
use crate::domain::*;

/// The cohort while it is being filled.
pub(super) struct World {
    pub(super) model: Model,
    mint: Mint,
    pub(super) pulses: Vec<Id<Wave>>,
}

pub(super) fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).expect("a day of 2025")
}

/// Noon of a day.
pub(super) fn noon(of: NaiveDate) -> DateTime<Utc> {
    of.and_hms_opt(12, 0, 0).expect("noon").and_utc()
}

fn question(key: &str, scale: Scale, scored: bool) -> Question {
    Question {
        key: key.to_owned(),
        text: format!("How {key}?"),
        scale,
        scored,
    }
}

impl World {
    /// Streams CCIO (clinical), CNIO (clinical), CIO (technical) and DHLP (mixed), six rounds, pulses on
    /// rounds 1 and 2.
    pub(super) fn new() -> Self {
        let focus = Id::new(1);
        let mut world = Self {
            model: Model::empty(focus),
            mint: Mint::seeded(5),
            pulses: Vec::new(),
        };
        let cohort = Cohort::draft("2025", day(1, 1), day(6, 30));
        world.model.put(Record::Cohort(focus, Box::new(cohort)), 1);
        let streams = [
            ("CCIO", Family::Clinical),
            ("CNIO", Family::Clinical),
            ("CIO", Family::Technical),
            ("DHLP", Family::Mixed),
        ];
        for (order, (code, family)) in (1..).zip(streams) {
            let stream = Stream {
                code: code.to_owned(),
                name: code.to_owned(),
                family,
                source: String::new(),
                lead: String::new(),
                order,
                state: StreamState::Open,
            };
            world.add(Record::Stream, stream);
        }
        let pulse = Instrument {
            key: "pulse".to_owned(),
            name: "Pulse".to_owned(),
            audience: Asked::Everybody,
            questions: vec![
                question("useful", Scale::OneToFive, true),
                question("openly", Scale::OneToFive, true),
                question("next", Scale::Text, false),
                question("word", Scale::YesNo, false),
            ],
            enough: 1,
        };
        let pulse = world.add(Record::Instrument, pulse);
        for number in 1_u8..=6 {
            let opens = day(u32::from(number), 1);
            let round = Round {
                number,
                opens,
                closes: opens + TimeDelta::days(27),
                theme: String::new(),
            };
            let round = world.add(Record::Round, round);
            if number <= 2 {
                let wave = world.wave(pulse, Occasion::Pulse, Some(round), opens + TimeDelta::days(10));
                world.pulses.push(wave);
            }
        }
        world
    }

    pub(super) fn add<T>(&mut self, record: impl Fn(Id<T>, Box<T>) -> Record, is: T) -> Id<T> {
        let id = self.mint.id();
        self.model.put(record(id, Box::new(is)), 1);
        id
    }

    pub(super) fn wave(
        &mut self,
        instrument: Id<Instrument>,
        occasion: Occasion,
        round: Option<Id<Round>>,
        opens: NaiveDate,
    ) -> Id<Wave> {
        let wave = Wave {
            instrument,
            occasion,
            round,
            opens,
            closes: opens + TimeDelta::days(14),
            anonymous: false,
        };
        self.add(Record::Wave, wave)
    }

    /// The questions of a round's pulse asked once more, a day later.
    pub(super) fn another_pulse(&mut self, round: usize) -> Id<Wave> {
        let first = self
            .model
            .waves
            .get(self.pulses[round - 1])
            .expect("a wave")
            .clone();
        self.wave(
            first.instrument,
            first.occasion,
            first.round,
            first.opens + TimeDelta::days(1),
        )
    }

    /// The eight items, asked on these occasions.
    pub(super) fn confidence(&mut self, occasions: &[Occasion]) -> Vec<Id<Wave>> {
        let items = (1..=8).map(|n| question(&format!("item{n}"), Scale::ZeroToTen, true));
        let scale = Instrument {
            key: "confidence".to_owned(),
            name: "Role confidence".to_owned(),
            audience: Asked::Mentees,
            questions: items.collect(),
            enough: 6,
        };
        let scale = self.add(Record::Instrument, scale);
        let ask = |occasion: &Occasion| self.wave(scale, *occasion, None, day(1, 2));
        occasions.iter().map(ask).collect()
    }

    fn stream(&self, code: &str) -> Id<Stream> {
        let mut streams = self.model.streams.iter();
        streams.find(|(_, is)| is.code == code).expect("a stream").0
    }

    /// A person taking part.
    pub(super) fn person(&mut self, name: &str, role: Role, stream: &str) -> Id<Enrolment> {
        let person = Person {
            name: name.to_owned(),
            job_title: "CCIO".to_owned(),
            organisation: "Arden".to_owned(),
            ..Person::default()
        };
        let person = self.add(Record::Person, person);
        let enrolment = Enrolment {
            person,
            role,
            stream: self.stream(stream),
            second_stream: None,
            stage: None,
            wishes: Vec::new(),
            availability: Vec::new(),
            capacity: None,
            from: day(1, 1),
            state: EnrolmentState::Active,
            ended: None,
            note: String::new(),
        };
        self.add(Record::Enrolment, enrolment)
    }

    /// A group with this many mentees.
    pub(super) fn group(&mut self, code: &str, size: usize) -> (Id<Group>, Vec<Id<Enrolment>>) {
        let stream = code.split('-').next().expect("a code");
        let group = Group {
            code: code.to_owned(),
            stream: self.stream(stream),
            leads: Vec::new(),
            min: None,
            max: None,
            link: String::new(),
            state: GroupState::Active,
            note: String::new(),
        };
        let group = self.add(Record::Group, group);
        let people = (0..size).map(|n| {
            let enrolment = self.person(&format!("{code} {n}"), Role::Mentee, stream);
            let membership = Membership {
                enrolment,
                group,
                from: day(1, 1),
                to: None,
                locked: false,
                origin: Origin::ByHand,
                reason: String::new(),
            };
            self.add(Record::Membership, membership);
            enrolment
        });
        (group, people.collect())
    }

    /// Asks somebody on the wave's first day.
    pub(super) fn ask(&mut self, wave: Id<Wave>, enrolment: Id<Enrolment>, answered: bool) {
        let opens = self.model.waves.get(wave).expect("a wave").opens;
        let request = Request {
            wave,
            enrolment,
            asked: noon(opens),
            answered,
        };
        self.add(Record::Request, request);
    }

    /// An answer of numbers; whoever gives it was asked.
    pub(super) fn answer(
        &mut self,
        wave: Id<Wave>,
        enrolment: Id<Enrolment>,
        numbers: &[(&str, i8)],
    ) -> Id<Response> {
        self.ask(wave, enrolment, true);
        let is = self.model.waves.get(wave).expect("a wave").clone();
        let at = noon(is.opens);
        let answer = |(question, number): &(&str, i8)| Answer {
            question: (*question).to_owned(),
            number: Some(*number),
            text: String::new(),
        };
        let response = Response {
            wave,
            enrolment: (!is.anonymous).then_some(enrolment),
            group: self.model.group_of(enrolment, is.opens).filter(|_| !is.anonymous),
            received: at,
            answers: numbers.iter().map(answer).collect(),
            themes: Vec::new(),
            by_way_of: "form".to_owned(),
        };
        self.add(Record::Response, response)
    }

    /// Pulses of these scores, both questions alike, from the first people of a group.
    pub(super) fn pulse(&mut self, round: usize, people: &[Id<Enrolment>], scores: &[i8]) {
        let wave = self.pulses[round - 1];
        for (at, person) in people.iter().enumerate() {
            match scores.get(at) {
                Some(score) => {
                    self.answer(wave, *person, &[("useful", *score), ("openly", *score)]);
                }
                None => self.ask(wave, *person, false),
            }
        }
    }

    /// A cleared quote of somebody, with the tick, said in round 1.
    pub(super) fn quote(&mut self, speaker: Id<Enrolment>) -> Id<Quote> {
        let quote = Quote {
            response: None,
            speaker: Some(speaker),
            round: self.model.round_numbered(1),
            said: "I finally asked.".to_owned(),
            edited: String::new(),
            theme: None,
            state: QuoteState::Cleared,
            unrecognisable: true,
        };
        self.add(Record::Quote, quote)
    }

    /// Consent to quotes.
    pub(super) fn consent(&mut self, of: Id<Enrolment>, widest: Attribution, quote: Option<Id<Quote>>) {
        let consent = Consent {
            person: self.model.enrolments.get(of).expect("an enrolment").person,
            purpose: Purpose::Quotes,
            widest,
            quote,
            wording: String::new(),
            how: "form".to_owned(),
            obtained: day(2, 1),
            withdrawn: None,
            retain_until: None,
        };
        self.add(Record::Consent, consent);
    }

    pub(super) fn scope_of(&self, stream: &str) -> Scope {
        Scope::Stream(self.stream(stream))
    }
}
