//! Rows to take along: as CSV and as Markdown.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::save;
use super::state::{ResultState, Shown};
use crate::components::erase::{Erase, Erased, live};
use crate::components::format;
use crate::components::icon::Icon;
use crate::components::menu::Menu;
use crate::components::picture::is_drawn;
use crate::wire::problem::Problem;
use crate::wire::result::{Column, ResultQuery};
use crate::wire::tool::Cell;

/// How many rows are fetched at once.
const BATCH: u64 = 1_000;

/// What can be made of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Export {
    CopyCsv,
    CopyMarkdown,
    SaveCsv,
    SaveSvg,
}

/// The menu of what can be taken along.
#[component]
pub fn ExportMenu(
    /// The result.
    state: ResultState,
) -> impl IntoView {
    let choices = live(move || {
        let is_drawn =
            state.page.with(|page| page.as_ref().is_some_and(|page| page.picture.as_ref().is_some_and(is_drawn)));
        let has_rows = state.page.with(|page| page.as_ref().is_some_and(|page| page.kept > 0));
        let picture = (is_drawn && state.shown.get() == Shown::Picture)
            .then(|| choice(state, Export::SaveSvg, "Save the picture as SVG"));
        let rows = has_rows.then(|| {
            vec![
                choice(state, Export::SaveCsv, "Save all rows as CSV"),
                choice(state, Export::CopyCsv, "Copy all rows as CSV"),
                choice(state, Export::CopyMarkdown, "Copy all rows as Markdown"),
            ]
        });
        view! {
            {picture}
            {rows}
        }
    });
    view! { <Menu icon=Icon::Download label="Copy or save" content=choices /> }
}

fn choice(state: ResultState, export: Export, label: &'static str) -> Erased {
    view! {
        <button type="button" class="menu-choice" on:click=move |_| carry_out(state, export)>
            {label}
        </button>
    }
    .erase()
}

fn carry_out(state: ResultState, export: Export) {
    let title = state.reference.with_value(|reference| reference.title.clone());
    if export == Export::SaveSvg {
        save::picture(state.figure, &file_name(&title, "svg"));
        return;
    }
    state.said.set("Fetching all rows".to_owned());
    spawn_local(async move {
        let said = match all_rows(state).await {
            Ok((columns, rows)) => finish(export, &title, &columns, &rows).await,
            Err(problem) => problem.message,
        };
        if let Some(store) = state.store.try_get_value() {
            store.announcement.set(said.clone());
        }
        let _ = state.said.try_set(said);
    });
}

async fn finish(export: Export, title: &str, columns: &[Column], rows: &[Vec<Cell>]) -> String {
    let counted = format::counted(u64::try_from(rows.len()).unwrap_or_default(), "row", "rows");
    match export {
        Export::CopyCsv | Export::CopyMarkdown => {
            let text = if export == Export::CopyCsv { csv(columns, rows) } else { markdown(columns, rows) };
            if save::copy(text).await {
                format!("Copied {counted}")
            } else {
                "Not copied: the browser does not allow it".to_owned()
            }
        }
        Export::SaveCsv | Export::SaveSvg => {
            // Excel reads a file without a byte order mark in the system's old code page.
            save::file(&file_name(title, "csv"), "text/csv", &format!("\u{feff}{}", csv(columns, rows)));
            format!("Saved {counted}")
        }
    }
}

/// All rows that match, in the order they are shown, of the columns that are shown.
async fn all_rows(state: ResultState) -> Result<(Vec<Column>, Vec<Vec<Cell>>), Problem> {
    let (query, shown) = (state.query.get_untracked(), untrack(|| state.columns()));
    let mut rows = Vec::new();
    loop {
        let offset = u64::try_from(rows.len()).unwrap_or_default();
        let page = state.fetch(&ResultQuery { offset, limit: BATCH, ..query.clone() }).await?;
        if page.rows.is_empty() {
            break;
        }
        for cells in page.rows {
            rows.push(shown.iter().map(|(place, _)| cells.get(*place).cloned().unwrap_or_default()).collect());
        }
        if u64::try_from(rows.len()).unwrap_or_default() >= page.matching {
            break;
        }
    }
    Ok((shown.into_iter().map(|(_, column)| column).collect(), rows))
}

