//! A small cache whose key is who asks: one person's answers are never shown to another.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Credentials;

/// Values by credentials, each for a limited time. Holds at most [`CAPACITY`] of them.
pub(super) struct Cache<T> {
    lifetime: Duration,
    entries: Mutex<HashMap<[u8; 32], (Instant, T)>>,
}

const CAPACITY: usize = 1000;

impl<T: Clone> Cache<T> {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { lifetime, entries: Mutex::default() }
    }

    pub(super) fn get(&self, credentials: &Credentials) -> Option<T> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, value) = entries.get(&credentials.fingerprint())?;
        (since.elapsed() < self.lifetime).then(|| value.clone())
    }

    pub(super) fn put(&self, credentials: &Credentials, value: T) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= CAPACITY {
            entries.retain(|_, (since, _)| since.elapsed() < self.lifetime);
        }
        if entries.len() >= CAPACITY {
            entries.clear();
        }
        entries.insert(credentials.fingerprint(), (Instant::now(), value));
    }
}
