//! What a key does in a field for questions.

use leptos::ev::KeyboardEvent;

/// A key with what matters about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is one fact about a key press; no two exclude each other")]
pub struct Press {
    /// The key's name.
    pub key: String,
    /// With Shift.
    pub shift: bool,
    /// With Control, or Command on a Mac.
    pub command: bool,
    /// With Alt.
    pub alt: bool,
    /// While an input method composes. Safari ends composing before the key that ends it: that one has code 229.
    pub composing: bool,
    /// Whether a fine pointer is there. On touch, Enter makes a new line.
    pub fine_pointer: bool,
    /// Whether nothing is typed.
    pub field_is_empty: bool,
    /// Whether an answer is being written.
    pub running: bool,
}

impl Press {
    /// A key as the browser tells it, in a field with text while no answer is written.
    pub fn of(event: &KeyboardEvent, fine_pointer: bool) -> Self {
        Self {
            key: event.key(),
            shift: event.shift_key(),
            command: event.ctrl_key() || event.meta_key(),
            alt: event.alt_key(),
            composing: event.is_composing() || event.key_code() == 229,
            fine_pointer,
            field_is_empty: false,
            running: false,
        }
    }
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// What the browser does with it.
    Nothing,
    /// Sends.
    Send,
    /// Stops the answer.
    Stop,
    /// Puts the last question into the field.
    EditLast,
}

/// What a key does.
pub fn pressed(press: &Press) -> Pressed {
    if press.composing {
        return Pressed::Nothing;
    }
    match press.key.as_str() {
        "Enter" if press.command => Pressed::Send,
        "Enter" if press.fine_pointer && !press.shift && !press.alt => Pressed::Send,
        "Escape" if press.running => Pressed::Stop,
        "ArrowUp" if press.field_is_empty && !press.shift && !press.command && !press.alt => Pressed::EditLast,
        _ => Pressed::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press {
        Press { key: key.into(), fine_pointer: true, ..Press::default() }
    }

    #[test]
    fn enter_sends_with_a_fine_pointer_only() {
        assert_eq!(pressed(&press("Enter")), Pressed::Send);
        assert_eq!(pressed(&Press { shift: true, ..press("Enter") }), Pressed::Nothing);
        assert_eq!(pressed(&Press { fine_pointer: false, ..press("Enter") }), Pressed::Nothing);
        assert_eq!(pressed(&Press { fine_pointer: false, command: true, ..press("Enter") }), Pressed::Send);
    }

    #[test]
    fn nothing_is_sent_while_an_input_method_composes() {
        assert_eq!(pressed(&Press { composing: true, ..press("Enter") }), Pressed::Nothing);
        assert_eq!(pressed(&Press { composing: true, running: true, ..press("Escape") }), Pressed::Nothing);
    }

    #[test]
    fn escape_stops_only_what_runs() {
        assert_eq!(pressed(&press("Escape")), Pressed::Nothing);
        assert_eq!(pressed(&Press { running: true, ..press("Escape") }), Pressed::Stop);
    }

    #[test]
    fn the_up_arrow_moves_the_cursor_where_there_is_text() {
        assert_eq!(pressed(&press("ArrowUp")), Pressed::Nothing);
        assert_eq!(pressed(&Press { field_is_empty: true, ..press("ArrowUp") }), Pressed::EditLast);
    }
}
