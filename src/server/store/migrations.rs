//! The schema's steps, each run once, in their order, and never changed afterwards.

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::database::Kind;

/// One step: its number, what it makes, and its text for each database.
struct Step {
    number: i64,
    makes: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// A step whose text differs: the same file in the folder of each.
macro_rules! of_each {
    ($number:literal, $makes:literal, $file:literal) => {
        Step {
            number: $number,
            makes: $makes,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../../migrations/postgres/", $file)),
        }
    };
}

/// A step whose text both databases take.
const fn common(number: i64, makes: &'static str, text: &'static str) -> Step {
    Step { number, makes, sqlite: text, postgres: text }
}

const STEPS: &[Step] = &[
    common(1, "conversations, people and runs", include_str!("../../../migrations/0001_conversations.sql")),
    of_each!(2, "search", "0002_search.sql"),
    common(3, "tokens that were left", include_str!("../../../migrations/0003_people.sql")),
    common(4, "rates and budgets", include_str!("../../../migrations/0004_limits.sql")),
    common(5, "the size of results", include_str!("../../../migrations/0005_results.sql")),
    common(6, "shared conversations", include_str!("../../../migrations/0006_shares.sql")),
    Step {
        number: 7,
        makes: "an audit trail that only grows",
        sqlite: include_str!("../../../migrations/sqlite/0007_audit.sql"),
        postgres: include_str!("../../../migrations/postgres/0007_audit.sql"),
    },
    common(
        8,
        "branches of conversations, and what waits in them",
        include_str!("../../../migrations/0008_conversations.sql"),
    ),
    common(10, "who is which user of NetBox", include_str!("../../../migrations/0010_netbox_users.sql")),
    common(11, "people who may not sign in, links that end", include_str!("../../../migrations/0011_people.sql")),
    common(12, "plans that wait for a word", include_str!("../../../migrations/0012_plans.sql")),
];

/// What brings a database of this kind to the newest schema.
pub(super) fn migrator(kind: Kind) -> Migrator {
    let migration = |step: &Step| {
        let text = match kind {
            Kind::Sqlite => step.sqlite,
            Kind::Postgres => step.postgres,
        };
        Migration::new(step.number, step.makes.into(), MigrationType::Simple, SqlStr::from_static(text), false)
    };
    Migrator { migrations: Cow::Owned(STEPS.iter().map(migration).collect()), ..Migrator::DEFAULT }
}

/// The number of the newest step.
#[must_use]
pub fn newest() -> i64 {
    STEPS.iter().map(|step| step.number).max().unwrap_or_default()
}
