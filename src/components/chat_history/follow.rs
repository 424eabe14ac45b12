//! Whether the transcript follows its end. Pure: positions go in, the position to scroll to comes out. A scroll is
//! known as our own by where it leads, not by when it came, so no timer can be wrong.

/// How near the end counts as being there, in pixels.
const NEAR: i32 = 48;

/// Where a scroller is, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// How far it is scrolled.
    pub top: i32,
    /// The height that is seen.
    pub height: i32,
    /// The height of all there is.
    pub content: i32,
}

impl Position {
    fn end(self) -> i32 {
        (self.content - self.height).max(0)
    }
}

/// Whether the transcript follows its end, and what was missed while it did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    attached: bool,
    /// Where we scrolled to last.
    written: Option<i32>,
    /// Whether the end is out of sight.
    away: bool,
    unseen: usize,
    /// Where it was when it was last looked at.
    seen: Option<Position>,
}

impl Default for Follow {
    fn default() -> Self {
        Self { attached: true, written: None, away: false, unseen: 0, seen: None }
    }
}

impl Follow {
    /// Whether the way back should be offered.
    pub fn is_away(&self) -> bool {
        self.away
    }

    /// Whether it follows the end.
    pub fn is_attached(&self) -> bool {
        self.attached
    }

    /// How much came that was not seen.
    pub fn unseen(&self) -> usize {
        self.unseen
    }

    /// Follows the end from now on.
    pub fn attach(&mut self) {
        self.attached = true;
        self.unseen = 0;
    }

    /// Stays where it is: the person opened or closed something and looks at it.
    pub fn detach(&mut self) {
        self.attached = false;
    }

    /// Counts what came.
    pub fn arrived(&mut self, count: usize) {
        if !self.attached {
            self.unseen += count;
        }
    }

    /// Takes notice of a scroll: one that did not lead where we wrote to was the person's.
    pub fn scrolled(&mut self, position: Position) {
        self.away = position.end() - position.top > NEAR;
        let before = self.seen.replace(position);
        let is_ours = self.written.is_some_and(|written| (written - position.top).abs() <= 1);
        if is_ours {
            return;
        }
        self.written = None;
        // However little: whoever scrolls up wants to stay there. (Less content moves what is seen up too.)
        let went_up = before.is_some_and(|before| {
            position.top < before.top - 1 && position.content >= before.content && position.height == before.height
        });
        if went_up || self.away {
            self.attached = false;
        } else {
            self.attach();
        }
    }

    /// Takes notice of another height, and says where to scroll to, if anywhere. Nothing moves under a selection.
    pub fn resized(&mut self, position: Position, has_selection: bool) -> Option<i32> {
        self.seen = Some(position);
        if !self.attached || has_selection {
            self.away = position.end() - position.top > NEAR;
            return None;
        }
        self.away = false;
        self.written = Some(position.end());
        self.seen = Some(Position { top: position.end(), ..position });
        (position.top != position.end()).then(|| position.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(top: i32, content: i32) -> Position {
        Position { top, height: 500, content }
    }

    #[test]
    fn it_follows_growing_content() {
        let mut follow = Follow::default();
        assert_eq!(follow.resized(position(0, 800), false), Some(300));
        follow.scrolled(position(300, 800));
        assert_eq!(follow.resized(position(300, 900), false), Some(400));
        // Content grew again between our write and its event.
        follow.scrolled(position(400, 1_000));
        assert_eq!(follow.resized(position(400, 1_000), false), Some(500));
    }

    #[test]
    fn a_person_who_scrolls_up_is_left_alone_and_told_what_came() {
        let mut follow = Follow::default();
        follow.resized(position(0, 2_000), false);
        follow.scrolled(position(900, 2_000));
        assert_eq!(follow.resized(position(900, 2_200), false), None);
        follow.arrived(1);
        assert!(follow.is_away());
        assert_eq!(follow.unseen(), 1);
    }

    #[test]
    fn coming_back_to_the_end_follows_again() {
        let mut follow = Follow::default();
        follow.resized(position(0, 2_000), false);
        follow.scrolled(position(900, 2_000));
        follow.arrived(2);
        follow.scrolled(position(1_480, 2_000));
        assert!(!follow.is_away());
        assert_eq!(follow.unseen(), 0);
        assert_eq!(follow.resized(position(1_480, 2_100), false), Some(1_600));
    }

    #[test]
    fn scrolling_up_slowly_while_it_grows_is_possible() {
        let mut follow = Follow::default();
        assert_eq!(follow.resized(position(0, 2_000), false), Some(1_500));
        follow.scrolled(position(1_500, 2_000));
        follow.scrolled(position(1_480, 2_000));
        assert_eq!(follow.resized(position(1_480, 2_040), false), None);
        follow.scrolled(position(1_460, 2_040));
        assert_eq!(follow.resized(position(1_460, 2_080), false), None);
    }

    #[test]
    fn nothing_moves_under_a_selection() {
        let mut follow = Follow::default();
        assert_eq!(follow.resized(position(0, 2_000), true), None);
        assert_eq!(follow.resized(position(0, 2_000), false), Some(1_500));
    }

    #[test]
    fn what_a_person_opens_does_not_run_away() {
        let mut follow = Follow::default();
        follow.resized(position(0, 800), false);
        follow.scrolled(position(300, 800));
        follow.detach();
        assert_eq!(follow.resized(position(300, 1_600), false), None);
        assert!(follow.is_away());
    }
}
