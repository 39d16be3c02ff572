//! The texts of messages: those of the program, and those that an office has written in their place.
//!
//! A text is a file: the first line `Subject: …`, an empty line, the message. `{word}` stands for what the message
//! is about; a word that this kind of message does not know is refused, and so is never sent to anybody.

use crate::domain::MessageKind;

/// One kind of message: its file, the words it knows, and the program's own text.
struct Kind {
    kind: MessageKind,
    file: &'static str,
    words: &'static [&'static str],
    text: &'static str,
}

const SESSION: &[&str] = &[
    "name",
    "first_name",
    "session",
    "when",
    "minutes",
    "whereabouts",
    "topic",
    "reason",
];

const KINDS: &[Kind] = &[
    Kind {
        kind: MessageKind::FeedbackReminder,
        file: "feedback-reminder.txt",
        words: &["name", "first_name", "what", "closes", "questions"],
        text: "Subject: Two minutes on {what}?\n\nDear {first_name},\n\nwe have not had your answers yet about {what}.\n\
               They are open until {closes}, and take two minutes:\n\n{questions}\n\n\
               A reply to this message is enough.\n\nThe mentoring programme team\n",
    },
    Kind {
        kind: MessageKind::SessionReminder,
        file: "session-reminder.txt",
        words: SESSION,
        text: "Subject: {session}, {when}\n\nDear {first_name},\n\n{session} is on {when}, for {minutes} minutes.\n\
               {whereabouts}\n\nThe mentoring programme team\n",
    },
    Kind {
        kind: MessageKind::Invitation,
        file: "invitation.txt",
        words: SESSION,
        text: "Subject: Invitation: {session}, {when}\n\nDear {first_name},\n\n{session} is on {when}, for {minutes} \
               minutes.\n{whereabouts}\n\nThe attached invitation puts it into your calendar.\n\n\
               The mentoring programme team\n",
    },
    Kind {
        kind: MessageKind::Changed,
        file: "changed.txt",
        words: SESSION,
        text: "Subject: Changed: {session}, now {when}\n\nDear {first_name},\n\n{session} has changed. It is now on \
               {when}, for {minutes} minutes.\n{whereabouts}\n\nThe attached invitation brings your calendar up to \
               date.\n\nThe mentoring programme team\n",
    },
    Kind {
        kind: MessageKind::Cancelled,
        file: "cancelled.txt",
        words: SESSION,
        text: "Subject: Cancelled: {session}, {when}\n\nDear {first_name},\n\n{session} on {when} will not take place \
               for you. {reason}\n\nThe attachment takes it out of your calendar.\n\nThe mentoring programme team\n",
    },
    Kind {
        kind: MessageKind::Decision,
        file: "decision.txt",
        words: &["name", "first_name", "cohort", "role", "stream", "decision"],
        text: "Subject: Your application to the {cohort} mentoring programme\n\nDear {first_name},\n\nthank you for \
               applying to take part as a {role} in the {stream} stream.\n\n{decision}\n\n\
               The mentoring programme team\n",
    },
    Kind {
        kind: MessageKind::ConsentRequest,
        file: "consent-request.txt",
        words: &["name", "first_name", "cohort", "quote", "label"],
        text: "Subject: May we quote you?\n\nDear {first_name},\n\nwe would like to publish these words of yours about \
               the {cohort} mentoring programme:\n\n\"{quote}\"\n\nThey would stand exactly like this, signed:\n\n\
               {label}\n\nMay we? Please answer this message with yes or no. You need not agree; and if you do, you \
               may take it back at any time: then we use your words no more, and correct where we can.\n\n\
               The mentoring programme team\n",
    },
];

/// The text of one kind of message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    subject: String,
    body: String,
}

impl Template {
    /// The text for a kind of message: the office's own, given with the name of its file, else the program's.
    ///
    /// # Errors
    /// A sentence: the file, and what is wrong with it.
    pub fn of(kind: MessageKind, own: Option<(&str, &str)>) -> Result<Self, String> {
        let Some(known) = KINDS.iter().find(|known| known.kind == kind) else {
            return Err(format!("there is no text for a message of kind {kind}"));
        };
        match own {
            Some((file, text)) => Self::read(text, known.words).map_err(|what| format!("{file}: {what}")),
            None => Self::read(known.text, known.words),
        }
    }

