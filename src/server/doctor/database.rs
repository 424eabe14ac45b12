//! Whether the database can be reached and is one of this program's.

use std::path::Path;

use super::Check;
use crate::server::store::{Database, Location, newest_schema};

const DATABASE: &str = "Database";

/// Where conversations are kept, and whether they can be.
pub(super) async fn check(location: &Location) -> Check {
    match location {
        Location::Memory => Check::good(DATABASE, "conversations are kept in memory and end with the program"),
        Location::File(file) if !file.exists() => not_yet(file),
        Location::File(file) => there(location, &format!("the SQLite file {}", file.display())).await,
        Location::Postgres(_) => there(location, "PostgreSQL").await,
    }
}

async fn there(location: &Location, name: &str) -> Check {
    match Database::version_at(location.clone()).await {
        Err(problem) => Check::problem(DATABASE, problem),
        Ok(None) => Check::good(DATABASE, format!("{name} can be reached; the first start makes the tables")),
        Ok(Some(version)) if version > newest_schema() => Check::failure(
            DATABASE,
            format!("{name} was made by a newer version of this program (step {version} of its schema)"),
            "run that version, or restore a backup of this one",
        ),
        Ok(Some(version)) if version < newest_schema() => Check::good(
            DATABASE,
            format!("{name} is at step {version} of the schema; the next start brings it to step {}", newest_schema()),
        ),
        Ok(Some(_)) => Check::good(DATABASE, format!("conversations are kept in {name}")),
    }
}

/// A file that the first start makes, in the nearest folder that is there.
fn not_yet(file: &Path) -> Check {
    let folders =
        file.ancestors().skip(1).map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let nearest = folders.into_iter().find(|folder| folder.exists());
    if nearest.is_some_and(|nearest| nearest.is_dir() && may_write(nearest)) {
        return Check::good(DATABASE, format!("the first start makes the SQLite file {}", file.display()));
    }
    Check::failure(
        DATABASE,
        format!("the SQLite file {} cannot be made: its folder may not be written", file.display()),
        "set DATABASE_URL=sqlite:PATH or DATA_DIRECTORY to a folder that this user may write",
    )
}

#[cfg(unix)]
fn may_write(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(folder: &Path) -> bool {
    folder.metadata().is_ok_and(|metadata| !metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use crate::server::store::scratch::both;

    #[tokio::test]
    async fn what_is_there_is_told_and_nothing_is_made() {
        for scratch in both().await {
            let database = scratch.open().await;
            database.close().await;
            let check = check(&scratch.location()).await;
            assert_eq!(check.level, Level::Good, "{check:?}");
            assert!(check.finding.contains("kept in"), "{check:?}");
        }
        let folder = std::env::temp_dir().join(format!("netbox-chatbox-{:016x}", rand::random::<u64>()));
        let made = check(&Location::File(folder.join("chat.db"))).await;
        assert!(made.level == Level::Good && made.finding.contains("first start"), "{made:?}");
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn what_cannot_be_is_a_failure_with_a_hint() {
        for location in [
            Location::File("/dev/null/chat.db".into()),
            Location::Postgres("postgres://nobody@127.0.0.1:1/none".into()),
        ] {
            let check = check(&location).await;
            assert_eq!((check.level, check.hint.is_some()), (Level::Failure, true), "{check:?}");
        }
    }
}
