//! What answers used, and what those that are being written may still use. Whoever decides on sums holds a lock while
//! reading and writing, so that two processes decide one after the other.

use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Row, Transaction};

use super::Database;
use super::error::unavailable;
use crate::server::clock::now;
use crate::server::limits::period::Periods;
use crate::server::person::PersonId;
use crate::wire::id::{ConversationId, RunId};
use crate::wire::problem::Problem;
use crate::wire::transcript::Usage;

/// Everything that counts as tokens: input, output and the cache.
const TOKENS: &str = "(input_tokens + output_tokens + cache_creation_input_tokens + cache_read_input_tokens)";
/// How long an answer that was let in may take to begin.
const ADMISSION_MILLISECONDS: i64 = 15_000;

/// Tokens and estimated cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Tokens, those of the cache included.
    pub tokens: u64,
    /// Cost, in millionths of a US dollar.
    pub micro_dollars: u64,
}

/// What a run used, or used more.
#[derive(Clone, Debug)]
pub struct RunUsage {
    /// Which run.
    pub run: RunId,
    /// Whose.
    pub person: PersonId,
    /// Where.
    pub conversation: ConversationId,
    /// The model that was asked.
    pub model: String,
    /// What its calls used.
    pub usage: Usage,
}

/// What was used in the day and in the month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// In the day.
    pub day: Amount,
    /// In the month.
    pub month: Amount,
}

/// How somebody stands: one person, or all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Answers that are being written, those that were let in included.
    pub running: u64,
    /// What answers used so far.
    pub used: Used,
    /// What those that are being written may use beyond that at most.
    pub reserved: Amount,
}

/// How one person and all stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standings {
    /// The person.
    pub person: Standing,
    /// Everybody.
    pub all: Standing,
}

/// What is asked about how people stand.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The day and the month.
    pub periods: Periods,
    /// Whether what all used matters: to add that up takes a while.
    pub of_all: bool,
}

/// What was used on a day with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOfModel {
    /// The day's beginning, in milliseconds since 1970 (UTC).
    pub day: i64,
    /// The model.
    pub model: String,
    /// Answers.
    pub answers: u64,
    /// What they used.
    pub amount: Amount,
}

/// What somebody used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfPerson {
    /// The person's id.
    pub person: String,
    /// Their name; none where they are not known any more.
    pub name: Option<String>,
    /// Answers in the month.
    pub answers: u64,
    /// What was used.
    pub used: Used,
}

