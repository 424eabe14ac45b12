//! How much people may do, and what is noted of it.

use std::time::Duration;

use super::raw::LimitArguments;
use super::{typed, wrong};
use crate::server::anthropic::micro_dollars;
use crate::server::listen::ListenSettings;
use crate::wire::problem::Problem;

/// One year, what browsers' preload lists ask for as the least.
const HSTS_SECONDS: u32 = 31_536_000;
/// The longest that browsers keep it in practice: two years.
const LONGEST_HSTS_SECONDS: u32 = 63_072_000;
const AUDIT_RETENTION_DAYS: u32 = 365;
/// A number larger than any that is meant.
const MOST: u64 = 1_000_000_000_000;

/// How much people may do, and what is noted of it.
#[derive(Clone, Debug, Default)]
pub struct LimitConfig {
    /// How many connections there may be, and how long a client may take.
    pub listen: ListenSettings,
    /// How often what may be done. Each 0 is without bound.
    pub rates: RateConfig,
    /// What may be used.
    pub budgets: BudgetConfig,
    /// What is noted.
    pub audit: AuditConfig,
    /// How long browsers shall use TLS only; none does not ask them to.
    pub hsts: HstsConfig,
    /// Whether conversations may be shared.
    pub sharing: SharingConfig,
}

/// Whether conversations may be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharingConfig {
    /// Whether links can be made, and work.
    pub is_on: bool,
}

impl Default for SharingConfig {
    fn default() -> Self {
        Self { is_on: true }
    }
}

/// How long browsers shall use TLS only, once they came over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HstsConfig {
    /// In seconds; 0 does not ask for it.
    pub seconds: u32,
}

impl Default for HstsConfig {
    fn default() -> Self {
        Self { seconds: HSTS_SECONDS }
    }
}

/// How often what may be done. Each 0 is without bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateConfig {
    /// Messages of a person in a minute.
    pub messages: u32,
    /// Tool calls of a person's answers in a minute.
    pub tool_calls: u32,
    /// Requests of a person in a minute.
    pub requests: u32,
    /// Requests from an address in a minute.
    pub requests_of_an_address: u32,
    /// Attempts to sign in from an address in ten minutes.
    pub sign_ins_of_an_address: u32,
    /// Attempts to sign in under a name in ten minutes.
    pub sign_ins_of_a_name: u32,
    /// Sockets of a person at once.
    pub sockets: u32,
    /// Sockets from an address at once.
    pub sockets_of_an_address: u32,
}

impl Default for RateConfig {
    fn default() -> Self {
        Self {
            messages: 20,
            tool_calls: 240,
            requests: 300,
            requests_of_an_address: 1_200,
            sign_ins_of_an_address: 30,
            sign_ins_of_a_name: 10,
            sockets: 30,
            sockets_of_an_address: 300,
        }
    }
}

/// What may be used. Each 0 is without bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetConfig {
    /// By each person.
    pub person: Bounds,
    /// By all people together.
    pub all: Bounds,
}

/// What may be used by somebody. Each 0 is without bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Answers that are written at once.
    pub running: u32,
    /// Tokens in a day (UTC), those of the cache included.
    pub tokens_a_day: u64,
    /// Tokens in a month (UTC).
    pub tokens_a_month: u64,
    /// Estimated cost in a day, in millionths of a US dollar.
    pub micro_dollars_a_day: u64,
    /// Estimated cost in a month.
    pub micro_dollars_a_month: u64,
}

impl Default for BudgetConfig {
    fn default() -> Self {
        let running = |running| Bounds { running, ..Bounds::default() };
        Self { person: running(5), all: running(50) }
    }
}

/// What is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditConfig {
    /// Whether the words of questions and the arguments of tool calls are noted too.
    pub content: bool,
    /// After how many days it is deleted; 0 for never.
    pub retention_days: u32,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { content: false, retention_days: AUDIT_RETENTION_DAYS }
    }
}

