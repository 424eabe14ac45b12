use std::fmt::Write as _;

use proptest::prelude::*;

use super::{Alignment, Block, Document, Inline, MAXIMUM_DEPTH, parse};

mod open;
mod streaming;

/// A tree on one line, to compare and to read.
fn outline(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        if !out.is_empty() {
            out.push(' ');
        }
        match block {
            Block::Paragraph(inlines) => write!(out, "p({})", inline_outline(inlines)),
            Block::Heading { level, inlines } => write!(out, "h{level}({})", inline_outline(inlines)),
            Block::List { start, tight, items } => {
                let items: Vec<_> = items.iter().map(|item| format!("[{}]", outline(item))).collect();
                let name = start.map_or("ul".to_owned(), |start| format!("ol{start}"));
                write!(out, "{name}{}({})", if *tight { "" } else { "-loose" }, items.concat())
            }
            Block::Code { language, text } => {
                write!(
                    out,
                    "code{}({text})",
                    language.as_ref().map_or(String::new(), |language| format!("-{language}"))
                )
            }
            Block::Quote(blocks) => write!(out, "quote({})", outline(blocks)),
            Block::Table { alignments, head, rows } => {
                let cell = |cell: &Vec<Inline>| format!("[{}]", inline_outline(cell));
                let row = |cells: &Vec<Vec<Inline>>| cells.iter().map(cell).collect::<Vec<_>>().concat();
                let alignments: String = alignments
                    .iter()
                    .map(|alignment| match alignment {
                        Alignment::None => '-',
                        Alignment::Left => '<',
                        Alignment::Center => '=',
                        Alignment::Right => '>',
                    })
                    .collect();
                let rows: Vec<_> = rows.iter().map(row).collect();
                write!(out, "table{alignments}({} / {})", row(head), rows.join(" / "))
            }
            Block::Rule => write!(out, "rule"),
            Block::Result { handle } => write!(out, "result-{handle}"),
        }
        .unwrap();
    }
    out
}

fn inline_outline(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => text.clone(),
            Inline::Strong(inlines) => format!("b({})", inline_outline(inlines)),
            Inline::Emphasis(inlines) => format!("i({})", inline_outline(inlines)),
            Inline::Strikethrough(inlines) => format!("s({})", inline_outline(inlines)),
            Inline::Code(text) => format!("c({text})"),
            Inline::Link { url, inlines } => format!("a({url}|{})", inline_outline(inlines)),
            Inline::LineBreak => "⏎".to_owned(),
            Inline::SoftBreak => "␣".to_owned(),
        })
        .collect()
}

#[track_caller]
fn becomes(markdown: &str, expected: &str) {
    assert_eq!(outline(&parse(markdown)), expected, "{markdown:?}");
}

#[test]
fn blocks() {
    becomes("", "");
    becomes("one\ntwo\n\nthree", "p(one␣two) p(three)");
    becomes("# Sites\n###### Small\nUnder\n---", "h1(Sites) h6(Small) h2(Under)");
    becomes("- a\n- b\n  - c\n", "ul([p(a)][p(b) ul([p(c)])])");
    becomes("3. a\n\n4. b", "ol3-loose([p(a)][p(b)])");
    becomes("- a\n  ```\n  x\n  ```\n  b", "ul([p(a) code(x) p(b)])");
    becomes("-\n- b", "ul([][p(b)])");
    becomes("```json title\n{\n\n}\n```\nafter", "code-json({\n\n}) p(after)");
    becomes("    indented\n\n    more", "code(indented\n\nmore)");
    becomes("> a\n> - b\n\nc", "quote(p(a) ul([p(b)])) p(c)");
    becomes("a\n\n---\n\nb", "p(a) rule p(b)");
}

#[test]
fn inlines() {
    becomes("**a *b*** `c` ~~d~~", "p(b(a i(b)) c(c) s(d))");
    becomes("one  \ntwo\\\nthree\nfour", "p(one⏎two⏎three␣four)");
    becomes("sw_core_01 and 10~20 or 30~40", "p(sw_core_01 and 10~20 or 30~40)");
    becomes("a &amp; b \\* c", "p(a & b * c)");
}

#[test]
fn tables() {
    becomes(
        "| Site | Devices | Up |\n|:--|--:|:-:|\n| `cle-01` | 12 | **yes** |\n| det \\| 02 |\n| a<br>b | | |\n",
        "table<>=([Site][Devices][Up] / [c(cle-01)][12][b(yes)] / [det | 02] / [a⏎b])",
    );
}

#[test]
fn html_is_text() {
    becomes("<script>alert(1)</script>", "p(<script>alert(1)</script>)");
    becomes("a <b onclick=x>b</b> <!-- c -->", "p(a <b onclick=x>b</b> <!-- c -->)");
    becomes("<div>\n<img src=x>\n</div>\n\nb", "p(<div>⏎<img src=x>⏎</div>) p(b)");
    becomes("a<BR/>b", "p(a⏎b)");
    becomes("<site>", "p(<site>)");
}

