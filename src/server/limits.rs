//! How often people may do what costs, and how much they may use.
//!
//! Rates count across processes: each is one row of the database and one statement. In front of it, each process counts
//! by itself with the very same rate, so that a flood never reaches the database. Where the database does not answer, the
//! process's own count is what holds, and people go on.

pub mod budget;
mod counter;
pub mod flood;
pub mod frames;
pub mod period;
pub mod places;
pub mod rate;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

use counter::Counter;
use period::Periods;
use places::{Place, Places};
use rate::Rate;

use super::agent::budget::Budget;
use super::client_address::Origin;
use super::config::{BudgetConfig, RateConfig, SIGN_IN_PERIOD};
use super::person::PersonId;
use super::store::{Amount, Database, Question, Standings};
use crate::wire::id::RunId;
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::Usage;

const MINUTE: Duration = Duration::from_mins(1);
/// How often what is not needed any more is forgotten.
const SWEEPING: Duration = Duration::from_mins(1);
/// How long a tool call waits for its turn before the model is told that it does not run.
const TOOL_PATIENCE: Duration = Duration::from_secs(30);
/// Requests that a process counts in the database at once: each is a small thing, and many make a page.
const REQUESTS_AT_ONCE: u32 = 10;

/// How often and how much. Cloning shares it.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    database: Database,
    rates: RateConfig,
    budgets: BudgetConfig,
    messages: Counter,
    tool_calls: Counter,
    requests: Counter,
    address_requests: Counter,
    name_sign_ins: Counter,
    address_sign_ins: Counter,
    sign_in_answers: Counter,
    noted_refusals: Counter,
    sockets: Places,
}

/// The places of a socket; dropping them frees them.
pub struct SocketPlaces {
    _person: Place,
    _address: Place,
}

/// That an answer was let in; to be given back once it has begun, or will not.
#[must_use]
pub struct Admission {
    database: Database,
    id: Option<String>,
}

impl Limits {
    /// Counts in this database.
    pub fn start(database: Database, rates: RateConfig, budgets: BudgetConfig) -> Self {
        let counter =
            |kind, most, period, at_once| Counter::new(database.clone(), kind, Rate::of(most, period), at_once);
        let limits = Self(Arc::new(Inner {
            messages: counter("messages", rates.messages, MINUTE, 1),
            tool_calls: counter("tool-calls", rates.tool_calls, MINUTE, REQUESTS_AT_ONCE),
            requests: counter("requests", rates.requests, MINUTE, REQUESTS_AT_ONCE),
            address_requests: counter("address-requests", rates.requests_of_an_address, MINUTE, REQUESTS_AT_ONCE),
            name_sign_ins: counter("name-sign-ins", rates.sign_ins_of_a_name, SIGN_IN_PERIOD, 1),
            address_sign_ins: counter("address-sign-ins", rates.sign_ins_of_an_address, SIGN_IN_PERIOD, 1),
            sign_in_answers: counter("sign-in-answers", rates.sign_ins_of_an_address, SIGN_IN_PERIOD, 1),
            noted_refusals: counter("noted-refusals", 1, SIGN_IN_PERIOD, 1),
            sockets: Places::default(),
            database,
            rates,
            budgets,
        }));
        tokio::spawn(sweep(Arc::downgrade(&limits.0)));
        limits
    }

    /// Counts a message of a person.
    ///
    /// # Errors
    /// There were too many; the problem says when to try again.
    pub async fn message(&self, person: &PersonId) -> Result<(), Problem> {
        let most = self.0.rates.messages;
        self.0.messages.count(person.as_str()).await.map_err(|wait| {
            refused(&format!("You may send {most} messages in a minute, and have"), wait)
                .hint("wait a moment; what you typed is kept. The operator can raise MESSAGES_PER_MINUTE")
        })
    }

    /// Counts an attempt to sign in, under a name where one was given. To be called before the attempt is made.
    ///
    /// # Errors
    /// There were too many; the problem says when to try again.
    pub async fn sign_in(&self, origin: Origin, name: Option<&str>) -> Result<(), Problem> {
        self.0.address_sign_ins.count(&origin.limited_as()).await.map_err(too_many_sign_ins)?;
        match name.map(str::trim).filter(|name| !name.is_empty()) {
            // A hash, since some type their password into the wrong field.
            Some(name) => self.0.name_sign_ins.count(&hash(&name.to_lowercase())).await.map_err(too_many_sign_ins),
            None => Ok(()),
        }
    }