impl LimitConfig {
    /// Nothing is counted, but connections.
    #[must_use]
    pub fn unlimited() -> Self {
        let rates = RateConfig {
            messages: 0,
            tool_calls: 0,
            requests: 0,
            requests_of_an_address: 0,
            sign_ins_of_an_address: 0,
            sign_ins_of_a_name: 0,
            sockets: 0,
            sockets_of_an_address: 0,
        };
        let budgets = BudgetConfig { person: Bounds::default(), all: Bounds::default() };
        Self { rates, budgets, ..Self::default() }
    }

    /// Checks what was given; what is wrong is added to `problems`.
    pub(super) fn read(arguments: &LimitArguments, problems: &mut Vec<Problem>) -> Self {
        let usual = Self::default();
        let mut read = Reader { problems };
        let rates = RateConfig {
            messages: read.count("MESSAGES_PER_MINUTE", arguments.messages.as_deref(), usual.rates.messages),
            tool_calls: read.count("TOOL_CALLS_PER_MINUTE", arguments.tool_calls.as_deref(), usual.rates.tool_calls),
            requests: read.count("REQUESTS_PER_MINUTE", arguments.requests.as_deref(), usual.rates.requests),
            requests_of_an_address: read.count(
                "ADDRESS_REQUESTS_PER_MINUTE",
                arguments.address_requests.as_deref(),
                usual.rates.requests_of_an_address,
            ),
            sign_ins_of_an_address: read.count(
                "ADDRESS_SIGN_INS",
                arguments.address_sign_ins.as_deref(),
                usual.rates.sign_ins_of_an_address,
            ),
            sign_ins_of_a_name: read.count(
                "NAME_SIGN_INS",
                arguments.name_sign_ins.as_deref(),
                usual.rates.sign_ins_of_a_name,
            ),
            sockets: read.count("SOCKETS", arguments.sockets.as_deref(), usual.rates.sockets),
            sockets_of_an_address: read.count(
                "ADDRESS_SOCKETS",
                arguments.address_sockets.as_deref(),
                usual.rates.sockets_of_an_address,
            ),
        };
        let (of_person, of_all) = (&usual.budgets.person, &usual.budgets.all);
        let budgets = BudgetConfig {
            person: Bounds {
                running: read.count("RUNNING_ANSWERS", arguments.running_answers.as_deref(), of_person.running),
                tokens_a_day: read.tokens("TOKENS_PER_DAY", arguments.tokens_per_day.as_deref()),
                tokens_a_month: read.tokens("TOKENS_PER_MONTH", arguments.tokens_per_month.as_deref()),
                micro_dollars_a_day: read.cost("COST_PER_DAY", arguments.cost_per_day.as_deref()),
                micro_dollars_a_month: read.cost("COST_PER_MONTH", arguments.cost_per_month.as_deref()),
            },
            all: Bounds {
                running: read.count("ALL_RUNNING_ANSWERS", arguments.all_running_answers.as_deref(), of_all.running),
                tokens_a_day: read.tokens("ALL_TOKENS_PER_DAY", arguments.all_tokens_per_day.as_deref()),
                tokens_a_month: read.tokens("ALL_TOKENS_PER_MONTH", arguments.all_tokens_per_month.as_deref()),
                micro_dollars_a_day: read.cost("ALL_COST_PER_DAY", arguments.all_cost_per_day.as_deref()),
                micro_dollars_a_month: read.cost("ALL_COST_PER_MONTH", arguments.all_cost_per_month.as_deref()),
            },
        };
        let connections = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let listen = ListenSettings {
            connections: read.size(
                "CONNECTIONS",
                arguments.connections.as_deref(),
                connections(usual.listen.connections),
            ),
            connections_of_an_address: read.size(
                "ADDRESS_CONNECTIONS",
                arguments.address_connections.as_deref(),
                connections(usual.listen.connections_of_an_address),
            ),
            ..usual.listen
        };
        let hsts = HstsConfig {
            seconds: read.number(
                "HSTS_SECONDS",
                arguments.hsts_seconds.as_deref(),
                usual.hsts.seconds,
                LONGEST_HSTS_SECONDS,
            ),
        };
        let audit = AuditConfig {
            content: read.boolean("AUDIT_CONTENT", arguments.audit_content.as_deref(), usual.audit.content),
            retention_days: read.number(
                "AUDIT_RETENTION_DAYS",
                arguments.audit_retention_days.as_deref(),
                usual.audit.retention_days,
                36_500,
            ),
        };
        let sharing =
            SharingConfig { is_on: read.boolean("SHARING", arguments.sharing.as_deref(), usual.sharing.is_on) };
        Self { listen, rates, budgets, audit, hsts, sharing }
    }
}

