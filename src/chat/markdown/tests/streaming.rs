//! A document is the same however it arrives.

use proptest::prelude::*;

use super::super::builder::build;
use super::super::links::Definitions;
use super::super::{Block, Document, Inline, parse};

/// Lines that mean something different depending on what is around them.
fn line() -> impl Strategy<Value = String> {
    let text = prop::sample::select(vec![
        "",
        "",
        "",
        "",
        " ",
        "\t",
        "text",
        "**bold** and *it*",
        "a_b_c",
        "`code`",
        "~~old~~",
        "10~20~30",
        "\\",
        "&amp;",
        "```",
        "```json",
        "~~~",
        "---",
        "===",
        "***",
        "- item",
        "* item",
        "+",
        "-",
        "1. one",
        "2) two",
        "10. ten",
        "> quote",
        ">",
        "| a | b |",
        "|---|---|",
        "a | b",
        "--- | ---",
        "# head",
        "#",
        "    indented",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<br>",
        "<pre>",
        "<a>",
        "![x](y)",
        "**open",
        "`open",
        "| c",
        "日本語",
        "text  ",
        "\u{a0}",
        "\u{0c}",
    ]);
    let indent = prop::sample::select(vec![
        "", "", "", "", " ", "  ", "   ", "    ", "\t", "> ", ">> ", "- ", "  - ", "1. ", "   ",
    ]);
    (indent, text).prop_map(|(indent, text)| format!("{indent}{text}"))
}

fn definition_line() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "[a]: https://one.example",
        "[a]:",
        "https://two.example",
        "[b]: <https://b.example> 'title",
        "title'",
        "[a]",
        "[x][a]",
        "[b][]",
        "[x](https://c.example)",
        "[a]: javascript:x",
        "> [b]: https://q.example",
        "- [a]: https://l.example",
        "[x",
        "][b]",
        "![i][a]",
        "[o [a] c](https://d.example)",
        "*[a*][b]",
        "\"title\"",
        "[c]: https://e.example \"t\"",
        "[c]",
    ])
    .prop_map(str::to_owned)
}

fn document(lines: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    prop::collection::vec((lines, end), 0..24)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect::<String>())
}

/// Pushes `text` in pieces of these lengths, over and over, and checks what must hold on the way.
fn stream(text: &str, lengths: &[usize]) -> Result<Vec<Block>, TestCaseError> {
    let mut document = Document::new();
    let mut characters = text.chars();
    let mut seen: Vec<Block> = Vec::new();
    for length in lengths.iter().cycle() {
        let piece: String = characters.by_ref().take(*length).collect();
        if piece.is_empty() && *length > 0 {
            break;
        }
        document.push(&piece);
        let finished = document.finished();
        prop_assert!(finished.len() >= seen.len());
        prop_assert_eq!(&finished[..seen.len()], &seen[..], "a finished block changed");
        seen = finished.to_vec();
    }
    document.finish();
    prop_assert_eq!(&document.finished()[..seen.len()], &seen[..]);
    prop_assert!(document.open().is_empty());
    Ok(document.into_blocks())
}

fn lengths() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..12, 1..20)
}

/// The document as one piece.
fn whole(text: &str) -> Vec<Block> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    build(&text, &mut Definitions::default()).blocks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_split_gives_the_same_tree(text in document(line()), lengths in lengths()) {
        prop_assert_eq!(stream(&text, &lengths)?, parse(&text));
    }

    #[test]
    fn any_split_gives_the_same_links(
        text in document(prop_oneof![line(), definition_line(), definition_line()]),
        lengths in lengths(),
    ) {
        prop_assert_eq!(stream(&text, &lengths)?, parse(&text));
    }

    /// Without references, cutting a document into pieces changes nothing.
    #[test]
    fn pieces_are_what_the_whole_is(text in document(line())) {
        prop_assert_eq!(parse(&text), whole(&text));
    }

    #[test]
    fn any_text_may_be_split(text in "[\\PC\n]{0,200}", lengths in lengths()) {
        prop_assert_eq!(stream(&text, &lengths)?, parse(&text));
    }
}

#[test]
fn blocks_finish_while_the_text_goes_on() {
    let mut document = Document::new();
    document.push("# Sites\n\nThere are **14** sites.\n\n```\na\n\nb\n");
    assert_eq!(document.finished().len(), 2);
    assert_eq!(document.open(), [Block::Code { language: None, text: "a\n\nb".into() }]);
    document.push("```\n\n- x\n");
    assert_eq!(document.finished().len(), 3);
    document.push("\n\nEnd");
    document.finish();
    assert_eq!(document.finished()[4], Block::Paragraph(vec![Inline::Text("End".into())]));
}

#[test]
fn a_long_open_block_is_shown_in_steps() {
    let mut document = Document::new();
    document.push("```\n");
    for _ in 0..100_000 {
        document.push("interface ");
    }
    let [Block::Code { text, .. }] = document.open() else { panic!("{:?}", document.open()) };
    assert!(text.len() > 970_000, "{}", text.len());
    document.finish();
    let [Block::Code { text, .. }] = document.finished() else { panic!("not one block") };
    assert_eq!(text.len(), 1_000_000);
}
