//! A rack's units in halves: what is taken on each face, what is free, and in how long pieces.

use crate::server::tools::finding::rounded;

/// A rack's frame. All numbers are half units: unit 7 begins at 14.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Units {
    first: u32,
    front: Vec<bool>,
    rear: Vec<bool>,
    reserved: Vec<bool>,
}

/// A face of a rack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Front,
    Rear,
}

/// Halves in a row: the first, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) first: u32,
    pub(super) count: u32,
}

impl Block {
    /// Its height in units.
    pub(super) fn units(self) -> f64 {
        f64::from(self.count) / 2.0
    }

    /// `3-9 (7U)`: the lowest and the highest unit.
    pub(super) fn text(self) -> String {
        let (low, top) = (self.first, self.first + self.count - 1);
        let low = if low.is_multiple_of(2) { (low / 2).to_string() } else { format!("{}.5", low / 2) };
        // The upper half of the highest unit says nothing that its number does not.
        let top = if top.is_multiple_of(2) { format!("{} lower half", top / 2) } else { (top / 2).to_string() };
        let span = if low == top { low } else { format!("{low}-{top}") };
        format!("{span} ({}U)", number(self.units()))
    }
}

/// A number of units without a needless fraction.
pub(super) fn number(units: f64) -> String {
    format!("{}", rounded(units))
}

/// Half units as a number of units, whole where they are.
pub(super) fn units(halves: u32) -> serde_json::Value {
    if halves.is_multiple_of(2) { serde_json::json!(halves / 2) } else { serde_json::json!(f64::from(halves) / 2.0) }
}

/// Units as NetBox writes them, in halves.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be small and not negative")]
pub(super) fn halves(units: f64) -> Option<u32> {
    (0.0..=5_000.0).contains(&units).then(|| (units * 2.0).round() as u32)
}

impl Units {
    /// An empty rack.
    pub(super) fn new(starting_unit: u32, height: u32) -> Self {
        let count = usize::try_from(height.min(1_000) * 2).unwrap_or_default();
        Self {
            first: starting_unit * 2,
            front: vec![false; count],
            rear: vec![false; count],
            reserved: vec![false; count],
        }
    }

    /// Marks halves as taken; a device of full depth takes both faces.
    pub(super) fn take(&mut self, first: u32, count: u32, face: Option<Face>) {
        let start = first.saturating_sub(self.first);
        for at in (start..start.saturating_add(count)).filter_map(|at| usize::try_from(at).ok()) {
            let mark = |taken: &mut Vec<bool>| {
                if let Some(taken) = taken.get_mut(at) {
                    *taken = true;
                }
            };
            if face != Some(Face::Rear) {
                mark(&mut self.front);
            }
            if face != Some(Face::Front) {
                mark(&mut self.rear);
            }
        }
    }

    /// Marks a whole unit as reserved.
    pub(super) fn reserve(&mut self, unit: u32) {
        let start = (unit * 2).saturating_sub(self.first);
        for at in [start, start + 1].into_iter().filter_map(|at| usize::try_from(at).ok()) {
            if let Some(reserved) = self.reserved.get_mut(at) {
                *reserved = true;
            }
        }
    }

    /// What is free and not reserved: on one face, or on both at once.
    pub(super) fn free(&self, face: Option<Face>) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for (at, ((front, rear), reserved)) in self.front.iter().zip(&self.rear).zip(&self.reserved).enumerate() {
            let taken = match face {
                Some(Face::Front) => *front,
                Some(Face::Rear) => *rear,
                None => *front || *rear,
            };
            if taken || *reserved {
                continue;
            }
            let half = self.first + u32::try_from(at).unwrap_or_default();
            match blocks.last_mut() {
                Some(block) if block.first + block.count == half => block.count += 1,
                _ => blocks.push(Block { first: half, count: 1 }),
            }
        }
        blocks
    }

    /// The whole units of a rack, in halves.
    pub(super) fn count(&self) -> usize {
        self.front.len()
    }
}

/// The longest of some blocks, the lowest of equals.
pub(super) fn largest(blocks: &[Block]) -> Option<Block> {
    blocks.iter().copied().max_by_key(|block| (block.count, std::cmp::Reverse(block.first)))
}

/// How many halves they have together.
pub(super) fn total(blocks: &[Block]) -> u32 {
    blocks.iter().map(|block| block.count).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(blocks: &[Block]) -> Vec<String> {
        blocks.iter().map(|block| block.text()).collect()
    }

    #[test]
    fn free_units_are_counted_on_each_face() {
        let mut rack = Units::new(1, 10);
        rack.take(2, 4, None); // U1-2, full depth
        rack.take(10, 2, Some(Face::Front)); // U5
        rack.take(17, 1, Some(Face::Rear)); // the upper half of U8
        rack.reserve(10);
        assert_eq!(texts(&rack.free(None)), ["3-4 (2U)", "6-8 lower half (2.5U)", "9 (1U)"]);
        assert_eq!(texts(&rack.free(Some(Face::Front))), ["3-4 (2U)", "6-9 (4U)"]);
        assert_eq!(texts(&rack.free(Some(Face::Rear))), ["3-8 lower half (5.5U)", "9 (1U)"]);
        assert_eq!(largest(&rack.free(None)).map(Block::units), Some(2.5));
    }

    #[test]
    fn what_lies_outside_of_the_rack_is_let_be() {
        let mut rack = Units::new(5, 2);
        rack.take(12, 40, None);
        rack.reserve(99);
        assert_eq!(texts(&rack.free(None)), ["5 (1U)"]);
        assert!(Units::new(1, 0).free(None).is_empty());
        assert_eq!((halves(1.5), halves(-1.0), halves(f64::NAN)), (Some(3), None, None));
    }

    proptest! {
        #[test]
        fn free_blocks_are_as_counted(taken in prop::collection::vec((2_u32..60, 1_u32..8, 0_u8..3), 0..12)) {
            let mut rack = Units::new(1, 24);
            let mut counted = [[false; 48]; 2];
            for (first, count, face) in &taken {
                let face = match face { 0 => Some(Face::Front), 1 => Some(Face::Rear), _ => None };
                rack.take(*first, *count, face);
                for half in *first..first + count {
                    if let Some(at) = half.checked_sub(2).and_then(|at| usize::try_from(at).ok()).filter(|at| *at < 48) {
                        if face != Some(Face::Rear) { counted[0][at] = true; }
                        if face != Some(Face::Front) { counted[1][at] = true; }
                    }
                }
            }
            let free = rack.free(None);
            let both = (0..48).filter(|at| !counted[0][*at] && !counted[1][*at]).count();
            prop_assert_eq!(total(&free) as usize, both);
            prop_assert!(free.windows(2).all(|pair| pair[0].first + pair[0].count < pair[1].first));
            for block in free {
                for half in block.first..block.first + block.count {
                    let at = (half - 2) as usize;
                    prop_assert!(!counted[0][at] && !counted[1][at]);
                }
            }
        }
    }
}
