//! Changing a field of people: what may be chosen, what is typed, whether somebody else was quicker, and the one
//! edit that comes of it. The grid and the person card both change fields through here.

use crate::domain::{
    AnyId, Application, ApplicationState, Edit, Enrolment, EnrolmentState, Mint, Model, Participant, Refusal,
    Role, Stage, State, StreamState,
};
use crate::tui::overlay::{Choice, Confirm, Conflict, LineBox, Menu, MenuRow, Overlay, letters};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};

use super::columns::{COLUMNS, Of};

/// How many records may be changed without a question (ux.md §7.5).
pub(super) const UNASKED: usize = 10;

/// One value of a field that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Value {
    word: String,
    text: String,
}

/// What a field is called on screen.
#[must_use]
pub fn title(key: &str) -> &'static str {
    COLUMNS
        .iter()
        .find(|col| col.key == key)
        .map_or("FIELD", |col| col.shape.title)
}

/// What may be typed in a field, as a sentence.
pub(super) const fn rule(key: &str) -> &'static str {
    match key.as_bytes() {
        b"name" => "The name as the person writes it.",
        b"known_as" => "What to call the person, when it is not the name.",
        b"email" => "Mail must be unique and contain one @.",
        b"organisation" => "The employer.",
        b"line_manager" => "The line manager's address: the two never share a group.",
        b"capacity" => "How many mentees this mentor takes: a number, or nothing.",
        b"access_needs" => "What the office provides so that the person can take part.",
        b"note" => "An administrative note. What mentors and mentees say to each other is not kept.",
        _ => "Any text.",
    }
}

/// The part as it stands now.
pub(super) fn present(model: &Model, part: &Participant) -> Option<Participant> {
    model
        .parts_of(part.person)
        .into_iter()
        .find(|is| is.role == part.role)
}

/// What a field of somebody holds now.
pub(super) fn text_of(model: &Model, part: &Participant, key: &str) -> String {
    present(model, part).map_or_else(String::new, |part| Of::new(model, &part).text(key))
}

/// The record in which a field is kept, and its name there.
fn kept_in(part: &Participant, key: &'static str) -> (AnyId, &'static str) {
    let of_part = matches!(key, "role" | "stream" | "stage" | "status" | "capacity");
    let name = if key == "status" { "state" } else { key };
    match (of_part, part.enrolment, part.application) {
        (true, Some(id), _) => (id.into(), name),
        (true, None, Some(id)) => (id.into(), name),
        _ => (part.person.into(), name),
    }
}

/// Where an unsaved text of a field is kept.
pub(super) fn draft_of(part: &Participant, key: &'static str) -> String {
    let (id, name) = kept_in(part, key);
    format!("{id} {name}")
}

/// Why a text cannot be kept in a field of somebody; none when it can.
pub(super) fn problem(cx: &Cx<'_>, part: &Participant, key: &str, text: &str) -> Option<String> {
    let built = cx
        .model
        .set_person_field(&mut Mint::seeded(1), &[part.person], key, text, cx.now);
    built.err().map(|refusal| {
        let what = crate::tui::sentence(&refusal.what);
        if refusal.hint.is_empty() {
            format!("{what}.")
        } else {
            format!("{what}: {}.", refusal.hint)
        }
    })
}

/// One edit that sets a field of all these people.
fn build(
    cx: &Cx<'_>,
    mint: &mut Mint,
    parts: &[Participant],
    key: &str,
    text: &str,
) -> Result<Edit, Refusal> {
    if key == "status" && parts.iter().all(|part| part.enrolment.is_none()) {
        let state = ApplicationState::from_word(text).ok_or_else(|| {
            Refusal::unreadable(
                format!("{text} is no decision"),
                "choose accepted, waitlisted or declined",
            )
        })?;
        let applications: Vec<_> = parts.iter().filter_map(|part| part.application).collect();
        return cx.model.decide(mint, &applications, state, cx.now);
    }
    let mut people: Vec<_> = parts.iter().map(|part| part.person).collect();
    people.dedup();
    cx.model.set_person_field(mint, &people, key, text, cx.now)
}