#[test]
fn nothing_is_loaded_and_little_is_followed() {
    becomes("![rack **3**](https://evil.example/?q=secret)", "p(rack b(3))");
    becomes("![a [b](https://x.example) c](https://evil.example)", "p(a b c)");
    becomes("[a](javascript:alert(1)) [b](/dcim/) [c](data:text/html,x)", "p(a b c)");
    becomes("[**a** b](https://netbox.example/x)", "p(a(https://netbox.example/x|b(a) b))");
    becomes(
        "<https://a.example> <noc@example.com>",
        "p(a(https://a.example|https://a.example) a(mailto:noc@example.com|noc@example.com))",
    );
    becomes("https://a.example", "p(https://a.example)");
    becomes("[1]: javascript:alert(1)\n\n[a][1] ![b][1]", "p(a b)");
}

#[test]
fn references_find_what_is_above() {
    let link = "a(https://x.example|a)";
    becomes("[1]: https://x.example\n\nb\n\nc [a][1]", &format!("p(b) p(c {link})"));
    becomes("[Foo  Bar]: https://x.example\n\nb\n\n[foo bar]", "p(b) p(a(https://x.example|foo bar))");
    becomes("[a][1]\n\n[1]: https://x.example\n\n", "p([a][1])");
    // The first definition counts, also if the second is nearer.
    becomes("[1]: https://x.example\n\nb\n\n[a][1]\n\n[1]: https://evil.example", &format!("p(b) p({link})"));
    becomes("[1]: data:x\n\nb\n\n[a][1]\n\n[1]: https://evil.example", "p(b) p(a)");
}

#[test]
fn references_cannot_multiply_a_long_address() {
    let url = format!("https://{}", "x".repeat(2000));
    let markdown = format!("[a]: {url}\n\nb\n\n{}", "[a] ".repeat(50_000));
    let tree = outline(&parse(&markdown));
    assert!(tree.len() < 1_000_000, "{} bytes", tree.len());
}

fn depth(blocks: &[Block]) -> usize {
    let of_block = |block: &Block| match block {
        Block::Paragraph(inlines) | Block::Heading { inlines, .. } => inline_depth(inlines),
        Block::List { items, .. } => 1 + items.iter().map(|item| depth(item)).max().unwrap_or(0),
        Block::Quote(blocks) => depth(blocks),
        Block::Table { head, rows, .. } => {
            rows.iter().chain([head]).flatten().map(|cell| inline_depth(cell)).max().unwrap_or(0)
        }
        Block::Code { .. } | Block::Rule | Block::Result { .. } => 0,
    };
    blocks.iter().map(|block| 1 + of_block(block)).max().unwrap_or(0)
}

fn inline_depth(inlines: &[Inline]) -> usize {
    let of_inline = |inline: &Inline| match inline {
        Inline::Strong(inlines)
        | Inline::Emphasis(inlines)
        | Inline::Strikethrough(inlines)
        | Inline::Link { inlines, .. } => inline_depth(inlines),
        _ => 0,
    };
    inlines.iter().map(|inline| 1 + of_inline(inline)).max().unwrap_or(0)
}

fn texts(blocks: &[Block]) -> String {
    outline(blocks).chars().filter(char::is_ascii_lowercase).collect()
}

#[test]
fn nesting_is_bounded_and_loses_no_text() {
    let nested_list = (0..500).fold(String::new(), |list, level| list + &"  ".repeat(level) + "- x\n");
    for markdown in [
        format!("{}x", "> ".repeat(10_000)),
        format!("{}x", "- ".repeat(10_000)),
        format!("{}x", "> - ".repeat(5_000)),
        format!("{}x{}", "*a ".repeat(3_000), "*".repeat(3_000)),
        format!("{}x{}", "**a _b ".repeat(3_000), "_**".repeat(3_000)),
        nested_list,
    ] {
        let blocks = parse(&markdown);
        let bound = 2 * MAXIMUM_DEPTH + 4;
        assert!(depth(&blocks) <= bound, "{} levels of {:?}", depth(&blocks), &markdown[..20]);
        assert!(texts(&blocks).contains('x'));
    }
}

/// What makes careless parsers take quadratic time or worse. Each is over in well under a second if time is linear
/// and takes many minutes if it is not.
#[test]
fn hostile_text_takes_linear_time() {
    let started = std::time::Instant::now();
    for unit in [
        "[",
        "]",
        "![",
        "[a](",
        "[a][",
        "[a]: x\n\n",
        "*",
        "**a ",
        "*a_ ",
        "_a*",
        "`",
        "``a`",
        "<",
        "<a ",
        "<!--",
        "> ",
        ">\n",
        "- ",
        "-\n",
        "- a\n\n",
        "1. a\n",
        "|",
        "|a|\n",
        "|a|b|\n|-|-|\n|c|\n\n",
        "a|",
        "\\",
        "&",
        "&#",
        "~~a",
        "# ",
        "```\n",
        "~",
        "a\n\n",
        "a  \n",
        "\r",
        "\u{0}",
        "日本",
        "<https://",
        "](",
        "(",
        "    a\n\n",
        "\t",
        "<br>",
        "[a]\n\n",
        "a\n===\n",
    ] {
        parse(&unit.repeat(400_000 / unit.len()));
    }
    let wide = format!("{}\n{}\n{}", "|a".repeat(2_000), "|-".repeat(2_000), "|b\n".repeat(40_000));
    parse(&wide);
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn anything_is_parsed(text in ".{0,300}") {
        let blocks = parse(&text);
        prop_assert!(depth(&blocks) <= 2 * MAXIMUM_DEPTH + 4);
    }
}