    /// Counts what comes back from a sign-in elsewhere. There may be as many as attempts to begin one, which are counted
    /// by themselves: whoever signs in makes one of each.
    ///
    /// # Errors
    /// There were too many; the problem says when to try again.
    pub async fn sign_in_answer(&self, origin: Origin) -> Result<(), Problem> {
        self.0.sign_in_answers.count(&origin.limited_as()).await.map_err(too_many_sign_ins)
    }

    /// Whether it is worth noting that an address had too many attempts to sign in: once in their period. Noting each
    /// would let strangers write as much as they like.
    pub async fn notes_refusal(&self, origin: Origin) -> bool {
        self.0.noted_refusals.count(&origin.limited_as()).await.is_ok()
    }

    /// Counts a request from somewhere.
    ///
    /// # Errors
    /// There were too many; the problem says when to try again.
    pub async fn address_request(&self, origin: Origin) -> Result<(), Problem> {
        self.0.address_requests.count(&origin.limited_as()).await.map_err(|wait| {
            refused("There were too many requests from this address", wait)
                .hint("wait a moment; the operator can raise ADDRESS_REQUESTS_PER_MINUTE")
        })
    }

    /// Counts a request of a person.
    ///
    /// # Errors
    /// There were too many; the problem says when to try again.
    pub async fn request(&self, person: &PersonId) -> Result<(), Problem> {
        self.0.requests.count(person.as_str()).await.map_err(|wait| {
            refused("There were too many requests of yours", wait)
                .hint("wait a moment; the operator can raise REQUESTS_PER_MINUTE")
        })
    }

    /// Places for a socket, if there are.
    ///
    /// # Errors
    /// There are too many open.
    pub fn socket(&self, person: &PersonId, origin: Origin) -> Result<SocketPlaces, Problem> {
        let RateConfig { sockets, sockets_of_an_address, .. } = self.0.rates;
        let most = |most: u32| usize::try_from(most).unwrap_or(usize::MAX);
        let refused = |whose: &str, setting: &str| {
            let mut problem = Problem::new(ProblemCode::RateLimited, format!("Too many connections are open {whose}"))
                .hint(format!("close other windows; the operator can raise {setting}"));
            problem.retry_after_milliseconds = Some(10_000);
            problem
        };
        let address = format!("address {}", origin.limited_as());
        let address = self.0.sockets.take(&address, most(sockets_of_an_address));
        let address = address.ok_or_else(|| refused("from this address", "ADDRESS_SOCKETS"))?;
        let person = self.0.sockets.take(&format!("person {}", person.as_str()), most(sockets));
        let person = person.ok_or_else(|| refused("for you", "SOCKETS"))?;
        Ok(SocketPlaces { _person: person, _address: address })
    }

    /// Counts a tool call of a person's answer, and waits for its turn where there were many.
    ///
    /// # Errors
    /// Its turn does not come soon.
    pub async fn tool_call(&self, person: &PersonId) -> Result<(), Problem> {
        let mut patience = TOOL_PATIENCE;
        loop {
            let Err(wait) = self.0.tool_calls.count(person.as_str()).await else { return Ok(()) };
            if wait > patience {
                return Err(refused("There were too many queries for this person in a short time", wait)
                    .hint("answer with what is there, and say what is missing"));
            }
            patience -= wait;
            tokio::time::sleep(wait).await;
        }
    }

    /// Counts that a person reads a part of a result: as a tool call, since NetBox may be asked for it. Nobody waits for
    /// their turn here; the page says when to try again.
    ///
    /// # Errors
    /// There were too many.
    pub async fn result_read(&self, person: &PersonId) -> Result<(), Problem> {
        self.0.tool_calls.count(person.as_str()).await.map_err(|wait| {
            refused("There were too many queries of yours in a short time", wait)
                .hint("wait a moment; the operator can raise TOOL_CALLS_PER_MINUTE")
        })
    }

    /// Lets an answer in, if the budgets do. `starts` is false for a message that waits until another answer is done.
    ///
    /// # Errors
    /// A budget is used up, too many answers are being written, or the database does not answer: then the message could not
    /// be kept either.
    pub async fn admit(&self, person: &PersonId, starts: bool) -> Result<Admission, Problem> {
        let Inner { database, budgets, .. } = &*self.0;
        let none = Admission { database: database.clone(), id: None };
        if !has_bounds(budgets) {
            return Ok(none);
        }
        let question = self.question();
        let decide = |standings: &Standings| budget::check(budgets, standings, question.periods, starts);
        let admitted = if starts {
            database.admit(person, question, decide).await.map(Some)
        } else {
            database.standings(person, question).await.and_then(|standings| decide(&standings)).map(|()| None)
        };
        Ok(Admission { id: admitted?, ..none })
    }

