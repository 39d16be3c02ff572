//! Lists and calendars into files: a menu of what, a menu of how, and the number of rows typed.

use crate::domain::{Diary, Group, Id, Person};
use crate::exchange::lists::{self, List};
use crate::exchange::{Content, calendar, parted};
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
/// The calendars, by letter.
const CALENDARS: &[(char, &str)] = &[
    ('c', "calendar of the cohort (.ics)"),
    ('r', "calendar of one group (.ics)"),
    ('m', "calendar of one person (.ics)"),
];
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
    let calendars = CALENDARS
        .iter()
        .map(|(letter, what)| MenuRow::new(*letter, *what));
    let rows = lists.chain(calendars).collect();
    let menu = Menu::new("Export", rows, |row, cx, _| {
        Ok(match LISTS.get(row) {
            Some((_, list)) => formats(*list),
            None => match row - LISTS.len() {
                0 => diary(cx, cx.model.diary(), ""),
                1 => of_group(cx),
                _ => of_person(cx),
            },
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
        let rows = grid.rows.len();
        let content = match ending {
            "xlsx" => Content::Workbook(grid),
            "csv" => Content::Values(grid),
            _ => Content::Lines(grid),
        };
        Ok(ask(cx, list.word(), ending, rows, content))
    })))
}

/// Asks of which group.
fn of_group(cx: &Cx<'_>) -> Step {
    let groups: Vec<Id<Group>> = cx.model.groups_sorted();
    let rows = groups.iter().map(|id| MenuRow::plain(cx.model.group_code(*id)));
    let rows = rows.collect();
    find("Whose calendar? A group", rows, move |row, cx| {
        let group = groups[row];
        diary(cx, cx.model.diary_of_group(group), &cx.model.group_code(group))
    })
}

/// Asks of which person.
fn of_person(cx: &Cx<'_>) -> Step {
    let mut people: Vec<(String, Id<Person>)> = Vec::new();
    for (_, is) in cx.model.enrolments.iter() {
        people.push((cx.model.name_of(is.person), is.person));
    }
    people.sort();
    people.dedup();
    let rows = people
        .iter()
        .map(|(name, _)| MenuRow::plain(name.clone()))
        .collect();
    find("Whose calendar? A person", rows, move |row, cx| {
        let (name, person) = &people[row];
        diary(cx, cx.model.diary_of_person(*person), name)
    })
}

/// A menu that is searched by typing.
fn find(title: &str, rows: Vec<MenuRow>, then: impl Fn(usize, &Cx<'_>) -> Step + 'static) -> Step {
    let menu = Menu::new(title, rows, move |row, cx, _| Ok(then(row, cx)));
    Step::Ask(Overlay::Menu(
        menu.saying("Type some letters of the name. Enter chooses, Esc leaves.")
            .finding(),
    ))
}

/// A calendar, of whom.
fn diary(cx: &Cx<'_>, diary: Diary, whose: &str) -> Step {
    let cohort = cx.model.settings().name;
    let name = if whose.is_empty() {
        format!("Mentoring {cohort}")
    } else {
        format!("Mentoring {cohort}, {whose}")
    };
    let rows = diary.stands.len() + diary.gone.len();
    let bytes = calendar::file(cx.model, &diary, &name, &parted(&cx.post.sender), cx.now);
    ask(cx, "calendar", "ics", rows, Content::Bytes(bytes))
}

/// The question of the number; personal data leaves the program by it.
fn ask(cx: &Cx<'_>, what: &str, ending: &str, rows: usize, content: Content) -> Step {
    if rows == 0 {
        return Step::say(format!("There is nothing in {what} to write."));
    }
    let at = cx.model.local(cx.now).format("%Y%m%dT%H%M%S");
    let name = format!("cohort-{what}-{at}.{ending}");
    let plural = if rows == 1 { "row" } else { "rows" };
    let lines = vec![
        format!("{name} goes into the directory of exports, for your eyes only."),
        "It may hold personal data: keep it as long as it is needed.".to_owned(),
    ];
    let question = TypedQuestion::new(
        format!("Write {rows} {plural}?"),
        lines,
        rows.to_string(),
        move |(), _, _| {
            Ok(Step::Out(Out::Save {
                name: name.clone(),
                content: content.clone(),
            }))
        },
    );
    Step::Ask(Overlay::Typed(
        question.warning("What is in the file leaves the program."),
    ))
}
