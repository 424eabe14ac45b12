//! A check's outcome and how a report reads.

use std::fmt::Write as _;

use crate::wire::problem::Problem;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Works, but somebody should know.
    Warning,
    /// Does not work.
    Failure,
}

impl Level {
    /// The word before the line; states are told without colour.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "OK",
            Self::Warning => "WARN",
            Self::Failure => "FAIL",
        }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at: `NetBox token`.
    pub subject: &'static str,
    /// How it ended.
    pub level: Level,
    /// One sentence without a full stop.
    pub finding: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Check {
    pub(super) fn good(subject: &'static str, finding: impl Into<String>) -> Self {
        Self { subject, level: Level::Good, finding: finding.into(), hint: None }
    }

    pub(super) fn warning(subject: &'static str, finding: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { subject, level: Level::Warning, finding: finding.into(), hint: Some(hint.into()) }
    }

    pub(super) fn failure(subject: &'static str, finding: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { subject, level: Level::Failure, finding: finding.into(), hint: Some(hint.into()) }
    }

    pub(super) fn problem(subject: &'static str, problem: Problem) -> Self {
        Self { subject, level: Level::Failure, finding: problem.message, hint: problem.hint }
    }
}

/// Every check, in the order to read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The checks.
    pub checks: Vec<Check>,
}

impl Report {
    /// The worst level among them.
    pub fn worst(&self) -> Level {
        self.checks.iter().map(|check| check.level).max().unwrap_or(Level::Good)
    }

    /// Whether the program can answer questions: nothing failed.
    pub fn is_healthy(&self) -> bool {
        self.worst() < Level::Failure
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = self.checks.iter().map(|check| check.subject.len()).max().unwrap_or_default();
        for Check { subject, level, finding, hint } in &self.checks {
            writeln!(formatter, "{:<4}  {subject:<width$}  {finding}", level.word())?;
            if let Some(hint) = hint {
                writeln!(formatter, "      {:<width$}  hint: {hint}", "")?;
            }
        }
        let count = |level| self.checks.iter().filter(|check| check.level == level).count();
        let mut line = format!("{} checks", self.checks.len());
        for (level, word) in [(Level::Failure, "failed"), (Level::Warning, "to look at")] {
            if count(level) > 0 {
                write!(line, ", {} {word}", count(level))?;
            }
        }
        if self.worst() == Level::Good {
            line.push_str(", all good");
        }
        formatter.write_str(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_without_colour() {
        let report = Report {
            checks: vec![
                Check::good("NetBox", "answers"),
                Check::warning("Token", "is a v1 token", "create a v2 token"),
                Check::failure("Model", "The key is refused", "set another"),
            ],
        };
        assert_eq!(
            report.to_string(),
            "OK    NetBox  answers\n\
             WARN  Token   is a v1 token\n              hint: create a v2 token\n\
             FAIL  Model   The key is refused\n              hint: set another\n\
             3 checks, 1 failed, 1 to look at"
        );
        assert!(!report.is_healthy());
    }
}
