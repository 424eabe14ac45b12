//! What people used.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;

use super::{answer, signed_in, status_of};
use crate::pages::usage::{Day, PersonRow, Sum, UsagePage};
use crate::server::audit::Entry;
use crate::server::client_address::Origin;
use crate::server::limits::period::Periods;
use crate::server::person::{Person, Role};
use crate::server::state::AppState;
use crate::server::store::{Amount, DayOfModel, OfPerson};
use crate::wire::problem::Problem;

/// How many days are shown.
const DAYS: i64 = 30;
const DAY_MILLISECONDS: i64 = 86_400_000;

/// `GET /usage`
pub(super) async fn page(State(state): State<AppState>, person: Person, origin: Origin) -> Response {
    let page = gather(&state, &person)
        .await
        .unwrap_or_else(|problem| UsagePage { problem: Some(problem), ..UsagePage::default() });
    if page.people.is_some() {
        state.audit().record(Entry::admin(Some(&person.id), "usage of everybody seen").from(origin.address));
    }
    let status = page.problem.as_ref().map_or(StatusCode::OK, status_of);
    answer(status, "Usage", "/usage", Some(signed_in(&person)), || page.draw())
}

async fn gather(state: &AppState, person: &Person) -> Result<UsagePage, Problem> {
    let periods = Periods::now();
    let first_day = periods.day - (DAYS - 1) * DAY_MILLISECONDS;
    let used = state.database().usage_by_day(&person.id, first_day.min(periods.month)).await?;
    let people = match person.role {
        Role::Admin => Some(state.database().usage_by_person(periods).await?.into_iter().map(person_row).collect()),
        Role::User => None,
    };
    let this_month = || used.iter().filter(|one| one.day >= periods.month);
    let mut models: Vec<(String, Sum)> = this_month()
        .fold(BTreeMap::<&str, Sum>::new(), |mut models, one| {
            let sum = models.entry(&one.model).or_default();
            *sum = add(*sum, one);
            models
        })
        .into_iter()
        .map(|(model, sum)| (model.to_owned(), sum))
        .collect();
    models.sort_by_key(|(_, sum)| std::cmp::Reverse((sum.amount.micro_dollars, sum.amount.tokens)));
    Ok(UsagePage {
        problem: None,
        today: used.iter().filter(|one| one.day == periods.day).fold(Sum::default(), add),
        month: this_month().fold(Sum::default(), add),
        budgets: state.limits().lines(&person.id).await?,
        days: (0..DAYS).map(|number| day(first_day + number * DAY_MILLISECONDS, &used)).collect(),
        models,
        people,
    })
}

fn day(begins: i64, used: &[DayOfModel]) -> Day {
    let sum = used.iter().filter(|one| one.day == begins).fold(Sum::default(), add);
    let date =
        Timestamp::from_millisecond(begins).map_or_else(|_| String::new(), |day| day.strftime("%Y-%m-%d").to_string());
    Day { date, sum }
}

fn add(sum: Sum, more: &DayOfModel) -> Sum {
    Sum {
        answers: sum.answers + more.answers,
        amount: Amount {
            tokens: sum.amount.tokens + more.amount.tokens,
            micro_dollars: sum.amount.micro_dollars + more.amount.micro_dollars,
        },
    }
}

fn person_row(person: OfPerson) -> PersonRow {
    let OfPerson { name, answers, used, .. } = person;
    // Somebody who was removed still has used what they used.
    PersonRow {
        name: name.unwrap_or_else(|| "Somebody removed".to_owned()),
        answers,
        today: used.day,
        month: used.month,
    }
}
