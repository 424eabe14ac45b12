//! What somebody may still use, and what is said when it is not enough. Pure: the sums come from the database.

use crate::components::format;
use crate::server::agent::budget::{Budget, dollars};
use crate::server::config::{Bounds, BudgetConfig};
use crate::server::limits::period::Periods;
use crate::server::store::{Amount, Standing, Standings};
use crate::wire::problem::{Problem, ProblemCode};

/// From which part of a budget on people are warned, in percent.
pub const WARNING_PERCENT: u64 = 80;

/// Whose budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The person's own.
    Own,
    /// That of all together.
    All,
}

/// Of which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The day.
    Day,
    /// The month.
    Month,
}

/// Of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Tokens.
    Tokens,
    /// Estimated cost, in millionths of a US dollar.
    Money,
}

/// One budget and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose.
    pub whose: Whose,
    /// Of which time.
    pub span: Span,
    /// Of what.
    pub of: Of,
    /// How much there is.
    pub bound: u64,
    /// How much was used.
    pub used: u64,
    /// How much running answers may use beyond that at most.
    pub reserved: u64,
}

impl Line {
    /// How much nobody has used or may use yet.
    pub fn left(&self) -> u64 {
        self.bound.saturating_sub(self.used).saturating_sub(self.reserved)
    }

    /// How much of it is used, in percent, rounded down; more than 100 where too much was.
    pub fn percent(&self) -> u64 {
        percent(self.used, self.bound)
    }

    /// Whether this use, which is part of all, made it cross the line from which on people are warned.
    fn was_crossed_by(&self, part: u64) -> bool {
        percent(self.used.saturating_sub(part), self.bound) < WARNING_PERCENT && self.percent() >= WARNING_PERCENT
    }

    /// Which it is, in words.
    pub fn name(&self) -> String {
        let whose = match self.whose {
            Whose::Own => "Your",
            Whose::All => "Everybody's common",
        };
        let what = match self.of {
            Of::Tokens => "tokens",
            Of::Money => "money",
        };
        let span = match self.span {
            Span::Day => "today",
            Span::Month => "this month",
        };
        format!("{whose} budget of {what} for {span}")
    }

    fn amount(&self, number: u64) -> String {
        match self.of {
            Of::Tokens => format!("{} tokens", format::count(number)),
            Of::Money => dollars(number),
        }
    }

    /// `1,000 of 2,000 tokens`.
    pub fn told(&self) -> String {
        let used = match self.of {
            Of::Tokens => format::count(self.used),
            Of::Money => dollars(self.used),
        };
        format!("{used} of {}", self.amount(self.bound))
    }
}

fn percent(part: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(part) * 100 / u128::from(whole.max(1))).unwrap_or(u64::MAX)
}

/// All budgets that there are, in the order in which they are checked and shown.
pub fn lines(config: &BudgetConfig, standings: &Standings) -> Vec<Line> {
    let mut lines = of(Whose::Own, &config.person, &standings.person);
    lines.extend(of(Whose::All, &config.all, &standings.all));
    lines
}

fn of(whose: Whose, bounds: &Bounds, standing: &Standing) -> Vec<Line> {
    let (used, reserved) = (&standing.used, &standing.reserved);
    let line = |span, of, bound, used, reserved| Line { whose, span, of, bound, used, reserved };
    let mut lines = vec![
        line(Span::Day, Of::Tokens, bounds.tokens_a_day, used.day.tokens, reserved.tokens),
        line(Span::Month, Of::Tokens, bounds.tokens_a_month, used.month.tokens, reserved.tokens),
        line(Span::Day, Of::Money, bounds.micro_dollars_a_day, used.day.micro_dollars, reserved.micro_dollars),
        line(Span::Month, Of::Money, bounds.micro_dollars_a_month, used.month.micro_dollars, reserved.micro_dollars),
    ];
    lines.retain(|line| line.bound > 0);
    lines
}

/// Whether an answer may be begun. `starts` is false for a message that waits until another answer is done.
pub fn check(config: &BudgetConfig, standings: &Standings, periods: Periods, starts: bool) -> Result<(), Problem> {
    if starts {
        check_running(config, standings)?;
    }
    lines(config, standings).iter().try_for_each(|line| check_line(line, periods))
}

fn check_running(config: &BudgetConfig, standings: &Standings) -> Result<(), Problem> {
    let is_full = |most: u32, standing: &Standing| most > 0 && standing.running >= u64::from(most);
    if is_full(config.person.running, &standings.person) {
        let most = config.person.running;
        let message = format!("{most} answers are being written for you already, as many as there may be at once");
        return Err(Problem::new(ProblemCode::RateLimited, message)
            .hint("wait until one is done, or stop one; the operator can raise RUNNING_ANSWERS"));
    }
    if is_full(config.all.running, &standings.all) {
        let message = "As many answers are being written as there may be at once";
        return Err(Problem::new(ProblemCode::RateLimited, message)
            .hint("try again in a moment; the operator can raise ALL_RUNNING_ANSWERS"));
    }
    Ok(())
}

fn check_line(line: &Line, periods: Periods) -> Result<(), Problem> {
    if line.left() > 0 {
        return Ok(());
    }
    if line.used < line.bound {
        let message = format!("What is left of it is held by answers that are being written: {}", line.name());
        return Err(Problem::new(ProblemCode::BudgetLimit, message)
            .hint("wait until they are done, or stop one: what they do not use is free again"));
    }
    let (next, when) = match line.span {
        Span::Day => (periods.next_day, "tomorrow (UTC)"),
        Span::Month => (periods.next_month, "next month (UTC)"),
    };
    let message = format!("{} is used up: {}", line.name(), line.told());
    let mut problem = Problem::new(ProblemCode::BudgetLimit, message)
        .hint(format!("ask again {when}, or ask the operator to raise it; /usage shows what was used"));
    problem.retry_after_milliseconds = u64::try_from(next - periods.now).ok();
    Err(problem)
}

