//! What a key can mean, and where.

/// Where keys are read: each has rows of its own in the key table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// LIST mode in any view.
    Any,
    /// The Now view.
    Now,
    /// A register.
    Register,
    /// The Streams view.
    Streams,
    /// The Groups view.
    Groups,
    /// The Calendar view.
    Calendar,
    /// A session in the hand (MOVE mode).
    Carry,
    /// The Feedback view.
    Feedback,
    /// The People view.
    People,
    /// A person's card.
    Card,
    /// The History view.
    History,
    /// The go-to popup.
    GoTo,
    /// Any popup of rows.
    Popup,
    /// The popup of groups to move to.
    MovePopup,
    /// The field menu.
    FieldMenu,
    /// A text field, a filter, the palette (TYPE mode).
    Text,
    /// A yes-or-no question.
    Confirm,
    /// A question answered by typing a number or name.
    Typed,
    /// A preview.
    Preview,
    /// A conflict with another admin.
    Conflict,
    /// Help.
    Help,
}

impl Context {
    /// Its word in the key table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Any => "ANY",
            Self::Now => "NOW",
            Self::Register => "REG",
            Self::Streams => "STR",
            Self::Groups => "GRP",
            Self::Calendar => "CAL",
            Self::Carry => "CMOVE",
            Self::Feedback => "FBK",
            Self::People => "PPL",
            Self::Card => "CARD",
            Self::History => "HIS",
            Self::GoTo => "GOTO",
            Self::Popup => "POP",
            Self::MovePopup => "MOVEPOP",
            Self::FieldMenu => "FIELD",
            Self::Text => "TXT",
            Self::Confirm => "CONF",
            Self::Typed => "TYPED",
            Self::Preview => "PREV",
            Self::Conflict => "CFL",
            Self::Help => "HLP",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Any => "Everywhere",
            Self::Now => "Now",
            Self::Register => "Register",
            Self::Streams => "Streams",
            Self::Groups => "Groups",
            Self::Calendar => "Calendar",
            Self::Carry => "Moving a session",
            Self::Feedback => "Feedback",
            Self::People => "People",
            Self::Card => "Person card",
            Self::History => "History",
            Self::GoTo => "Go to",
            Self::Popup => "Any popup",
            Self::MovePopup => "Move popup",
            Self::FieldMenu => "Field menu",
            Self::Text => "Typing",
            Self::Confirm => "Question",
            Self::Typed => "Typed question",
            Self::Preview => "Preview",
            Self::Conflict => "Conflict",
            Self::Help => "Help",
        }
    }

    /// The mode word at the bottom left.
    #[must_use]
    pub const fn mode(self) -> &'static str {
        match self {
            Self::Text => "TYPE",
            Self::Carry => "MOVE",
            Self::GoTo
            | Self::Popup
            | Self::MovePopup
            | Self::FieldMenu
            | Self::Confirm
            | Self::Typed
            | Self::Preview
            | Self::Conflict
            | Self::Help => "ASK",
            _ => "LIST",
        }
    }

    /// Whether a letter or digit chooses the row that shows it.
    #[must_use]
    pub const fn has_labels(self) -> bool {
        matches!(self, Self::GoTo | Self::Popup | Self::MovePopup | Self::FieldMenu)
    }

    /// Where a key is looked for when this context does not bind it.
    #[must_use]
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::Now
            | Self::Register
            | Self::Streams
            | Self::Groups
            | Self::Calendar
            | Self::Feedback
            | Self::People
            | Self::Card
            | Self::History => Some(Self::Any),
            Self::MovePopup | Self::FieldMenu => Some(Self::Popup),
            _ => None,
        }
    }
}

/// The seven views.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tab {
    /// What is going on.
    Now,
    /// How each stream stands.
    Streams,
    /// Who is with whom.
    Groups,
    /// What is when.
    Calendar,
    /// Is it working.
    Feedback,
    /// Everybody, as a spreadsheet.
    People,
    /// Who changed what.
    History,
}

