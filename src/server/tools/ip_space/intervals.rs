//! Sets of addresses as sorted intervals: union, difference, free blocks. Both ends of an interval belong to it, so
//! that the last address there is needs no number above it.

use super::network::{Family, Network};

/// Addresses from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::server::tools) struct Interval {
    pub(in crate::server::tools) first: u128,
    pub(in crate::server::tools) last: u128,
}

impl Interval {
    /// How many addresses; the whole of IPv6 counts as one less than it has.
    pub(in crate::server::tools) fn size(self) -> u128 {
        (self.last - self.first).saturating_add(1)
    }

    pub(in crate::server::tools) fn contains(self, number: u128) -> bool {
        (self.first..=self.last).contains(&number)
    }

    /// What both have.
    pub(in crate::server::tools) fn common(self, other: Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Self { first, last })
    }
}

/// A set of addresses of one family: its intervals are sorted and have gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::server::tools) struct Intervals(Vec<Interval>);

impl FromIterator<Interval> for Intervals {
    /// The union.
    fn from_iter<I: IntoIterator<Item = Interval>>(intervals: I) -> Self {
        let mut all: Vec<Interval> = intervals.into_iter().collect();
        all.sort_unstable();
        let mut merged: Vec<Interval> = Vec::new();
        for interval in all {
            match merged.last_mut() {
                Some(before) if interval.first <= before.last.saturating_add(1) => {
                    before.last = before.last.max(interval.last);
                }
                _ => merged.push(interval),
            }
        }
        Self(merged)
    }
}

impl Intervals {
    pub(in crate::server::tools) fn iter(&self) -> impl Iterator<Item = Interval> {
        self.0.iter().copied()
    }

    /// How many addresses.
    pub(in crate::server::tools) fn size(&self) -> u128 {
        self.iter().fold(0, |sum: u128, interval| sum.saturating_add(interval.size()))
    }

    pub(in crate::server::tools) fn contains(&self, number: u128) -> bool {
        let after = self.0.partition_point(|interval| interval.first <= number);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|interval| interval.contains(number))
    }

    /// What of it lies in `bounds`.
    pub(in crate::server::tools) fn within(&self, bounds: Interval) -> Self {
        Self(self.iter().filter_map(|interval| interval.common(bounds)).collect())
    }

    /// Without the addresses of `other`.
    pub(in crate::server::tools) fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut at = 0;
        for interval in self.iter() {
            let mut rest = Some(interval);
            while let Some(taken) = other.0.get(at).copied()
                && let Some(now) = rest
            {
                if taken.last < now.first {
                    at += 1;
                    continue;
                }
                if taken.first > now.last {
                    break;
                }
                if taken.first > now.first {
                    left.push(Interval { first: now.first, last: taken.first - 1 });
                }
                rest = (taken.last < now.last).then(|| Interval { first: taken.last + 1, last: now.last });
                if rest.is_some() {
                    at += 1;
                }
            }
            left.extend(rest);
        }
        Self(left)
    }

    /// The fewest networks that are this set, in order.
    pub(in crate::server::tools) fn networks(&self, family: Family) -> Vec<Network> {
        let mut found = Vec::new();
        for Interval { mut first, last } in self.iter() {
            loop {
                let room = last - first;
                // As large as the alignment of the first address and the room allow.
                let aligned = first.trailing_zeros().min(u32::from(family.bits()));
                let fitting = if room == u128::MAX { 128 } else { (room + 1).ilog2() };
                let bits = u8::try_from(aligned.min(fitting)).unwrap_or(family.bits());
                let block = Network { family, first, length: family.bits().saturating_sub(bits) };
                found.push(block);
                match block.interval().last.checked_add(1) {
                    Some(next) if next <= last => first = next,
                    _ => break,
                }
            }
        }
        found
    }
}

