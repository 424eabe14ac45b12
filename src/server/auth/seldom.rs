//! What happens with each request and is to be noted now and then only.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many things are remembered. Beyond that all are forgotten, and noted once more.
const MOST: usize = 10_000;

/// When what was noted last, in milliseconds since 1970 (UTC).
#[derive(Debug, Default)]
pub(super) struct Seldom(Mutex<HashMap<String, i64>>);

impl Seldom {
    /// Whether this was not noted within the last so many milliseconds. It counts as noted now.
    pub fn is_due(&self, what: &str, every: i64, now: i64) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(what).is_some_and(|last| (0..every).contains(&(now - last))) {
            return false;
        }
        if noted.len() >= MOST {
            noted.clear();
        }
        noted.insert(what.to_owned(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_due_once_in_a_while_and_each_by_itself() {
        let seldom = Seldom::default();
        assert!(seldom.is_due("anna", 100, 1_000));
        assert!(!seldom.is_due("anna", 100, 1_099));
        assert!(seldom.is_due("bert", 100, 1_099));
        assert!(seldom.is_due("anna", 100, 1_100));
        assert!(seldom.is_due("anna", 100, 500), "the clock was set back");
    }
}
