//! `doctor`: looks at everything that answers depend on and says what to do about what is wrong. The checks are
//! data; only the command line prints them.

mod check;
mod machine;
mod model;
mod netbox;

use std::path::Path;

pub use check::{Check, Level, Report};

use super::connections::Connections;

/// Runs every check. NetBox and the model are asked side by side; nothing is changed anywhere.
///
/// `folder` is where this program may write; its disk is looked at.
pub async fn run(connections: &Connections, folder: &Path) -> Report {
    let (model, netbox) = tokio::join!(model::checks(connections), netbox::checks(connections));
    let mut checks = model;
    checks.extend(netbox);
    checks.push(machine::database());
    checks.push(machine::disk(folder));
    Report { checks }
}
