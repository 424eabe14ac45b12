//! How many connections are open, in all and from each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::server::client_address::one_client;

/// Counts them. Cloning shares the count.
#[derive(Clone)]
pub struct Slots(Arc<Inner>);

struct Inner {
    most: usize,
    most_of_an_address: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    of_addresses: HashMap<IpAddr, usize>,
}

/// The place of one connection; dropping it frees the place.
pub struct Slot {
    slots: Slots,
    address: Option<IpAddr>,
}

impl Slots {
    /// So many in all and from one address; 0 for any number.
    pub fn new(most: usize, most_of_an_address: usize) -> Self {
        let bound = |most: usize| if most == 0 { usize::MAX } else { most };
        let (most, most_of_an_address) = (bound(most), bound(most_of_an_address));
        Self(Arc::new(Inner { most, most_of_an_address, open: Mutex::default() }))
    }

    /// A place for a connection from this address, if there is one. `counted` is false for those of a known proxy,
    /// which brings many clients.
    pub fn take(&self, address: IpAddr, counted: bool) -> Option<Slot> {
        let mut open = self.lock();
        if open.all >= self.0.most {
            return None;
        }
        let address = counted.then(|| one_client(address));
        if let Some(address) = address {
            let of_address = open.of_addresses.entry(address).or_default();
            if *of_address >= self.0.most_of_an_address {
                return None;
            }
            *of_address += 1;
        }
        open.all += 1;
        Some(Slot { slots: self.clone(), address })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // Each change leaves the counts right, whatever panics after it.
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.slots.lock();
        open.all = open.all.saturating_sub(1);
        if let Some(address) = self.address
            && let Some(of_address) = open.of_addresses.get_mut(&address)
        {
            *of_address = of_address.saturating_sub(1);
            if *of_address == 0 {
                open.of_addresses.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_and_come_back() {
        let slots = Slots::new(3, 2);
        let (one, other): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let first = slots.take(one, true).unwrap();
        let _second = slots.take(one, true).unwrap();
        assert!(slots.take(one, true).is_none(), "its part is used up");
        let third = slots.take(other, true).unwrap();
        assert!(slots.take(other, true).is_none(), "all are used up");
        drop(third);
        drop(first);
        let _again = slots.take(one, true).unwrap();
        assert_eq!(slots.lock().of_addresses.len(), 1, "an address without connections is forgotten");
    }

    #[test]
    fn a_machine_with_many_addresses_has_one_part() {
        let slots = Slots::new(0, 2);
        let take = |address: &str| slots.take(address.parse().unwrap(), true);
        let kept = [take("2001:db8::1"), take("2001:db8::2")];
        assert!(kept.iter().all(Option::is_some));
        assert!(take("2001:db8::3").is_none(), "the same network");
        assert!(take("2001:db8:0:1::1").is_some(), "another one");
        drop(kept);
        assert!(take("2001:db8::3").is_some());
    }

    #[test]
    fn a_proxy_counts_only_in_all_and_zero_is_no_bound() {
        let proxy = "10.0.0.1".parse().unwrap();
        let slots = Slots::new(3, 1);
        let kept: Vec<_> = (0..3).map(|_| slots.take(proxy, false).unwrap()).collect();
        assert!(slots.take(proxy, false).is_none());
        drop(kept);
        let slots = Slots::new(0, 0);
        let kept: Vec<_> = (0..5_000).filter_map(|_| slots.take(proxy, true)).collect();
        assert_eq!(kept.len(), 5_000);
    }
}
