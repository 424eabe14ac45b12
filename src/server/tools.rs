//! The tools that the model may call, one table (`table`). Names and arguments are those of the official NetBox
//! MCP server, so that prompts and habits carry over; what is answered is smaller and says what it does not say:
//! every list knows its total, every name is checked before NetBox can ignore it.

mod aggregate;
mod arguments;
mod ask;
mod call;
mod change;
mod changelog;
mod data;
mod describe;
mod filters;
mod finding;
mod flatten;
mod frame;
mod graphql;
mod ignored;
mod ip_space;
mod list;
mod names;
mod object;
mod output;
mod pages;
mod person;
mod profile;
mod related;
mod relational;
mod results;
mod search;
mod shape;
mod sweep;
mod table;
mod time_words;
mod tool;
mod topology;
mod units;
mod words;

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::netbox::{self, Client, Credentials, Schema};
use crate::wire::change::{Applied, Approval, Plan, PlannedChange};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::result::{ResultPage, ResultQuery, ResultReference};
use crate::wire::tool::{NetboxRequest, ToolOutcome};
use call::Call;
use output::Output;
use results::Owner;
pub use results::Results;

/// The tools over one NetBox.
#[derive(Clone, Debug)]
pub struct Toolbox {
    netbox: Arc<Client>,
    results: Results,
    changes: Changes,
}

/// Who may change NetBox by a plan that they approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Changes {
    /// Nobody.
    #[default]
    Off,
    /// Whoever has rights of their own in NetBox: by the token of their session, or one from their settings.
    OwnRights,
    /// Everybody, also by the server's own token: where it serves one person.
    All,
}

impl Changes {
    /// Whether somebody with these rights may.
    pub fn allow(self, credentials: &Credentials) -> bool {
        match self {
            Self::Off => false,
            Self::OwnRights => credentials.owner() != netbox::Owner::Service,
            Self::All => true,
        }
    }
}

/// Who asks, and where.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The rights with which NetBox is asked.
    pub credentials: &'a Credentials,
    /// The conversation: results are kept, and numbered, for each by itself.
    pub conversation: &'a str,
    /// The person who asks: their results stay theirs. Without one, they belong to the credentials.
    pub person: Option<&'a str>,
    /// The time zone of the person who asks, `Europe/Berlin`; the server's own where it is not known.
    pub time_zone: Option<&'a str>,
}

impl<'a> Asking<'a> {
    /// Asks with these rights in this conversation.
    pub fn new(credentials: &'a Credentials, conversation: &'a str) -> Self {
        Self { credentials, conversation, person: None, time_zone: None }
    }

    /// The time where the person is.
    pub(crate) fn now(&self) -> jiff::Zoned {
        let now = jiff::Zoned::now();
        self.time_zone.and_then(|name| now.in_tz(name).ok()).unwrap_or(now)
    }
}

/// A tool as a model is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What it does, with a worked example.
    pub description: String,
    /// The JSON schema of its arguments.
    pub input_schema: Value,
    /// Whether it only reads; else it plans what a person has to approve.
    pub is_read_only: bool,
}

/// What came of a call: a text for the model, evidence for the person.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// One compact JSON object, or for a failure a sentence and a hint.
    pub model_text: String,
    /// The requests made, the first rows, where all of them are, how it ended.
    pub evidence: ToolOutcome,
    /// What failed, when something did.
    pub problem: Option<Problem>,
    /// What would be changed: nothing of it was, and what the model is to read depends on what a person says to it.
    pub plan: Option<Plan>,
}

/// How a plan of changes ended.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The plan with the word, and what was carried out of it.
    pub approval: Approval,
    /// Whether the program ended while it was being carried out.
    pub broke_off: bool,
    /// Why nothing of it was carried out although it was approved, or why it could not be decided.
    pub problem: Option<Problem>,
}

impl Carried {
    /// A plan of which nothing was carried out, and why.
    pub fn refused(approval: Approval, problem: Problem) -> Self {
        Self { approval, broke_off: false, problem: Some(problem) }
    }
}

