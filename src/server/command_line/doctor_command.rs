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
    let report = match arguments.validate() {
        Ok(config) => match Connections::open(config.connection, Pace::Instant).await {
            Ok(connections) => {
                doctor::run(&connections, &config.people, &config.storage.database, config.listen, folder).await
            }
            Err(problem) => doctor::refused(vec![problem], folder),
        },
        Err(problems) => doctor::refused(problems, folder),
    };
    // A closed pipe is no reason to say more.
    let _ = writeln!(std::io::stdout(), "{report}");
    Ok(if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