    /// What a run may use: what any answer may, or what is left of the budgets. That much is reserved until it has ended.
    ///
    /// # Errors
    /// Nothing is left, or the person is shut out.
    pub async fn allow(&self, run: &RunId, person: &PersonId, usual: Budget) -> Result<Budget, Problem> {
        let Inner { database, budgets, .. } = &*self.0;
        // Questions that waited when their person was shut out. Where the database does not say, the answer goes on.
        if matches!(database.is_shut_out(person).await, Ok(true)) {
            return Err(Problem::new(ProblemCode::Forbidden, "An administrator has disabled this person's access")
                .hint("ask again when you may be here again"));
        }
        if !has_budgets(budgets) {
            return Ok(usual);
        }
        let question = self.question();
        let decide = |standings: &Standings| budget::allowed(budgets, standings, question.periods, &usual);
        let reserved = database.reserve(run, person, question, decide).await;
        let Amount { tokens, micro_dollars } = match reserved {
            // Whether there is a budget left is not known; that there is one for an answer is.
            Err(problem) if problem.code == ProblemCode::Storage => {
                tracing::warn!(problem = %problem.message, %run, "a run begins without what is left of the budgets");
                return Ok(usual);
            }
            reserved => reserved?,
        };
        Ok(Budget {
            tokens,
            micro_dollars,
            tokens_are_rest: tokens < usual.tokens,
            money_is_rest: micro_dollars < usual.micro_dollars,
            ..usual
        })
    }

    /// What an answer has to say that used most of a budget. To be asked once its use is kept.
    pub async fn warning(&self, person: &PersonId, usage: &Usage) -> Option<Problem> {
        let Inner { database, budgets, .. } = &*self.0;
        if !has_budgets(budgets) {
            return None;
        }
        // Without the database nobody is warned, and nothing else is amiss.
        let standings = database.standings(person, self.question()).await.ok()?;
        let tokens = usage.all_input_tokens() + usage.output_tokens;
        budget::warning(budgets, &standings, Amount { tokens, micro_dollars: usage.cost_micro_dollars })
    }

    /// The budgets and how a person stands.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lines(&self, person: &PersonId) -> Result<Vec<budget::Line>, Problem> {
        let standings = self.0.database.standings(person, self.question()).await?;
        Ok(budget::lines(&self.0.budgets, &standings))
    }

    fn question(&self) -> Question {
        let all = &self.0.budgets.all;
        let of_all = [all.tokens_a_day, all.tokens_a_month, all.micro_dollars_a_day, all.micro_dollars_a_month];
        Question { periods: Periods::now(), of_all: of_all.iter().any(|bound| *bound > 0) }
    }
}

impl Admission {
    /// Gives it back.
    pub async fn leave(mut self) {
        if let Some(id) = self.id.take()
            && let Err(problem) = self.database.leave(&id).await
        {
            tracing::debug!(problem = %problem.message, "an admission is not given back; it ends by itself");
        }
    }
}

fn has_budgets(config: &BudgetConfig) -> bool {
    !budget::lines(config, &Standings::default()).is_empty()
}

fn has_bounds(config: &BudgetConfig) -> bool {
    config.person.running > 0 || config.all.running > 0 || has_budgets(config)
}

fn too_many_sign_ins(wait: Duration) -> Problem {
    refused("There were too many attempts to sign in", wait)
        .hint("wait, then try again; who has forgotten a password resets it where they sign in")
}

fn refused(message: &str, wait: Duration) -> Problem {
    let mut problem = Problem::new(ProblemCode::RateLimited, message);
    problem.retry_after_milliseconds = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1));
    problem
}

fn hash(text: &str) -> String {
    BASE64.encode(Sha256::digest(text.as_bytes()))
}

/// Forgets what is not needed any more, for as long as there are limits.
async fn sweep(limits: std::sync::Weak<Inner>) {
    loop {
        tokio::time::sleep(SWEEPING).await;
        let Some(inner) = limits.upgrade() else { return };
        let counters = [
            &inner.messages,
            &inner.tool_calls,
            &inner.requests,
            &inner.address_requests,
            &inner.name_sign_ins,
            &inner.address_sign_ins,
            &inner.sign_in_answers,
            &inner.noted_refusals,
        ];
        counters.into_iter().for_each(Counter::sweep);
        let now = counter::now_microseconds();
        let forgotten = futures::try_join!(inner.database.forget_rates(now), inner.database.forget_reservations());
        if let Err(problem) = forgotten {
            tracing::debug!(problem = %problem.message, "limits that are not needed any more are not forgotten yet");
        }
    }
}
