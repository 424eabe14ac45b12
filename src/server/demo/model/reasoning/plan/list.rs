//! Counts and lists, and the next rows of a list.

use serde_json::{Map, Value, json};

use super::super::calls;
use super::super::focus::{Focus, Scope, Selection, Subject};
use super::super::history::Outcome;
use super::super::kind::{Kind, Relation};
use super::super::language::{Act, Hint, Lack, Question};
use super::super::look::{Look, Wait};
use super::super::markdown::{self, Row, code, escape, field, headline, name_of, rows, total};
use super::{failed, ignored, selection};

/// Rows of a list that was not asked for in whole. What is longer is placed by its handle, and the page shows it.
const ROWS: u64 = 10;
/// A short list is named along with its count.
const FEW: u64 = 5;
/// Prefixes or sites that stand for a place, at most: the address of a request has a limit.
const MOST_PLACES: u64 = 100;

pub(super) fn answer(act: Act, question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let kind = match (act, question.kind) {
        (Act::Ports { .. }, _) => Kind::by_type("dcim.interface"),
        (_, kind) => kind,
    };
    let Some(kind) = kind else { return Ok(super::talk::unclear()) };
    let (mut chosen, unused) = match selection(question, kind, focus, look)? {
        Ok(found) => found,
        Err(sentence) => return Ok(sentence),
    };
    if let Act::Ports { occupied } = act {
        chosen.occupied = Some(occupied);
    }
    focus.selection = Some(chosen.clone());
    if !question.follows {
        focus.subject = None;
    }
    let text = show(&chosen, act, 0, question.limit, focus, look)?;
    // A second type in the question that narrowed nothing must not look as if it had.
    let second = question
        .second
        .filter(|second| *second != kind && !question.names.iter().any(|name| name.hint == Some(Hint::Kind(second))));
    let second = second.map(|second| {
        format!("\n\nI answered for {} only and did not take {} into account.", kind.plural, second.plural)
    });
    Ok(format!("{text}{}{}", ignored(&unused), second.unwrap_or_default()))
}

/// "Show all of them" and "next".
pub(super) fn further(act: Act, question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let Some(chosen) = focus.selection.clone() else {
        return Ok("There is no list in this conversation that I could continue. Ask for one first.".into());
    };
    match (act, focus.next) {
        (Act::All, _) => show(&chosen, Act::All, 0, Some(question.limit.unwrap_or(100)), focus, look),
        (_, Some(offset)) => show(&chosen, Act::List, offset, question.limit, focus, look),
        (_, None) => Ok(format!("That was all: there are no more {}{}.", chosen.noun(2), chosen.phrase())),
    }
}

/// Asks for a selection and writes it.
fn show(
    chosen: &Selection,
    act: Act,
    offset: u64,
    limit: Option<u64>,
    focus: &mut Focus,
    look: &mut Look,
) -> Result<String, Wait> {
    if let Some(Lack::Zero(counted) | Lack::Above(counted, _) | Lack::Below(counted, _)) = chosen.lacks {
        return by_counter(chosen, counted, focus, look);
    }
    let filters = match filters(chosen, look)? {
        Ok(filters) => filters,
        Err(sentence) => return Ok(sentence),
    };
    let most = limit.unwrap_or(if act == Act::Count { FEW } else { ROWS });
    look.think(format!(
        "{} {}{}: one list of {} answers it.",
        if act == Act::Count { "Counting" } else { "Listing" },
        chosen.noun(2),
        chosen.phrase(),
        chosen.kind.object_type
    ));
    let mut call = calls::list(chosen.kind.object_type, filters, &chosen.kind.fields(), most);
    if offset > 0 {
        call = calls::with(call, "offset", json!(offset));
    }
    let list = match ask(call, look)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let rows = rows(&list);
    let count = total(&list);
    focus.result = list["handle"].as_str().map(str::to_owned);
    let end = offset + rows.len() as u64;
    focus.next = (end < count).then_some(end);
    if act == Act::Count {
        // What was counted may be asked for in whole: "which ones?".
        focus.next = (count > 0).then_some(0);
    }
    if let [row] = rows.as_slice()
        && count == 1
    {
        focus.subject = subject_of(chosen.kind, row);
    }
    Ok(write(chosen, act, offset, &list, &rows, count))
}

