//! An instrument of the office's own, from a small table: a question a row.
//!
//! Columns, in any order: `key` (short, unique), `question`, `scale` (1-5, 0-10, -2 to +2, yes or no, text) and
//! `counts` (yes where its number makes the mean; may be left out).

use super::{Cell, FileProblem, read_sheet};
use crate::domain::text::{clean_name, fold};
use crate::domain::{Asked, Instrument, Question, Scale};

/// What the table does not say.
#[derive(Clone, Debug)]
pub struct About {
    /// Short key of the instrument.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Who is asked.
    pub audience: Asked,
    /// Fewest scored answers for a mean of one response; none: as many as there are scored questions, or one.
    pub enough: Option<u8>,
}

/// Reads an instrument from a table.
///
/// # Errors
/// When the file is no table, lacks a column, or a row is no question: with its line and what to write.
pub fn read(file: &str, bytes: &[u8], about: About) -> Result<Instrument, FileProblem> {
    let sheet = read_sheet(file, bytes)?;
    let column = |names: &[&str]| {
        let mut heads = sheet.header.iter().map(|head| fold(head.trim()));
        heads.position(|head| names.contains(&head.as_str()))
    };
    let needed = |names: &[&str]| {
        column(names).ok_or_else(|| {
            FileProblem::whole(
                file,
                format!("there is no column {}", names[0]),
                "the first row names the columns: key, question, scale, counts",
            )
        })
    };
    let (key, question, scale) = (
        needed(&["key"])?,
        needed(&["question", "text"])?,
        needed(&["scale", "answer"])?,
    );
    let counts = column(&["counts", "scored"]);
    let mut questions: Vec<Question> = Vec::new();
    for row in &sheet.rows {
        let text = |column: usize| match row.cell(column) {
            Cell::Text(text) => clean_name(text).text,
            Cell::Number(x) => x.to_string(),
            Cell::Truth(true) => "yes".to_owned(),
            Cell::Truth(false) => "no".to_owned(),
            Cell::Day(_) | Cell::Moment(_) | Cell::Empty => String::new(),
        };
        let wrong = |field: &str, what: String, remedy: &str| {
            FileProblem::whole(file, what, remedy)
                .at_line(row.line)
                .in_field(field)
        };
        let is = Question {
            key: text(key).to_lowercase().replace(' ', "_"),
            text: text(question),
            scale: scale_of(&text(scale)).ok_or_else(|| {
                let what = format!("{:?} is no scale", text(scale));
                wrong(
                    "scale",
                    what,
                    "write 1 to 5, 0 to 10, -2 to +2, yes or no, or text",
                )
            })?,
            scored: counts.is_some_and(|column| {
                matches!(fold(&text(column)).as_str(), "yes" | "y" | "x" | "1" | "true")
            }),
        };
        if is.key.is_empty() || is.text.is_empty() {
            let what = "a question needs a key and its words".to_owned();
            return Err(wrong(
                if is.key.is_empty() { "key" } else { "question" },
                what,
                "fill in both cells",
            ));
        }
        if questions.iter().any(|other| other.key == is.key) {
            let what = format!("the key {} stands here again", is.key);
            return Err(wrong("key", what, "give each question a key of its own"));
        }
        if is.scored && is.scale.range().is_none() {
            let what = format!("{} is answered in words and cannot count in a mean", is.key);
            return Err(wrong("counts", what, "leave the cell empty"));
        }
        questions.push(is);
    }
    if questions.is_empty() {
        return Err(FileProblem::whole(
            file,
            "there is no question in it",
            "write a question a row",
        ));
    }
    let scored = questions.iter().filter(|question| question.scored).count();
    let enough = about
        .enough
        .unwrap_or_else(|| u8::try_from(scored).unwrap_or(u8::MAX).max(1));
    if usize::from(enough) > scored.max(1) {
        let what = format!("{enough} answers are never given: {scored} questions count");
        return Err(FileProblem::whole(
            file,
            what,
            "ask for fewer, or mark more questions in the column counts",
        ));
    }
    Ok(Instrument {
        key: about.key,
        name: about.name,
        audience: about.audience,
        questions,
        enough,
    })
}

/// The scale that a cell means: `1-5`, `1 to 5`, `yes or no`.
fn scale_of(text: &str) -> Option<Scale> {
    Scale::from_word(text).or_else(|| Scale::from_word(&text.replace(" to ", "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        About {
            key: "mid".to_owned(),
            name: "Mid-year check".to_owned(),
            audience: Asked::Mentees,
            enough: None,
        }
    }

    fn read_text(text: &str) -> Result<Instrument, FileProblem> {
        read("own.csv", text.as_bytes(), about())
    }

    #[test]
    fn a_small_table_is_an_instrument() {
        let is =
            read_text("key,question,scale,counts\nfit,How well does it fit?,1 to 5,yes\nwhy,Why?,text,\n")
                .unwrap();
        assert_eq!(is.questions.len(), 2);
        assert_eq!(
            (is.questions[0].scale, is.questions[0].scored),
            (Scale::OneToFive, true)
        );
        assert_eq!(
            (is.questions[1].scale, is.questions[1].scored),
            (Scale::Text, false)
        );
        assert_eq!(is.enough, 1);
    }

    #[test]
    fn a_row_that_is_no_question_is_named() {
        let wrong = read_text("key,question,scale\nfit,How well?,1 to 5\nwhy,Why?,stars\n").unwrap_err();
        assert_eq!(
            (wrong.line, wrong.what.as_str()),
            (Some(3), "\"stars\" is no scale")
        );
        let twice = read_text("key,question,scale\nfit,How well?,1 to 5\nfit,Again?,1 to 5\n").unwrap_err();
        assert_eq!(twice.line, Some(3));
        let words =
            read_text("key,question,scale,counts\nfit,How well?,1 to 5,\nwhy,Why?,text,yes\n").unwrap_err();
        assert!(words.what.contains("cannot count"), "{words}");
    }
}
