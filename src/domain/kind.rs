//! The kinds of record: one table from which everything that mixes kinds is made.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::id::{AnyId, Id};
use super::record::*;

/// A record of the model: it has a kind, and can be written down.
pub trait Recorded:
    Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Its kind.
    const KIND: Kind;
}

/// Calls another macro with the table of all kinds:
/// `Variant, table of the model, stored number, id prefix, word, shared or scoped`.
///
/// *Shared* kinds belong to the whole programme, *scoped* kinds to one cohort. The numbers are part of the
/// format on disk and are never reused.
macro_rules! every_kind {
    ($then:ident) => {
        $then! {
            Person, people, 1, "pe", "person", shared;
            Cohort, cohorts, 2, "co", "cohort", shared;
            Admin, admins, 3, "ad", "admin", shared;
            Instrument, instruments, 4, "in", "instrument", shared;
            Theme, themes, 5, "th", "theme", shared;
            Mapping, mappings, 6, "mp", "mapping", shared;
            Claim, claims, 7, "cl", "claim", shared;
            Stream, streams, 16, "st", "stream", scoped;
            Application, applications, 17, "ap", "application", scoped;
            Enrolment, enrolments, 18, "en", "enrolment", scoped;
            Group, groups, 19, "gr", "group", scoped;
            Membership, memberships, 20, "me", "membership", scoped;
            PairRule, pair_rules, 21, "pr", "pair rule", scoped;
            Round, rounds, 22, "ro", "round", scoped;
            Session, sessions, 23, "se", "session", scoped;
            Mark, marks, 24, "ma", "mark", scoped;
            Sighting, sightings, 25, "si", "sighting", scoped;
            Busy, busy_times, 26, "bu", "busy time", scoped;
            Wave, waves, 27, "wa", "wave", scoped;
            Request, requests, 28, "rq", "request", scoped;
            Response, responses, 29, "rs", "response", scoped;
            Goal, goals, 30, "go", "goal", scoped;
            Quote, quotes, 31, "qu", "quote", scoped;
            Consent, consents, 32, "cn", "consent", scoped;
            Use, uses, 33, "us", "use", scoped;
            Ack, acks, 34, "ak", "acknowledgement", scoped;
            Message, messages, 35, "ms", "message", scoped;
            Provenance, provenances, 36, "pv", "provenance", scoped;
        }
    };
}
pub(crate) use every_kind;

macro_rules! make_kinds {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        crate::domain::word::words! {
            /// What a record is.
            Kind { $(#[doc = $word] $variant = $number $word),+ }
        }
        impl Kind {
            /// The two letters its ids begin with.
            #[must_use]
            pub const fn prefix(self) -> &'static str {
                match self { $(Self::$variant => $prefix),+ }
            }
            /// The kind whose ids begin with these letters.
            #[must_use]
            pub fn from_prefix(prefix: &str) -> Option<Self> {
                match prefix { $($prefix => Some(Self::$variant),)+ _ => None }
            }
            /// Whether it belongs to the whole programme rather than to one cohort.
            #[must_use]
            pub const fn is_shared(self) -> bool {
                match self { $(Self::$variant => make_kinds!(@shared $scope)),+ }
            }
        }
        $(impl Recorded for $variant { const KIND: Kind = Kind::$variant; })+

        /// One record of any kind, with its id.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Record { $(#[doc = $word] $variant(Id<$variant>, Box<$variant>)),+ }

        impl Record {
            /// Its id and kind.
            #[must_use]
            pub fn id(&self) -> AnyId {
                match self { $(Self::$variant(id, _) => (*id).into()),+ }
            }
        }
    };
    (@shared shared) => { true };
    (@shared scoped) => { false };
}
every_kind!(make_kinds);