fn write(chosen: &Selection, act: Act, offset: u64, list: &Value, rows: &[&Row], count: u64) -> String {
    let phrase = chosen.phrase();
    let noun = chosen.noun(count);
    if count == 0 {
        let note = list["note"].as_str().map(|note| format!(" ({})", escape(&lower_first(note)))).unwrap_or_default();
        return format!("NetBox shows **no {}**{phrase}{note}.", chosen.noun(2));
    }
    let is = if count == 1 { "is" } else { "are" };
    let lead = match (act, offset) {
        (_, 1..) => format!("More {noun}{phrase}:"),
        (Act::Count, _) => format!("There {is} {}{phrase}", headline(count, &noun, list)),
        _ if phrase.is_empty() => format!("NetBox has {}", headline(count, &noun, list)),
        _ => format!("There {is} {}{phrase}", headline(count, &noun, list)),
    };
    if act == Act::Count {
        let names: Vec<String> = rows.iter().map(|row| label(chosen.kind, row)).collect();
        return if count <= FEW && names.len() as u64 == count {
            format!("{lead}: {}.", markdown::series(&names, "and"))
        } else {
            format!("{lead}.")
        };
    }
    let mut hidden: Vec<&str> = Vec::new();
    // A column that says the same in each row is said once, in the lead.
    for scope in chosen.scopes.iter().filter(|scope| scope.ids.len() == 1) {
        match scope.relation {
            Relation::Site => hidden.push("site"),
            Relation::Rack => hidden.extend(["site", "rack"]),
            Relation::Device => hidden.push("device"),
            Relation::Cluster => hidden.push("cluster"),
            Relation::Provider => hidden.push("provider"),
            _ => {}
        }
    }
    if chosen.statuses.len() == 1 && !chosen.statuses[0].negated {
        hidden.push("status");
    }
    let colon = if lead.ends_with(':') { "" } else { ":" };
    // A whole list of many is the page's to show, without its rows passing through the model.
    if offset == 0
        && count > rows.len() as u64
        && let Some(handle) = list["handle"].as_str()
    {
        return format!("{lead}{colon}\n\n{}", super::tell::place(handle));
    }
    let columns = markdown::columns_without(chosen.kind, &hidden);
    let table = markdown::table(&columns, rows);
    let shown = markdown::shown(list, offset, act == Act::All).map(|line| format!("\n\n{line}")).unwrap_or_default();
    format!("{lead}{colon}\n\n{table}{shown}")
}

/// The filters of a selection. Places that NetBox has no filter for become the sites or the prefixes there.
pub(super) fn filters(chosen: &Selection, look: &mut Look) -> Result<Result<Map<String, Value>, String>, Wait> {
    let (mut filters, left) = chosen.filters();
    for scope in left {
        let place =
            matches!(scope.relation, Relation::Region | Relation::SiteGroup | Relation::Site | Relation::Location);
        let (between, field, key) = match chosen.kind.object_type {
            "ipam.ipaddress" if place => ("ipam.prefix", "prefix", "parent"),
            _ if place && chosen.kind.filter(Relation::Site).is_some() => ("dcim.site", "id", "site_id"),
            _ => return Ok(Err(cannot(chosen, scope))),
        };
        let Some(middle) = Kind::by_type(between) else { return Ok(Err(cannot(chosen, scope))) };
        let Some(filter) = middle.filter(scope.relation) else { return Ok(Err(cannot(chosen, scope))) };
        look.think(format!(
            "{} have no filter for that place, so I ask for the {} there first.",
            chosen.kind.plural, middle.plural
        ));
        let fields: &[&str] = if field == "id" { &["name"] } else { &["prefix", "status"] };
        let call = calls::list(between, calls::filters([(filter, json!(scope.ids))]), fields, MOST_PLACES);
        let list = match look.one(call)? {
            Outcome::Found(list) => list,
            Outcome::Failed(reason) => return Ok(Err(failed(&reason))),
        };
        // Children of a container are inside it: asking for it would count what lies elsewhere.
        let values: Vec<Value> = rows(&list)
            .into_iter()
            .filter(|row| field != "prefix" || field_is_not(row, "status", "container"))
            .filter_map(|row| row.get(field).or_else(|| row.get("display")).cloned())
            .collect();
        if values.is_empty() {
            let phrase = format!("{} {}", scope.relation.preposition(), escape(&scope.names.join(", ")));
            return Ok(Err(format!(
                "NetBox shows no {} {phrase}, so there are no {} to find.",
                middle.plural, chosen.kind.plural
            )));
        }
        if total(&list) > values.len() as u64 && list["truncated"] == true {
            return Ok(Err(format!(
                "There are more {} there than I can follow at once. Ask about one site instead.",
                middle.plural
            )));
        }
        filters.insert(key.into(), json!(values));
    }
    Ok(Ok(filters))
}