/// Sets a field of these people, asking first when they are many; remembered for `.`.
///
/// # Errors
/// Why it cannot be done, as a sentence.
pub(super) fn set(
    cx: &Cx<'_>,
    hand: &mut Hand,
    parts: &[Participant],
    key: &'static str,
    text: &str,
) -> Result<Step, String> {
    let edit = build(cx, &mut hand.mint, parts, key, text).map_err(said)?;
    hand.last_change = Some((key.to_owned(), text.to_owned()));
    let shown = if text.is_empty() { "nothing" } else { text };
    let told = match parts {
        [part] => format!("{} of {}: {shown}", title(key), cx.model.name_of(part.person)),
        all => format!("{} of {} people: {shown}", title(key), all.len()),
    };
    let warned = cx.model.warnings(&edit, cx.now);
    let step = Step::Propose(edit, told.clone());
    if parts.len() <= UNASKED {
        return Ok(step);
    }
    let mut lines = vec![format!("{told}.")];
    lines.extend(warned.into_iter().take(5));
    lines.push("One u takes all of it back.".to_owned());
    let (parts, text) = (parts.to_vec(), text.to_owned());
    let count = parts.len();
    Ok(Step::Ask(Overlay::Confirm(Confirm::new(
        format!("Change {count} people?"),
        lines,
        move |(), cx, hand| {
            let edit = build(cx, &mut hand.mint, &parts, key, &text).map_err(said)?;
            Ok(Step::Propose(edit, told.clone()))
        },
    ))))
}

/// A refusal as one sentence.
pub(super) fn said(refusal: Refusal) -> String {
    format!("{}. Try: {}.", crate::tui::sentence(&refusal.what), refusal.hint)
}

/// Saves a text typed for one person, unless somebody changed the same field meanwhile: then both are shown.
///
/// # Errors
/// Why it cannot be kept, as a sentence.
pub(super) fn save(
    cx: &Cx<'_>,
    hand: &mut Hand,
    part: &Participant,
    key: &'static str,
    old: &str,
    text: &str,
) -> Result<Step, String> {
    let now = text_of(cx.model, part, key);
    if now == text {
        return Ok(Step::Stay);
    }
    if now != old {
        return Ok(Step::Ask(Overlay::Conflict(conflict(
            cx, part, key, old, &now, text,
        ))));
    }
    set(cx, hand, std::slice::from_ref(part), key, text)
}

/// The question which of two values stands.
fn conflict(
    cx: &Cx<'_>,
    part: &Participant,
    key: &'static str,
    old: &str,
    theirs: &str,
    mine: &str,
) -> Conflict {
    let (id, name) = kept_in(part, key);
    let rev = cx.model.touched(id).unwrap_or_default();
    let by = cx
        .model
        .heads()
        .find(|head| head.rev == rev)
        .map(|head| head.by.clone());
    let clash = crate::domain::Clash {
        id,
        field: name.to_owned(),
        was: old.to_owned(),
        theirs: theirs.to_owned(),
        mine: mine.to_owned(),
        rev,
        by: by.unwrap_or_default(),
    };
    let (part, mine, draft) = (part.clone(), mine.to_owned(), draft_of(part, key));
    Conflict {
        clashes: vec![clash],
        title: cx.model.name_of(part.person),
        merged: Vec::new(),
        at_mine: cx.now,
        at: 0,
        choices: vec![None],
        then: Box::new(move |choices, cx, hand| {
            if choices.first() == Some(&Choice::Mine) {
                hand.drafts.remove(&draft);
                return set(cx, hand, std::slice::from_ref(&part), key, &mine);
            }
            hand.drafts.insert(draft.clone(), mine.clone());
            Ok(Step::say(
                "Their value stays. Your text is kept: e then Up brings it back.",
            ))
        }),
        third: Box::new(|(id, field, mine), _, hand| {
            hand.drafts.insert(format!("{id} {field}"), mine);
            Ok(Step::Act(crate::tui::key::Action::Edit))
        }),
    }
}

