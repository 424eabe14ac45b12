//! How answers are written, and how far one may go.

use std::time::Duration;

use super::typed;
use super::{ConnectionArguments, wrong};
use crate::server::agent::ProfileChoice;
use crate::server::agent::budget::Budget;
use crate::server::anthropic::{Effort, Features, Prices, Profile, micro_dollars};
use crate::wire::problem::Problem;

/// After how long without a word from the model the person is told.
const SLOW_AFTER: Duration = Duration::from_secs(10);

/// How answers are written, and how far one may go.
#[derive(Clone, Debug)]
pub struct AnswerConfig {
    /// What one answer may use.
    pub budget: Budget,
    /// How much work the model puts into it.
    pub effort: Effort,
    /// The prompt, in tokens, from which on a conversation is compacted; none leaves it to the model's window and price.
    pub compact_at_tokens: Option<u64>,
    /// What tokens cost.
    pub prices: Prices,
    /// After how long without a word from the model the person is told.
    pub slow_after: Duration,
}

impl Default for AnswerConfig {
    fn default() -> Self {
        Self {
            budget: Budget::default(),
            effort: Effort::default(),
            compact_at_tokens: None,
            prices: Prices::built_in(),
            slow_after: SLOW_AFTER,
        }
    }
}

impl AnswerConfig {
    pub(super) fn read(arguments: &ConnectionArguments, problems: &mut Vec<Problem>) -> Self {
        let usual = Self::default();
        let budget = Budget {
            rounds: number(
                "MAXIMUM_ROUNDS",
                arguments.maximum_rounds.as_deref(),
                usual.budget.rounds,
                1,
                100,
                problems,
            ),
            tokens: number(
                "MAXIMUM_TOKENS",
                arguments.maximum_tokens.as_deref(),
                usual.budget.tokens,
                1_000,
                1_000_000_000,
                problems,
            ),
            micro_dollars: cost(arguments.maximum_cost.as_deref(), usual.budget.micro_dollars, problems),
            seconds: number(
                "MAXIMUM_SECONDS",
                arguments.maximum_seconds.as_deref(),
                usual.budget.seconds,
                5,
                86_400,
                problems,
            ),
            ..usual.budget
        };
        let compact_at_tokens = typed::given(arguments.compact_at_tokens.as_deref())
            .map(|text| typed::number("COMPACT_AT_TOKENS", Some(text), 100_000, 2_000..=10_000_000, problems));
        Self {
            budget,
            effort: effort(arguments.model_effort.as_deref(), problems),
            compact_at_tokens,
            prices: prices(arguments.model_prices.as_deref(), problems),
            ..usual
        }
    }
}

fn number<Number: std::str::FromStr + PartialOrd + Copy + std::fmt::Display>(
    name: &str,
    text: Option<&str>,
    usual: Number,
    least: Number,
    most: Number,
    problems: &mut Vec<Problem>,
) -> Number {
    typed::number(name, text, usual, least..=most, problems)
}

fn cost(text: Option<&str>, usual: u64, problems: &mut Vec<Problem>) -> u64 {
    let Some(text) = typed::given(text) else { return usual };
    let Some(amount) = micro_dollars(text).filter(|&amount| amount > 0) else {
        let what = format!("is `{text}`, not an amount of US dollars");
        problems.push(wrong("MAXIMUM_COST", &what, "use for example 0.50, with at most six decimals"));
        return usual;
    };
    amount
}

fn effort(text: Option<&str>, problems: &mut Vec<Problem>) -> Effort {
    let Some(text) = typed::given(text) else { return Effort::default() };
    let found = Effort::ALL.into_iter().find(|effort| effort.name().eq_ignore_ascii_case(text));
    found.unwrap_or_else(|| {
        let names = Effort::ALL.map(Effort::name).join(", ");
        problems.push(wrong("MODEL_EFFORT", &format!("is `{text}`"), &format!("use one of {names}")));
        Effort::default()
    })
}

fn prices(file: Option<&str>, problems: &mut Vec<Problem>) -> Prices {
    let Some(file) = typed::given(file) else { return Prices::built_in() };
    let read = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"));
    let parsed = read.and_then(|text| Prices::parse(&text).map_err(|error| format!("is no list of prices: {error}")));
    parsed.unwrap_or_else(|what| {
        let hint = "a line is: MODEL ABOVE INPUT OUTPUT WRITE-5M WRITE-1H READ, in US dollars per million tokens; see docs/agent.md";
        problems.push(wrong("MODEL_PRICES", &what, hint));
        Prices::built_in()
    })
}

/// The dialect of the model's server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum ProfileName {
    #[default]
    Auto,
    Anthropic,
    Compatible,
}

pub(super) fn profile(arguments: &ConnectionArguments, problems: &mut Vec<Problem>) -> ProfileChoice {
    let mut features = Features::default();
    for name in arguments.model_features.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        match name.to_ascii_lowercase().as_str() {
            "thinking" => features.thinking = true,
            "effort" => features.effort = true,
            "cache-control" => features.cache_control = true,
            _ => problems.push(wrong(
                "MODEL_FEATURES",
                &format!("holds `{name}`"),
                "use thinking, effort and cache-control, divided by commas",
            )),
        }
    }
    match typed::choice("MODEL_PROFILE", arguments.model_profile.as_deref(), problems) {
        ProfileName::Auto => ProfileChoice::Probe(features),
        ProfileName::Anthropic => ProfileChoice::Fixed(Profile::Anthropic),
        ProfileName::Compatible => ProfileChoice::Fixed(Profile::Compatible(features)),
    }
}
