//! The log: to standard error, so that standard output belongs to answers.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use super::config::LogFormat;
use crate::wire::problem::{Problem, ProblemCode};

/// Starts writing the log. `level` is a level (`info`) or a filter as `tracing` has them
/// (`info,netbox_chatbox::server::netbox=debug`).
pub fn start(level: &str, format: LogFormat) -> Result<(), Problem> {
    let filter = EnvFilter::builder().parse(level).map_err(|error| {
        Problem::new(ProblemCode::BadRequest, format!("LOG_LEVEL is not a log level: {error}"))
            .hint("use error, warn, info, debug or trace")
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE)
        .with_target(false);
    match format {
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}