/// A line to type for a field of these people: of one with the old value, of many empty.
pub(super) fn line(cx: &Cx<'_>, hand: &Hand, parts: &[Participant], key: &'static str) -> Step {
    let [part] = parts else {
        if matches!(key, "email" | "name") {
            return Step::say(format!(
                "{} is one person's: unmark the others, or edit each.",
                title(key)
            ));
        }
        let (many, count) = (parts.to_vec(), parts.len());
        let set = move |text: String, cx: &Cx<'_>, hand: &mut Hand| set(cx, hand, &many, key, text.trim());
        let asked = LineBox::new(
            format!("Set {} for {count} marked people", title(key)),
            rule(key),
            "",
            set,
        );
        return Step::Ask(Overlay::Line(asked));
    };
    let old = text_of(cx.model, part, key);
    let draft = draft_of(part, key);
    let kept = hand.drafts.contains_key(&draft);
    let hint = if kept {
        format!("{} Up brings back what you typed before.", rule(key))
    } else {
        format!("{} old: {old}", rule(key))
    };
    let name = cx.model.name_of(part.person);
    let (of, was) = (part.clone(), old.clone());
    let save = move |text: String, cx: &Cx<'_>, hand: &mut Hand| save(cx, hand, &of, key, &was, text.trim());
    let (of, was) = (part.clone(), old.clone());
    let reading = move |text: &str, cx: &Cx<'_>| match problem(cx, &of, key, text) {
        Some(problem) if text != was => Err(problem),
        _ => Ok(hint.clone()),
    };
    let line = LineBox::new(format!("{} of {name}", title(key)), rule(key), &old, save);
    Step::Ask(Overlay::Line(line.reading(reading).drafting(draft)))
}

/// What may be chosen for a field of these people.
fn values(model: &Model, parts: &[Participant], key: &str) -> Result<Vec<Value>, String> {
    let plain = |words: Vec<String>| {
        let value = |word: String| Value {
            text: word.clone(),
            word,
        };
        Ok(words.into_iter().map(value).collect())
    };
    match key {
        "role" => plain(Role::ALL.iter().map(ToString::to_string).collect()),
        "stream" => plain(
            model
                .streams_sorted()
                .into_iter()
                .filter(|id| {
                    model
                        .streams
                        .get(*id)
                        .is_some_and(|stream| stream.state == StreamState::Open)
                })
                .map(|id| model.stream_code(id))
                .collect(),
        ),
        "stage" => {
            let words = Stage::ALL.iter().map(ToString::to_string);
            let mut all: Vec<Value> = words
                .map(|word| Value {
                    text: word.clone(),
                    word,
                })
                .collect();
            all.push(Value {
                word: "none".to_owned(),
                text: String::new(),
            });
            Ok(all)
        }
        "status" => statuses(model, parts).and_then(plain),
        _ => Err(format!("{} is typed, not chosen.", title(key))),
    }
}

/// The states these people can all become: of applicants the decisions, of participants the steps of rule 10.
fn statuses(model: &Model, parts: &[Participant]) -> Result<Vec<String>, String> {
    let applicants = parts.iter().filter(|part| part.enrolment.is_none()).count();
    if applicants > 0 && applicants < parts.len() {
        return Err("Some of these are applicants and some take part: mark them separately.".to_owned());
    }
    let words = |part: &Participant| -> Vec<String> {
        let of_enrolment = |is: &Enrolment| is.state.next().iter().map(ToString::to_string).collect();
        let of_application = |is: &Application| {
            let mut next = is.state.next();
            // What is decided most comes first.
            next.sort_by_key(|state| match state {
                ApplicationState::Accepted => 0,
                ApplicationState::Waitlisted => 1,
                ApplicationState::Declined => 2,
                _ => 3,
            });
            next.iter().map(ToString::to_string).collect()
        };
        let enrolment = part
            .enrolment
            .and_then(|id| model.enrolments.get(id))
            .map(of_enrolment);
        let application = || {
            part.application
                .and_then(|id| model.applications.get(id))
                .map(of_application)
        };
        enrolment.or_else(application).unwrap_or_default()
    };
    let mut common = parts.first().map(words).unwrap_or_default();
    for part in parts.iter().skip(1) {
        let also = words(part);
        common.retain(|word| also.contains(word));
    }
    if common.is_empty() {
        let what = match parts {
            [part] => format!("{} is {}", model.name_of(part.person), part.status),
            all => format!("These {} people stand differently", all.len()),
        };
        return Err(format!(
            "{what}: there is no step from there. Undo what made it so in 7 History."
        ));
    }
    Ok(common)
}