impl Toolbox {
    /// The tools over `netbox`.
    pub fn new(netbox: Arc<Client>) -> Self {
        Self { netbox, results: Results::default(), changes: Changes::Off }
    }

    /// The same, with which these people may change NetBox.
    #[must_use]
    pub fn changing(self, changes: Changes) -> Self {
        Self { changes, ..self }
    }

    /// The same, with results that outlive this process.
    #[must_use]
    pub fn keeping(self, results: Results) -> Self {
        Self { results, ..self }
    }

    /// Every tool, sorted by name.
    pub fn definitions() -> Vec<Definition> {
        table::ALL.iter().map(|tool| tool.definition()).collect()
    }

    /// The tools that the connected NetBox has something to answer with, sorted by name: the same text each time, so
    /// that a prompt cache holds it, until NetBox itself changes. Until NetBox has said what it has, all of them.
    pub async fn offered(&self, credentials: &Credentials) -> Vec<Definition> {
        let capabilities = self.netbox.capabilities(credentials).await;
        let may_change = self.changes.allow(credentials);
        let offered =
            table::ALL.iter().filter(|tool| (tool.works_with)(&capabilities) && (may_change || !tool.changes));
        offered.map(|tool| tool.definition()).collect()
    }

    /// What a call asks for, in words, for the card that is shown while it runs: `devices where site is cle-01`.
    pub fn title(&self, name: &str, input: &Value) -> String {
        table::title(name, input)
    }

    /// Results of this conversation up to the number `last` are known to its people: the next one is called after it.
    pub fn go_on_after(&self, conversation: &str, last: u32) {
        self.results.go_on_after(conversation, last);
    }

