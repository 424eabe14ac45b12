//! How far one answer may go, and what is said when it went that far.

use serde::{Deserialize, Serialize};

use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::Usage;

/// What one answer may use. At each limit the model is told, and answers with what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Rounds of tool calls.
    pub rounds: u32,
    /// Tokens, input and output of all calls together, those of the cache included.
    pub tokens: u64,
    /// Estimated cost, in millionths of a US dollar. Holds only for models that have a price.
    pub micro_dollars: u64,
    /// Time, in seconds.
    pub seconds: u64,
    /// The longest prompt, in tokens, where the model's window is known.
    #[serde(default)]
    pub context_tokens: Option<u64>,
    /// Whether the tokens are what a day's or a month's budget had left, and no more.
    #[serde(default)]
    pub tokens_are_rest: bool,
    /// Whether the cost is.
    #[serde(default)]
    pub money_is_rest: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            rounds: 25,
            tokens: 2_000_000,
            micro_dollars: 1_000_000,
            seconds: 600,
            context_tokens: None,
            tokens_are_rest: false,
            money_is_rest: false,
        }
    }
}

/// What was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// So many rounds.
    Rounds(u32),
    /// So many tokens.
    Tokens(u64),
    /// So many millionths of a US dollar.
    Money(u64),
    /// What was left of a day's or a month's budget.
    Rest,
    /// So many seconds.
    Time(u64),
    /// The model's window.
    Context,
}

impl Budget {
    /// The limit that is reached after these rounds, this use, this time and with a prompt of this many tokens.
    pub fn reached(&self, rounds: u32, usage: &Usage, milliseconds: u64, context_tokens: u64) -> Option<Limit> {
        if rounds > self.rounds {
            Some(Limit::Rounds(self.rounds))
        } else if usage.all_input_tokens() + usage.output_tokens >= self.tokens {
            Some(if self.tokens_are_rest { Limit::Rest } else { Limit::Tokens(self.tokens) })
        } else if usage.cost_micro_dollars >= self.micro_dollars {
            Some(if self.money_is_rest { Limit::Rest } else { Limit::Money(self.micro_dollars) })
        } else if milliseconds >= self.seconds.saturating_mul(1000) {
            Some(Limit::Time(self.seconds))
        } else if self.context_tokens.is_some_and(|most| context_tokens >= most) {
            Some(Limit::Context)
        } else {
            None
        }
    }
}

impl Limit {
    /// What the model reads in place of a result.
    pub fn told(self) -> String {
        let what = match self {
            Self::Rounds(_) => "all its rounds",
            Self::Tokens(_) => "all its tokens",
            Self::Money(_) => "all the money it may cost",
            Self::Rest => "all that was left of the budget",
            Self::Time(_) => "all its time",
            Self::Context => "all the room there is",
        };
        format!("Not run: this answer has used {what}. Answer now with what you already have, and say what is missing")
    }

    /// What the person reads: of an answer that was written with what was there, or of one that never came.
    pub fn problem(self, answered: bool) -> Problem {
        let (code, what, hint) = match self {
            Self::Rounds(rounds) => (
                ProblemCode::RoundLimit,
                format!("more than {rounds} rounds of queries"),
                "ask a narrower question; the operator can raise MAXIMUM_ROUNDS",
            ),
            Self::Tokens(tokens) => (
                ProblemCode::BudgetLimit,
                format!("more than {tokens} tokens"),
                "ask a narrower question; the operator can raise MAXIMUM_TOKENS",
            ),
            Self::Money(micro_dollars) => (
                ProblemCode::BudgetLimit,
                format!("more than {}", dollars(micro_dollars)),
                "ask a narrower question; the operator can raise MAXIMUM_COST",
            ),
            Self::Rest => (
                ProblemCode::BudgetLimit,
                "more than was left of the budget for today or this month".to_owned(),
                "see /usage for what is left; the operator can raise the budget",
            ),
            Self::Time(seconds) => (
                ProblemCode::BudgetLimit,
                format!("more than {seconds} seconds"),
                "ask a narrower question; the operator can raise MAXIMUM_SECONDS",
            ),
            Self::Context => (
                ProblemCode::BudgetLimit,
                "more room than the model has".to_owned(),
                "ask a narrower question, or for fewer rows at once",
            ),
        };
        let message = if answered {
            format!("The whole answer would have needed {what}; this one holds what had been found by then")
        } else {
            format!("The answer needed {what}")
        };
        Problem::new(code, message).hint(hint)
    }
}

/// An amount for people: `$0.0042`, rounded up to a hundredth of a cent; nothing smaller is worth a digit.
pub fn dollars(micro_dollars: u64) -> String {
    let hundredths = micro_dollars.div_ceil(100);
    let (whole, fraction) = (hundredths / 10_000, hundredths % 10_000);
    if fraction % 100 == 0 { format!("${whole}.{:02}", fraction / 100) } else { format!("${whole}.{fraction:04}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_noticed_and_named() {
        let budget = Budget {
            rounds: 3,
            tokens: 100,
            micro_dollars: 50,
            seconds: 2,
            context_tokens: Some(80),
            ..Budget::default()
        };
        let used = |output_tokens, cost_micro_dollars| Usage { output_tokens, cost_micro_dollars, ..Usage::default() };
        assert_eq!(budget.reached(3, &used(99, 49), 1_999, 79), None);
        let cases = [
            (4, used(0, 0), 0, 0, Limit::Rounds(3), "MAXIMUM_ROUNDS"),
            (1, used(100, 0), 0, 0, Limit::Tokens(100), "MAXIMUM_TOKENS"),
            (1, used(0, 50), 0, 0, Limit::Money(50), "MAXIMUM_COST"),
            (1, used(0, 0), 2_000, 0, Limit::Time(2), "MAXIMUM_SECONDS"),
            (1, used(0, 0), 0, 80, Limit::Context, "rows"),
        ];
        for (rounds, usage, milliseconds, context, limit, hint) in cases {
            assert_eq!(budget.reached(rounds, &usage, milliseconds, context), Some(limit));
            assert!(limit.problem(false).hint.unwrap().contains(hint));
            assert!(limit.told().contains("Answer now"));
        }
        for rest in [Budget { tokens_are_rest: true, ..budget }, Budget { money_is_rest: true, ..budget }] {
            assert_eq!(rest.reached(1, &used(100, 0), 0, 0) == Some(Limit::Rest), rest.tokens_are_rest);
            assert_eq!(rest.reached(1, &used(0, 50), 0, 0) == Some(Limit::Rest), rest.money_is_rest);
        }
        assert!(Limit::Rest.problem(false).hint.unwrap().contains("/usage"));
    }

    #[test]
    fn amounts_are_written_for_people() {
        let amounts = [0, 1, 4_200, 10_000, 250_000, 1_000_000, 1_234_567].map(dollars);
        assert_eq!(amounts, ["$0.00", "$0.0001", "$0.0042", "$0.01", "$0.25", "$1.00", "$1.2346"]);
    }
}
