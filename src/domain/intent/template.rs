//! What the programme begins with: the five streams, the instruments with their exact questions, the themes.
//!
//! The wording is that of domain.md §5. A cohort made from the template can change all of it.

use crate::domain::{Asked, Family, Instrument, Question, Scale, Stream, StreamState, Theme};

/// Code, name, family and source of mentors of the five streams.
const STREAMS: [(&str, &str, Family, &str); 5] = [
    (
        "CCIO",
        "Chief Clinical Information Officer",
        Family::Clinical,
        "CCIO advisory panel",
    ),
    (
        "CIO",
        "Chief Information Officer",
        Family::Technical,
        "CIO advisory panel",
    ),
    (
        "CNIO",
        "Chief Nursing Information Officer",
        Family::Clinical,
        "CNIO advisory panel",
    ),
    ("CSO", "Clinical Safety Officer", Family::Clinical, "CSO Council"),
    (
        "DHLP",
        "Digital Health Leadership Programme alumni",
        Family::Mixed,
        "all advisory panels",
    ),
];

/// Key and wording of the eight items of role confidence.
const CONFIDENCE: [(&str, &str); 8] = [
    ("vision", "Setting a digital vision with the board"),
    ("clinicians", "Influencing clinicians"),
    ("executives", "Influencing executives and finance"),
    ("resistance", "Leading change through resistance"),
    ("dispute", "Handling a clinical-safety or supplier dispute"),
    ("team", "Building and developing a team"),
    ("speaking", "Speaking publicly about my work"),
    ("career", "Planning my next career step"),
];

/// Name of a theme, and words that suggest it.
const THEMES: [(&str, &[&str]); 4] = [
    (
        "confidence",
        &["confidence", "confident", "afraid", "brave", "courage"],
    ),
    (
        "innovative thinking",
        &["idea", "innovat", "think", "different", "new way"],
    ),
    (
        "peer conversation",
        &["peer", "others", "hearing", "honest", "conversation", "network"],
    ),
    (
        "strengths and weaknesses",
        &[
            "strength",
            "weakness",
            "too short",
            "not enough",
            "useful",
            "helpful",
            "difficult",
            "more time",
        ],
    ),
];

/// The five streams in the office's order.
pub(super) fn streams() -> Vec<Stream> {
    (1_u16..)
        .zip(STREAMS)
        .map(|(order, (code, name, family, source))| Stream {
            code: code.to_owned(),
            name: name.to_owned(),
            family,
            source: source.to_owned(),
            lead: String::new(),
            order,
            state: StreamState::Open,
        })
        .collect()
}

/// The themes in the office's order.
pub(super) fn themes() -> Vec<Theme> {
    (1_u16..)
        .zip(THEMES)
        .map(|(order, (name, words))| Theme {
            name: name.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            order,
        })
        .collect()
}

/// The instruments: pulse, role confidence, match quality, satisfaction and exit.
pub(super) fn instruments() -> Vec<Instrument> {
    let confidence = CONFIDENCE.map(|(key, text)| scored(key, text, Scale::ZeroToTen));
    vec![
        instrument(
            "pulse",
            "Pulse",
            Asked::Everybody,
            2,
            &[
                scored(
                    "useful",
                    "How useful was this session to your role?",
                    Scale::OneToFive,
                ),
                scored("open", "I could speak openly", Scale::OneToFive),
                asked("next_step", "The next step I will take", Scale::Text),
                asked("word", "I would like a word with the organisers", Scale::YesNo),
            ],
        ),
        instrument("confidence", "Role confidence", Asked::Mentees, 6, &confidence),
        instrument(
            "match",
            "Match quality",
            Asked::Mentees,
            1,
            &[scored(
                "match",
                "How well does your group suit you?",
                Scale::OneToFive,
            )],
        ),
        instrument(
            "satisfaction",
            "Satisfaction",
            Asked::Everybody,
            1,
            &[
                scored(
                    "overall",
                    "Overall, how satisfied are you with the programme?",
                    Scale::OneToFive,
                ),
                asked(
                    "recommend",
                    "How likely are you to recommend the programme?",
                    Scale::ZeroToTen,
                ),
                asked("changed", "In your own words, what changed?", Scale::Text),
                asked("quote", "May we quote you?", Scale::Text),
            ],
        ),
        instrument(
            "exit",
            "Exit",
            Asked::Everybody,
            0,
            &[
                asked("reason", "Why do you leave the programme?", Scale::Text),
                asked("contact", "May we contact you next year?", Scale::YesNo),
            ],
        ),
    ]
}

fn instrument(key: &str, name: &str, audience: Asked, enough: u8, questions: &[Question]) -> Instrument {
    Instrument {
        key: key.to_owned(),
        name: name.to_owned(),
        audience,
        questions: questions.to_vec(),
        enough,
    }
}

/// A question whose number counts in the mean.
fn scored(key: &str, text: &str, scale: Scale) -> Question {
    Question {
        scored: true,
        ..asked(key, text, scale)
    }
}

/// A question that stands for itself.
fn asked(key: &str, text: &str, scale: Scale) -> Question {
    Question {
        key: key.to_owned(),
        text: text.to_owned(),
        scale,
        scored: false,
    }
}