impl Database {
    /// Adds to what a run used. That is kept whatever becomes of the run and of its conversation. Where the database did
    /// it and its answer got lost, the same once more counts twice: better than not at all.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_usage(&self, used: &RunUsage) -> Result<(), Problem> {
        let RunUsage { run, person, conversation, model, usage } = used;
        let added = sqlx::query(
            "INSERT INTO usage (run, person, conversation, at, model, calls, input_tokens, output_tokens, \
             cache_creation_input_tokens, cache_read_input_tokens, cost_micro_dollars) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (run) DO UPDATE SET at = excluded.at, calls = usage.calls + excluded.calls, \
             input_tokens = usage.input_tokens + excluded.input_tokens, \
             output_tokens = usage.output_tokens + excluded.output_tokens, \
             cache_creation_input_tokens = usage.cache_creation_input_tokens + excluded.cache_creation_input_tokens, \
             cache_read_input_tokens = usage.cache_read_input_tokens + excluded.cache_read_input_tokens, \
             cost_micro_dollars = usage.cost_micro_dollars + excluded.cost_micro_dollars",
        )
        .bind(run.as_str())
        .bind(person.as_str())
        .bind(conversation.as_str())
        .bind(now())
        .bind(model.as_str())
        .bind(signed(usage.calls))
        .bind(signed(usage.input_tokens))
        .bind(signed(usage.output_tokens))
        .bind(signed(usage.cache_creation_input_tokens))
        .bind(signed(usage.cache_read_input_tokens))
        .bind(signed(usage.cost_micro_dollars))
        .execute(self.pool())
        .await;
        added.map(|_| ()).map_err(unavailable)
    }

    /// Lets an answer in if `decide` does, who is told how things stand. Gives the admission's id, to be given back with
    /// [`Self::leave`] once the answer has begun or will not.
    ///
    /// # Errors
    /// What `decide` says, or the database does not answer.
    pub async fn admit(
        &self,
        person: &PersonId,
        question: Question,
        decide: impl FnOnce(&Standings) -> Result<(), Problem> + Send,
    ) -> Result<String, Problem> {
        let mut transaction = self.begin_decision().await?;
        let standings = standings(&mut transaction, person, None, question).await?;
        decide(&standings)?;
        let id = uuid::Uuid::now_v7().to_string();
        sqlx::query("DELETE FROM admissions WHERE expires_at <= $1")
            .bind(question.periods.now)
            .execute(&mut *transaction)
            .await
            .map_err(unavailable)?;
        sqlx::query("INSERT INTO admissions (id, person, expires_at) VALUES ($1, $2, $3)")
            .bind(&id)
            .bind(person.as_str())
            .bind(question.periods.now + ADMISSION_MILLISECONDS)
            .execute(&mut *transaction)
            .await
            .map_err(unavailable)?;
        transaction.commit().await.map_err(unavailable)?;
        Ok(id)
    }

    /// Gives an admission back.
    ///
    /// # Errors
    /// The database does not answer; it is given back by itself a little later.
    pub async fn leave(&self, admission: &str) -> Result<(), Problem> {
        let left = sqlx::query("DELETE FROM admissions WHERE id = $1").bind(admission).execute(self.pool()).await;
        left.map(|_| ()).map_err(unavailable)
    }

    /// Reserves for a run what `decide` says, who is told how things stand without it. It counts until the run has ended.
    ///
    /// # Errors
    /// What `decide` says, or the database does not answer.
    pub async fn reserve(
        &self,
        run: &RunId,
        person: &PersonId,
        question: Question,
        decide: impl FnOnce(&Standings) -> Result<Amount, Problem> + Send,
    ) -> Result<Amount, Problem> {
        let mut transaction = self.begin_decision().await?;
        let standings = standings(&mut transaction, person, Some(run), question).await?;
        let amount = decide(&standings)?;
        sqlx::query(
            "INSERT INTO reservations (run, person, tokens, micro_dollars, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (run) DO UPDATE SET tokens = $3, micro_dollars = $4, at = $5",
        )
        .bind(run.as_str())
        .bind(person.as_str())
        .bind(signed(amount.tokens))
        .bind(signed(amount.micro_dollars))
        .bind(question.periods.now)
        .execute(&mut *transaction)
        .await
        .map_err(unavailable)?;
        transaction.commit().await.map_err(unavailable)?;
        Ok(amount)
    }

    /// Forgets the reservations of runs that have ended.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_reservations(&self) -> Result<u64, Problem> {
        let deleted = sqlx::query(
            "DELETE FROM reservations WHERE NOT EXISTS \
             (SELECT 1 FROM runs WHERE runs.id = reservations.run AND runs.ended_at IS NULL)",
        )
        .execute(self.pool())
        .await;
        deleted.map(|done| done.rows_affected()).map_err(unavailable)
    }

    /// How a person and all stand.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn standings(&self, person: &PersonId, question: Question) -> Result<Standings, Problem> {
        let mut connection = self.pool().acquire().await.map_err(unavailable)?;
        standings(&mut connection, person, None, question).await
    }

    /// What a person used since a moment, by day and model, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn usage_by_day(&self, person: &PersonId, since: i64) -> Result<Vec<DayOfModel>, Problem> {
        let text = format!(
            "SELECT at / 86400000 AS day, model, COUNT(*) AS answers, CAST(SUM({TOKENS}) AS BIGINT) AS tokens, \
             CAST(SUM(cost_micro_dollars) AS BIGINT) AS micro_dollars FROM usage \
             WHERE person = $1 AND at >= $2 GROUP BY at / 86400000, model ORDER BY day DESC, model"
        );
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(text)).bind(person.as_str()).bind(since).fetch_all(self.pool()).await;
        let read = |row: &AnyRow| {
            Ok(DayOfModel {
                day: row.try_get::<i64, _>("day")? * 86_400_000,
                model: row.try_get("model")?,
                answers: number(row, "answers")?,
                amount: Amount { tokens: number(row, "tokens")?, micro_dollars: number(row, "micro_dollars")? },
            })
        };
        rows.and_then(|rows| rows.iter().map(read).collect()).map_err(unavailable)
    }

    /// What each person used in the month, the dearest first. Sums only: never what was asked.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn usage_by_person(&self, periods: Periods) -> Result<Vec<OfPerson>, Problem> {
        let text = format!(
            "SELECT usage.person AS person, people.display_name AS name, COUNT(*) AS answers, {} FROM usage \
             LEFT JOIN people ON people.id = usage.person WHERE at >= $2 GROUP BY usage.person, people.display_name \
             ORDER BY month_micro_dollars DESC, month_tokens DESC, usage.person",
            sums()
        );
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(text)).bind(periods.day).bind(periods.month).fetch_all(self.pool()).await;
        let read = |row: &AnyRow| {
            Ok(OfPerson {
                person: row.try_get("person")?,
                name: row.try_get("name")?,
                answers: number(row, "answers")?,
                used: used(row)?,
            })
        };
        rows.and_then(|rows| rows.iter().map(read).collect()).map_err(unavailable)
    }

    /// Begins a transaction that no other decision is made beside.
    async fn begin_decision(&self) -> Result<Transaction<'static, Any>, Problem> {
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE limit_lock SET taken = taken + 1 WHERE id = 1")
            .execute(&mut *transaction)
            .await
            .map_err(unavailable)?;
        Ok(transaction)
    }
}

