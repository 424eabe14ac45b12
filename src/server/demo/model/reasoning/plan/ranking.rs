//! "The sites with the most devices" and "devices per site": NetBox keeps such counters with each object.

use serde_json::{Value, json};

use super::super::calls;
use super::super::focus::{Focus, Selection};
use super::super::history::Outcome;
use super::super::kind::{Column, Kind};
use super::super::language::Question;
use super::super::look::{Look, Wait};
use super::super::markdown::{self, escape, field, rows, total};
use super::list::{ask, filters, label, subject_of};
use super::{failed, ignored, selection};

pub(super) fn top(least: bool, question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let Some(group) = question.kind else { return Ok(super::talk::unclear()) };
    // "Which site has the most devices" and "the most devices of all sites" mean the same.
    let (group, counted) = match question.second {
        Some(second) if group.counter(second).is_some() => (group, second),
        Some(second) if second.counter(group).is_some() => (second, group),
        _ => match usual(group) {
            Some(counted) => (group, counted),
            None => return Ok(uncounted(group, question.second)),
        },
    };
    let Some(tally) = group.counter(counted) else { return Ok(uncounted(group, Some(counted))) };
    let (chosen, unused) = match selection(question, group, focus, look)? {
        Ok(found) => found,
        Err(sentence) => return Ok(sentence),
    };
    let one = question.limit.is_none();
    let limit = question.limit.unwrap_or(5);
    look.think(format!("Each {} carries `{tally}`; a list ordered by it has the answer on top.", group.singular));
    let order = if least { tally.to_owned() } else { format!("-{tally}") };
    let list = match ordered(&chosen, tally, &order, limit, look)? {
        Ok(list) => list,
        Err(sentence) => return Ok(sentence),
    };
    let rows = rows(&list);
    focus.selection = Some(chosen.clone());
    focus.next = None;
    let Some(first) = rows.first() else {
        return Ok(format!("NetBox shows **no {}**{}.", group.plural, chosen.phrase()));
    };
    focus.subject = subject_of(group, first);
    let count = field(first, tally);
    let tied = rows.iter().filter(|row| field(row, tally) == count).count();
    let number = count.parse().unwrap_or(0);
    let lead = if tied > 1 && one {
        let names: Vec<String> = rows.iter().take(tied).map(|row| label(group, row)).collect();
        format!("{} have **{count} {}** each", markdown::series(&names, "and"), counted.counted(number))
    } else {
        let most = if least { "fewest" } else { "most" };
        format!("{} has the {most}, with **{count} {}**", label(group, first), counted.counted(number))
    };
    let of = total(&list);
    Ok(format!(
        "{lead}{}. {} by {}:\n\n{}{}",
        chosen.phrase(),
        if rows.len() as u64 == of {
            format!("All {of} {}", group.counted(of))
        } else {
            format!("The {} {} of {of} {}", if least { "last" } else { "first" }, rows.len(), group.plural)
        },
        counted.plural,
        counters(group, counted, tally, &rows),
        ignored(&unused)
    ))
}

