//! Three ways to look at one record: what the file says, what it said when it was last taken in, and what is here.
//!
//! What the file says no differently than last time is left as somebody changed it here; what nobody touched here
//! follows the file; what both changed stays as it is here and is told, until somebody says that the file is right.
//! Of what a file said only fingerprints are kept (`Provenance`).

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::OnceLock;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::intake::Draft;
use crate::domain::{AnyId, Id, Kind, Mint, Model, Provenance, Record, Said, field, from_json};

/// A field that stays as it is here although the file says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// What it is called.
    pub(super) label: String,
    /// What is here.
    pub(super) here: String,
    /// What the file says.
    pub(super) file: String,
    /// Whether the file says something else than last time too.
    pub(super) both: bool,
}

/// What came of bringing in one record.
#[derive(Clone, Debug, Default)]
pub(super) struct Brought {
    /// The fields that change: label, before, after.
    pub(super) changes: Vec<(String, String, String)>,
    /// The fields that stay although the file says otherwise.
    pub(super) kept: Vec<Kept>,
}

impl Brought {
    /// The fields that change, in words: `job title from Nurse to Matron`.
    pub(super) fn words(&self) -> String {
        let nothing = |text: &str| {
            if text.is_empty() {
                "nothing".to_owned()
            } else {
                text.to_owned()
            }
        };
        let words: Vec<String> = self
            .changes
            .iter()
            .map(|(label, was, is)| match (was.as_str(), is.as_str()) {
                ("", "") => label.clone(),
                (was, is) => format!("{label} from {} to {}", nothing(was), nothing(is)),
            })
            .collect();
        words.join(", ")
    }

    /// What stays as it is here, a sentence each.
    pub(super) fn notes(&self, who: &str) -> Vec<String> {
        self.kept
            .iter()
            .map(|kept| {
                let since = if kept.both { "here and in the file" } else { "here" };
                match (kept.here.as_str(), kept.file.as_str()) {
                    ("", "") => format!("{who}: {} was changed {since} since the last import and stays", kept.label),
                    (here, file) => format!(
                        "{who}: {} was changed {since} since the last import: {here} stays, the file says {file}",
                        kept.label
                    ),
                }
            })
            .collect()
    }
}

/// Records that a file brought and that are gone, of each kind, with where they came from.
type Gone = HashMap<Kind, Vec<(AnyId, Id<Provenance>)>>;

/// What the files said last, for one import.
pub(super) struct Since<'m> {
    model: &'m Model,
    file: String,
    /// The rows in which the file is right about what was changed here.
    wins: BTreeSet<u32>,
    /// Whether what the file says is noted for the next time; a preview needs no notes.
    notes: bool,
    /// What came in of records that are gone, found when it is first asked for: most sheets never do.
    gone: OnceLock<Gone>,
}

impl<'m> Since<'m> {
    pub(super) fn of(model: &'m Model, file: &str, wins: BTreeSet<u32>, notes: bool) -> Self {
        Self {
            model,
            file: file.to_owned(),
            wins,
            notes,
            gone: OnceLock::new(),
        }
    }

    /// What came in of records that are gone.
    fn gone(&self) -> &Gone {
        self.gone.get_or_init(|| {
            let mut gone = Gone::new();
            for (own, from) in self.model.provenances.iter() {
                if let Ok(id) = from.of.parse::<AnyId>()
                    && self.model.touched(id).is_none()
                {
                    gone.entry(id.kind).or_default().push((id, own));
                }
            }
            gone
        })
    }

    /// Whether the file is right in this row about what was changed here.
    pub(super) fn wins(&self, line: u32) -> bool {
        self.wins.contains(&line)
    }

    /// Whether a record that a file brought, told apart by the value of this field, was dropped here since.
    pub(super) fn was_dropped(&self, kind: Kind, key: &str, value: &Value) -> bool {
        let gone = self.gone().get(&kind).map(Vec::as_slice).unwrap_or_default();
        gone.iter().any(|(id, from)| {
            let said = self.model.provenances.get(*from).map(|from| from.said.as_slice());
            said.unwrap_or_default()
                .iter()
                .any(|said| said.field == key && said.print == Prints::of(*id).print(key, value))
        })
    }

    /// Brings in a record as the file leaves it; `keys` are the fields that the file speaks of. In a row where it wins
    /// what somebody changed here gives way.
    pub(super) fn bring(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        said: Record,
        (keys, line): (&[&str], u32),
    ) -> Brought {
        let id = said.id();
        let mut brought = Brought::default();
        let (same, new) = (draft.holds(&said), draft.lacks(id));
        if !self.notes && (same || new) {
            draft.put(said);
            return brought;
        }
        let now = draft.get(id);
        let words = field::json(&said);
        let last = self.model.provenance_of(id);
        let mut prints = Prints::of(id);
        match now {
            None => {
                draft.put(said);
            }
            Some(_) if same => {}
            Some(now) => {
                let mut merged = field::json(&now);
                for key in keys {
                    let (file, here) = (
                        words.get(*key).unwrap_or(&Value::Null),
                        merged.get(*key).unwrap_or(&Value::Null),
                    );
                    if file == here {
                        continue;
                    }
                    let last = last.and_then(|(_, last)| last.said.iter().find(|last| last.field == *key));
                    let untouched = last.is_none_or(|last| last.print == prints.print(key, here));
                    let label = id
                        .kind
                        .field(key)
                        .map_or(*key, |field| field.label)
                        .to_lowercase();
                    // What somebody answered is in no preview (rule 14): only that it changes.
                    let show = |value: &Value| match id.kind {
                        Kind::Response => String::new(),
                        _ => field::shown(self.model, value),
                    };
                    if untouched || self.wins(line) {
                        brought.changes.push((label, show(here), show(file)));
                        merged.insert((*key).to_owned(), file.clone());
                    } else {
                        brought.kept.push(Kept {
                            label,
                            here: show(here),
                            file: show(file),
                            both: last.is_some_and(|last| last.print != prints.print(key, file)),
                        });
                    }
                }
                if let Ok(merged) = from_json(id, merged) {
                    draft.put(merged);
                }
            }
        }
        if self.notes {
            let said = keys.iter().map(|key| Said {
                field: (*key).to_owned(),
                print: prints.print(key, words.get(*key).unwrap_or(&Value::Null)),
            });
            self.note(draft, mint, id, said.collect(), line);
        }
        brought
    }

    /// Notes what the file said of a record.
    fn note(&self, draft: &mut Draft<'_>, mint: &mut Mint, of: AnyId, said: Vec<Said>, line: u32) {
        let last = self.model.provenance_of(of);
        if last.is_some_and(|(_, last)| last.said == said) {
            // Where it stood the first time is as good as where it stands now.
            return;
        }
        let id = last.map_or_else(|| mint.id(), |(id, _)| id);
        let from = Provenance {
            of: of.to_string(),
            file: self.file.clone(),
            line,
            said,
        };
        draft.put(Record::Provenance(id, Box::new(from)));
    }
}

/// Makes the fingerprints of what a file said of one record; they differ from record to record, so that equal answers
/// of two people do not look alike.
struct Prints {
    text: String,
    /// How much of the text is the record's id.
    own: usize,
}

impl Prints {
    fn of(record: AnyId) -> Self {
        let text = format!("{record} ");
        Self {
            own: text.len(),
            text,
        }
    }

    /// The fingerprint of what a field says.
    fn print(&mut self, key: &str, value: &Value) -> u64 {
        self.text.truncate(self.own);
        write!(self.text, "{key} {value}").expect("a text can always be written to");
        xxh3_64(self.text.as_bytes())
    }
}
