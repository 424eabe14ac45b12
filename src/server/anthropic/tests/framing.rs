//! However the network cuts a stream and whatever its line endings, the same comes out.

use proptest::prelude::*;

use super::super::reply::ReplyEvent;
use super::super::sse::Reader;
use super::{FIXTURES, TEXT, read};

const ENDINGS: [&str; 3] = ["\n", "\r\n", "\r"];

/// A stream cut at these places.
fn pieces<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn any_split_in_any_framing_gives_the_same_events(
        fixture in prop::sample::select(FIXTURES.as_slice()),
        ending in prop::sample::select(ENDINGS.as_slice()),
        mark in any::<bool>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let framed = format!("{}{}", if mark { "\u{feff}" } else { "" }, fixture.replace('\n', ending));
        let (whole, whole_fault) = read([fixture.as_bytes()]);
        let (split, split_fault) = read(pieces(framed.as_bytes(), &cuts));
        prop_assert_eq!(split, whole);
        prop_assert_eq!(format!("{split_fault:?}"), format!("{whole_fault:?}"));
    }

    #[test]
    fn a_cut_stream_is_never_done(
        fixture in prop::sample::select(FIXTURES.as_slice()),
        ending in prop::sample::select(ENDINGS.as_slice()),
        cut in any::<prop::sample::Index>(),
    ) {
        let framed = fixture.replace('\n', ending);
        // Only the blank line after `message_stop` may be missing.
        let cut = &framed.as_bytes()[..cut.index(framed.trim_end().len())];
        let (events, _) = read([cut]);
        let done = events.iter().any(|event| matches!(event, ReplyEvent::Done(_)));
        prop_assert!(!done, "a reply came out of {} bytes", cut.len());
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut reader = Reader::default();
        if reader.push(&bytes, &mut Vec::new()).is_ok() {
            let _ = reader.finish();
        }
    }
}

#[test]
fn single_bytes_give_the_same_events() {
    for fixture in FIXTURES {
        for ending in ENDINGS {
            let framed = fixture.replace('\n', ending);
            let (single, _) = read(framed.as_bytes().chunks(1));
            assert_eq!(single, read([fixture.as_bytes()]).0);
        }
    }
}

#[test]
fn a_missing_last_blank_line_does_no_harm() {
    assert!(matches!(read([TEXT.trim_end().as_bytes()]).0.last(), Some(ReplyEvent::Done(_))));
}
