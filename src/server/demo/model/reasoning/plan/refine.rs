//! Going on with what was found, by its handle: NetBox is not asked again.

use serde_json::json;

use super::super::calls::{AGGREGATE, GET_OBJECTS};
use super::super::focus::Focus;
use super::super::history::Outcome;
use super::super::kind::Kind;
use super::super::language::{self, tokens};
use super::super::look::{Call, Look, Wait};
use super::super::markdown::total;
use super::super::phrasebook::{Slots, Tell, pattern};
use super::tell;

/// Words for columns, and the columns.
const COLUMNS: &[(&str, &str)] = &[
    ("primary ip", "primary_ip"),
    ("primary ip address", "primary_ip"),
    ("primary address", "primary_ip"),
    ("rack", "rack"),
    ("role", "role"),
    ("status", "status"),
    ("state", "status"),
    ("site", "site"),
    ("tenant", "tenant"),
    ("type", "type"),
    ("model", "device_type"),
    ("device type", "device_type"),
    ("provider", "provider"),
    ("carrier", "provider"),
    ("cluster", "cluster"),
    ("vrf", "vrf"),
    ("vlan", "vlan"),
    ("name", "name"),
    ("dns name", "dns_name"),
    ("location", "location"),
    ("device", "device"),
];

/// Answers a question about the rows that were just found, if it is one.
pub(super) fn answer(text: &str, focus: &mut Focus, look: &mut Look) -> Result<Option<String>, Wait> {
    let Some(handle) = focus.result.clone() else { return Ok(None) };
    let words = tokens(text);
    let read = |wordings: &[&str]| wordings.iter().find_map(|wording| pattern::matches(wording, &words));
    if read(&[
        "(please|) (show|list|give|) (me|) (them|those|these|it|that|this|all|) (all|) (as|in) (a|the) table",
        "(show|give) (me|) (the|a) table",
    ])
    .is_some()
    {
        return Ok(Some(format!("This is all of it:\n\n{}", tell::place(&handle))));
    }
    if let Some(column) = read(&[
        "(which|how many) (ones|) (of|) (those|them|these|they|) (have no|lack|are without|are missing) (a|an|) {column}",
        "(which|) (ones|) (of|) (those|them|these|) (without|with no) (a|an|) {column}",
    ])
    .and_then(|slots| column(&slots))
    {
        look.think("The rows are at hand under their handle; I narrow them without asking NetBox again.");
        let filter = format!("{column}__empty");
        let input = json!({"from": handle, "filters": {filter: true}, "limit": 5});
        let Outcome::Found(result) = look.one(Call { name: GET_OBJECTS, input })? else { return Ok(None) };
        let before = focus.selection.as_ref().map_or("rows", |selection| selection.kind.plural);
        if let (Some(selection), lacks) = (&mut focus.selection, language::read(text, None).lacks) {
            selection.lacks = lacks.or(selection.lacks);
        }
        let label = label(column);
        focus.next = None;
        return Ok(Some(listed(&result, focus, &format!("of those {before} have no {label}"))));
    }
    if let Some(column) = read(&[
        "(group|count|split|break) (them|those|these|it|that) (down|) by {column}",
        "how many of (them|those|these) (are there|) (per|by|for each) {column}",
        "and (by|per) {column}",
        "(by|per) {column}",
        "group what you found by {column}",
    ])
    .and_then(|slots| column(&slots))
    {
        look.think("The rows are at hand under their handle; I count them without asking NetBox again.");
        let input = json!({"from": handle, "group_by": [column], "top": 10});
        let Outcome::Found(result) = look.one(Call { name: AGGREGATE, input })? else { return Ok(None) };
        let noun = focus.selection.as_ref().map_or("rows", |selection| selection.kind.plural);
        keep(&result, focus);
        let slots = Slots::default().with("noun", noun.to_owned()).with("column", label(column).to_owned());
        let tell = Tell::Ranked { lead: "**{=objects} {noun}** by {column}", none: "There is **nothing** to count" };
        return Ok(Some(tell::told(&tell, &result, &slots, "")));
    }
    if let Some(column) =
        read(&["(sort|order) (them|those|these|it) by (the|) {column}"]).and_then(|slots| column(&slots))
    {
        let input = json!({"from": handle, "ordering": column, "limit": 5});
        let Outcome::Found(result) = look.one(Call { name: GET_OBJECTS, input })? else { return Ok(None) };
        keep(&result, focus);
        let handle = result["handle"].as_str().unwrap_or_default();
        return Ok(Some(format!("**{}** rows by {}:\n\n{}", total(&result), label(column), tell::place(handle))));
    }
    Ok(None)
}

fn column(slots: &Slots) -> Option<&'static str> {
    let words = slots.get("column")?.to_lowercase();
    COLUMNS.iter().find(|(known, _)| *known == words).map(|(_, column)| *column)
}

fn label(column: &str) -> &'static str {
    COLUMNS.iter().find(|(_, known)| *known == column).map_or("value", |(words, _)| *words)
}

fn keep(result: &serde_json::Value, focus: &mut Focus) {
    if let Some(handle) = result["handle"].as_str() {
        focus.result = Some(handle.to_owned());
    }
}

fn listed(result: &serde_json::Value, focus: &mut Focus, words: &str) -> String {
    keep(result, focus);
    let kind = focus.selection.as_ref().map(|selection| selection.kind).or_else(|| Kind::by_type("dcim.device"));
    let count = total(result);
    if count == 0 {
        return format!("**None** {words}.");
    }
    let names = tell::names(result, 3);
    let noun = kind.map_or("", |kind| kind.counted(count));
    if count <= 3 {
        return format!("**{count}** {words}: {names}.");
    }
    let handle = result["handle"].as_str().unwrap_or_default();
    format!("**{count}** {words}. All {count} {noun}:\n\n{}", tell::place(handle))
}
