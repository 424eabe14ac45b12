//! "The sites with the most devices" and "devices per site": NetBox keeps such counters with each object.

use serde_json::{Value, json};

use super::super::calls;
use super::super::focus::{Focus, Selection};
use super::super::history::Outcome;
use super::super::kind::{Column, Kind, Relation};
use super::super::language::Question;
use super::super::look::{Look, Wait};
use super::super::markdown::{self, escape, field, rows, total};
use super::list::{ask, filters, label, subject_of};
use super::{failed, ignored, selection, tally};

pub(super) fn top(least: bool, question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let Some(group) = question.kind else { return Ok(super::talk::unclear()) };
    // "The most switches": a role stands for the devices that have it.
    let by_role = question.role.and_then(|_| Kind::by_type("dcim.device")).filter(|device| *device != group);
    // "Which site has the most devices" and "the most devices of all sites" mean the same.
    let (group, counted) = match question.second.or(by_role) {
        Some(second) if group.counter(second).is_some() => (group, second),
        Some(second) if second.counter(group).is_some() => (second, group),
        _ => match usual(group) {
            Some(counted) => (group, counted),
            None => return Ok(uncounted(group, question.second)),
        },
    };
    let Some(counter) = group.counter(counted) else { return Ok(uncounted(group, Some(counted))) };
    // A role or a state narrows what is counted.
    let narrows = question.role.is_some() && counted.filter(Relation::Role).is_some() || !question.statuses.is_empty();
    let (mut chosen, unused) = match selection(question, if narrows { counted } else { group }, focus, look)? {
        Ok(found) => found,
        Err(sentence) => return Ok(sentence),
    };
    let one = question.limit.is_none();
    let limit = question.limit.unwrap_or(5);
    let ranked = if narrows
        || !(tally::counter_fits(group, &Selection { kind: counted, ..chosen.clone() }).is_some()
            || own(group, &chosen))
    {
        chosen.kind = counted;
        match by_counting(least, group, &chosen, limit, look)? {
            Ok(ranked) => ranked,
            Err(sentence) => return Ok(sentence),
        }
    } else {
        look.think(format!("Each {} carries `{counter}`; a list ordered by it has the answer on top.", group.singular));
        let order = if least { counter.to_owned() } else { format!("-{counter}") };
        match ordered(&chosen, counter, &order, limit, look)? {
            Ok(list) => Ranked { rows: rows(&list).into_iter().cloned().collect(), field: counter, of: total(&list) },
            Err(sentence) => return Ok(sentence),
        }
    };
    focus.selection = Some(chosen.clone());
    focus.next = None;
    let Some(first) = ranked.rows.first() else {
        return Ok(format!("NetBox shows **no {}**{}.", chosen.noun(2), chosen.phrase()));
    };
    focus.subject = subject_of(group, first);
    let count = field(first, ranked.field);
    let tied = ranked.rows.iter().filter(|row| field(row, ranked.field) == count).count();
    let number = count.parse().unwrap_or(0);
    let noun = if chosen.kind == counted { chosen.noun(number) } else { counted.counted(number).to_owned() };
    let lead = if tied > 1 && one {
        let names: Vec<String> = ranked.rows.iter().take(tied).map(|row| label(group, row)).collect();
        // The row after the last shown may be as good.
        let open =
            if tied == ranked.rows.len() && ranked.of > tied as u64 { ", and perhaps more of them," } else { "" };
        format!("{}{open} have **{count} {noun}** each", markdown::series(&names, "and"))
    } else {
        let most = if least { "fewest" } else { "most" };
        format!("{} has the {most}, with **{count} {noun}**", label(group, first))
    };
    let of = ranked.of;
    let heading = if chosen.kind == counted { chosen.noun(2) } else { counted.plural.to_owned() };
    let shown: Vec<&markdown::Row> = ranked.rows.iter().collect();
    Ok(format!(
        "{lead}{}. {} by {heading}:\n\n{}{}",
        chosen.phrase(),
        if shown.len() as u64 == of {
            format!("All {of} {}", group.counted(of))
        } else {
            format!("The {} {} of {of} {}", if least { "last" } else { "first" }, shown.len(), group.plural)
        },
        counters(group, &heading, ranked.field, &shown),
        ignored(&unused)
    ))
}

