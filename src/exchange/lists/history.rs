//! The history and every record, without the numbers that people answered.

use serde_json::{Value, json};

use crate::domain::{Entry, Model, Record, Rev, field};
use crate::exchange::grid::{Datum, Grid};

/// Entries as rows: one for every field that changed.
#[must_use]
pub fn entries(model: &Model, entries: &[Entry]) -> Grid {
    let mut grid = Grid::under(
        "entries",
        &[
            ("revision", "Entry"),
            ("at", "When"),
            ("by", "By"),
            ("label", "What"),
            ("undoes", "Takes back"),
            ("kind", "Record"),
            ("id", "Id"),
            ("field", "Field"),
            ("before", "Before"),
            ("after", "After"),
        ],
    );
    for entry in entries {
        let number = |rev: Rev| Datum::Whole(i64::try_from(rev).unwrap_or(i64::MAX));
        let head = [
            number(entry.rev),
            Datum::Moment(model.local(entry.at)),
            Datum::text(&entry.by),
            Datum::text(entry.edit.label.to_string()),
            entry.undoes.map_or(Datum::Nothing, number),
        ];
        for change in &entry.edit.changes {
            for changed in change.fields() {
                let shown = |value: &Value| Datum::text(field::shown(model, value));
                let tail = [
                    Datum::text(change.kind().word()),
                    Datum::text(change.id().to_string()),
                    Datum::text(&changed.field),
                    shown(&changed.before),
                    shown(&changed.after),
                ];
                grid.rows.push(head.iter().cloned().chain(tail).collect());
            }
        }
    }
    grid
}

/// One entry as other programs read it.
#[must_use]
pub fn entry_json(model: &Model, entry: &Entry) -> Value {
    let mut changes = Vec::new();
    for change in &entry.edit.changes {
        let id = change.id();
        for changed in change.fields() {
            changes.push(json!({
                "kind": id.kind,
                "id": id.to_string(),
                "field": changed.field,
                "before": field::unscored(changed.before),
                "after": field::unscored(changed.after),
            }));
        }
    }
    let at = model.local(entry.at);
    json!({
        "revision": entry.rev,
        "at": at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        "by": entry.by,
        "label": entry.edit.label.to_string(),
        "undoes": entry.undoes,
        "changes": changes,
    })
}

/// Every record of the cohort and of what the programme shares.
pub(super) fn everything(model: &Model) -> Grid {
    let mut grid = Grid::under(
        "everything",
        &[
            ("kind", "Record"),
            ("id", "Id"),
            ("revision", "Entry"),
            ("fields", "Fields"),
        ],
    );
    for (record, rev) in model.every_record() {
        let fields = |record: &Record| field::unscored(Value::Object(field::json(record)));
        grid.rows.push(vec![
            Datum::text(record.id().kind.word()),
            Datum::text(record.id().to_string()),
            Datum::Whole(i64::try_from(rev).unwrap_or(i64::MAX)),
            Datum::Json(fields(&record)),
        ]);
    }
    grid
}
