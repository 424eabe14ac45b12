//! Server-sent events: bytes in, events out, however the network cut them.
//!
//! Follows the WHATWG rules (<https://html.spec.whatwg.org/multipage/server-sent-events.html>) with two differences:
//! a last event whose blank line is missing counts (whether the stream was whole is for the caller to decide), and
//! bytes that are no UTF-8 are an error instead of replacement characters in somebody's tool arguments.

/// The largest event accepted, in bytes, all of its lines together. The API's own limit for a whole request is 32 MB,
/// and one event carries only a piece of a reply.
pub const MAXIMUM_EVENT_BYTES: usize = 8 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The `event:` field; empty where there was none.
    pub name: String,
    /// The `data:` lines, joined with line feeds.
    pub data: String,
}

/// Why a stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// An event is larger than [`MAXIMUM_EVENT_BYTES`].
    #[error("an event is larger than {MAXIMUM_EVENT_BYTES} bytes")]
    TooLarge,
    /// A line is not UTF-8.
    #[error("a line is not UTF-8")]
    NotUtf8,
}

/// Reads a stream piece by piece. After an error it must not be used again.
#[derive(Debug, Default)]
pub struct Reader {
    /// The line that has no end yet.
    line: Vec<u8>,
    /// Whether the last line ended with a carriage return, so that a line feed now belongs to it.
    after_carriage_return: bool,
    /// Whether the first line, which may begin with a byte order mark, is done.
    begun: bool,
    event: Event,
    /// Whether the event has a `data` field, be it empty. Without one it is not dispatched.
    has_data: bool,
}

impl Reader {
    /// Takes the next bytes and appends the events that they complete.
    pub fn push(&mut self, mut bytes: &[u8], events: &mut Vec<Event>) -> Result<(), ReadError> {
        while let Some(&first) = bytes.first() {
            if std::mem::take(&mut self.after_carriage_return) && first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if self.line.len() + self.event.data.len() + piece.len() > MAXIMUM_EVENT_BYTES {
                return Err(ReadError::TooLarge);
            }
            let Some(end) = end else {
                self.line.extend_from_slice(piece);
                break;
            };
            self.after_carriage_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            // Most lines come in one piece, and need not be kept.
            let finished = if self.line.is_empty() {
                self.end_line(piece)
            } else {
                self.line.extend_from_slice(piece);
                let mut line = std::mem::take(&mut self.line);
                let finished = self.end_line(&line);
                line.clear();
                self.line = line;
                finished
            };
            events.extend(finished?);
        }
        Ok(())
    }

    /// Ends the stream: gives the last event if only its blank line was missing.
    pub fn finish(&mut self) -> Result<Option<Event>, ReadError> {
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.end_line(&line)?;
        }
        Ok(self.dispatch())
    }

    /// Interprets the finished line; a blank one completes an event.
    fn end_line(&mut self, mut line: &[u8]) -> Result<Option<Event>, ReadError> {
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let line = std::str::from_utf8(line).map_err(|_| ReadError::NotUtf8)?;
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // Comments (an empty field), `id`, `retry` and whatever comes later.
            _ => {}
        }
        Ok(None)
    }

    fn dispatch(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(String, String)> {
        let (mut reader, mut events) = (Reader::default(), Vec::new());
        reader.push(bytes, &mut events).unwrap();
        events.extend(reader.finish().unwrap());
        events.into_iter().map(|event| (event.name, event.data)).collect()
    }

    fn event(name: &str, data: &str) -> (String, String) {
        (name.to_owned(), data.to_owned())
    }

    #[test]
    fn byte_order_mark_comments_and_foreign_fields_are_skipped() {
        let stream = "\u{feff}event: a\n: comment\nid: 7\nretry: 10\nwhatever\ndata: {}\n\n";
        assert_eq!(read(stream.as_bytes()), [event("a", "{}")]);
    }

    #[test]
    fn data_lines_are_joined_and_lose_one_space() {
        assert_eq!(read(b"data:  one\ndata\ndata:two\n\n"), [event("", " one\n\ntwo")]);
    }

    #[test]
    fn every_line_ending_counts_once() {
        assert_eq!(read(b"data: 1\r\n\r\ndata: 2\r\rdata: 3\n\n"), [event("", "1"), event("", "2"), event("", "3")]);
    }

    #[test]
    fn events_without_data_are_dropped() {
        assert_eq!(read(b"event: a\n\n\n\nevent: b\ndata: x\n\n"), [event("b", "x")]);
    }

    #[test]
    fn the_last_event_needs_no_blank_line() {
        assert_eq!(read(b"data: 1\n\ndata: 2\n"), [event("", "1"), event("", "2")]);
        assert_eq!(read(b"data: 1\n\ndata: 2"), [event("", "1"), event("", "2")]);
    }

    #[test]
    fn a_line_without_end_is_refused_in_time() {
        let (mut reader, mut events) = (Reader::default(), Vec::new());
        let piece = vec![b'x'; 1024 * 1024];
        let pieces = (0..64).take_while(|_| reader.push(&piece, &mut events).is_ok()).count();
        assert_eq!(pieces, MAXIMUM_EVENT_BYTES / piece.len());
    }

    #[test]
    fn an_event_of_many_lines_is_refused_in_time() {
        let (mut reader, mut events) = (Reader::default(), Vec::new());
        let line = [b"data: ".as_slice(), &vec![b'x'; 1024 * 1024], b"\n"].concat();
        let lines = (0..64).take_while(|_| reader.push(&line, &mut events).is_ok()).count();
        assert!(lines < MAXIMUM_EVENT_BYTES / 1024 / 1024 + 1, "{lines} lines accepted");
    }

    #[test]
    fn broken_utf8_is_an_error() {
        assert_eq!(Reader::default().push(b"data: \xff\n", &mut Vec::new()), Err(ReadError::NotUtf8));
    }
}