/// Groups in their order.
struct Ranked {
    rows: Vec<markdown::Row>,
    /// Where a row has its number.
    field: &'static str,
    /// How many groups there are.
    of: u64,
}

/// Whether what narrows the groups is about them and not about what is counted: sites with a tag.
fn own(group: &Kind, chosen: &Selection) -> bool {
    let place = Relation::Site.class();
    chosen.scopes.iter().all(|scope| scope.relation.class() != place && group.filter(scope.relation).is_some())
}

fn by_counting(
    least: bool,
    group: &'static Kind,
    chosen: &Selection,
    limit: u64,
    look: &mut Look,
) -> Result<Result<Ranked, String>, Wait> {
    let mut tally = match tally::count(group, chosen, least, look)? {
        Ok(tally) => tally,
        Err(sentence) => return Ok(Err(sentence)),
    };
    if least {
        tally.rows.reverse();
    }
    let of = tally.groups;
    tally.rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Ok(Ranked { rows: tally.rows, field: tally::COUNT, of }))
}

pub(super) fn per(
    group: &'static Kind,
    question: &Question,
    focus: &mut Focus,
    look: &mut Look,
) -> Result<String, Wait> {
    let by_role = question.role.and_then(|_| Kind::by_type("dcim.device"));
    let kept = focus.selection.as_ref().map(|selection| selection.kind);
    let Some(counted) = question.kind.or(by_role).or(kept) else { return Ok(super::talk::unclear()) };
    let (chosen, unused) = match selection(question, counted, focus, look)? {
        Ok(found) => found,
        Err(sentence) => return Ok(sentence),
    };
    focus.next = None;
    // Interfaces are too many to read for a number that NetBox keeps with each device.
    let counter = tally::counter_fits(group, &chosen).filter(|_| counted.object_type == "dcim.interface");
    let Some(counter) = counter else {
        let tally = match tally::count(group, &chosen, false, look)? {
            Ok(tally) => tally,
            Err(sentence) => return Ok(sentence),
        };
        let text = counted_each(group, &chosen, &tally);
        focus.result = tally.envelope["handle"].as_str().map(str::to_owned);
        focus.selection = Some(chosen);
        return Ok(format!("{text}{}", ignored(&unused)));
    };
    let of_groups = Selection { kind: group, ..chosen.clone() };
    let list = match ordered(&of_groups, counter, &format!("-{counter}"), tally::MOST_GROUPS, look)? {
        Ok(list) => list,
        Err(sentence) => return Ok(sentence),
    };
    let of = total(&list);
    let lead = format!("{} for each of **{of} {}**{}", capital(counted.plural), group.counted(of), chosen.phrase());
    focus.selection = Some(chosen);
    focus.result = list["handle"].as_str().map(str::to_owned);
    let shown = counters(group, counted.plural, counter, &rows(&list));
    let rest = if of > tally::MOST_GROUPS { super::tell::shown(&list) } else { String::new() };
    Ok(format!("{lead}:\n\n{}{}", if rest.is_empty() { shown } else { rest.trim_start().to_owned() }, ignored(&unused)))
}

/// What was counted for each group, in words, and as a table or the result itself.
fn counted_each(group: &'static Kind, chosen: &Selection, tally: &tally::Tally) -> String {
    let phrase = chosen.phrase();
    let all = tally.whole;
    if all == 0 {
        return format!("NetBox shows **no {}**{phrase}.", chosen.noun(2));
    }
    let is = if all == 1 { "is" } else { "are" };
    let lead = format!(
        "There {is} {}{phrase}, over {} {}",
        markdown::headline(all, &chosen.noun(all), &tally.envelope),
        tally.groups,
        group.counted(tally.groups)
    );
    if tally.groups > tally::MOST_GROUPS {
        let first: Vec<String> =
            tally.rows.iter().take(3).map(|row| format!("{} ({})", label(group, row), tally::number(row))).collect();
        return format!("{lead}; most: {}.{}", markdown::series(&first, "and"), super::tell::shown(&tally.envelope));
    }
    let shown: Vec<&markdown::Row> = tally.rows.iter().collect();
    format!("{lead}:\n\n{}", counters(group, &chosen.noun(2), tally::COUNT, &shown))
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
fn counters(group: &Kind, counted: &str, tally: &'static str, rows: &[&markdown::Row]) -> String {
    let heading = capital(counted);
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
