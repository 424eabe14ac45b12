//! How the socket is, as people should know it.

/// How the socket is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Whether it was open before: the first connecting is not worth a word.
    pub was_open: bool,
    /// Whether it is open now and was lost before.
    pub came_back: bool,
    /// Whether it is open.
    pub online: bool,
    /// Failed attempts in a row.
    pub attempt: u32,
    /// When the next attempt comes, in milliseconds from when this was said.
    pub retry_in: Option<u32>,
    /// How many commands wait to be sent.
    pub outbox: usize,
}

impl Connection {
    /// Whether the page should say that it is not connected: not during the first second of a page, nor for the one
    /// quick attempt that follows a dropped socket.
    pub fn is_lost(&self) -> bool {
        !self.online && self.attempt > u32::from(!self.was_open)
    }

    /// One sentence about it.
    pub fn sentence(&self) -> String {
        let waiting = match self.outbox {
            0 => String::new(),
            1 => " Your message is kept and sent then.".to_owned(),
            count => format!(" Your {count} messages are kept and sent then."),
        };
        match self.retry_in {
            Some(milliseconds) if milliseconds >= 1000 => {
                format!("Not connected. Trying again in {} s.{waiting}", milliseconds.div_ceil(1000))
            }
            _ => format!("Not connected. Trying again now.{waiting}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Connection;

    #[test]
    fn a_first_connecting_is_not_reported() {
        assert!(!Connection::default().is_lost());
        assert!(Connection { was_open: true, attempt: 1, ..Connection::default() }.is_lost());
        assert!(Connection { attempt: 2, ..Connection::default() }.is_lost());
    }

    #[test]
    fn the_sentence_says_what_waits() {
        let lost = Connection { attempt: 3, retry_in: Some(2500), outbox: 1, ..Connection::default() };
        assert_eq!(lost.sentence(), "Not connected. Trying again in 3 s. Your message is kept and sent then.");
    }
}
