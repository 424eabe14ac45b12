//! `doctor`: prints what the checks found.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::server::config::ServeArguments;
use crate::server::connections::Connections;
use crate::server::demo::model::Pace;
use crate::server::doctor;
use crate::wire::problem::Problem;

/// Runs the checks; the exit code is 1 when one failed. Settings that `serve` refuses are failures too.
pub(super) async fn doctor(arguments: ServeArguments) -> Result<ExitCode, Vec<Problem>> {
    let folder = Path::new(".");
    let opened = match arguments.validate() {
        Ok(config) => Connections::open(config.connection, Pace::Instant).await.map_err(|problem| vec![problem]),
        Err(problems) => Err(problems),
    };
    let report = match opened {
        Ok(connections) => doctor::run(&connections, folder).await,
        Err(problems) => doctor::refused(problems, folder),
    };
    // A closed pipe is no reason to say more.
    let _ = writeln!(std::io::stdout(), "{report}");
    Ok(if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
