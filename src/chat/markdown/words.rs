//! The words of a document, without its marks: for what is heard, and for names.

use super::{Block, Inline};

/// The words of blocks, each block ended like a sentence. A table is read row by row.
pub fn words(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        say(block, &mut text);
    }
    text
}

fn say(block: &Block, text: &mut String) {
    match block {
        Block::Paragraph(content) | Block::Heading { inlines: content, .. } => sentence(&inline_words(content), text),
        Block::List { items, .. } => items.iter().flatten().for_each(|block| say(block, text)),
        Block::Quote(blocks) => blocks.iter().for_each(|block| say(block, text)),
        Block::Code { text: code, .. } => sentence(code, text),
        Block::Table { head, rows, .. } => {
            for row in std::iter::once(head).chain(rows) {
                let cells: Vec<String> = row.iter().map(|cell| inline_words(cell)).collect();
                sentence(&cells.join(", "), text);
            }
        }
        Block::Rule | Block::Result { .. } => {}
    }
}

fn sentence(words: &str, text: &mut String) {
    let words = words.trim();
    if words.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(words);
    if !words.ends_with(['.', ':', '?', '!']) {
        text.push('.');
    }
}

/// The words of running text.
pub fn inline_words(content: &[Inline]) -> String {
    content
        .iter()
        .map(|one| match one {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Strong(content)
            | Inline::Emphasis(content)
            | Inline::Strikethrough(content)
            | Inline::Link { inlines: content, .. } => inline_words(content),
            Inline::LineBreak | Inline::SoftBreak => " ".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::words;

    #[test]
    fn marks_are_not_read_aloud() {
        let answer =
            "**14** sites:\n\n| Site | Status |\n|---|---|\n| `cle-01` | Active |\n\n- one\n- [two](http://x.example)";
        assert_eq!(words(&parse(answer)), "14 sites: Site, Status. cle-01, Active. one. two.");
    }
}
