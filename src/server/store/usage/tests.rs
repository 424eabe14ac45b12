//! Sums and decisions on both databases.

use sqlx::{AssertSqlSafe, Executor as _};

use super::*;
use crate::server::agent::budget::Budget;
use crate::server::config::{Bounds, BudgetConfig};
use crate::server::limits::budget;
use crate::server::store::scratch::both;

const HOUR: i64 = 3_600_000;

fn question() -> Question {
    Question { periods: Periods::at("2026-11-26T18:00:00Z".parse().unwrap()), of_all: true }
}

async fn ended(database: &Database, run: &str, person: &PersonId, at: i64, model: &str, tokens: u64) {
    let person = person.as_str();
    let text = format!(
        "INSERT INTO usage (run, person, conversation, at, model, calls, input_tokens, output_tokens, \
         cache_creation_input_tokens, cache_read_input_tokens, cost_micro_dollars) \
         VALUES ('{run}', '{person}', 'c', {at}, '{model}', 1, {tokens}, 1, 2, 3, {})",
        tokens * 10
    );
    database.pool_for_tests().execute(AssertSqlSafe(text)).await.unwrap();
}

async fn running(database: &Database, run: &str, person: &PersonId) {
    let person = person.as_str();
    let statements = format!(
        "INSERT INTO conversations (id, owner, title, created_at, updated_at, last_seq, history) \
         VALUES ('c-{run}', '{person}', '', 0, 0, 0, '');
         INSERT INTO runs (id, conversation, message, person, process, machine, next_part, attempts, stop_requested, \
         started_at, heartbeat_at) VALUES ('{run}', 'c-{run}', 'm', '{person}', 'p', '', 0, 1, 0, 0, 0)"
    );
    for statement in statements.split(';') {
        database.pool_for_tests().execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    }
}

async fn end(database: &Database, run: &str) {
    let text = format!("UPDATE runs SET ended_at = 1 WHERE id = '{run}'");
    database.pool_for_tests().execute(AssertSqlSafe(text)).await.unwrap();
}

#[tokio::test]
async fn what_was_used_is_summed_by_day_month_person_and_model() {
    for scratch in both().await {
        let database = scratch.open().await;
        let (anna, bert) = (PersonId::new(), PersonId::new());
        let Periods { day, month, .. } = question().periods;
        ended(&database, "1", &anna, day + HOUR, "haiku", 100).await;
        ended(&database, "2", &anna, day + 2 * HOUR, "opus", 200).await;
        ended(&database, "3", &anna, day - HOUR, "haiku", 1_000).await;
        ended(&database, "4", &anna, month - HOUR, "haiku", 50_000).await;
        ended(&database, "5", &bert, day + HOUR, "haiku", 7_000).await;
        let standings = database.standings(&anna, question()).await.unwrap();
        let used = standings.person.used;
        assert_eq!((used.day.tokens, used.month.tokens), (312, 1_318), "the cache counts too");
        assert_eq!((used.day.micro_dollars, used.month.micro_dollars), (3_000, 13_000));
        assert_eq!(standings.all.used.month.tokens, 8_324);
        let days = database.usage_by_day(&anna, month).await.unwrap();
        let seen: Vec<_> =
            days.iter().map(|one| (one.day, one.model.as_str(), one.answers, one.amount.tokens)).collect();
        assert_eq!(seen, [(day, "haiku", 1, 106), (day, "opus", 1, 206), (day - 24 * HOUR, "haiku", 1, 1_006)]);
        let people = database.usage_by_person(question().periods).await.unwrap();
        let seen: Vec<_> = people.iter().map(|one| (one.person.as_str(), one.answers, one.used.month.tokens)).collect();
        assert_eq!(seen, [(bert.as_str(), 1, 7_006), (anna.as_str(), 3, 1_318)]);
        database.close().await;
    }
}

#[tokio::test]
async fn two_processes_let_in_as_many_answers_as_there_may_be_and_no_more() {
    for scratch in both().await {
        let processes = [scratch.open().await, scratch.open().await];
        let anna = PersonId::new();
        running(&processes[0], "r", &anna).await;
        let config = BudgetConfig { person: Bounds { running: 4, ..Bounds::default() }, all: Bounds::default() };
        let attempts = (0..20).map(|number| {
            let process = processes[number % 2].clone();
            let anna = anna.clone();
            async move {
                let decide = |standings: &Standings| budget::check(&config, standings, question().periods, true);
                process.admit(&anna, question(), decide).await
            }
        });
        let admitted: Vec<_> = futures::future::join_all(attempts).await.into_iter().filter_map(Result::ok).collect();
        assert_eq!(admitted.len(), 3, "one runs already");
        processes[0].leave(&admitted[0]).await.unwrap();
        let standings = processes[1].standings(&anna, question()).await.unwrap();
        assert_eq!(standings.person.running, 3);
        for process in processes {
            process.close().await;
        }
    }
}

#[tokio::test]
async fn two_processes_never_reserve_more_than_there_is() {
    for scratch in both().await {
        let processes = [scratch.open().await, scratch.open().await];
        let anna = PersonId::new();
        let bounds = Bounds { tokens_a_day: 10_000, ..Bounds::default() };
        let config = BudgetConfig { person: bounds, all: Bounds::default() };
        ended(&processes[0], "before", &anna, question().periods.day, "haiku", 994).await;
        for number in 0..10 {
            running(&processes[0], &number.to_string(), &anna).await;
        }
        let usual = Budget { tokens: 4_000, ..Budget::default() };
        let attempts = (0..10).map(|number: usize| {
            let process = processes[number % 2].clone();
            let anna = anna.clone();
            async move {
                let decide = |standings: &Standings| budget::allowed(&config, standings, question().periods, &usual);
                process.reserve(&number.to_string().as_str().into(), &anna, question(), decide).await
            }
        });
        let reserved = futures::future::join_all(attempts).await;
        let mut amounts: Vec<_> = reserved.into_iter().filter_map(Result::ok).map(|amount| amount.tokens).collect();
        amounts.sort_unstable();
        assert_eq!(amounts, [1_000, 4_000, 4_000], "what is left, and to nobody more");
        // What an ended answer did not use is free again, and what it reserved is forgotten.
        for number in 0..10 {
            end(&processes[1], &number.to_string()).await;
        }
        assert_eq!(processes[0].standings(&anna, question()).await.unwrap().person.reserved, Amount::default());
        assert_eq!(processes[0].forget_reservations().await.unwrap(), 3);
        for process in processes {
            process.close().await;
        }
    }
}
