//! Answers that NetBox gave a moment ago, so that the same question, asked again by the same person, costs it nothing.
//!
//! An answer counts for a second by itself. After that, and for [`LIFETIME`] in all, NetBox's change log is asked
//! first whether anything changed since shortly before it was given: one request, whatever the answer's size, that
//! counts for a second in its turn. Whoever may not view the change log gets no answer that is older than a second.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Answer, Client, Credentials, Error, Exchange, Query};
use crate::wire::tool::NetboxRequest;

/// How old an answer may become. What the change log does not tell (other rights, or a log of which its reader sees a
/// part only) shows after this time at the latest.
const LIFETIME: Duration = Duration::from_secs(20);
/// How long an answer, or a look at the change log, counts without another look.
const SURE: Duration = Duration::from_secs(1);
/// A change is logged with the moment in which it was made and can be seen when its transaction ends: so much later at
/// most. Clocks that differ count towards it.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// How long it is remembered that somebody may not view the change log.
const BLIND: Duration = Duration::from_mins(5);
/// All answers together, in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The largest answer that is kept, in bytes: more is read once and by pages, hardly ever again.
const LARGEST: usize = 256 * 1024;
const MOST_PEOPLE: usize = 1_000;
/// The apps of NetBox whose objects are all in the change log.
const LOGGED: [&str; 7] = ["dcim/", "ipam/", "circuits/", "tenancy/", "virtualization/", "vpn/", "wireless/"];
/// The change log, below `/api/`.
const CHANGES: &str = "core/object-changes/";

/// Whose answer, and to what.
type Key = ([u8; 32], String);

/// The answers of one NetBox.
pub(super) struct Recent {
    sure: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    answers: HashMap<Key, Kept>,
    /// The oldest first.
    order: VecDeque<Key>,
    bytes: usize,
    people: HashMap<[u8; 32], Seen>,
    /// When this program changed NetBox last.
    wrote: Option<Instant>,
}

/// An answer.
#[derive(Clone)]
struct Kept {
    /// When it was asked for.
    asked: Instant,
    /// When NetBox gave it, by its own clock.
    date: Timestamp,
    body: Arc<[u8]>,
}

/// What somebody saw of the change log.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// The newest change.
    changed: Option<Timestamp>,
    /// Nothing changed since the first, as of the second.
    unchanged: Option<(Timestamp, Instant)>,
    /// That they may not view it.
    refused: Option<Instant>,
}

/// What there is to a question.
enum Found {
    /// NetBox has to be asked.
    Nothing,
    /// An answer that counts.
    Sure(Kept),
    /// An answer that counts if the change log, asked with this, has nothing.
    Unless(Kept, Query),
}

impl Kept {
    /// The answer, with how long ago it was asked for.
    fn answer(&self) -> Option<(Answer, Duration)> {
        let body = serde_json::from_slice(&self.body).ok()?;
        Some((Answer { body, date: None, etag: None }, self.asked.elapsed()))
    }

    /// Changes from this moment on may not be in it.
    fn since(&self) -> Timestamp {
        self.date.checked_sub(MARGIN).unwrap_or(Timestamp::MIN)
    }
}

/// Whether everything that can change in an answer at `path` is in the change log.
pub(super) fn covers(path: &str) -> bool {
    LOGGED.iter().any(|app| path.starts_with(app))
}

impl Client {
    /// As [`Client::ask`], but for what was answered a moment ago and still holds.
    pub(super) async fn get_recent(&self, credentials: &Credentials, path: &str, query: &Query) -> Exchange {
        let url = self.address().api(path, query);
        let (mut requests, kept) = self.recently(credentials, url.as_str()).await;
        if let Some((answer, age)) = kept.as_ref().and_then(Kept::answer) {
            requests.push(NetboxRequest {
                status: 200,
                bytes: kept.map_or(0, |kept| kept.body.len() as u64),
                total: answer.total(),
                returned: Some(answer.returned()),
                kept_milliseconds: Some(u64::try_from(age.as_millis()).unwrap_or(u64::MAX)),
                ..self.record(&url, path, query)
            });
            return Exchange { requests, answer: Ok(answer) };
        }
        let asked = Instant::now();
        let exchange = self.ask(credentials, path, query).await;
        if let Ok(answer) = &exchange.answer {
            self.recent.keep(credentials, url.as_str(), asked, answer);
        }
        requests.extend(exchange.requests);
        Exchange { requests, answer: exchange.answer }
    }