    /// The name of the file that holds an office's own text of this kind.
    #[must_use]
    pub fn file(kind: MessageKind) -> Option<&'static str> {
        KINDS
            .iter()
            .find(|known| known.kind == kind)
            .map(|known| known.file)
    }

    /// Every kind of message that has a text.
    pub fn kinds() -> impl Iterator<Item = MessageKind> {
        KINDS.iter().map(|known| known.kind)
    }

    /// The program's own text of this kind, and the words it knows.
    #[must_use]
    pub fn programs(kind: MessageKind) -> Option<(&'static str, &'static [&'static str])> {
        let known = KINDS.iter().find(|known| known.kind == kind);
        known.map(|known| (known.text, known.words))
    }

    /// The text as it is edited: `Subject: …`, an empty line, the message.
    #[must_use]
    pub fn text(&self) -> String {
        format!("Subject: {}\n\n{}", self.subject, self.body)
    }

    /// Every text of the program: the name of its file, and the text.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.iter().map(|kind| (kind.file, kind.text))
    }

    fn read(text: &str, words: &[&str]) -> Result<Self, String> {
        let text = text.replace("\r\n", "\n");
        let (first, body) = text.split_once('\n').unwrap_or((&text, ""));
        let subject = first
            .strip_prefix("Subject:")
            .map(str::trim)
            .filter(|subject| !subject.is_empty())
            .ok_or("line 1: it begins with `Subject: ` and the subject")?;
        for (number, line) in (1..).zip(text.lines()) {
            for word in placeholders(line) {
                if !words.contains(&word) {
                    return Err(format!(
                        "line {number}: {{{word}}} is not known; these are: {}",
                        words.join(", ")
                    ));
                }
            }
        }
        Ok(Self {
            subject: subject.to_owned(),
            body: body.trim_start_matches('\n').to_owned(),
        })
    }

    /// Subject and message with the words filled in. What is filled in is not looked at again.
    #[must_use]
    pub fn fill(&self, words: &[(&str, String)]) -> (String, String) {
        (filled(&self.subject, words), tidy(&filled(&self.body, words)))
    }
}

/// The words in braces of a line.
fn placeholders(line: &str) -> impl Iterator<Item = &str> {
    line.split('{').skip(1).filter_map(|after| {
        let (word, _) = after.split_once('}')?;
        word.chars()
            .all(|c| c.is_ascii_lowercase() || c == '_')
            .then_some(word)
    })
}

fn filled(text: &str, words: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let known = after
            .split_once('}')
            .and_then(|(word, then)| Some((words.iter().find(|(key, _)| *key == word)?, then)));
        match known {
            Some(((_, value), then)) => {
                out.push_str(value);
                rest = then;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Without the gaps that words with nothing to say leave: at most one empty line, no spaces at line ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_the_program_knows_its_words() {
        for kind in KINDS {
            assert!(Template::of(kind.kind, None).is_ok(), "{}", kind.file);
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_in_again() {
        let template = Template::read(
            "Subject: Hi {name}\n\nDear {name}, {closes}\n",
            &["name", "closes"],
        )
        .unwrap();
        let (subject, body) = template.fill(&[("name", "{closes} {x".into()), ("closes", "Friday".into())]);
        assert_eq!(subject, "Hi {closes} {x");
        assert_eq!(body, "Dear {closes} {x, Friday\n");
    }

    #[test]
    fn an_unknown_word_and_a_missing_subject_are_refused_by_line() {
        let words = &["name"];
        let problem = Template::read("Subject: a\n\nDear {nmae}\n", words).unwrap_err();
        assert!(problem.starts_with("line 3: {nmae} is not known"), "{problem}");
        assert!(
            Template::read("Dear {name}", words)
                .unwrap_err()
                .starts_with("line 1")
        );
    }

    #[test]
    fn an_offices_own_text_takes_the_place_of_the_programs() {
        let own = ("decision.txt", "Subject: Decision\n\n{decision}\n");
        let template = Template::of(MessageKind::Decision, Some(own)).unwrap();
        assert_eq!(template.fill(&[("decision", "Yes.".into())]).1, "Yes.\n");
        let problem = Template::of(MessageKind::Decision, Some(("decision.txt", "no subject"))).unwrap_err();
        assert!(problem.contains("decision.txt: line 1"), "{problem}");
    }
}