fn field_is_not(row: &Row, name: &str, value: &str) -> bool {
    field(row, name) != value
}

fn cannot(chosen: &Selection, scope: &Scope) -> String {
    format!(
        "NetBox cannot filter {} by {}, so I would have to guess. Ask for {} without it.",
        chosen.kind.plural,
        Kind::by_type(scope.relation.object_type()).map_or("that", |kind| kind.singular),
        chosen.kind.plural
    )
}

/// Sites without racks, or with more than five: NetBox has no filter for it, but a counter in each row.
fn by_counter(chosen: &Selection, counted: &'static Kind, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let Some(tally) = chosen.kind.counter(counted) else {
        return Ok(format!("NetBox does not count {} for each {}.", counted.plural, chosen.kind.singular));
    };
    let filters = match filters(chosen, look)? {
        Ok(filters) => filters,
        Err(sentence) => return Ok(sentence),
    };
    look.think(format!(
        "Each {} carries `{tally}`; ordered by it, the ones asked for come first.",
        chosen.kind.singular
    ));
    let order = if matches!(chosen.lacks, Some(Lack::Above(..))) { format!("-{tally}") } else { tally.to_owned() };
    let mut fields = chosen.kind.fields();
    if !fields.contains(&tally) {
        fields.push(tally);
    }
    let call = calls::list(chosen.kind.object_type, filters, &fields, 100);
    let list = match ask(calls::with(call, "ordering", json!(order)), look)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let all = rows(&list);
    let fits = |number: u64| match chosen.lacks {
        Some(Lack::Above(_, bound)) => number > bound,
        Some(Lack::Below(_, bound)) => number < bound,
        _ => number == 0,
    };
    let fitting: Vec<&Row> =
        all.iter().copied().filter(|row| row.get(tally).and_then(Value::as_u64).is_some_and(fits)).collect();
    focus.next = None;
    let count = fitting.len() as u64;
    let phrase = chosen.phrase();
    if count == 0 {
        return Ok(format!("NetBox shows **no {}**{phrase}: none of the {} fits.", chosen.noun(2), total(&list)));
    }
    if let [row] = fitting.as_slice() {
        focus.subject = subject_of(chosen.kind, row);
    }
    let certain = (all.len() as u64) < total(&list) && fitting.len() == all.len();
    let at_least = if certain { "at least " } else { "" };
    let is = if count == 1 { "is" } else { "are" };
    let hidden: &[&str] = if matches!(chosen.lacks, Some(Lack::Zero(_))) { &[tally] } else { &[] };
    let columns = markdown::columns_without(chosen.kind, hidden);
    Ok(format!(
        "There {is} {at_least}**{count} {}**{phrase}, of {} in all:\n\n{}",
        chosen.noun(count),
        total(&list),
        markdown::table(&columns, &fitting)
    ))
}

/// Asks once more without what the tool refused, when its reason says so.
pub(super) fn ask(call: super::super::look::Call, look: &mut Look) -> Result<Outcome, Wait> {
    let outcome = look.one(call.clone())?;
    let Outcome::Failed(reason) = &outcome else { return Ok(outcome) };
    let lower = reason.to_lowercase();
    let refused = |argument: &str, words: &[&str]| {
        call.input.get(argument).is_some() && words.iter().any(|word| lower.contains(word))
    };
    let argument = if refused("fields", &["no field", "field "]) {
        "fields"
    } else if refused("ordering", &["order"]) {
        "ordering"
    } else {
        return Ok(outcome);
    };
    look.think(format!("The tool refused my {argument}; I ask again without."));
    let mut corrected = call;
    if let Some(input) = corrected.input.as_object_mut() {
        input.shift_remove(argument);
    }
    look.one(corrected)
}

/// A name in a sentence.
pub(super) fn label(kind: &Kind, row: &Row) -> String {
    let name = name_of(row);
    let copied =
        kind.columns.iter().any(|column| column.code && matches!(column.field, "name" | "prefix" | "address" | "cid"));
    if copied { code(&name) } else { escape(&name) }
}

/// A row as what the conversation is about.
pub(super) fn subject_of(kind: &Kind, row: &Row) -> Option<Subject> {
    Some(Subject { object_type: kind.object_type.to_owned(), id: row.get("id")?.as_u64()?, name: name_of(row) })
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}
