//! A prefix as a map: its addresses from left to right, row by row, used and free.

use super::scene::{SMALL_LETTER, Scene, WIDTH, fitted};
use crate::wire::result::{Block, PrefixMap};
use crate::wire::tool::Cell;

/// All of the prefix, in the unit of shares.
const WHOLE: u64 = 1_000_000;
const ROW: u32 = 26;
const TOP: u32 = 44;
/// A part narrower than this is hardly seen: there are more rows then.
const NARROWEST: u64 = 12;
const MOST_ROWS: u64 = 16;

/// The picture of a prefix.
pub fn prefix_map(map: &PrefixMap) -> Scene {
    let mut scene = Scene::default();
    let used = format!("{}.{} % used", map.used / 100, map.used % 100 / 10);
    scene.words([0, 13], "picture-heading", map.prefix.text.clone());
    scene.words([WIDTH, 13], "picture-note picture-end", used.clone());
    scene.bare([0, 20, WIDTH, 10], "picture-free", "Free".to_owned());
    let filled = u32::try_from(u64::from(map.used.min(10_000)) * u64::from(WIDTH) / 10_000).unwrap_or_default();
    if filled > 0 {
        scene.bare([0, 20, filled, 10], "picture-used", used.clone());
    }
    let rows = rows(&map.blocks);
    let mut from = 0;
    for block in &map.blocks {
        draw(&mut scene, block, rows, from);
        from += u64::from(block.share);
    }
    let mut y = TOP + ROW * u32::try_from(rows).unwrap_or_default() + 4;
    let mut x = 0;
    let kinds = [("picture-used", "Used"), ("picture-reserved", "Range"), ("picture-free", "Free")];
    for (class, name) in kinds {
        scene.bare([x, y, 10, 10], class, name.to_owned());
        scene.words([x + 15, y + 9], "picture-note", name);
        x += 64;
    }
    y += 12;
    scene.height = y;
    let free = map.blocks.iter().filter(|block| block.kind == "free").count();
    scene.title = format!("Prefix {}: {used}, {free} free of {} parts", map.prefix.text, map.blocks.len());
    scene
}

/// A block, in each row that it has a part of; the widest part has its name.
fn draw(scene: &mut Scene, block: &Block, rows: u64, from: u64) {
    let class = match block.kind.as_str() {
        "free" => "picture-free",
        "range" => "picture-reserved",
        _ => "picture-used",
    };
    let about = if block.detail.is_empty() { String::new() } else { format!(", {}", block.detail) };
    let hint = format!("{} ({}{about})", block.label.text, block.kind);
    // Places on a line as long as all rows together.
    let place = |share: u64| share.min(WHOLE) * rows * u64::from(WIDTH) / WHOLE;
    let (mut left, right) = (place(from), place(from + u64::from(block.share)));
    let width = u64::from(WIDTH);
    let mut parts = Vec::new();
    while left < right {
        let row = left / width;
        let end = right.min((row + 1) * width);
        parts.push((row, left - row * width, end - left));
        left = end;
    }
    let widest = parts.iter().map(|part| part.2).max().unwrap_or_default();
    let mut named = false;
    for (row, x, part) in parts {
        let [row, x, part] = [row, x, part].map(|number| u32::try_from(number).unwrap_or_default());
        let place = [x, TOP + row * ROW, part.saturating_sub(1).max(1), ROW - 2];
        let has_name = !named && u64::from(part) == widest;
        named |= has_name;
        // A prefix that is cut is another prefix.
        let fits = fitted(&block.label.text, place[2].saturating_sub(8), SMALL_LETTER) == block.label.text;
        let label = if has_name && fits {
            block.label.clone()
        } else {
            Cell { text: String::new(), link: block.label.link.clone() }
        };
        scene.labelled(place, class, &label, hint.clone());
    }
}

/// How many rows: a power of two, so that rows are prefixes too.
fn rows(blocks: &[Block]) -> u64 {
    let smallest = blocks.iter().map(|block| u64::from(block.share)).filter(|share| *share > 0).min().unwrap_or(WHOLE);
    let mut rows = 1;
    while rows < MOST_ROWS && smallest * rows * u64::from(WIDTH) / WHOLE < NARROWEST {
        rows *= 2;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::scene::Shape;
    use super::*;

    fn block(text: &str, share: u32, kind: &str) -> Block {
        Block { label: Cell { text: text.into(), link: None }, share, kind: kind.into(), detail: String::new() }
    }

    #[test]
    fn halves_are_halves_of_one_row() {
        assert_eq!(rows(&[block("a", 500_000, "prefix"), block("b", 500_000, "free")]), 1);
    }

    #[test]
    fn small_parts_get_more_rows_and_all_of_the_prefix_is_drawn() {
        let blocks = vec![block("a", 3_906, "prefix"), block("b", 496_094, "free"), block("c", 500_000, "range")];
        assert_eq!(rows(&blocks), 16);
        let drawn = prefix_map(&PrefixMap { blocks, used: 5_039, ..PrefixMap::default() });
        let area: u32 = drawn
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Box { place: [_, _, width, height], .. } if *height == ROW - 2 => Some(width + 1),
                _ => None,
            })
            .sum();
        assert_eq!(area, 16 * WIDTH);
        assert!(drawn.title.contains("50.3 % used, 1 free of 3 parts"), "{}", drawn.title);
    }
}