/// What one answer may use of what is left: as much as any answer may, unless less is left.
pub fn allowed(
    config: &BudgetConfig,
    standings: &Standings,
    periods: Periods,
    usual: &Budget,
) -> Result<Amount, Problem> {
    check(config, standings, periods, false)?;
    let mut amount = Amount { tokens: usual.tokens, micro_dollars: usual.micro_dollars };
    for line in lines(config, standings) {
        match line.of {
            Of::Tokens => amount.tokens = amount.tokens.min(line.left()),
            Of::Money => amount.micro_dollars = amount.micro_dollars.min(line.left()),
        }
    }
    Ok(amount)
}

/// What an answer says that used most of a budget: of the budgets that it made cross the line, the one that is nearest to
/// its end.
pub fn warning(config: &BudgetConfig, standings: &Standings, answer: Amount) -> Option<Problem> {
    let part = |line: &Line| match line.of {
        Of::Tokens => answer.tokens,
        Of::Money => answer.micro_dollars,
    };
    let crossed = lines(config, standings).into_iter().filter(|line| line.was_crossed_by(part(line)));
    let worst = crossed.max_by_key(Line::percent)?;
    let message = format!("{} is used up to {} %: {}", worst.name(), worst.percent(), worst.told());
    let hint = "narrower questions use less; /usage shows what was used";
    Some(Problem::new(ProblemCode::BudgetWarning, message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::Used;

    fn periods() -> Periods {
        Periods::at("2026-11-26T18:00:00Z".parse().unwrap())
    }

    fn config() -> BudgetConfig {
        BudgetConfig {
            person: Bounds { running: 2, tokens_a_day: 1_000, micro_dollars_a_month: 5_000_000, ..Bounds::default() },
            all: Bounds { running: 3, tokens_a_day: 10_000, ..Bounds::default() },
        }
    }

    fn standing(running: u64, tokens: u64, micro_dollars: u64, reserved: u64) -> Standing {
        let amount = Amount { tokens, micro_dollars };
        let reserved = Amount { tokens: reserved, micro_dollars: 0 };
        Standing { running, used: Used { day: amount, month: amount }, reserved }
    }

    fn refusal(person: Standing, all: Standing, starts: bool) -> Option<(ProblemCode, String, Option<u64>)> {
        let problem = check(&config(), &Standings { person, all }, periods(), starts).err()?;
        assert!(problem.hint.is_some());
        Some((problem.code, problem.message, problem.retry_after_milliseconds))
    }

    #[test]
    fn what_is_used_up_is_refused_and_named() {
        let free = Standing::default();
        assert_eq!(refusal(free, free, true), None);
        assert_eq!(refusal(standing(1, 999, 0, 0), free, true), None);
        let (code, message, wait) = refusal(standing(0, 1_200, 0, 0), free, true).unwrap();
        assert_eq!(code, ProblemCode::BudgetLimit);
        assert_eq!(message, "Your budget of tokens for today is used up: 1,200 of 1,000 tokens");
        assert_eq!(wait, Some(6 * 3_600_000), "the day ends at midnight, UTC");
        let (_, message, wait) = refusal(standing(0, 0, 5_000_000, 0), free, true).unwrap();
        assert_eq!(message, "Your budget of money for this month is used up: $5.00 of $5.00");
        assert_eq!(wait, Some((4 * 24 + 6) * 3_600_000));
        let (_, message, _) = refusal(free, standing(0, 10_000, 0, 0), true).unwrap();
        assert!(message.starts_with("Everybody's common budget"), "{message}");
    }

    #[test]
    fn what_running_answers_may_use_is_not_given_twice() {
        let (code, message, wait) = refusal(standing(1, 400, 0, 600), Standing::default(), true).unwrap();
        assert_eq!((code, wait), (ProblemCode::BudgetLimit, None));
        assert!(message.contains("held by answers that are being written"), "{message}");
        let standings = Standings { person: standing(1, 400, 0, 350), all: Standing::default() };
        let amount = allowed(&config(), &standings, periods(), &Budget::default()).unwrap();
        assert_eq!(amount, Amount { tokens: 250, micro_dollars: Budget::default().micro_dollars });
    }

    #[test]
    fn only_so_many_answers_are_written_at_once_and_waiting_is_free() {
        let free = Standing::default();
        assert_eq!(refusal(standing(2, 0, 0, 0), free, true).unwrap().0, ProblemCode::RateLimited);
        assert_eq!(refusal(standing(2, 0, 0, 0), free, false), None);
        assert_eq!(refusal(free, standing(3, 0, 0, 0), true).unwrap().0, ProblemCode::RateLimited);
        let unbounded = BudgetConfig { person: Bounds::default(), all: Bounds::default() };
        let busy = Standings { person: standing(900, u64::MAX, 1, 1), all: standing(900, 1, 1, 1) };
        assert!(check(&unbounded, &busy, periods(), true).is_ok());
    }

    #[test]
    fn the_answer_that_crosses_the_line_warns_and_no_other() {
        let warn = |used: u64, more: u64| {
            let after = Standings { person: standing(0, used + more, 0, 0), all: Standing::default() };
            warning(&config(), &after, Amount { tokens: more, micro_dollars: 0 }).map(|problem| problem.message)
        };
        assert_eq!(warn(0, 799), None);
        let told = "Your budget of tokens for today is used up to 80 %: 800 of 1,000 tokens";
        assert_eq!(warn(700, 100).as_deref(), Some(told));
        assert_eq!(warn(800, 100), None, "told before");
    }
}
