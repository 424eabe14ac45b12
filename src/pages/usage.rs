//! The usage page: what one used, by budget, day and model; for admins also what everybody used. Sums only, never what
//! was asked.

use leptos::prelude::*;

use super::account::Trouble;
use crate::components::erase::{Erase, Erased};
use crate::components::format;
use crate::server::agent::budget::dollars;
use crate::server::limits::budget::{Line, WARNING_PERCENT};
use crate::server::store::Amount;
use crate::wire::problem::Problem;

/// How high the picture of the days is, and how wide a day in it, in units of its own.
const HEIGHT: u64 = 80;
const DAY_WIDTH: usize = 10;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct UsagePage {
    /// What did not work.
    pub problem: Option<Problem>,
    /// What was used today and this month.
    pub today: Sum,
    /// This month.
    pub month: Sum,
    /// The budgets that there are.
    pub budgets: Vec<Line>,
    /// The last days, the oldest first, those without use included.
    pub days: Vec<Day>,
    /// This month by model, the most used first.
    pub models: Vec<(String, Sum)>,
    /// Everybody, for admins.
    pub people: Option<Vec<PersonRow>>,
}

/// A sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Answers.
    pub answers: u64,
    /// What they used.
    pub amount: Amount,
}

/// A day.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// Its date, `2026-11-26`.
    pub date: String,
    /// What was used on it.
    pub sum: Sum,
}

/// What a person used this month.
#[derive(Clone, Debug, Default)]
pub struct PersonRow {
    /// What they are called.
    pub name: String,
    /// Answers this month.
    pub answers: u64,
    /// Today.
    pub today: Amount,
    /// This month.
    pub month: Amount,
}

impl UsagePage {
    /// The page's content.
    pub fn draw(self) -> Erased {
        let Self { problem, today, month, budgets, days, models, people } = self;
        view! {
            {problem.map(|problem| view! { <Trouble problem /> })}
            <section class="account-section">
                <h2>"You"</h2>
                <dl class="account-list">
                    {[("Today (UTC)", today), ("This month", month)].map(|(name, sum)| view! {
                        <div>
                            <dt>{name}</dt>
                            <dd>{told(sum)}</dd>
                        </div>
                    })}
                </dl>
                {budget_list(budgets)}
            </section>
            {(!days.is_empty()).then(|| view! { <Days days /> })}
            {(!models.is_empty()).then(|| view! { <Models models /> })}
            {people.map(|people| view! { <Everybody people /> })}
        }
        .erase()
    }
}

/// Each budget with how far it is used: a bar, and the same in words.
fn budget_list(budgets: Vec<Line>) -> Erased {
    if budgets.is_empty() {
        return view! { <p class="account-hint">"There is no budget: you may use as much as you like."</p> }.erase();
    }
    let rows: Vec<_> = budgets
        .into_iter()
        .map(|line| {
            let (percent, state) = (line.percent(), state(&line));
            let running = (line.reserved > 0).then(|| {
                view! { <span class="account-hint">"Answers that are being written may use some of the rest"</span> }
            });
            view! {
                <li data-state=state.0>
                    <div class="budget-words">
                        <span>{line.name()}</span>
                        <span>{format!("{} \u{b7} {percent} % \u{b7} {}", line.told(), state.1)}</span>
                    </div>
                    <meter
                        min="0"
                        max="100"
                        high=WARNING_PERCENT.to_string()
                        value=percent.min(100).to_string()
                        aria-label=format!("{}: {percent} % used", line.name())
                    ></meter>
                    {running}
                </li>
            }
        })
        .collect();
    view! { <ul class="budgets">{rows}</ul> }.erase()
}

/// How a budget stands, for the style sheet and in words.
fn state(line: &Line) -> (&'static str, &'static str) {
    match line.percent() {
        100.. => ("used-up", "used up"),
        WARNING_PERCENT.. => ("low", "nearly used up"),
        _ => ("fine", "enough left"),
    }
}

