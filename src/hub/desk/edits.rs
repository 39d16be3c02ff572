//! What the writer does with an edit: judge it, gather it with others, make them durable, tell everybody.

use std::sync::Arc;
use std::time::Instant;

use xxhash_rust::xxh3::xxh3_128;

use super::super::judge::{Judgement, Meaning, judge};
use super::super::seat::{Item, Outbox, Proposal, SeatId, frames};
use super::super::undo;
use super::super::who;
use super::super::wire::{self, Down};
use super::{Desk, GROUP_BYTES, SHARED, TICK, me};
use crate::domain::{Admin, AdminRole, Delta, Edit, Entry, EntryHead, Id, Kind, Refusal, Rev};
use crate::store::{Head, Landing, Outcome, SMALL, Verdict, codec};

/// Who asks for what: what the judgement of an edit needs to know beside the edit.
struct Asked {
    seat: SeatId,
    payload: u128,
    undoes: Option<Entry>,
    bytes: Option<Vec<u8>>,
}

impl Desk {
    pub(super) fn propose(&mut self, id: SeatId, proposal: Proposal) {
        let Proposal {
            nonce,
            cohort,
            label,
            changes,
            bytes,
        } = proposal;
        let mut asked = codec::encode(&(cohort, &label));
        asked.extend_from_slice(&bytes);
        let payload = xxh3_128(&asked);
        drop(asked);
        if self.answered_before(id, nonce, payload) {
            return;
        }
        let edit = Edit {
            nonce,
            cohort,
            label,
            changes,
        };
        self.take(
            edit,
            Asked {
                seat: id,
                payload,
                undoes: None,
                bytes: Some(bytes),
            },
        );
    }

    pub(super) fn undo(&mut self, id: SeatId, nonce: u128, rev: Rev) {
        let payload = xxh3_128(&codec::encode(&("undo", rev)));
        if self.answered_before(id, nonce, payload) {
            return;
        }
        self.settle();
        let found = self.must(self.store.entry(rev));
        let edit = match &found {
            None => Err(Refusal::missing(
                format!("there is no entry {rev}"),
                "choose one from the history",
            )),
            Some(entry) => undo::edit(nonce, entry, &self.undone),
        };
        match edit {
            Ok(edit) => self.take(
                edit,
                Asked {
                    seat: id,
                    payload,
                    undoes: found,
                    bytes: None,
                },
            ),
            Err(refusal) => self.refuse(id, nonce, payload, refusal),
        }
    }

    /// Whether this question was answered before; then the same answer is given again.
    fn answered_before(&mut self, id: SeatId, nonce: u128, payload: u128) -> bool {
        if self.group.iter().any(|(_, verdict)| nonce_of(verdict) == nonce) {
            self.settle();
        }
        let Some(answer) = self.must(self.store.answer(nonce)) else {
            return false;
        };
        let down = match answer.outcome {
            _ if answer.payload != payload => Down::Refused {
                nonce,
                refusal: Refusal::unreadable(
                    "the number of this edit was used for another one",
                    "start the program again",
                ),
            },
            Outcome::Landed(rev) => Down::Settled { nonce, rev },
            Outcome::Refused(refusal) => Down::Refused { nonce, refusal },
        };
        self.say(id, &down);
        true
    }

    /// Judges an edit and puts it into the group; a big one lands on its own at once.
    fn take(&mut self, edit: Edit, asked: Asked) {
        let nonce = edit.nonce;
        if let Some((what, hint)) = self.disk_is_full() {
            self.say(asked.seat, &Down::Unsaved { nonce, what, hint });
            return;
        }
        let Some(seat) = self.seats.get(&asked.seat) else {
            return;
        };
        let (name, account) = (seat.name.clone(), seat.account.clone());
        let shared = self.model(SHARED);
        // Roles may have changed since this seat came in.
        let role = match who::identify(&account, Some(&name), me(), &shared) {
            Ok((_, role)) => role,
            Err(_) => {
                let refusal = Refusal::not_permitted(format!("{name} is no admin any more"), "ask an owner");
                return self.refuse(asked.seat, nonce, asked.payload, refusal);
            }
        };
        let cohort = edit.cohort;
        let model = self.model(cohort);
        let now = self.now();
        let meaning = match asked.undoes {
            Some(_) => Meaning::Undo,
            None => Meaning::Forward,
        };
        let judged = judge(&model, &edit, meaning, role, now, |rev| {
            self.line(rev).map_or_else(String::new, |head| head.by)
        });
        let is_new = !shared.cohorts.has(cohort);
        // A cohort that nobody has made yet is not kept in memory for the asking.
        if is_new && cohort != SHARED && !matches!(judged, Ok(Judgement::Fresh(_))) {
            self.models.remove(&cohort);
        }
        drop((shared, model));
        match judged {
            Err(refusal) => {
                let refusal = match &asked.undoes {
                    Some(entry) => undo::explain(refusal, entry, |rev| self.line(rev)),
                    None => refusal,
                };
                self.refuse(asked.seat, nonce, asked.payload, refusal);
            }
            Ok(Judgement::Already) => {
                self.settle();
                let rev = self.store.header().revision;
                self.say(asked.seat, &Down::Settled { nonce, rev });
            }
            Ok(Judgement::Fresh(fresh)) => {
                let fresh = self.with_first_owner(fresh, &name, account.uid == me());
                let bytes = match asked.bytes {
                    Some(bytes) if fresh == edit => bytes,
                    _ => codec::changes(&fresh.changes),
                };
                let entry = Entry {
                    rev: self.next_rev(),
                    at: now,
                    by: name,
                    undoes: asked.undoes.map(|entry| entry.rev),
                    edit: fresh,
                };
                let landing = Landing {
                    entry,
                    changes: bytes,
                    payload: asked.payload,
                };
                self.accept(asked.seat, landing);
            }
        }
    }

