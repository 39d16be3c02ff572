//! Popups and questions: data in one stack. Whoever opens one says what its answer causes.

mod awaited;
mod conflict;
mod form;
mod grouping;
mod help;
mod line;
mod menu;
mod page;
mod palette;
mod preview;
mod question;
mod scheduling;

use ratatui::layout::Position;

pub use conflict::{Choice, Conflict};
pub use form::{DRAFT, Form, FormField};
pub use grouping::Grouping;
pub use help::HelpSheet;
pub use line::LineBox;
pub use menu::{Menu, MenuRow, letters};
pub use page::Page;
pub use palette::Palette;
pub use preview::{Preview, PreviewRow};
pub use question::{Confirm, Notice, TypedQuestion};
pub use scheduling::Scheduling;

use crate::tui::key::{Action, Context};
use crate::tui::part::Canvas;
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::{Hand, Step};

/// What an answer causes: a step, or a sentence why the answer cannot be taken (the question stays open).
pub type Then<A> = Box<dyn Fn(A, &Cx<'_>, &mut Hand) -> Result<Step, String>>;

/// Something on top of a screen.
pub enum Overlay {
    /// Rows to choose from.
    Menu(Menu),
    /// One line to type.
    Line(LineBox),
    /// Several lines to type.
    Form(Form),
    /// A text of several lines to type.
    Page(Page),
    /// Yes or no.
    Confirm(Confirm),
    /// A number or name to type before something leaves the program.
    Typed(TypedQuestion),
    /// A list of what would be done, row by row.
    Preview(Preview),
    /// Groups proposed for the pool.
    Grouping(Box<Grouping>),
    /// Dates proposed for sessions.
    Scheduling(Box<Scheduling>),
    /// The keys of the screen beneath.
    Help(HelpSheet),
    /// Everything by name.
    Palette(Palette),
    /// A field that two people changed.
    Conflict(Conflict),
    /// Something that was not done, and why.
    Notice(Notice),
}

impl Overlay {
    /// Where its keys are read.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Menu(menu) => menu.context(),
            Self::Line(_) | Self::Form(_) | Self::Page(_) | Self::Palette(_) => Context::Text,
            Self::Confirm(_) | Self::Notice(_) => Context::Confirm,
            Self::Typed(_) => Context::Typed,
            Self::Preview(_) | Self::Grouping(_) | Self::Scheduling(_) => Context::Preview,
            Self::Help(help) => help.context(),
            Self::Conflict(_) => Context::Conflict,
        }
    }

    /// What comes after the screen's breadcrumb, when it covers the body.
    #[must_use]
    pub fn crumb(&self) -> Option<String> {
        match self {
            Self::Preview(preview) => Some(preview.title.clone()),
            Self::Grouping(_) => Some("Auto-assign preview".to_owned()),
            Self::Scheduling(_) => Some("Planning preview".to_owned()),
            Self::Help(_) => Some("Help".to_owned()),
            Self::Conflict(conflict) => Some(conflict.crumb()),
            _ => None,
        }
    }

    /// Whether it shows what would be done, and nothing is done yet.
    #[must_use]
    pub const fn is_preview(&self) -> bool {
        matches!(self, Self::Preview(_) | Self::Grouping(_) | Self::Scheduling(_))
    }

    /// Whether keys are text for it: the app then calls [`Overlay::text`].
    #[must_use]
    pub fn is_typing(&self) -> bool {
        matches!(self.context(), Context::Text | Context::Typed)
    }

    /// Does what an action means.
    pub fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match self {
            Self::Menu(menu) => menu.act(action, cx, hand),
            Self::Confirm(confirm) => confirm.act(action, cx, hand),
            Self::Preview(preview) => preview.act(action, cx, hand),
            Self::Grouping(grouping) => grouping.act(action, cx, hand),
            Self::Scheduling(scheduling) => scheduling.act(action, cx, hand),
            Self::Help(help) => help.act(action),
            Self::Conflict(conflict) => conflict.act(action, cx, hand),
            Self::Notice(notice) => notice.act(action),
            Self::Line(_) | Self::Form(_) | Self::Page(_) | Self::Typed(_) | Self::Palette(_) => {
                Step::Unbound
            }
        }
    }

    /// Takes a key while text is typed.
    pub fn text(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match self {
            Self::Line(line) => line.text(typed, cx, hand),
            Self::Form(form) => form.text(typed, cx, hand),
            Self::Page(page) => page.text(typed, cx, hand),
            Self::Typed(question) => question.text(typed, cx, hand),
            Self::Palette(palette) => palette.text(typed, cx, hand),
            Self::Menu(menu) => menu.text(typed, cx, hand),
            Self::Help(help) => help.text(typed),
            _ => Step::Unbound,
        }
    }

    /// Puts a draft back that was typed here before and not saved; says so.
    pub fn take_up(&mut self, hand: &Hand) -> Option<String> {
        match self {
            Self::Form(form) => form.take_up(hand),
            Self::Page(page) => page.take_up(hand),
            _ => None,
        }
    }

    /// What the hint line says of a key here, where that is other than in the key table.
    #[must_use]
    pub fn hint(&self, action: Action) -> Option<String> {
        match self {
            Self::Page(_) => Page::hint(action),
            Self::Menu(menu) => menu.hint(action),
            Self::Form(form) => form.hint(action),
            Self::Palette(_) => Palette::hint(action),
            _ => None,
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        match self {
            Self::Line(line) => line.input.paste(pasted),
            Self::Form(form) => form.paste(pasted),
            Self::Page(page) => page.paste(pasted),
            Self::Typed(question) => question.input.paste(pasted),
            Self::Palette(palette) => palette.input.paste(pasted),
            _ => {}
        }
    }

    /// The sentence for the message line.
    #[must_use]
    pub fn note(&self, cx: &Cx<'_>) -> String {
        match self {
            Self::Menu(menu) => menu.note.clone(),
            Self::Line(line) => line.note(cx),
            Self::Form(form) => form.note(),
            Self::Page(page) => page.note.clone(),
            Self::Confirm(confirm) => confirm.note.clone(),
            Self::Typed(question) => question.note(),
            Self::Preview(preview) => preview.said(),
            Self::Grouping(grouping) => grouping.note(cx),
            Self::Scheduling(scheduling) => scheduling.note(cx),
            Self::Help(_) => "Type / to search. Enter runs the action, so help is also a menu.".to_owned(),
            Self::Palette(palette) => palette.note(),
            Self::Conflict(conflict) => conflict.note(),
            Self::Notice(notice) => notice.note(),
        }
    }

    /// Draws itself over the body; answers where the hardware cursor belongs.
    pub fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        match self {
            Self::Menu(menu) => menu.view(cx, canvas),
            Self::Line(line) => line.view(cx, canvas),
            Self::Form(form) => form.view(cx, canvas),
            Self::Page(page) => page.view(cx, canvas),
            Self::Confirm(confirm) => confirm.view(cx, canvas),
            Self::Typed(question) => question.view(cx, canvas),
            Self::Preview(preview) => preview.view(cx, canvas),
            Self::Grouping(grouping) => grouping.view(cx, canvas),
            Self::Scheduling(scheduling) => scheduling.view(cx, canvas),
            Self::Help(help) => help.view(cx, canvas),
            Self::Palette(palette) => palette.view(cx, canvas),
            Self::Conflict(conflict) => conflict.view(cx, canvas),
            Self::Notice(notice) => notice.view(cx, canvas),
        }
    }
}