/// Reads settings one by one, and gathers what is wrong with them.
struct Reader<'problems> {
    problems: &'problems mut Vec<Problem>,
}

impl Reader<'_> {
    fn number(&mut self, name: &str, text: Option<&str>, usual: u32, most: u32) -> u32 {
        typed::number(name, text, usual, 0..=most, self.problems)
    }

    fn count(&mut self, name: &str, text: Option<&str>, usual: u32) -> u32 {
        self.number(name, text, usual, 1_000_000)
    }

    fn size(&mut self, name: &str, text: Option<&str>, usual: u32) -> usize {
        usize::try_from(self.count(name, text, usual)).unwrap_or(usize::MAX)
    }

    fn tokens(&mut self, name: &str, text: Option<&str>) -> u64 {
        typed::number(name, text, 0, 0..=MOST, self.problems)
    }

    fn boolean(&mut self, name: &str, text: Option<&str>, usual: bool) -> bool {
        typed::boolean(name, text, usual, self.problems)
    }

    fn cost(&mut self, name: &str, text: Option<&str>) -> u64 {
        let Some(text) = typed::given(text) else { return 0 };
        micro_dollars(text).unwrap_or_else(|| {
            let what = format!("is `{text}`, not an amount of US dollars");
            self.problems.push(wrong(
                name,
                &what,
                "use for example 2.50, with at most six decimals; 0 is without bound",
            ));
            0
        })
    }
}

/// In how long attempts to sign in are counted.
pub const SIGN_IN_PERIOD: Duration = Duration::from_mins(10);

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Arguments {
        #[command(flatten)]
        limits: LimitArguments,
    }

    fn read(arguments: &[&str]) -> (LimitConfig, Vec<Problem>) {
        let arguments = Arguments::parse_from([&["test"], arguments].concat());
        let mut problems = Vec::new();
        (LimitConfig::read(&arguments.limits, &mut problems), problems)
    }

    #[test]
    fn every_setting_has_a_default_and_none_is_a_surprise() {
        let (config, problems) = read(&[]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(config.budgets, BudgetConfig::default());
        assert_eq!(config.rates, RateConfig::default());
        assert!(!config.audit.content);
    }

    #[test]
    fn what_is_given_is_taken() {
        let (config, problems) = read(&[
            "--cost-per-day=2.50",
            "--all-tokens-per-month=9000000",
            "--messages-per-minute=0",
            "--audit-content=on",
            "--sharing=off",
            "--hsts-seconds=0",
        ]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(config.budgets.person.micro_dollars_a_day, 2_500_000);
        assert_eq!(config.budgets.all.tokens_a_month, 9_000_000);
        assert_eq!((config.rates.messages, config.hsts.seconds), (0, 0));
        assert!(config.audit.content && !config.sharing.is_on);
    }

    #[test]
    fn everything_wrong_is_told_with_a_hint() {
        let (_, problems) = read(&[
            "--cost-per-day=a-lot",
            "--tokens-per-day=-1",
            "--messages-per-minute=many",
            "--audit-content=maybe",
        ]);
        let text = problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n");
        for name in ["COST_PER_DAY", "TOKENS_PER_DAY", "MESSAGES_PER_MINUTE", "AUDIT_CONTENT"] {
            assert!(text.contains(name), "{name} is missing in\n{text}");
        }
        assert_eq!(problems.iter().filter(|problem| problem.hint.is_some()).count(), 4, "{text}");
    }
}