    /// Who begins a programme is its first owner: said in the same entry.
    fn with_first_owner(&mut self, mut edit: Edit, name: &str, owns_directory: bool) -> Edit {
        let nobody = self.model(SHARED).admins.is_empty();
        let names_one = edit.changes.iter().any(|change| change.kind() == Kind::Admin);
        if nobody && !names_one && owns_directory {
            let id = Id::new(xxh3_128(&edit.nonce.to_le_bytes()) as u64);
            let admin = Admin {
                name: name.to_owned(),
                role: AdminRole::Owner,
                last_seen: 0,
            };
            edit.changes.push(Delta::made(id, admin).into());
        }
        edit
    }

    fn next_rev(&self) -> Rev {
        let waiting = self
            .group
            .iter()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Landed(_)))
            .count();
        self.store.header().next() + waiting as u64
    }

    fn accept(&mut self, seat: SeatId, landing: Landing) {
        if landing.changes.len() > SMALL {
            self.settle();
            let outboxes: Vec<Arc<Outbox>> =
                self.seats.values().map(|seat| Arc::clone(&seat.outbox)).collect();
            let before = self.store.header().revision;
            self.store.land(&landing, ticking(&outboxes, before));
            self.apply(&landing.entry);
            self.publish(seat, &landing);
            self.store
                .catch_up(&landing.entry, ticking(&outboxes, landing.entry.rev));
            return;
        }
        self.apply(&landing.entry);
        self.gather(seat, Verdict::Landed(landing));
    }

    fn refuse(&mut self, seat: SeatId, nonce: u128, payload: u128, refusal: Refusal) {
        let at = self.now().timestamp();
        self.gather(
            seat,
            Verdict::Refused {
                nonce,
                payload,
                at,
                refusal,
            },
        );
    }

    fn gather(&mut self, seat: SeatId, verdict: Verdict) {
        let weight = verdict.weight();
        if self.group_bytes + weight > GROUP_BYTES {
            self.settle();
        }
        self.group_bytes += weight;
        self.group.push((seat, verdict));
    }

    /// Makes the group durable, then tells everybody.
    pub(super) fn settle(&mut self) {
        if self.group.is_empty() {
            return;
        }
        self.group_bytes = 0;
        let (seats, verdicts): (Vec<SeatId>, Vec<Verdict>) =
            std::mem::take(&mut self.group).into_iter().unzip();
        self.store.settle(&verdicts);
        for (seat, verdict) in seats.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Landed(landing) => self.publish(seat, &landing),
                Verdict::Refused { nonce, refusal, .. } => self.say(seat, &Down::Refused { nonce, refusal }),
            }
        }
    }

    fn publish(&self, seat: SeatId, landing: &Landing) {
        let entry = &landing.entry;
        let (parts, last) = wire::cut(&landing.changes);
        let mut messages: Vec<Down> = parts.into_iter().map(Down::Part).collect();
        let head = Head::of(entry, &landing.changes);
        messages.push(Down::Landed { head, last });
        self.tell_all(&messages);
        self.say(
            seat,
            &Down::Settled {
                nonce: entry.edit.nonce,
                rev: entry.rev,
            },
        );
    }

    /// Makes an entry true in every loaded model: what is shared is in all of them.
    fn apply(&mut self, entry: &Entry) {
        for model in self.models.values_mut() {
            Arc::make_mut(model).apply(entry);
        }
        if let Some(undoes) = entry.undoes {
            self.undone.insert(undoes, entry.rev);
        }
    }

    /// A line of history, of an entry on disk or in the group.
    fn line(&self, rev: Rev) -> Option<EntryHead> {
        let waiting = self.group.iter().find_map(|(_, verdict)| match verdict {
            Verdict::Landed(landing) if landing.entry.rev == rev => Some(landing.entry.head()),
            _ => None,
        });
        waiting.or_else(|| {
            self.must(self.store.heads(None, Some(rev + 1), 1))
                .into_iter()
                .find(|head| head.rev == rev)
        })
    }

    /// Why nothing can be saved now, if so, in words; the database is not touched.
    fn disk_is_full(&self) -> Option<(String, String)> {
        let room = self.ground.room().unwrap_or(u64::MAX);
        (room < self.room_to_commit).then(|| {
            let mb = |bytes: u64| bytes.div_ceil(1 << 20);
            (
                format!(
                    "not saved: the disk is full ({} MB free, {} MB needed)",
                    mb(room),
                    mb(self.room_to_commit)
                ),
                "free some space and try again; what you typed is kept".to_owned(),
            )
        })
    }
}

/// Between the commits of a big edit everybody still hears every second that the store lives.
fn ticking(outboxes: &[Arc<Outbox>], rev: Rev) -> impl FnMut() {
    let mut last = Instant::now();
    move || {
        if last.elapsed() >= TICK {
            last = Instant::now();
            let tick = frames(&[Down::Tick { rev }]);
            for outbox in outboxes {
                outbox.push(Item::Frames(Arc::clone(&tick)));
            }
        }
    }
}

fn nonce_of(verdict: &Verdict) -> u128 {
    match verdict {
        Verdict::Landed(landing) => landing.entry.edit.nonce,
        Verdict::Refused { nonce, .. } => *nonce,
    }
}