/// The popup that sets a field of these people to one of a few values.
pub(super) fn choose(cx: &Cx<'_>, parts: &[Participant], key: &'static str) -> Step {
    let values = match values(cx.model, parts, key) {
        Ok(values) => values,
        Err(why) => return Step::Say(why),
    };
    let words: Vec<String> = values.iter().map(|value| value.word.clone()).collect();
    let have = |value: &Value| {
        let has = |part: &&Participant| Of::new(cx.model, part).text(key) == value.text;
        parts.iter().filter(has).count()
    };
    let counts: Vec<usize> = values.iter().map(have).collect();
    let mut first = true;
    let rows: Vec<MenuRow> = words
        .iter()
        .zip(letters(&words))
        .zip(&counts)
        .map(|((word, label), count)| {
            let has = match (parts.len(), *count) {
                (_, 0) => String::new(),
                (1, _) => "now".to_owned(),
                (_, n) if std::mem::take(&mut first) => format!("{n} of them {} it now", verb(n)),
                (_, n) => n.to_string(),
            };
            MenuRow {
                label,
                ..MenuRow::plain(format!("{word:<18}{has}"))
            }
        })
        .collect();
    let (name, note) = match parts {
        [part] => {
            let name = cx.model.name_of(part.person);
            (
                format!("{} of {name}", title(key)),
                "A letter or Enter sets it. One u takes it back.".to_owned(),
            )
        }
        all => (
            format!("Set {} for {} marked people", title(key), all.len()),
            format!(
                "e on {} changes all {n}. One u takes all {n} back.",
                title(key),
                n = all.len()
            ),
        ),
    };
    let on = counts.iter().position(|count| *count > 0).unwrap_or(0);
    let (of, texts) = (parts.to_vec(), values.clone());
    let chosen = move |row: usize, cx: &Cx<'_>, hand: &mut Hand| {
        let value = texts.get(row).ok_or("There is no such row.")?;
        set(cx, hand, &of, key, &value.text)
    };
    let mut menu = Menu::new(name, rows, chosen).on(on).saying(note);
    let about = parts.to_vec();
    let lines = if key == "stream" { 3 } else { 0 };
    if lines > 0 {
        menu = menu.about(lines, move |row, cx| {
            values
                .get(row)
                .map(|value| strays(cx, &about, &value.text))
                .unwrap_or_default()
        });
    }
    Step::Ask(Overlay::Menu(menu))
}

/// `has` of one, `have` of more.
const fn verb(count: usize) -> &'static str {
    if count == 1 { "has" } else { "have" }
}

/// Whose stream would no longer be the group's.
fn strays(cx: &Cx<'_>, parts: &[Participant], stream: &str) -> Vec<String> {
    let group_stream = |part: &&Participant| {
        let group = part.group.and_then(|id| cx.model.groups.get(id));
        group.is_some_and(|group| cx.model.stream_code(group.stream) != stream)
    };
    let names: Vec<String> = parts
        .iter()
        .filter(group_stream)
        .map(|part| {
            let name = cx.model.name_of(part.person);
            name.split_whitespace().next().unwrap_or_default().to_owned()
        })
        .collect();
    match names.len() {
        0 => Vec::new(),
        n => {
            let more = if n > 5 {
                format!(" and {} more", n - 5)
            } else {
                String::new()
            };
            let names = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            vec![
                String::new(),
                format!(
                    "{n} {} would not match the group stream:",
                    if n == 1 { "person" } else { "people" }
                ),
                format!("{names}{more}  (shown with ! afterwards)"),
            ]
        }
    }
}

/// Whether an enrolment of this state takes part.
pub(super) fn takes_part(model: &Model, part: &Participant) -> bool {
    let state: Option<EnrolmentState> = part
        .enrolment
        .and_then(|id| model.enrolments.get(id))
        .map(|e| e.state);
    state.is_some_and(EnrolmentState::is_live)
}