impl Tab {
    /// All of them in the order of their digits.
    pub const ALL: [Self; 7] = [
        Self::Now,
        Self::Streams,
        Self::Groups,
        Self::Calendar,
        Self::Feedback,
        Self::People,
        Self::History,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Now => "Now",
            Self::Streams => "Streams",
            Self::Groups => "Groups",
            Self::Calendar => "Calendar",
            Self::Feedback => "Feedback",
            Self::People => "People",
            Self::History => "History",
        }
    }

    /// Its place, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// What the user means by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Show a view.
    View(Tab),
    /// Open the go-to popup.
    GoTo,
    /// Next pane.
    NextPane,
    /// Previous pane.
    PreviousPane,
    /// Down one row.
    Down,
    /// Up one row.
    Up,
    /// Left, or collapse.
    Left,
    /// Right, or expand.
    Right,
    /// Down one page.
    PageDown,
    /// Up one page.
    PageUp,
    /// First row.
    First,
    /// Last row.
    Last,
    /// First column.
    FirstColumn,
    /// Last column.
    LastColumn,
    /// Open the thing under the cursor; choose; save.
    Open,
    /// Back one level.
    Back,
    /// Back one level, at the root ask to quit.
    Leave,
    /// Cancel what is open; twice at the root quits.
    Cancel,
    /// Mark or unmark the row.
    Mark,
    /// Begin or end a range of marks.
    Range,
    /// Mark all shown, or none.
    MarkAll,
    /// Filter this list.
    Filter,
    /// Next row that needs attention.
    NextProblem,
    /// Previous row that needs attention.
    PreviousProblem,
    /// Sort by this column.
    Sort,
    /// Change the layout of the body.
    Body,
    /// Info pane on or off.
    Info,
    /// Zoom this pane.
    Zoom,
    /// Choose columns.
    Columns,
    /// Jump to today.
    Today,
    /// Previous period.
    Earlier,
    /// Next period.
    Later,
    /// Edit.
    Edit,
    /// Add one of what this pane lists.
    Add,
    /// Move, reassign, reschedule.
    Move,
    /// Take out of here.
    Drop,
    /// Prepare messages.
    Remind,
    /// Copy menu.
    Copy,
    /// Repeat the last change.
    Repeat,
    /// Take back my last change.
    Undo,
    /// Bring back what I took back.
    Redo,
    /// Who is here.
    Who,
    /// Everything by name.
    Palette,
    /// Help for this screen.
    Help,
    /// Repaint.
    Repaint,
    /// Everything is saved already (Ctrl-S).
    Saved,
    /// Cross: attendance cycle, acknowledge.
    Tick,
    /// Everyone seen becomes present.
    AllPresent,
    /// Finish or reopen the register.
    Finish,
    /// Propose groups for the pool.
    AutoAssign,
    /// Paste rows from a spreadsheet.
    Paste,
    /// Next slot free for everyone.
    Suggest,
    /// Type a date and time.
    TypeTime,
    /// Choose the row with this label.
    Label(char),
    /// Back to the pool.
    Unassign,
    /// Swap with another person.
    Swap,
    /// Yes.
    Yes,
    /// No.
    No,
    /// Include or leave out a row.
    Include,
    /// Take theirs.
    Theirs,
    /// Keep mine.
    Mine,
    /// A third value.
    Third,
    /// Save and go to the next field.
    NextField,
    /// Save and go to the previous field.
    PreviousField,
    /// Back to where I was.
    BackTo,
    /// Text editing keys, by what they do.
    Text(TextKey),
}

impl Action {
    /// Whether it only moves the cursor along its list.
    #[must_use]
    pub const fn is_step(self) -> bool {
        matches!(
            self,
            Self::Down | Self::Up | Self::PageDown | Self::PageUp | Self::First | Self::Last
        )
    }
}

/// What an editing key does to the text in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextKey {
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Start of text.
    Home,
    /// End of text.
    End,
    /// Delete left.
    Backspace,
    /// Delete right.
    Delete,
    /// Clear the line.
    Clear,
    /// Delete a word to the left.
    Word,
    /// A printable key.
    Type(char),
}
