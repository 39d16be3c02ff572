//! Lists and calendars into files: a menu of what, a menu of how, and the number of rows typed.

use crate::exchange::lists::{self, List};
use crate::exchange::{calendar, parted, spreadsheet};
use crate::tui::overlay::{Menu, MenuRow, Overlay, TypedQuestion};
use crate::tui::screen::Cx;
use crate::tui::signal::Out;
use crate::tui::step::Step;

/// What can be written, by the letter that chooses it.
const LISTS: &[(char, List)] = &[
    ('p', List::People),
    ('g', List::Groups),
    ('s', List::Sessions),
    ('a', List::Attendance),
    ('f', List::Feedback),
    ('o', List::Quotes),
    ('b', List::Badges),
];
/// The letter of the calendar.
const CALENDAR: char = 'c';
/// The ways in which a list is written, by letter: ending and what it is good for.
const FORMATS: &[(char, &str, &str)] = &[
    ('x', "xlsx", "workbook, for Excel and LibreOffice"),
    ('v', "csv", "separated values, for everything else"),
    ('l', "jsonl", "JSON lines, for programs"),
];

/// The menu of what can be written.
#[must_use]
pub fn menu() -> Step {
    let lists = LISTS
        .iter()
        .map(|(letter, list)| MenuRow::new(*letter, list.word()));
    let rows = lists
        .chain([MenuRow::new(CALENDAR, "calendar of the cohort (.ics)")])
        .collect();
    let menu = Menu::new("Export", rows, |row, cx, _| {
        Ok(match LISTS.get(row) {
            Some((_, list)) => formats(*list),
            None => whole_calendar(cx),
        })
    });
    Step::Ask(Overlay::Menu(
        menu.saying("Nothing is written before the number of rows is typed."),
    ))
}

fn formats(list: List) -> Step {
    let rows = FORMATS
        .iter()
        .map(|(letter, ending, what)| MenuRow::new(*letter, format!(".{ending}  {what}")))
        .collect();
    let title = format!("Export {}", list.word());
    Step::Ask(Overlay::Menu(Menu::new(title, rows, move |row, cx, _| {
        let (_, ending, _) = FORMATS[row];
        let grid = lists::grid(cx.model, list, cx.now);
        let bytes = match ending {
            "xlsx" => spreadsheet::workbook(std::slice::from_ref(&grid))?,
            "csv" => grid.csv(),
            _ => grid.json_lines(),
        };
        Ok(ask(cx, list.word(), ending, grid.rows.len(), bytes))
    })))
}

fn whole_calendar(cx: &Cx<'_>) -> Step {
    let diary = cx.model.diary();
    let name = format!("Mentoring {}", cx.model.settings().name);
    let bytes = calendar::file(cx.model, &diary, &name, &parted(""), cx.now);
    ask(
        cx,
        "calendar",
        "ics",
        diary.stands.len() + diary.gone.len(),
        bytes,
    )
}

/// The question of the number; personal data leaves the program by it.
fn ask(cx: &Cx<'_>, what: &str, ending: &str, rows: usize, bytes: Vec<u8>) -> Step {
    if rows == 0 {
        return Step::say(format!("There is nothing in {what} to write."));
    }
    let at = cx.model.local(cx.now).format("%Y%m%dT%H%M%S");
    let name = format!("cohort-{what}-{at}.{ending}");
    let plural = if rows == 1 { "row" } else { "rows" };
    let lines = vec![
        format!("{name}, into the directory of exports, for your eyes only."),
        "It may hold personal data: keep it as long as it is needed.".to_owned(),
    ];
    let question = TypedQuestion::new(
        format!("Write {rows} {plural}?"),
        lines,
        rows.to_string(),
        move |(), _, _| {
            Ok(Step::Out(Out::Save {
                name: name.clone(),
                bytes: bytes.clone(),
            }))
        },
    );
    Step::Ask(Overlay::Typed(question))
}
