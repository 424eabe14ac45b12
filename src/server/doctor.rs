//! `doctor`: looks at everything that answers depend on and says what to do about what is wrong. The checks are
//! data; only the command line prints them.

mod check;
mod database;
mod machine;
mod model;
mod netbox;
mod sign_in;

use std::net::SocketAddr;
use std::path::Path;

pub use check::{Check, Level, Report};

use super::config::PeopleConfig;
use super::connections::Connections;
use super::store::Location;
use crate::wire::problem::Problem;

/// Runs every check. NetBox, the model and the sign-in provider are asked side by side; nothing is changed anywhere.
///
/// `listen` is where the server would listen, `folder` where this program may write; its disk is looked at.
pub async fn run(
    connections: &Connections,
    people: &PeopleConfig,
    database: &Location,
    listen: SocketAddr,
    folder: &Path,
) -> Report {
    let (model, netbox, sign_in, database) = tokio::join!(
        model::checks(connections),
        netbox::checks(connections, people.who_changes()),
        sign_in::checks(people, listen),
        database::check(database)
    );
    let mut checks = model;
    checks.extend(netbox);
    checks.extend(sign_in);
    checks.push(database);
    checks.push(machine::disk(folder));
    Report { checks }
}

/// The report where nothing can be asked, since the settings are wrong: one failure for each problem.
pub fn refused(problems: Vec<Problem>, folder: &Path) -> Report {
    let mut checks: Vec<Check> = problems.into_iter().map(|problem| Check::problem("Settings", problem)).collect();
    checks.push(machine::disk(folder));
    Report { checks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::problem::ProblemCode;

    #[test]
    fn every_wrong_setting_is_a_failure_with_its_hint() {
        let wrong = |name: &str| Problem::new(ProblemCode::BadRequest, format!("{name} is wrong")).hint("set it right");
        let report = refused(vec![wrong("DATABASE_URL"), wrong("LISTEN")], Path::new("."));
        assert!(!report.is_healthy());
        let text = report.to_string();
        assert_eq!(text.matches("FAIL  Settings").count(), 2, "{text}");
        assert_eq!(text.matches("hint: set it right").count(), 2, "{text}");
    }
}
