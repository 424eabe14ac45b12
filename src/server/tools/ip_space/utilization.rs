//! How full a prefix is, exactly as NetBox's own interface computes it (`Prefix.get_utilization` and
//! `get_available_ip_count` in `ipam/models/ip.py`, NetBox 4.7): a container by the prefixes in it, any other by the
//! addresses and the ranges that count as utilized, of the same VRF. REST does not have these figures.

use std::collections::HashMap;

use super::intervals::{Interval, Intervals};
use super::network::{Family, Network};

/// The VRF of an object; `None` is the global table.
pub(super) type Vrf = Option<u64>;

/// What of a prefix counts here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    pub(super) network: Network,
    pub(super) vrf: Vrf,
    pub(super) is_container: bool,
    pub(super) is_pool: bool,
    pub(super) mark_utilized: bool,
}

/// What of a range counts here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) family: Family,
    pub(super) vrf: Vrf,
    pub(super) interval: Interval,
    /// No addresses are to be made in it.
    pub(super) mark_populated: bool,
    /// All of it counts as used.
    pub(super) mark_utilized: bool,
}

/// By what a prefix is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// It is marked as utilized: 100 %, whatever is in it.
    Marked,
    /// A container: by the prefixes in it.
    Prefixes,
    /// By addresses and ranges.
    Addresses,
}

/// How full a prefix is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Utilization {
    pub(super) basis: Basis,
    /// Of a container the addresses in its child prefixes, else the used addresses.
    pub(super) used: u128,
    /// What `used` is measured against.
    pub(super) capacity: u128,
    /// Of a container what no child prefix covers, else the addresses that may still be given to hosts.
    pub(super) free: u128,
    /// 0 to 100.
    pub(super) percent: f64,
}

/// Everything that fills prefixes, put in order once for any number of them.
#[derive(Debug, Default)]
pub(super) struct Space {
    /// The prefixes of each VRF, each before those in it.
    prefixes: HashMap<(Vrf, Family), Vec<Network>>,
    /// The different host addresses of each VRF, sorted.
    hosts: HashMap<(Vrf, Family), Vec<u128>>,
    ranges: HashMap<(Vrf, Family), Vec<Range>>,
}

impl Space {
    /// Puts prefixes, addresses (family, VRF, number) and ranges in order.
    pub(super) fn new(
        prefixes: impl IntoIterator<Item = (Vrf, Network)>,
        hosts: impl IntoIterator<Item = (Vrf, Family, u128)>,
        ranges: impl IntoIterator<Item = Range>,
    ) -> Self {
        let mut space = Self::default();
        for (vrf, network) in prefixes {
            space.prefixes.entry((vrf, network.family)).or_default().push(network);
        }
        for (vrf, family, number) in hosts {
            space.hosts.entry((vrf, family)).or_default().push(number);
        }
        for range in ranges {
            space.ranges.entry((range.vrf, range.family)).or_default().push(range);
        }
        for networks in space.prefixes.values_mut() {
            networks.sort_unstable();
        }
        for hosts in space.hosts.values_mut() {
            hosts.sort_unstable();
            hosts.dedup();
        }
        space
    }

    /// How full `prefix` is.
    pub(super) fn utilization(&self, prefix: &Prefix) -> Utilization {
        let size = prefix.network.size();
        if prefix.is_container {
            let used = self.covered(prefix).size();
            let free = size.saturating_sub(used);
            return finished(prefix, Basis::Prefixes, used, size, free);
        }
        let utilized = self.ranges_in(prefix, |range| range.mark_utilized);
        let hosts = self.hosts_in(prefix, prefix.network.interval(), &utilized);
        let used = utilized.size().saturating_add(hosts);
        finished(prefix, Basis::Addresses, used, capacity(prefix), self.free_addresses(prefix))
    }

    /// The part of a prefix that child prefixes of its VRF cover.
    pub(super) fn covered(&self, prefix: &Prefix) -> Intervals {
        self.children(prefix).map(Network::interval).collect()
    }

    /// The prefixes of the same VRF inside a prefix, without those that are the same.
    pub(super) fn children(&self, prefix: &Prefix) -> impl Iterator<Item = Network> {
        let parent = prefix.network;
        let all = self.prefixes.get(&(prefix.vrf, parent.family)).map_or(&[][..], Vec::as_slice);
        let start = all.partition_point(|network| (network.first, network.length) <= (parent.first, parent.length));
        all.get(start..).unwrap_or_default().iter().copied().take_while(move |network| parent.contains(*network))
    }