    /// Forgets results that are older than they are to be kept.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_old_results(&self) -> Result<(), Problem> {
        self.results.forget_old().await
    }

    /// Runs a call. It never fails: a failure is an outcome that tells the model what to do.
    pub async fn call(&self, asking: Asking<'_>, name: &str, input: &Value) -> Outcome {
        let started = Instant::now();
        let call = Call::new(&self.netbox, asking, &self.results).await;
        let result = match table::by_name(name) {
            Some(tool) if tool.changes && !self.changes.allow(asking.credentials) => Err(no_changes(self.changes)),
            Some(tool) => (tool.run)(&call, input).await,
            None => Err(unknown_tool(name)),
        };
        let mut outcome = match result {
            Ok(mut output) => {
                ask::warn(&mut output, call.warnings());
                self.finish(asking, table::title(name, input), output).await
            }
            Err(problem) => failure(problem),
        };
        outcome.evidence.requests = call.into_requests();
        outcome.evidence.milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        outcome
    }

    /// What came of a plan, for the model and for the person.
    pub fn told(carried: &Carried) -> Outcome {
        change::told(carried)
    }

    /// Carries out one change of an approved plan, with the rights of whoever asks. Gives what became of it and the
    /// requests that were made.
    pub async fn apply(&self, asking: Asking<'_>, change: &PlannedChange) -> (Applied, Vec<NetboxRequest>) {
        if !self.changes.allow(asking.credentials) {
            let problem = Some(no_changes(self.changes));
            return (Applied { status: 0, problem, is_unknown: false, link: None }, Vec::new());
        }
        let call = Call::new(&self.netbox, asking, &self.results).await;
        let applied = change::apply::apply(&call, change).await;
        (applied, call.into_requests())
    }

    /// A part of an earlier result, for the person. Rows that nobody has read yet are read from NetBox.
    ///
    /// # Errors
    /// The result is not kept (any more), there is no such column, or NetBox does not answer.
    pub async fn result_page(
        &self,
        asking: Asking<'_>,
        handle: &str,
        query: &ResultQuery,
    ) -> Result<ResultPage, Problem> {
        self.result_page_and_requests(asking, handle, query).await.0
    }

    /// The same, with the requests that were made for it, also where it failed.
    pub async fn result_page_and_requests(
        &self,
        asking: Asking<'_>,
        handle: &str,
        query: &ResultQuery,
    ) -> (Result<ResultPage, Problem>, Vec<NetboxRequest>) {
        let call = Call::new(&self.netbox, asking, &self.results).await;
        let stored = list::whole_result(&call, handle).await.map_err(|problem| match problem.code {
            ProblemCode::BadRequest => {
                Problem::new(ProblemCode::NotFound, "This result is not kept any more").hint("ask the question again")
            }
            _ => problem,
        });
        let page = stored.and_then(|stored| person::page(self.netbox.address(), &stored, query));
        (page, call.into_requests())
    }

    /// A part of an earlier result as far as it is kept, to be shown to others: nothing is asked of NetBox. None where
    /// it is not kept any more.
    pub async fn kept_page(&self, asking: Asking<'_>, handle: &str, query: &ResultQuery) -> Option<ResultPage> {
        // The types of plugins are only needed to read on, and NetBox would have to be asked for them.
        let stored = self.results.find(&Owner::of(asking), handle, &Schema::embedded(None)).await;
        let stored = stored.inspect_err(|problem| tracing::warn!(problem = %problem.message, "a result")).ok()??;
        let page = person::page(self.netbox.address(), &stored, query).ok()?;
        Some(ResultPage { offset: stored.offset + page.offset, ..page })
    }

    /// Keeps what was found and says it to both.
    async fn finish(&self, asking: Asking<'_>, title: String, mut output: Output) -> Outcome {
        let plan = output.plan.take();
        let table = output.rows.as_ref().and_then(|rows| {
            person::preview(
                self.netbox.address(),
                &rows.frame,
                rows.source.as_ref().is_some_and(|source| source.is_telling),
            )
        });
        let summary = data::one_line(&output.summary);
        // The handle is part of the model's text, and the text is made before the rows are given away.
        let handle = output.is_kept().then(|| self.results.reserve(asking.conversation));
        let model_text = data::as_data(&output.model_text(handle.as_deref()));
        let mut result = None;
        if let (Some(handle), Some(stored)) = (handle, output.into_stored(title)) {
            let stored = self.results.keep(&Owner::of(asking), &handle, stored).await;
            let (total, picture) = (stored.total, stored.picture.is_some());
            // Nothing can be gone on with, but there is nothing to show.
            let shown = picture || !stored.frame.rows.is_empty();
            result = shown.then(|| ResultReference { handle, title: stored.title.clone(), total, picture });
        }
        let evidence = ToolOutcome { summary, table, result, ..ToolOutcome::default() };
        Outcome { model_text, evidence, problem: None, plan }
    }
}

/// The rows of a tool's answer, each as names and values.
pub fn rows_of(answer: &Value) -> Vec<Value> {
    let columns: Vec<&str> =
        answer.get("columns").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let rows = answer.get("rows").and_then(Value::as_array).into_iter().flatten();
    let named = |row: &Value| {
        let cells = row.as_array().into_iter().flatten().cloned();
        columns.iter().map(|name| (*name).to_owned()).zip(cells).filter(|(_, value)| !value.is_null()).collect()
    };
    rows.map(|row| Value::Object(named(row))).collect()
}

fn failure(problem: Problem) -> Outcome {
    Outcome {
        model_text: data::failure_text(&problem),
        evidence: ToolOutcome { is_error: true, summary: data::one_line(&problem.message), ..ToolOutcome::default() },
        problem: Some(problem),
        plan: None,
    }
}

fn no_changes(changes: Changes) -> Problem {
    let hint = match changes {
        Changes::OwnRights => {
            "changes need the person's own NetBox token, which they can add in their settings; tell them"
        }
        Changes::Off | Changes::All => "the operator switches them on with CHANGES; people approve them on the page",
    };
    Problem::new(ProblemCode::Forbidden, "Changes of NetBox are switched off here").hint(hint)
}

fn unknown_tool(name: &str) -> Problem {
    let names = table::ALL.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
    let name: String = name.chars().take(60).collect();
    Problem::new(ProblemCode::BadRequest, format!("There is no tool {name}")).hint(format!("the tools are {names}"))
}

#[cfg(test)]
mod tests;