/// The columns that [`used`] reads; $1 is the day's beginning, and older rows than the month's are left out elsewhere.
fn sums() -> String {
    let sum = |what: &str, name: &str| format!("CAST(COALESCE(SUM({what}), 0) AS BIGINT) AS {name}");
    let today = |what: &str| format!("CASE WHEN at >= $1 THEN {what} ELSE 0 END");
    [
        sum(&today(TOKENS), "day_tokens"),
        sum(&today("cost_micro_dollars"), "day_micro_dollars"),
        sum(TOKENS, "month_tokens"),
        sum("cost_micro_dollars", "month_micro_dollars"),
    ]
    .join(", ")
}

fn used(row: &AnyRow) -> Result<Used, sqlx::Error> {
    Ok(Used {
        day: Amount { tokens: number(row, "day_tokens")?, micro_dollars: number(row, "day_micro_dollars")? },
        month: Amount { tokens: number(row, "month_tokens")?, micro_dollars: number(row, "month_micro_dollars")? },
    })
}

async fn standings(
    connection: &mut AnyConnection,
    person: &PersonId,
    without: Option<&RunId>,
    question: Question,
) -> Result<Standings, Problem> {
    let Question { periods, of_all } = question;
    let mut standings = Standings {
        person: standing(connection, person.as_str(), without, periods).await.map_err(unavailable)?,
        all: standing(connection, "", without, periods).await.map_err(unavailable)?,
    };
    standings.person.used = used_by(connection, person.as_str(), periods).await.map_err(unavailable)?;
    if of_all {
        standings.all.used = used_by(connection, "", periods).await.map_err(unavailable)?;
    }
    Ok(standings)
}

/// What one person used, or all where `person` is empty.
async fn used_by(connection: &mut AnyConnection, person: &str, periods: Periods) -> Result<Used, sqlx::Error> {
    let of_person = if person.is_empty() { "$3 = ''" } else { "person = $3" };
    let text = format!("SELECT {} FROM usage WHERE at >= $2 AND {of_person}", sums());
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(periods.day).bind(periods.month).bind(person);
    used(&query.fetch_one(connection).await?)
}

/// What runs for one person and is reserved, or for all where `person` is empty.
async fn standing(
    connection: &mut AnyConnection,
    person: &str,
    without: Option<&RunId>,
    periods: Periods,
) -> Result<Standing, sqlx::Error> {
    let of_person = if person.is_empty() { "$1 = ''" } else { "runs.person = $1" };
    let rest = |reserved: &str, used: &str| {
        let used = format!("COALESCE({used}, 0)");
        format!("CASE WHEN {reserved} > {used} THEN {reserved} - {used} ELSE 0 END")
    };
    let (tokens, cost) =
        (rest("reservations.tokens", TOKENS), rest("reservations.micro_dollars", "usage.cost_micro_dollars"));
    let text = format!(
        "SELECT COUNT(*) AS running, CAST(COALESCE(SUM({tokens}), 0) AS BIGINT) AS tokens, \
         CAST(COALESCE(SUM({cost}), 0) AS BIGINT) AS micro_dollars \
         FROM runs LEFT JOIN reservations ON reservations.run = runs.id LEFT JOIN usage ON usage.run = runs.id \
         WHERE runs.ended_at IS NULL AND {of_person} AND runs.id <> $2"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(person).bind(without.map_or("", RunId::as_str));
    let row = query.fetch_one(&mut *connection).await?;
    let reserved = Amount { tokens: number(&row, "tokens")?, micro_dollars: number(&row, "micro_dollars")? };
    let running = number(&row, "running")?;
    let text = "SELECT COUNT(*) AS admitted FROM admissions WHERE expires_at > $1 AND ($2 = '' OR person = $2)";
    let row = sqlx::query(text).bind(periods.now).bind(person).fetch_one(&mut *connection).await?;
    Ok(Standing { running: running + number(&row, "admitted")?, used: Used::default(), reserved })
}

fn number(row: &AnyRow, name: &str) -> Result<u64, sqlx::Error> {
    row.try_get::<i64, _>(name).map(|number| u64::try_from(number).unwrap_or_default())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