pub(super) fn per(
    group: &'static Kind,
    question: &Question,
    focus: &mut Focus,
    look: &mut Look,
) -> Result<String, Wait> {
    let Some(counted) = question.kind.or(focus.selection.as_ref().map(|selection| selection.kind)) else {
        return Ok(super::talk::unclear());
    };
    let Some(tally) = group.counter(counted) else { return Ok(uncounted(group, Some(counted))) };
    let (chosen, unused) = match selection(question, group, focus, look)? {
        Ok(found) => found,
        Err(sentence) => return Ok(sentence),
    };
    let filters_of_group = match filters(&chosen, look)? {
        Ok(filters) => filters,
        Err(sentence) => return Ok(sentence),
    };
    look.think(format!(
        "Each {} carries `{tally}`. I ask for them in that order, and for the number of all {}.",
        group.singular, counted.plural
    ));
    let mut fields = group.fields();
    if !fields.contains(&tally) {
        fields.push(tally);
    }
    let list = calls::list(group.object_type, filters_of_group, &fields, 50);
    let whole = calls::list(counted.object_type, serde_json::Map::new(), &["id"], 1);
    let mut outcomes = look.all(vec![calls::with(list, "ordering", json!(format!("-{tally}"))), whole])?.into_iter();
    let (list, whole) = match (outcomes.next(), outcomes.next()) {
        (Some(Outcome::Found(list)), Some(Outcome::Found(whole))) => (list, whole),
        (Some(Outcome::Failed(reason)), _) | (_, Some(Outcome::Failed(reason))) => return Ok(failed(&reason)),
        _ => return Err(Wait),
    };
    let rows = rows(&list);
    focus.selection = Some(Selection::of(counted));
    focus.next = None;
    let shown = markdown::shown(&list, 0, false).map(|line| format!("\n\n{line}")).unwrap_or_default();
    let all = total(&whole);
    let lead = if chosen.scopes.is_empty() {
        format!(
            "{} over {} {}",
            markdown::headline(all, counted.counted(all), &whole),
            total(&list),
            group.counted(total(&list))
        )
    } else {
        format!(
            "{} for each of {} {}{}",
            capital(counted.plural),
            total(&list),
            group.counted(total(&list)),
            chosen.phrase()
        )
    };
    Ok(format!("{lead}:\n\n{}{shown}{}", counters(group, counted, tally, &rows), ignored(&unused)))
}

fn ordered(
    chosen: &Selection,
    tally: &str,
    order: &str,
    limit: u64,
    look: &mut Look,
) -> Result<Result<Value, String>, Wait> {
    let filters = match filters(chosen, look)? {
        Ok(filters) => filters,
        Err(sentence) => return Ok(Err(sentence)),
    };
    let mut fields = chosen.kind.fields();
    if !fields.contains(&tally) {
        fields.push(tally);
    }
    let call = calls::list(chosen.kind.object_type, filters, &fields, limit);
    Ok(match ask(calls::with(call, "ordering", json!(order)), look)? {
        Outcome::Found(list) => Ok(list),
        Outcome::Failed(reason) => Err(failed(&reason)),
    })
}

/// Names with their numbers, and what the first column of the type says beside them.
fn counters(group: &Kind, counted: &Kind, tally: &'static str, rows: &[&markdown::Row]) -> String {
    let heading = capital(counted.plural);
    let group_heading = capital(group.singular);
    let extra = group.columns.iter().find(|column| {
        !matches!(column.field, "name" | "cid" | "status" | "model") && !column.field.ends_with("_count")
    });
    let extra = extra.map(|column| Column { field: column.field, heading: column.heading, code: false });
    let extra = extra.filter(|column| rows.iter().any(|row| !field(row, column.field).is_empty()));
    let mut head = vec![group_heading.as_str()];
    head.extend(extra.iter().map(|column| column.heading));
    head.push(&heading);
    let body: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let mut cells = vec![label(group, row)];
            cells.extend(extra.iter().map(|column| escape(&field(row, column.field))));
            cells.push(field(row, tally));
            cells
        })
        .collect();
    markdown::grid(&head, &body)
}

/// What is counted when the question does not say: "the largest sites".
fn usual(group: &Kind) -> Option<&'static Kind> {
    Kind::by_type(match group.object_type {
        "dcim.site" | "dcim.rack" | "dcim.location" | "dcim.devicerole" | "dcim.devicetype" | "dcim.platform"
        | "tenancy.tenant" => "dcim.device",
        "dcim.region" | "dcim.sitegroup" => "dcim.site",
        "circuits.provider" | "circuits.circuittype" => "circuits.circuit",
        "virtualization.cluster" => "virtualization.virtualmachine",
        "ipam.vlan" | "ipam.vrf" => "ipam.prefix",
        "ipam.vlangroup" => "ipam.vlan",
        "dcim.device" | "virtualization.virtualmachine" => "dcim.interface",
        _ => return None,
    })
}

fn uncounted(group: &Kind, counted: Option<&Kind>) -> String {
    let Some(counted) = counted else {
        return format!("I do not know by what to rank {}: NetBox keeps no counter with them.", group.plural);
    };
    let what = counted.plural;
    format!("NetBox does not keep the number of {what} with each {}, so I cannot rank or group by it.", group.singular)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
