//! This machine: clock, database, disk.

use std::path::Path;

use jiff::{Timestamp, fmt::rfc2822};

use super::Check;

const CLOCK: &str = "Clock";
const DISK: &str = "Disk";
/// A clock that is off by more makes "in the last hour" wrong.
const SKEW_SECONDS: i64 = 30;
const LITTLE_DISK: u64 = 1_000_000_000;
const NO_DISK: u64 = 50_000_000;

/// Compares this machine's clock with the `Date` header of another.
pub(super) fn clock(now: Timestamp, date: Option<&str>) -> Check {
    let Some(other) = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok()) else {
        return Check::good(CLOCK, "NetBox sends no date to compare with");
    };
    let seconds = now.as_second() - other.as_second();
    if seconds.abs() <= SKEW_SECONDS {
        return Check::good(CLOCK, "agrees with NetBox's");
    }
    let direction = if seconds > 0 { "ahead of" } else { "behind" };
    Check::warning(
        CLOCK,
        format!("this machine is {} s {direction} NetBox", seconds.abs()),
        "synchronise both clocks (NTP): questions about recent changes depend on them",
    )
}

/// The free space where this program may write.
pub(super) fn disk(folder: &Path) -> Check {
    let place = folder.display();
    match rustix::fs::statvfs(folder) {
        Ok(status) => free_space(&place.to_string(), status.f_bavail.saturating_mul(status.f_frsize)),
        Err(error) => Check::warning(
            DISK,
            format!("the free space at {place} cannot be read: {error}"),
            "check that the folder exists",
        ),
    }
}

fn free_space(place: &str, free: u64) -> Check {
    let tenths = free / 100_000_000;
    let finding = format!("{}.{} GB free at {place}", tenths / 10, tenths % 10);
    let hint = "free some space: logs, and later conversations, need it";
    match free {
        0..NO_DISK => Check::failure(DISK, finding, hint),
        NO_DISK..LITTLE_DISK => Check::warning(DISK, finding, hint),
        _ => Check::good(DISK, finding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::doctor::Level;

    #[test]
    fn clocks_are_compared() {
        let now: Timestamp = "2026-11-22T11:00:00Z".parse().unwrap();
        assert_eq!(clock(now, Some("Sun, 22 Nov 2026 10:59:50 GMT")).level, Level::Good);
        let behind = clock(now, Some("Sun, 22 Nov 2026 11:05:00 GMT"));
        assert_eq!((behind.level, behind.finding.as_str()), (Level::Warning, "this machine is 300 s behind NetBox"));
        assert_eq!(clock(now, Some("nonsense")).level, Level::Good);
    }

    #[test]
    fn space_has_its_limits() {
        assert_eq!(free_space("/", 10).level, Level::Failure);
        assert_eq!(free_space("/", 500_000_000).finding, "0.5 GB free at /");
        assert_eq!(free_space("/", 500_000_000).level, Level::Warning);
        assert_eq!(free_space("/", 80_000_000_000).level, Level::Good);
        assert_eq!(disk(Path::new("/no/such/folder")).level, Level::Warning);
    }
}
