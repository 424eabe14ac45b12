//! How many of something are open at once, by key. Counted in this process: what is open is open here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts them. Cloning shares the count.
#[derive(Clone, Default)]
pub struct Places(Arc<Mutex<HashMap<String, usize>>>);

/// One place; dropping it frees it.
pub struct Place {
    places: Places,
    key: String,
}

impl Places {
    /// A place under this key, unless `most` are taken; 0 for any number.
    pub fn take(&self, key: &str, most: usize) -> Option<Place> {
        let mut open = self.lock();
        let count = open.entry(key.to_owned()).or_default();
        if most > 0 && *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), key: key.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        // Each change leaves the counts right, whatever panics after it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.lock();
        if let Some(count) = open.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_and_are_forgotten() {
        let places = Places::default();
        let first = places.take("one", 2).unwrap();
        let second = places.take("one", 2).unwrap();
        assert!(places.take("one", 2).is_none());
        assert!(places.take("other", 2).is_some());
        drop(first);
        assert!(places.take("one", 2).is_some());
        drop(second);
        assert!(places.lock().is_empty());
        let many: Vec<_> = (0..100).filter_map(|_| places.take("one", 0)).collect();
        assert_eq!(many.len(), 100);
    }
}
