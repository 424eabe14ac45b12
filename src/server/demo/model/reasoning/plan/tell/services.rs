//! What is said about circuits and virtual machines.

use serde_json::Value;

use super::super::super::markdown::{code, escape, field, rows, series, total};
use super::super::super::phrasebook::Slots;

pub(in super::super::super) fn fastest(result: &Value, _: &Slots) -> String {
    ranked(result, "cid", "commit_rate", "kbps", ("circuit", "circuits"), "provider")
}

pub(in super::super::super) fn largest_machines(result: &Value, _: &Slots) -> String {
    ranked(result, "name", "memory", "MB", ("virtual machine", "virtual machines"), "cluster")
}

fn ranked(result: &Value, name: &str, value: &str, unit: &str, nouns: (&str, &str), beside: &str) -> String {
    let count = total(result);
    let found = rows(result);
    let Some(first) = found.first() else { return format!("NetBox shows **no {}** with that.", nouns.1) };
    let told = |row: &super::Row| {
        let place = field(row, beside);
        let place = if place.is_empty() { String::new() } else { format!(", {}", escape(&place)) };
        format!("{} ({} {unit}{place})", code(&field(row, name)), field(row, value))
    };
    let next: Vec<String> = found.iter().skip(1).map(|row| told(row)).collect();
    let next = if next.is_empty() { String::new() } else { format!(" Then {}.", series(&next, "and")) };
    format!("**{}** is first of {count} {}.{next}", told(first), if count == 1 { nouns.0 } else { nouns.1 })
}
