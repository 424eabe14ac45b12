//! What is logged, and how.

use super::{typed, wrong};
use crate::wire::problem::Problem;

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// A level (`info`), or a filter as `tracing` has them (`info,netbox_chatbox::server::netbox=debug`).
    pub filter: String,
    /// How it is written.
    pub format: LogFormat,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl LogConfig {
    /// Checks what was given. All problems at once.
    pub fn new(level: Option<&str>, format: Option<&str>, default_level: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let filter = typed::given(level).unwrap_or(default_level);
        for part in filter.split(',').map(str::trim) {
            // A word that is no level counts as the name of a module to `tracing`, and silences all others.
            let is_directive = part.contains(['=', '[']);
            if !is_directive && part.parse::<tracing_subscriber::filter::LevelFilter>().is_err() {
                problems.push(wrong("LOG_LEVEL", &format!("holds `{part}`, which is no log level"), LEVELS));
            }
        }
        if problems.is_empty()
            && let Err(error) = tracing_subscriber::EnvFilter::builder().parse(filter)
        {
            problems.push(wrong("LOG_LEVEL", &format!("is not a log level: {error}"), LEVELS));
        }
        let format = typed::choice("LOG_FORMAT", format, &mut problems);
        if problems.is_empty() { Ok(Self { filter: filter.to_owned(), format }) } else { Err(problems) }
    }
}

const LEVELS: &str = "use error, warn, info, debug or trace";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_not_taken_for_a_module() {
        for good in ["warn", " INFO ", "", "off", "info,netbox_chatbox::server::netbox=debug", "warn,[run]=debug"] {
            assert!(LogConfig::new(Some(good), None, "info").is_ok(), "{good}");
        }
        let problems = LogConfig::new(Some("warning"), Some("yaml"), "info").unwrap_err();
        let text = problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n");
        assert!(text.contains("LOG_LEVEL") && text.contains("LOG_FORMAT") && text.contains("text or json"), "{text}");
        assert!(problems.iter().all(|problem| problem.hint.is_some()));
        assert!(LogConfig::new(Some("info,netbox=loud"), None, "info").is_err());
    }
}
