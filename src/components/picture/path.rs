//! A path, hop by hop, from the top down.

use super::scene::{Scene, WIDTH};
use crate::wire::result::{Hop, Path};
use crate::wire::tool::Cell;

const HEAD: u32 = 24;
const PORT: u32 = 20;
const LINK: u32 = 34;
/// Where the line runs.
const LINE: u32 = 16;

/// The picture of a path.
pub fn path(path: &Path) -> Scene {
    let mut scene = Scene::default();
    let mut y = 1;
    let last = path.hops.len().saturating_sub(1);
    for (index, hop) in path.hops.iter().enumerate() {
        let ports = ports(hop);
        let height = HEAD + PORT * u32::try_from(ports.len()).unwrap_or_default();
        scene.bare([1, y, WIDTH - 2, height], "picture-place", hop.place.text.clone());
        scene.labelled([2, y + 1, WIDTH - 4, HEAD - 2], "picture-name", &hop.place, hop.place.text.clone());
        for (place, port) in ports.iter().enumerate() {
            let top = y + HEAD + PORT * u32::try_from(place).unwrap_or_default();
            scene.labelled([LINE + 8, top, WIDTH - LINE - 14, PORT - 4], "picture-port", port, port.text.clone());
            scene.bare([LINE - 3, top + PORT / 2 - 5, 6, 6], "picture-dot", port.text.clone());
        }
        y += height;
        if index < last || !hop.link.text.is_empty() {
            scene.line([LINE, y, LINE, y + LINK], "picture-line");
            let words = [hop.link.text.as_str(), hop.detail.as_str()];
            let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
            scene.labelled(
                [LINE + 8, y + 8, WIDTH - LINE - 14, LINK - 16],
                "picture-link",
                &Cell { text: words.join(" \u{b7} "), link: hop.link.link.clone() },
                words.join(", "),
            );
            y += LINK;
        }
    }
    if !path.complete {
        scene.line([LINE, y, LINE, y + LINK], "picture-line picture-broken");
        y += LINK;
    }
    if !path.complete || !path.note.is_empty() {
        let note = if path.note.is_empty() { "The path ends here" } else { &path.note };
        for line in wrapped(note, 52) {
            scene.words([LINE - 8, y + 14], "picture-note", line);
            y += 16;
        }
        y += 4;
    }
    scene.height = y + 2;
    let names: Vec<&str> = path.hops.iter().map(|hop| hop.place.text.as_str()).collect();
    let whole = if path.complete { "" } else { ", not complete" };
    scene.title = format!("Path{whole}: {}", names.join(", then "));
    scene
}

/// The ports of a hop, each once.
fn ports(hop: &Hop) -> Vec<Cell> {
    let mut ports: Vec<Cell> = Vec::new();
    for port in hop.ports.iter().filter(|port| !port.text.is_empty()) {
        if !ports.iter().any(|known| known.text == port.text) {
            ports.push(port.clone());
        }
    }
    ports
}

/// Text in lines of at most so many letters, broken between words.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Cell {
        Cell { text: text.into(), link: None }
    }

    #[test]
    fn a_port_by_which_a_path_enters_and_leaves_is_one() {
        let hop = Hop { place: cell("patch"), ports: vec![cell("1"), cell("1"), cell("")], ..Hop::default() };
        assert_eq!(ports(&hop), [cell("1")]);
    }

    #[test]
    fn a_path_that_does_not_reach_its_end_says_so() {
        let hops = vec![
            Hop { place: cell("sw1"), link: cell("cable 7"), ..Hop::default() },
            Hop { place: cell("patch"), ..Hop::default() },
        ];
        let drawn = path(&Path { hops, complete: false, note: String::new() });
        assert_eq!(drawn.title, "Path, not complete: sw1, then patch");
        assert!(path(&Path { complete: true, ..Path::default() }).title.starts_with("Path: "));
    }

    #[test]
    fn a_note_is_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
    }
}
