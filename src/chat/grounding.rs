//! Finds in a text what is not from NetBox: the server says which names, addresses and numbers of an answer occur in
//! no tool's result.

/// A text in pieces, each with whether it is one of `spans`; together the pieces are the text again. A span is found
/// only where it stands for itself: `12` is not found in `212` or `10.12.0.1`.
pub fn split<'text>(text: &'text str, spans: &[String]) -> Vec<(bool, &'text str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut before = None;
    while let Some((start, length)) = first(rest, before, spans) {
        let (plain, from) = rest.split_at_checked(start).unwrap_or((rest, ""));
        let (found, after) = from.split_at_checked(length).unwrap_or((from, ""));
        if !plain.is_empty() {
            pieces.push((false, plain));
        }
        pieces.push((true, found));
        before = found.chars().next_back();
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push((false, rest));
    }
    pieces
}

/// Where the first span begins, and how long it is; of two that begin there, the longer.
fn first(text: &str, before: Option<char>, spans: &[String]) -> Option<(usize, usize)> {
    let found = spans.iter().filter(|span| !span.is_empty()).filter_map(|span| {
        let mut places = text.match_indices(span.as_str()).map(|(start, _)| start);
        places.find(|start| stands_alone(text, before, *start, span.len())).map(|start| (start, span.len()))
    });
    found.min_by_key(|(start, length)| (*start, usize::MAX - length))
}

fn stands_alone(text: &str, before: Option<char>, start: usize, length: usize) -> bool {
    let left = text.get(..start).and_then(|left| left.chars().next_back()).or(if start == 0 { before } else { None });
    let mut right = text.get(start + length..).unwrap_or_default().chars();
    let next = right.next();
    // A dot, a comma or a colon ends a sentence or goes on with an address or a number.
    let goes_on = matches!(next, Some('.' | ',' | ':')) && right.next().is_some_and(char::is_alphanumeric);
    let joins =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || "-_./:".contains(letter));
    let is_joined_after = next.is_some_and(|letter| letter.is_alphanumeric() || "-_/".contains(letter)) || goes_on;
    !joins(left) && !is_joined_after
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::split;

    fn found(text: &str, spans: &[&str]) -> Vec<String> {
        let spans: Vec<String> = spans.iter().map(ToString::to_string).collect();
        split(text, &spans).into_iter().filter(|piece| piece.0).map(|piece| piece.1.to_owned()).collect()
    }

    #[test]
    fn a_number_is_found_only_where_it_stands_for_itself() {
        assert_eq!(found("12 of 212, 10.12.0.1, 12.5 and 12.", &["12"]), ["12", "12"]);
    }

    #[test]
    fn the_longer_of_two_is_found() {
        assert_eq!(found("cle-01-sw1 and cle-01", &["cle-01", "cle-01-sw1"]), ["cle-01-sw1", "cle-01"]);
    }

    proptest! {
        #[test]
        fn pieces_are_the_text_again(text in "[a-c1. \u{e9}-]{0,40}", spans in proptest::collection::vec("[a-c1.\u{e9}]{0,3}", 0..4)) {
            let joined: String = split(&text, &spans).into_iter().map(|piece| piece.1).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