    /// How many addresses can still be given to hosts.
    fn free_addresses(&self, prefix: &Prefix) -> u128 {
        let usable = prefix.network.usable(prefix.is_pool);
        let populated = self.ranges_in(prefix, |range| range.mark_populated).within(usable);
        let hosts = self.hosts_in(prefix, usable, &populated);
        usable.size().saturating_sub(populated.size()).saturating_sub(hosts)
    }

    /// The ranges of the same VRF that lie in a prefix as a whole.
    fn ranges_in(&self, prefix: &Prefix, wanted: impl Fn(&Range) -> bool) -> Intervals {
        let bounds = prefix.network.interval();
        let all = self.ranges.get(&(prefix.vrf, prefix.network.family)).map_or(&[][..], Vec::as_slice);
        let inside = |range: &&Range| bounds.contains(range.interval.first) && bounds.contains(range.interval.last);
        all.iter().filter(|range| wanted(range)).filter(inside).map(|range| range.interval).collect()
    }

    /// How many different addresses of the same VRF lie in `bounds` and not in `except`.
    fn hosts_in(&self, prefix: &Prefix, bounds: Interval, except: &Intervals) -> u128 {
        let all = self.hosts.get(&(prefix.vrf, prefix.network.family)).map_or(&[][..], Vec::as_slice);
        let count = |interval: Interval| {
            let before = all.partition_point(|number| *number < interval.first);
            let through = all.partition_point(|number| *number <= interval.last);
            (through - before) as u128
        };
        except.within(bounds).iter().fold(count(bounds), |left, interval| left - count(interval))
    }
}

/// The addresses that utilization is measured against: an IPv4 network that is no pool loses two of them.
fn capacity(prefix: &Prefix) -> u128 {
    let Network { family, length, .. } = prefix.network;
    let size = prefix.network.size();
    if family == Family::V4 && length < 31 && !prefix.is_pool { size - 2 } else { size }
}

