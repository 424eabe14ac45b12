//! What the result of a call says, in few words: the number first, few names, and the rest where the page shows it.

pub(in super::super) mod cabling;
pub(in super::super) mod changes;
pub(in super::super) mod devices;
pub(in super::super) mod people;
pub(in super::super) mod places;
pub(in super::super) mod quality;
pub(in super::super) mod services;
pub(in super::super) mod space;

use serde_json::Value;

use super::super::markdown::{Row, code, escape, plain, rows, series, total};
use super::super::phrasebook::{Slots, Tell};

/// Names that a sentence may hold.
const FEW: usize = 3;

/// A result as the page shows it.
pub(super) fn place(handle: &str) -> String {
    format!("{{{{result:{handle}}}}}")
}

/// The result itself under what was said about it; nothing where there is none.
pub(super) fn shown(result: &Value) -> String {
    result["handle"].as_str().map(|handle| format!("\n\n{}", place(handle))).unwrap_or_default()
}

/// The answer. `only` stands behind the lead and says what it was narrowed to.
pub(super) fn told(tell: &Tell, result: &Value, slots: &Slots, only: &str) -> String {
    match tell {
        Tell::With(write) => {
            let text = write(result, slots);
            if only.is_empty() { text } else { format!("{text}\n\nCounted{}.", only.replace(['(', ')'], "")) }
        }
        Tell::Facts(lead) => format!("{}{only}.", sentence(lead, result, slots)),
        Tell::Ranked { none, .. } | Tell::Listed { none, .. } if total(result) == 0 => {
            format!("{}{only}.", sentence(none, result, slots))
        }
        Tell::Ranked { lead, .. } => {
            let lead = sentence(lead, result, slots);
            let pairs: Vec<String> = ranking(result).take(FEW).collect();
            let most = total(result) > FEW as u64;
            let pairs = series(&pairs, "and");
            let before = if most { "; most: " } else { ": " };
            format!("{lead}{only}{before}{pairs}.{}", if most { shown(result) } else { String::new() })
        }
        Tell::Listed { lead, .. } => {
            let lead = sentence(lead, result, slots);
            let few = total(result) <= FEW as u64;
            if few {
                format!("{lead}{only}: {}.", names(result, FEW))
            } else {
                format!("{lead}{only}:{}", shown(result))
            }
        }
    }
}

/// The groups with their numbers, the largest first: `Columbus 01 (85)`.
fn ranking(result: &Value) -> impl Iterator<Item = String> {
    let columns: Vec<&str> = result["columns"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let measured = |column: &&str| *column == "count" || column.contains(':');
    let first = columns.iter().position(measured).unwrap_or(columns.len().saturating_sub(1));
    let last = columns.len().saturating_sub(1);
    let rows = result["rows"].as_array().into_iter().flatten().filter_map(Value::as_array);
    rows.map(move |cells| {
        let text = |cell: &Value| if cell.is_null() { "none".to_owned() } else { escape(&plain(cell)) };
        let group: Vec<String> = cells.iter().take(first).map(text).collect();
        format!("{} ({})", group.join(", "), cells.get(last).map(plain).unwrap_or_default())
    })
}

/// The first rows in a sentence: the name and in brackets what else was asked for.
pub(super) fn names(result: &Value, most: usize) -> String {
    let told: Vec<String> = rows(result).into_iter().take(most).map(named).collect();
    series(&told, "and")
}

fn named(row: &Row) -> String {
    const HIDDEN: &[&str] = &["id", "display", "slug", "type"];
    let telling: Vec<(&String, String)> = row
        .iter()
        .filter(|(name, _)| !HIDDEN.contains(&name.as_str()))
        .map(|(name, value)| (name, plain(value)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let Some(((_, first), rest)) = telling.split_first() else { return code(&plain(&row["display"])) };
    let rest: Vec<String> = rest.iter().map(|(_, text)| escape(text)).collect();
    if rest.is_empty() { code(first) } else { format!("{} ({})", code(first), rest.join(", ")) }
}

/// A sentence with its slots and numbers.
fn sentence(template: &str, result: &Value, slots: &Slots) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        match name.strip_prefix('=') {
            Some(figure) => text.push_str(&self::figure(figure, result)),
            None => text.push_str(&escape(slots.get(name).unwrap_or_default())),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// `total:site:sites` as `14 sites`, `sum:memory` as `546816`.
fn figure(figure: &str, result: &Value) -> String {
    if let Some(value) = result.get(figure) {
        return if value.is_null() { "0".into() } else { plain(value) };
    }
    let (name, nouns) = figure.split_once(':').unwrap_or((figure, ""));
    let count = result[name].as_u64().unwrap_or_default();
    match nouns.split_once(':') {
        Some((one, many)) => format!("{count} {}", if count == 1 { one } else { many }),
        None => count.to_string(),
    }
}

/// Texts of a list inside a result.
fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(plain).filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_ranking_names_the_largest_and_places_the_rest() {
        let result = json!({"handle": "r3", "objects": 8, "total": 4, "columns": ["site", "count"],
            "rows": [["A", 4], ["B", 2], [null, 1], ["D", 1]]});
        let tell = Tell::Ranked { lead: "**{=objects:device:devices}** at {=total:site:sites}", none: "none" };
        let text = told(&tell, &result, &Slots::default(), "");
        assert_eq!(text, "**8 devices** at 4 sites; most: A (4), B (2) and none (1).\n\n{{result:r3}}");
    }

    #[test]
    fn few_objects_are_named_and_none_is_said() {
        let tell = Tell::Listed { lead: "**{=total:site:sites}** in {site}", none: "**No site** in {site}" };
        let slots = Slots::default().with("site", "Ohio".into());
        let one = json!({"total": 1, "results": [{"id": 1, "name": "A_1", "status": "active"}]});
        assert_eq!(told(&tell, &one, &slots, ""), "**1 site** in Ohio: `A_1` (active).");
        assert_eq!(told(&tell, &json!({"total": 0}), &slots, " (only X)"), "**No site** in Ohio (only X).");
    }

    #[test]
    fn figures_are_told_with_their_nouns() {
        let result = json!({"sum:memory": 4096, "count": 1});
        assert_eq!(figure("sum:memory", &result), "4096");
        assert_eq!(figure("count:machine:machines", &result), "1 machine");
    }
}
