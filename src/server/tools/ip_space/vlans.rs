//! `free_vlans`: the VLAN ids of a group that no VLAN has.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::which::kind;
use crate::server::netbox::Query;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{Finding, name, name_in, rounded};
use crate::server::tools::frame::Cell;
use crate::server::tools::{names, pages};
use crate::wire::problem::Problem;

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(5)?).unwrap_or(5);
    let text = arguments.word("vlan_group")?.ok_or_else(|| arguments.wrong("The argument vlan_group is missing"))?;
    let found = names::one(call, kind("ipam.vlangroup")?, "slug", &text).await?;
    let id = found.get("id").and_then(Value::as_u64).unwrap_or_default();
    let fields = "id,url,name,scope,vid_ranges,vlan_count,utilization";
    let in_group = Query::new().with("group_id", id).with("fields", "id,vid");
    let (group, vlans) = futures::join!(
        async { call.get(&format!("ipam/vlan-groups/{id}/"), &Query::new().with("fields", fields)).await },
        pages::all(call, "ipam/vlans/", &in_group, super::MOST, |row| row.get("vid")?.as_u64()),
    );
    let group = group.map_err(|error| error.problem())?.body;
    let vlans = vlans.map_err(|error| error.problem())?;
    let taken: BTreeSet<u64> = vlans.rows.into_iter().collect();
    let ids: BTreeSet<u64> = ranges(&group).into_iter().flat_map(|(first, last)| first..=last).collect();
    let mut free: Vec<u64> = ids.difference(&taken).copied().collect();
    let mut finding = Finding { columns: vec!["from", "to", "free"], ..Finding::default() };
    finding.tell("vlan_group", name(&group));
    finding.tell("scope", name_in(&group, "scope"));
    // VLANs that this token may not see are counted by NetBox, but not listed.
    let hidden = group.get("vlan_count").and_then(Value::as_u64).unwrap_or_default().saturating_sub(vlans.total);
    let first: Vec<u64> = if hidden == 0 {
        free.iter().copied().take(limit).collect()
    } else {
        let path = format!("ipam/vlan-groups/{id}/available-vlans/");
        let answer = call.get(&path, &Query::new().with("limit", 1000)).await.map_err(|error| error.problem())?;
        let available: Vec<u64> = answer.results().iter().filter_map(|row| row.get("vid")?.as_u64()).collect();
        if available.len() < 1000 {
            free.clone_from(&available);
        } else {
            finding.tell("warning", format!("This token does not see {hidden} VLANs of the group: fewer are free"));
        }
        available.into_iter().take(limit).collect()
    };
    finding.answer.insert("free".to_owned(), json!(first));
    finding.answer.insert("total".to_owned(), json!(free.len()));
    finding.tell("vlans", group.get("vlan_count").cloned().unwrap_or_default());
    if let Some(percent) = group.get("utilization").and_then(number) {
        finding.tell("utilization", rounded(percent));
    }
    let spans = runs(&free);
    let texts: Vec<String> = spans.iter().take(12).map(|(first, last)| span(*first, *last)).collect();
    let more = if spans.len() > 12 { ", …" } else { "" };
    finding.tell("free_ranges", format!("{}{more}", texts.join(", ")));
    finding.rows = spans
        .into_iter()
        .map(|(first, last)| vec![Cell::plain(first), Cell::plain(last), Cell::plain(last - first + 1)])
        .collect();
    finding.summary = match first.first() {
        Some(first) => format!("{} VLAN ids are free in {}, the first is {first}", free.len(), name(&group)),
        None => format!("No VLAN id is free in {}", name(&group)),
    };
    Ok(finding)
}

/// NetBox writes a decimal as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// The ranges of ids that a group has; before NetBox 4.1 there was one.
fn ranges(group: &Value) -> Vec<(u64, u64)> {
    let pair = |range: &Value| Some((range.get(0)?.as_u64()?, range.get(1)?.as_u64()?));
    let ranges: Vec<_> =
        group.get("vid_ranges").and_then(Value::as_array).into_iter().flatten().filter_map(pair).collect();
    if ranges.is_empty() { vec![(1, 4094)] } else { ranges }
}

/// Numbers that follow each other, as first and last.
fn runs(numbers: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    runs
}

fn span(first: u64, last: u64) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_become_one_span() {
        assert_eq!(runs(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
        assert_eq!(runs(&[]), []);
        assert_eq!((span(7, 7), span(1, 3)), ("7".to_owned(), "1-3".to_owned()));
        assert_eq!(ranges(&json!({"vid_ranges": [[1, 99], [200, 299]]})), [(1, 99), (200, 299)]);
    }
}