/// Rows as CSV (RFC 4180).
fn csv(columns: &[Column], rows: &[Vec<Cell>]) -> String {
    let mut text = String::new();
    let head: Vec<String> = columns.iter().map(|column| quoted(&inert(&column.name))).collect();
    text.push_str(&head.join(","));
    text.push_str("\r\n");
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(&inert(&cell.text))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A text that no spreadsheet takes for a formula: names in NetBox are typed by people, and `=` or `@` at the front
/// would be carried out, also as the full-width letters of East Asian keyboards and behind what is not seen. (OWASP,
/// "CSV Injection".) A plain number keeps its sign. What drives terminals is shown as a mark.
fn inert(text: &str) -> String {
    let is_number = text
        .strip_prefix(['-', '+'])
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    let seen = text.trim_start_matches(|first: char| first == ' ' || is_unseen(first));
    let starts = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\t', '\r', '\n'];
    let text = text.replace(|letter: char| letter.is_control() && !matches!(letter, '\t' | '\r' | '\n'), "\u{fffd}");
    if !is_number && seen.starts_with(starts) { format!("'{text}") } else { text }
}

/// What has no width.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r', ';', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Rows as a table in Markdown: no cell becomes another column, a link, an image or HTML.
fn markdown(columns: &[Column], rows: &[Vec<Cell>]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(columns.iter().map(|column| plain(&column.name)).collect());
    text.push_str(&line(columns.iter().map(|_| "---".to_owned()).collect()));
    for row in rows {
        let cells = row.iter().map(|cell| match &cell.link {
            Some(link) => format!("[{}](<{link}>)", plain(&cell.text)),
            None => plain(&cell.text),
        });
        text.push_str(&line(cells.collect()));
    }
    text
}

/// A text that means nothing but itself in Markdown.
fn plain(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '|' | '`' | '*' | '[' | ']' | '<' | '>' | '~' | '&' => written.extend(['\\', letter]),
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') => written.push(' '),
            letter => written.push(letter),
        }
    }
    written
}

/// A file's name out of a title.
fn file_name(title: &str, extension: &str) -> String {
    let words: Vec<&str> =
        title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).take(8).collect();
    let name = if words.is_empty() { "netbox".to_owned() } else { words.join("-") };
    format!("{}.{extension}", name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[&str]) -> Vec<Vec<Cell>> {
        vec![texts.iter().map(|text| Cell { text: (*text).into(), link: None }).collect()]
    }

    fn columns(names: &[&str]) -> Vec<Column> {
        names.iter().map(|name| Column { name: (*name).into(), ..Column::default() }).collect()
    }

    #[test]
    fn no_name_becomes_a_formula() {
        for text in ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\tx", "  =1", "\u{200b}=1", "\u{ff1d}1", "\u{feff}\u{202e}@x"]
        {
            assert!(inert(text).starts_with('\''), "{text}");
        }
        assert_eq!(inert("\u{1b}[2Ja"), "\u{fffd}[2Ja");
        assert!(csv(&columns(&["=1+1"]), &[]).starts_with("'=1+1"));
        for text in ["cle-01", "-5", "+49.5", "", "10.0.0.1"] {
            assert_eq!(inert(text), text);
        }
    }

    #[test]
    fn csv_is_quoted_where_it_has_to_be() {
        let text = csv(&columns(&["name", "description"]), &rows(&["a,b", "say \"hi\"\nnow"]));
        assert_eq!(text, "name,description\r\n\"a,b\",\"say \"\"hi\"\"\nnow\"\r\n");
    }

    #[test]
    fn markdown_keeps_its_columns() {
        let text = markdown(&columns(&["name"]), &rows(&["a|b\nc"]));
        assert_eq!(text, "| name |\n| --- |\n| a\\|b c |\n");
    }

    #[test]
    fn markdown_means_nothing_but_itself() {
        use crate::chat::markdown::{Block, Inline, parse};
        for text in [
            "![x](https://evil.invalid/p.png)",
            "<img src=x>",
            "<https://evil.invalid>",
            "[a][b]",
            "`**a** ~~b~~`",
            "\\|x",
            "&lt;b&gt;",
        ] {
            let mut row = rows(&[text]);
            row[0][0].link = Some("https://netbox.example/a_(1)/".into());
            let blocks = parse(&markdown(&columns(&["name"]), &row));
            let [Block::Table { rows, .. }] = blocks.as_slice() else { panic!("{blocks:?}") };
            let [Inline::Link { url, inlines }] = rows[0][0].as_slice() else { panic!("{text}: {:?}", rows[0]) };
            assert_eq!(url, "https://netbox.example/a_(1)/");
            let shown: String = inlines
                .iter()
                .map(|inline| match inline {
                    Inline::Text(text) => text.as_str(),
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(shown, text);
        }
    }

    #[test]
    fn a_file_is_named_after_what_it_holds() {
        assert_eq!(file_name("devices where site is cle-01", "csv"), "devices-where-site-is-cle-01.csv");
        assert_eq!(file_name("\u{2026}", "svg"), "netbox.svg");
    }
}
