//! What can happen to the program, and what the program asks the loop to do.

use chrono::{DateTime, Utc};
use crossterm::event::KeyEvent;

use crate::domain::{
    AdminName, AdminRole, AnyId, Cohort, Edit, Entry, EntryHead, Id, Message, MessageKind, Model, Person,
    Refusal, Rev,
};
use crate::exchange::{Content, Post, Postroom};
use crate::hub::Erased;
use crate::plan::{Answer, Progress, Request};

/// Everything that can happen.
#[derive(Debug)]
pub enum Signal {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(u16, u16),
    /// The program was stopped and goes on.
    Resumed,
    /// News from the store.
    News(News),
    /// Work done off the screen's thread has an answer.
    Done(Done),
    /// A planner has the answer to a request.
    Planned {
        /// Which request.
        number: u64,
        /// What was found.
        answer: Answer,
    },
    /// A planner that takes its time tells how far it is.
    Working {
        /// Which request.
        number: u64,
        /// How far it is.
        progress: Progress,
    },
    /// What the office's messages are made of, as it stands now.
    Postroom(Box<Postroom>),
    /// What was left behind when the terminal went away, the last time.
    Left(Box<super::app::Left>),
    /// The hand rests after a step of the cursor: what follows the cursor does so now.
    Rest,
    /// A second has passed in which nothing else happened.
    Tick,
}

/// What the store says.
#[derive(Debug)]
pub enum News {
    /// We are connected: the cohort as it stands, and who we are.
    Welcome {
        /// The cohort.
        model: Box<Model>,
        /// The name the store knows us by.
        me: AdminName,
        /// What we may do.
        role: AdminRole,
    },
    /// Another cohort that was asked for.
    Opened(Box<Model>),
    /// Somebody's edit landed.
    Landed(Box<Entry>),
    /// Our edit landed.
    Settled {
        /// Which edit.
        nonce: u128,
        /// As which entry.
        rev: Rev,
    },
    /// Our edit was refused.
    Refused {
        /// Which edit.
        nonce: u128,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// Somebody is erased, and this is the proof.
    Erased(Box<Erased>),
    /// Older lines of history, newest first.
    Heads(Vec<EntryHead>),
    /// One entry with its changes.
    EntryIs(Box<Entry>),
    /// Who is here.
    Peers(Vec<Peer>),
    /// Our edit could not be saved now; it may be sent again.
    Unsaved {
        /// Which edit.
        nonce: u128,
        /// Why, and what to do.
        what: String,
    },
    /// The connection is gone.
    Lost,
    /// The store is there and has said nothing for five seconds.
    Silent {
        /// The number of its process.
        pid: u32,
        /// When it was last heard.
        since: DateTime<Utc>,
    },
    /// The store speaks again.
    Back,
    /// It cannot be had: what is wrong, and what to do.
    Failed {
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
}

/// Answers of the loop to things it was asked to do.
#[derive(Debug)]
pub enum Done {
    /// Files were written: how many, where.
    Written {
        /// What was written, in words.
        what: String,
        /// The messages among them, for the log of who got what.
        notes: Vec<Message>,
    },
    /// A sending has ended.
    Sent {
        /// What became of it, in words.
        what: String,
        /// Those that left or may have, for the log of who got what.
        notes: Vec<Message>,
    },
    /// What begins with a path that is being typed.
    Listed {
        /// The path as it was typed.
        typed: String,
        /// The paths it can become, directories with a slash at the end.
        paths: Vec<String>,
    },
    /// A file was read.
    Read {
        /// Its name.
        file: String,
        /// What is in it.
        bytes: Vec<u8>,
    },
    /// Another cohort, as it stands.
    LookedAt(Box<Model>),
    /// Something asked for could not be done.
    Failed {
        /// What is wrong and what to do.
        what: String,
    },
}

/// Somebody else who is here now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The name.
    pub name: AdminName,
    /// Where they are.
    pub place: Place,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Last sign of activity.
    pub active: DateTime<Utc>,
}

/// Where somebody is in the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The breadcrumb: `Now > CNIO-1`.
    pub view: String,
    /// The record under the cursor.
    pub on: Option<AnyId>,
    /// The field being edited, if one is.
    pub editing: Option<String>,
}

/// What the loop must do.
#[derive(Debug, PartialEq)]
pub enum Out {
    /// Send an edit to the store.
    Propose(Edit),
    /// Have the store take an entry back.
    Undo {
        /// Told apart from every other edit.
        nonce: u128,
        /// Which entry.
        rev: Rev,
    },
    /// Have the store erase a person whose name was typed.
    Erase {
        /// Told apart from every edit.
        nonce: u128,
        /// Who.
        person: Id<Person>,
        /// The name.
        name: String,
    },
    /// Ask for lines of history older than this revision.
    Heads(Rev),
    /// Ask for one entry.
    Entry(Rev),
    /// Open another cohort.
    OpenCohort(Id<Cohort>),
    /// Fetch another cohort to look at; this one stays open.
    LookAt(Id<Cohort>),
    /// Tell the others where we are.
    Place(Place),
    /// Put text on the terminal's clipboard.
    Copy(String),
    /// Write messages into the outbox; what is on disk is then noted (`Done::Written`).
    Outbox(Vec<Post>),
    /// Give messages to the mail server; what left is then noted (`Done::Sent`).
    Send(Vec<Post>),
    /// Keep the office's own text of a kind of message; an empty one brings the program's back.
    KeepText(MessageKind, String),
    /// Look again what the office's messages are made of (`Signal::Postroom`).
    Postroom,
    /// Write a file into the directory of exports.
    Save {
        /// Its name, of a fixed form.
        name: String,
        /// What is in it.
        content: Content,
    },
    /// Have a planner work on this, off the screen's thread.
    Plan(Box<Request>),
    /// Call the planner's work on this request off.
    CallOff(u64),
    /// Say what begins with this path.
    List(String),
    /// Read the file at this path.
    Read(String),
    /// Draw everything again.
    Repaint,
    /// Try to connect now.
    Reconnect,
    /// Leave.
    Quit,
}