    /// An answer that was given a moment ago and still holds, with the requests that it took to know.
    async fn recently(&self, credentials: &Credentials, url: &str) -> (Vec<NetboxRequest>, Option<Kept>) {
        let (kept, query) = match self.recent.find(credentials, url) {
            Found::Nothing => return (Vec::new(), None),
            Found::Sure(kept) => return (Vec::new(), Some(kept)),
            Found::Unless(kept, query) => (kept, query),
        };
        let looked = Instant::now();
        let Exchange { requests, answer } = self.ask(credentials, CHANGES, &query).await;
        let holds = match answer {
            Ok(log) => self.recent.look(credentials, &kept, looked, &log),
            Err(Error::Refused { .. } | Error::NoSuchEndpoint { .. }) => {
                self.recent.refused(credentials);
                false
            }
            Err(_) => false,
        };
        (requests, holds.then_some(kept))
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self { sure: SURE, state: Mutex::default() }
    }
}

impl Recent {
    /// What there is to somebody's question.
    fn find(&self, credentials: &Credentials, url: &str) -> Found {
        let person = credentials.fingerprint();
        let state = self.lock();
        let Some(kept) = state.answers.get(&(person, url.to_owned())) else { return Found::Nothing };
        let age = kept.asked.elapsed();
        if age > LIFETIME {
            return Found::Nothing;
        }
        if age < self.sure {
            return Found::Sure(kept.clone());
        }
        let Seen { changed, unchanged, refused } = state.people.get(&person).copied().unwrap_or_default();
        if changed.is_some_and(|when| when >= kept.since()) || refused.is_some_and(|when| when.elapsed() < BLIND) {
            return Found::Nothing;
        }
        if unchanged.is_some_and(|(since, when)| since <= kept.since() && when.elapsed() < self.sure) {
            return Found::Sure(kept.clone());
        }
        let query = Query::new().with("time_after", kept.since()).with("ordering", "-time").with("limit", 1);
        Found::Unless(kept.clone(), query.with("fields", "id,time"))
    }

    /// Notes what the change log said, which was asked at `looked`; gives whether the answer counts.
    fn look(&self, credentials: &Credentials, kept: &Kept, looked: Instant, log: &Answer) -> bool {
        let mut state = self.lock();
        let seen = state.seen(credentials);
        if log.total() == Some(0) {
            seen.unchanged = Some((kept.since(), looked));
            return true;
        }
        let newest = log.results().first().and_then(|change| change.get("time")).and_then(Value::as_str);
        seen.changed = newest.and_then(|time| time.parse().ok()).max(seen.changed);
        false
    }

    /// Notes that somebody may not view the change log.
    fn refused(&self, credentials: &Credentials) {
        self.lock().seen(credentials).refused = Some(Instant::now());
    }

    /// Keeps an answer that was asked for at `asked`. One without NetBox's clock is not kept: nothing could tell
    /// whether it still holds.
    fn keep(&self, credentials: &Credentials, url: &str, asked: Instant, answer: &Answer) {
        let date = answer.date.as_deref().and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        let Some(date) = date.map(|date| date.timestamp()) else { return };
        let Ok(body) = serde_json::to_vec(&answer.body) else { return };
        let mut state = self.lock();
        // What was asked before a change may be answered after it, as it was.
        if body.len() <= LARGEST && state.wrote.is_none_or(|wrote| asked > wrote) {
            let kept = Kept { asked, date, body: body.into() };
            state.put((credentials.fingerprint(), url.to_owned()), kept);
        }
    }

    /// Forgets everything, since this program changed something.
    pub(super) fn forget(&self) {
        *self.lock() = State { wrote: Some(Instant::now()), ..State::default() };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn seen(&mut self, credentials: &Credentials) -> &mut Seen {
        if self.people.len() >= MOST_PEOPLE {
            self.people.clear();
        }
        self.people.entry(credentials.fingerprint()).or_default()
    }

    fn put(&mut self, key: Key, kept: Kept) {
        self.remove(&key);
        self.bytes += kept.body.len();
        self.answers.insert(key.clone(), kept);
        self.order.push_back(key);
        // The oldest stand first, so whatever is too old goes, and then what there is no room for.
        while let Some(oldest) = self.order.front().cloned() {
            let is_old = self.answers.get(&oldest).is_none_or(|kept| kept.asked.elapsed() > LIFETIME);
            if !is_old && self.bytes <= MOST_BYTES {
                break;
            }
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Some(old) = self.answers.remove(key) {
            self.bytes -= old.body.len();
            self.order.retain(|have| have != key);
        }
    }
}

#[cfg(test)]
mod tests;