/// The networks of `length` that fit into `blocks`: the first `most`, and how many there are.
pub(in crate::server::tools) fn of_length(blocks: &[Network], length: u8, most: usize) -> (Vec<Network>, u128) {
    let (mut found, mut total) = (Vec::new(), 0_u128);
    for block in blocks.iter().filter(|block| block.length <= length) {
        let count = 1_u128.checked_shl(u32::from(length - block.length)).unwrap_or(u128::MAX);
        total = total.saturating_add(count);
        let mut first = Some(block.first);
        while let Some(start) = first
            && found.len() < most
            && block.interval().contains(start)
        {
            let network = Network { family: block.family, first: start, length };
            found.push(network);
            first = network.interval().last.checked_add(1);
        }
    }
    (found, total)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// A space small enough to count.
    const SPACE: u128 = 256;

    fn some_intervals() -> impl Strategy<Value = Vec<Interval>> {
        let one =
            (0..SPACE, 0..40_u128).prop_map(|(first, more)| Interval { first, last: (first + more).min(SPACE - 1) });
        prop::collection::vec(one, 0..12)
    }

    fn naive(intervals: &[Interval]) -> BTreeSet<u128> {
        intervals.iter().flat_map(|interval| interval.first..=interval.last).collect()
    }

    fn members(intervals: &Intervals) -> BTreeSet<u128> {
        intervals.iter().flat_map(|interval| interval.first..=interval.last).collect()
    }

    proptest! {
        #[test]
        fn sets_are_as_counted(left in some_intervals(), right in some_intervals()) {
            let (one, other): (Intervals, Intervals) = (left.iter().copied().collect(), right.iter().copied().collect());
            let (counted, counted_other) = (naive(&left), naive(&right));
            prop_assert_eq!(members(&one), counted.clone());
            prop_assert_eq!(one.size(), counted.len() as u128);
            prop_assert!(one.0.windows(2).all(|pair| pair[0].last + 1 < pair[1].first));
            let difference: BTreeSet<u128> = counted.difference(&counted_other).copied().collect();
            prop_assert_eq!(members(&one.without(&other)), difference);
            for number in 0..SPACE {
                prop_assert_eq!(one.contains(number), counted.contains(&number));
            }
            let bounds = Interval { first: 40, last: 99 };
            let inside: BTreeSet<u128> = counted.iter().copied().filter(|number| bounds.contains(*number)).collect();
            prop_assert_eq!(members(&one.within(bounds)), inside);
        }

        #[test]
        fn blocks_are_the_set_and_cannot_be_joined(intervals in some_intervals()) {
            let set: Intervals = intervals.iter().copied().collect();
            let blocks = set.networks(Family::V6);
            let covered: Vec<Interval> = blocks.iter().map(|block| block.interval()).collect();
            prop_assert_eq!(naive(&covered), members(&set));
            prop_assert_eq!(covered.iter().map(|block| block.size()).sum::<u128>(), set.size());
            for block in &blocks {
                prop_assert_eq!(block.first % block.size(), 0);
                // The network around it is not free as a whole.
                let around = Network { length: block.length - 1, first: block.first & !(block.size() * 2 - 1), ..*block };
                prop_assert!(around.interval().last >= SPACE || !(around.interval().first..=around.interval().last).all(|number| set.contains(number)));
            }
        }

        #[test]
        fn networks_of_a_length_are_all_there_are(intervals in some_intervals(), bits in 0_u8..7) {
            let set: Intervals = intervals.iter().copied().collect();
            let size = 1_u128 << bits;
            let counted: Vec<u128> = (0..SPACE).step_by(1 << bits)
                .filter(|first| (*first..first + size).all(|number| set.contains(number))).collect();
            let (found, total) = of_length(&set.networks(Family::V6), 128 - bits, 3);
            prop_assert_eq!(total, counted.len() as u128);
            prop_assert_eq!(found.iter().map(|network| network.first).collect::<Vec<_>>(), counted.into_iter().take(3).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_ends_of_the_address_space_do_not_overflow() {
        let all = Interval { first: 0, last: u128::MAX };
        let whole: Intervals = [all, Interval { first: 5, last: u128::MAX }].into_iter().collect();
        assert_eq!(whole.networks(Family::V6), [Network::parse("::/0").unwrap()]);
        assert_eq!(whole.size(), u128::MAX);
        let last: Intervals = [Interval { first: u128::MAX, last: u128::MAX }].into_iter().collect();
        assert!(whole.without(&last).contains(u128::MAX - 1) && !whole.without(&last).contains(u128::MAX));
        assert_eq!(last.without(&whole), Intervals::default());
        let v4: Intervals = [Network::parse("0.0.0.0/0").unwrap().interval()].into_iter().collect();
        assert_eq!(v4.networks(Family::V4), [Network::parse("0.0.0.0/0").unwrap()]);
        assert_eq!(of_length(&whole.networks(Family::V6), 128, 1).1, u128::MAX);
    }
}