/// The last days: a picture of them, and the same as a table.
#[component]
fn Days(days: Vec<Day>) -> impl IntoView {
    let most = days.iter().map(|day| day.sum.amount.tokens).max().unwrap_or_default().max(1);
    let width = days.len() * DAY_WIDTH;
    let title = match (days.first(), days.iter().max_by_key(|day| day.sum.amount.tokens)) {
        (Some(first), Some(top)) if top.sum.answers > 0 => {
            format!("Tokens a day since {}; most on {}: {}", first.date, top.date, format::count(top.sum.amount.tokens))
        }
        _ => "Nothing was used in these days".to_owned(),
    };
    let bars: Vec<_> = days
        .iter()
        .enumerate()
        .filter(|(_, day)| day.sum.answers > 0)
        .map(|(index, day)| {
            // A day with any use is seen.
            let height = (day.sum.amount.tokens * (HEIGHT - 2) / most).max(2);
            view! {
                <rect
                    class="usage-bar"
                    x=(index * DAY_WIDTH + 1).to_string()
                    y=(HEIGHT - height).to_string()
                    width=(DAY_WIDTH - 2).to_string()
                    height=height.to_string()
                >
                    <title>{format!("{}: {}", day.date, told(day.sum))}</title>
                </rect>
            }
        })
        .collect();
    let rows: Vec<_> =
        days.iter().rev().filter(|day| day.sum.answers > 0).map(|day| row(day.date.clone(), day.sum)).collect();
    view! {
        <section class="account-section">
            <h2>{format!("The last {} days", days.len())}</h2>
            <svg class="usage-days" role="img" aria-label=title.clone() viewBox=format!("0 0 {width} {HEIGHT}")>
                <title>{title.clone()}</title>
                {bars}
            </svg>
            <p class="account-hint">{title}</p>
            {(!rows.is_empty()).then(|| table("Day", rows))}
        </section>
    }
}

/// This month by model.
#[component]
fn Models(models: Vec<(String, Sum)>) -> impl IntoView {
    let rows = models.into_iter().map(|(model, sum)| row(model, sum)).collect();
    view! {
        <section class="account-section">
            <h2>"This month by model"</h2>
            {table("Model", rows)}
        </section>
    }
}

/// Everybody, for admins.
#[component]
fn Everybody(people: Vec<PersonRow>) -> impl IntoView {
    let rows: Vec<_> = people
        .into_iter()
        .map(|person| {
            view! {
                <tr>
                    <th scope="row">{person.name}</th>
                    <td>{format::count(person.answers)}</td>
                    <td>{format::count(person.today.tokens)}</td>
                    <td>{dollars(person.today.micro_dollars)}</td>
                    <td>{format::count(person.month.tokens)}</td>
                    <td>{dollars(person.month.micro_dollars)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="account-section">
            <h2>"Everybody this month"</h2>
            <p>"What people used, never what they asked. You see this because you are an admin."</p>
            <div class="usage-scroll" role="region" aria-label="Everybody this month" tabindex="0">
                <table class="usage-table">
                    <thead>
                        <tr>
                            <th scope="col">"Person"</th>
                            <th scope="col">"Answers"</th>
                            <th scope="col">"Tokens today"</th>
                            <th scope="col">"Cost today"</th>
                            <th scope="col">"Tokens"</th>
                            <th scope="col">"Cost"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="account-hint">
                <a href="/people">"Who is here"</a>
                ", and who may be"
            </p>
            <p class="account-hint">
                <a href="/audit.jsonl">"Download the audit trail"</a>
                ": who did what and when, one JSON object a line"
            </p>
        </section>
    }
}

fn table(first: &'static str, rows: Vec<Erased>) -> Erased {
    view! {
        <div class="usage-scroll" role="region" aria-label=format!("By {}", first.to_lowercase()) tabindex="0">
            <table class="usage-table">
                <thead>
                    <tr>
                        <th scope="col">{first}</th>
                        <th scope="col">"Answers"</th>
                        <th scope="col">"Tokens"</th>
                        <th scope="col">"Cost"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .erase()
}

fn row(name: String, sum: Sum) -> Erased {
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{format::count(sum.answers)}</td>
            <td>{format::count(sum.amount.tokens)}</td>
            <td>{dollars(sum.amount.micro_dollars)}</td>
        </tr>
    }
    .erase()
}

fn told(sum: Sum) -> String {
    let answers = format::counted(sum.answers, "answer", "answers");
    let tokens = format::counted(sum.amount.tokens, "token", "tokens");
    format!("{answers}, {tokens}, about {}", dollars(sum.amount.micro_dollars))
}
