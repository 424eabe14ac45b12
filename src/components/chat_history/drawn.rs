//! Which turns are in the page: the newest, and as many before them as somebody asked for. All of a long conversation
//! would be tens of thousands of elements, and a request for every table in it.

/// How many turns there are at first, and how many more each time that earlier ones are asked for.
const STEP: usize = 30;

/// The first turn to be drawn, of so many.
pub fn newest(turns: usize) -> usize {
    turns.saturating_sub(STEP)
}

/// The first turn to be drawn when those before `first` are asked for.
pub fn earlier(first: usize) -> usize {
    first.saturating_sub(STEP)
}

/// The first turn to be drawn for somebody who looks at the end. Many go at once, and seldom.
pub fn at_the_end(first: usize, turns: usize) -> usize {
    if turns.saturating_sub(first) > 2 * STEP { newest(turns) } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_conversation_is_whole_and_a_long_one_is_not() {
        assert_eq!((newest(0), newest(STEP), newest(STEP + 1), newest(300)), (0, 0, 1, 300 - STEP));
        assert_eq!((earlier(1), earlier(STEP), earlier(300)), (0, 0, 300 - STEP));
    }

    #[test]
    fn what_comes_does_not_add_up() {
        let (mut first, mut most) = (0, 0);
        for turns in 1..=1_000 {
            first = at_the_end(first, turns);
            most = most.max(turns - first);
        }
        assert_eq!(most, 2 * STEP);
    }
}