#[allow(clippy::cast_precision_loss, reason = "NetBox divides floats, too")]
fn finished(prefix: &Prefix, basis: Basis, used: u128, capacity: u128, free: u128) -> Utilization {
    if prefix.mark_utilized {
        return Utilization { basis: Basis::Marked, used, capacity, free, percent: 100.0 };
    }
    let percent = (used as f64 / capacity as f64 * 100.0).min(100.0);
    Utilization { basis, used, capacity, free, percent }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn prefix(text: &str) -> Prefix {
        Prefix {
            network: Network::parse(text).unwrap(),
            vrf: None,
            is_container: false,
            is_pool: false,
            mark_utilized: false,
        }
    }

    fn hosts(texts: &[&str]) -> Vec<(Vrf, Family, u128)> {
        texts.iter().map(|text| Network::parse(text).map(|host| (None, host.family, host.first)).unwrap()).collect()
    }

    fn range(first: &str, last: &str, mark_populated: bool, mark_utilized: bool) -> Range {
        let (first, last) = (Network::parse(first).unwrap(), Network::parse(last).unwrap());
        let interval = Interval { first: first.first, last: last.first };
        Range { family: first.family, vrf: None, interval, mark_populated, mark_utilized }
    }

    #[test]
    fn addresses_fill_a_prefix_once_each() {
        let space = Space::new([], hosts(&["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.1.1"]), []);
        let found = space.utilization(&prefix("10.0.0.0/24"));
        assert_eq!((found.used, found.capacity, found.free), (2, 254, 252));
        assert!((found.percent - 2.0 / 254.0 * 100.0).abs() < 1e-12);
        let pool = Prefix { is_pool: true, ..prefix("10.0.0.0/24") };
        assert_eq!((space.utilization(&pool).capacity, space.utilization(&pool).free), (256, 254));
        // The network's own address is used, but was never to be had.
        let space = Space::new([], hosts(&["10.0.0.0", "10.0.0.1"]), []);
        let found = space.utilization(&prefix("10.0.0.0/30"));
        assert_eq!((found.used, found.capacity, found.free), (2, 2, 1));
    }

    #[test]
    fn the_smallest_prefixes_use_all_their_addresses() {
        let space = Space::new([], hosts(&["10.0.0.0", "2001:db8::1"]), []);
        for (text, used, capacity, free) in [
            ("10.0.0.0/31", 1, 2, 1),
            ("10.0.0.0/32", 1, 1, 0),
            ("2001:db8::/127", 1, 2, 1),
            ("2001:db8::1/128", 1, 1, 0),
            ("2001:db8::/126", 1, 4, 2),
        ] {
            let found = space.utilization(&prefix(text));
            assert_eq!((found.used, found.capacity, found.free), (used, capacity, free), "{text}");
        }
        let found = space.utilization(&prefix("2001:db8::/64"));
        assert_eq!((found.capacity, found.free), (1 << 64, (1 << 64) - 2));
    }

    #[test]
    fn ranges_count_as_they_are_marked() {
        let taken = hosts(&["10.0.0.5", "10.0.0.100"]);
        let space = Space::new(
            [],
            taken,
            [
                range("10.0.0.0", "10.0.0.9", false, true),
                range("10.0.0.100", "10.0.0.109", true, false),
                // It reaches out of the prefix, so NetBox does not count it.
                range("10.0.0.250", "10.0.1.9", true, true),
            ],
        );
        let found = space.utilization(&prefix("10.0.0.0/24"));
        // Ten of the utilized range and the address outside of it.
        assert_eq!(found.used, 11);
        // 254 usable, ten of them populated, and one more taken.
        assert_eq!(found.free, 243);
        let marked = Prefix { mark_utilized: true, ..prefix("10.0.0.0/24") };
        assert_eq!((space.utilization(&marked).basis, space.utilization(&marked).percent), (Basis::Marked, 100.0));
    }

    #[test]
    fn a_container_is_filled_by_the_prefixes_of_its_vrf() {
        let network = |text: &str| Network::parse(text).unwrap();
        let all = [
            (None, network("10.0.0.0/22")),
            (None, network("10.0.0.0/22")),
            (None, network("10.0.0.0/24")),
            (None, network("10.0.0.0/25")),
            (None, network("10.0.3.0/24")),
            (Some(7), network("10.0.1.0/24")),
            (None, network("10.0.4.0/24")),
        ];
        let space = Space::new(all, hosts(&["10.0.2.1"]), []);
        let container = Prefix { is_container: true, ..prefix("10.0.0.0/22") };
        let found = space.utilization(&container);
        assert_eq!((found.basis, found.used, found.capacity, found.free), (Basis::Prefixes, 512, 1024, 512));
        assert!((found.percent - 50.0).abs() < 1e-12);
        let other = Prefix { vrf: Some(7), ..container };
        assert!((space.utilization(&other).percent - 25.0).abs() < 1e-12);
    }

    proptest! {
        /// Against sets that are counted one by one.
        #[test]
        fn figures_are_as_counted(
            taken in prop::collection::vec(0_u128..64, 0..40),
            spans in prop::collection::vec((0_u128..64, 0_u128..12, any::<bool>(), any::<bool>()), 0..5),
            length in 26_u8..=32,
            is_pool in any::<bool>(),
        ) {
            let base = Network::parse("10.0.0.0/26").unwrap().first;
            let ranges: Vec<Range> = spans.iter().map(|(first, more, mark_populated, mark_utilized)| Range {
                family: Family::V4, vrf: None, mark_populated: *mark_populated, mark_utilized: *mark_utilized,
                interval: Interval { first: base + first, last: base + (first + more).min(63) },
            }).collect();
            let space = Space::new([], taken.iter().map(|number| (None, Family::V4, base + number)), ranges.clone());
            let prefix = Prefix {
                network: Network { family: Family::V4, first: base, length },
                vrf: None, is_container: false, is_pool, mark_utilized: false,
            };
            let (all, usable) = (prefix.network.interval(), prefix.network.usable(is_pool));
            let marked = |wanted: fn(&Range) -> bool| -> BTreeSet<u128> {
                ranges.iter().filter(|range| wanted(range) && all.contains(range.interval.first) && all.contains(range.interval.last))
                    .flat_map(|range| range.interval.first..=range.interval.last).collect()
            };
            let hosts: BTreeSet<u128> = taken.iter().map(|number| base + number).filter(|number| all.contains(*number)).collect();
            let used: BTreeSet<u128> = marked(|range| range.mark_utilized).union(&hosts).copied().collect();
            let populated = marked(|range| range.mark_populated);
            let free = (usable.first..=usable.last).filter(|number| !hosts.contains(number) && !populated.contains(number)).count();
            let found = space.utilization(&prefix);
            prop_assert_eq!(found.used, used.len() as u128);
            prop_assert_eq!(found.free, free as u128);
            prop_assert!(found.percent <= 100.0);
        }
    }
}
