//! What a picture is drawn from: boxes, lines and words at places, in units of a 340 wide sheet. A picture decides
//! where things are, the style sheet how they look; so a picture is a function of data, and can be tested as one.

use leptos::prelude::*;
use leptos::svg;

use crate::components::erase::{Erase, Erased};
use crate::wire::tool::Cell;

/// How wide every picture is: as wide as a phone shows without scrolling.
pub const WIDTH: u32 = 340;

/// How wide a letter is at the size of labels, in tenths.
pub const LETTER: u32 = 67;
/// The same for small ones.
pub const SMALL_LETTER: u32 = 52;

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scene {
    /// What it shows, in a sentence: its name for those who do not see it.
    pub title: String,
    /// How high it is.
    pub height: u32,
    /// What is drawn, in its order.
    pub shapes: Vec<Shape>,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A box, maybe with a word in it.
    Box {
        /// Left, top, width and height.
        place: [u32; 4],
        /// How it looks.
        class: &'static str,
        /// What stands in it; cut to its width.
        label: Cell,
        /// What is said about it when it is pointed at.
        hint: String,
    },
    /// Words.
    Words {
        /// Left (or right, for words that end there) and base line.
        place: [u32; 2],
        /// How they look.
        class: &'static str,
        /// The words.
        text: String,
    },
    /// A line.
    Line {
        /// From left and top to left and top.
        place: [u32; 4],
        /// How it looks.
        class: &'static str,
    },
}

impl Scene {
    /// A box without a word.
    pub fn bare(&mut self, place: [u32; 4], class: &'static str, hint: String) {
        self.shapes.push(Shape::Box { place, class, label: Cell::default(), hint });
    }

    /// A box with a word in it.
    pub fn labelled(&mut self, place: [u32; 4], class: &'static str, label: &Cell, hint: String) {
        self.shapes.push(Shape::Box { place, class, label: label.clone(), hint });
    }

    /// Words.
    pub fn words(&mut self, place: [u32; 2], class: &'static str, text: impl Into<String>) {
        self.shapes.push(Shape::Words { place, class, text: text.into() });
    }

    /// A line.
    pub fn line(&mut self, place: [u32; 4], class: &'static str) {
        self.shapes.push(Shape::Line { place, class });
    }

    /// Draws it.
    pub fn draw(self) -> Erased {
        let Self { title, height, shapes } = self;
        let has_links = shapes.iter().any(|shape| matches!(shape, Shape::Box { label, .. } if label.link.is_some()));
        // A picture with links in it is a group: what is inside an image nobody can reach.
        let role = if has_links { "group" } else { "img" };
        let shapes: Vec<_> = shapes.into_iter().map(draw).collect();
        let name = title.clone();
        view! {
            <svg class="picture-sheet" viewBox=format!("0 0 {WIDTH} {height}") role=role aria-label=name>
                <title>{title}</title>
                {shapes}
            </svg>
        }
        .erase()
    }
}

fn draw(shape: Shape) -> Erased {
    match shape {
        Shape::Box { place: [x, y, width, height], class, label, hint } => {
            let inside = (height >= 7 && !label.text.is_empty()).then(|| {
                let width = width.saturating_sub(8);
                let is_small = height < 13 || fitted(&label.text, width, LETTER) != label.text;
                let (class, letter, down) = if is_small {
                    ("picture-label picture-small", SMALL_LETTER, 3)
                } else {
                    ("picture-label", LETTER, 4)
                };
                words([x + 5, y + height / 2 + down], class, fitted(&label.text, width, letter))
            });
            let shape = svg::g().attr("class", class).child((
                svg::title().child(hint),
                rectangle([x, y, width, height]),
                inside,
            ));
            match label.link {
                Some(link) => svg::a()
                    .attr("href", link)
                    .attr("target", "_blank")
                    .attr("rel", "noopener noreferrer")
                    .child(shape)
                    .erase(),
                None => shape.erase(),
            }
        }
        Shape::Words { place, class, text } => words(place, class, text),
        Shape::Line { place: [x1, y1, x2, y2], class } => {
            svg::path().attr("class", class).attr("d", format!("M{x1} {y1}L{x2} {y2}")).erase()
        }
    }
}

fn rectangle([x, y, width, height]: [u32; 4]) -> Erased {
    let [x, y, width, height] = [x, y, width, height].map(|number| number.to_string());
    svg::rect().attr("x", x).attr("y", y).attr("width", width).attr("height", height).attr("rx", "2").erase()
}

fn words([x, y]: [u32; 2], class: &'static str, text: String) -> Erased {
    svg::text().attr("x", x.to_string()).attr("y", y.to_string()).attr("class", class).child(text).erase()
}

/// A text cut to a width, with letters so wide.
pub fn fitted(text: &str, width: u32, letter: u32) -> String {
    let letters = usize::try_from(width * 10 / letter).unwrap_or_default();
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    match letters {
        0..3 => String::new(),
        letters => text.chars().take(letters - 1).chain(['\u{2026}']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LETTER, fitted};

    #[test]
    fn words_are_cut_to_what_fits() {
        assert_eq!(fitted("cle-01-sw1", 67, LETTER), "cle-01-sw1");
        assert_eq!(fitted("cle-01-sw1", 50, LETTER), "cle-01\u{2026}");
        assert_eq!(fitted("cle", 10, LETTER), "");
    }
}
