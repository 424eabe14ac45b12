//! `doctor`: prints what the checks found.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::server::config::ConnectionArguments;
use crate::server::connections::Connections;
use crate::server::demo::model::Pace;
use crate::server::doctor;
use crate::wire::problem::Problem;

/// Runs the checks; the exit code is 1 when one failed.
pub(super) async fn doctor(arguments: ConnectionArguments) -> Result<ExitCode, Vec<Problem>> {
    let connections = Connections::open(arguments.validate()?, Pace::Instant).await.map_err(|problem| vec![problem])?;
    let report = doctor::run(&connections, Path::new(".")).await;
    // A closed pipe is no reason to say more.
    let _ = writeln!(std::io::stdout(), "{report}");
    Ok(if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
