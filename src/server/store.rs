//! What outlives the program. The only module that knows SQL.
//!
//! A conversation is its log of events: what people see is the reduction of it, and a view that comes back asks for
//! what follows the last event it has. The model's own history is kept beside it, since it must be sent back unmodified.

mod audit;
mod backup;
mod changes;
mod checks;
mod commit;
mod conversations;
mod database;
mod directory;
mod error;
mod migrations;
mod people;
mod rates;
#[cfg(test)]
mod refusing;
mod results;
mod runs;
#[cfg(test)]
pub(crate) mod scratch;
mod search;
mod sessions;
mod shares;
mod sqlite;
mod usage;

pub use audit::AuditRow;
pub use backup::{Progress, Report, Restored, Restoring};
pub use changes::{Elsewhere, elsewhere};
pub use commit::{Change, Refused, RunChange};
pub use conversations::StoredConversation;
pub use database::{Database, Kind, Location};
pub use directory::{ListedPerson, Removed};
pub use migrations::newest as newest_schema;
pub use people::StoredPerson;
pub use results::ResultKey;
pub use runs::{OwnRun, RunRecord, Taken};
pub use sessions::{LeftToken, StoredSession};
pub use shares::StoredShare;
pub use usage::{Amount, DayOfModel, OfPerson, Question, RunUsage, Standing, Standings, Used};
