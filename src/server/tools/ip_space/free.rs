//! Free addresses and free prefixes, as NetBox itself would give them out.

use serde_json::{Value, json};

use super::facts;
use super::intervals::of_length;
use super::map::{self, Part};
use super::network::Network;
use super::which::{self, Asked};
use crate::server::netbox::Query;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::filters::refused;
use crate::server::tools::finding::{Finding, amount, name_in};
use crate::server::tools::frame::Cell;
use crate::server::tools::pages;
use crate::wire::problem::Problem;

/// `next_address`: the first free addresses of a prefix.
pub(super) async fn addresses(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = arguments.limit(1)?;
    let Asked { object, prefix } = which::prefix(call, arguments).await?;
    let path = format!("ipam/prefixes/{}/available-ips/", prefix.id);
    let answer = call.get(&path, &Query::new().with("limit", limit)).await.map_err(|error| error.problem())?;
    let free: Vec<String> =
        answer.results().iter().filter_map(|row| Some(row.get("address")?.as_str()?.to_owned())).collect();
    let mut finding = Finding { columns: vec!["address"], ..Finding::default() };
    finding.answer = prefix.row();
    for field in ["scope", "vlan"] {
        finding.tell(field, name_in(&object, field));
    }
    finding.answer.insert("free".to_owned(), json!(free));
    finding.rows = free.iter().map(|address| vec![Cell::plain(address.as_str())]).collect();
    if prefix.facts.is_container || object.get("children").and_then(Value::as_u64) > Some(0) {
        let hint = "This prefix has prefixes in it: ask about the one that the address is for";
        finding.tell("warning", hint);
    }
    finding.summary = match free.as_slice() {
        [] => format!("No free address in {}", prefix.called()),
        [one] => format!("{one} is free in {}", prefix.called()),
        several => format!("{} free addresses of {}", several.len(), prefix.called()),
    };
    Ok(finding)
}

/// `free_prefixes`: the first free blocks of a length, and how many there are; without a length the free blocks.
pub(super) async fn prefixes(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(3)?).unwrap_or(3);
    let length = match arguments.number("length")? {
        Some(length) => Some(u8::try_from(length).map_err(|_| arguments.wrong("The length is the mask's, in bits"))?),
        None => None,
    };
    let Asked { prefix, .. } = which::prefix(call, arguments).await?;
    let network = prefix.facts.network;
    if let Some(length) = length
        && !(network.length..=network.family.bits()).contains(&length)
    {
        return Err(refused(format!("A /{length} does not fit into {network}")).hint(format!(
            "give a length from {} to {}",
            network.length,
            network.family.bits()
        )));
    }
    let path = format!("ipam/prefixes/{}/available-prefixes/", prefix.id);
    let answer = call.get(&path, &Query::new()).await.map_err(|error| error.problem())?;
    let mut blocks: Vec<Network> =
        answer.results().iter().filter_map(|row| Network::parse(row.get("prefix")?.as_str()?)).collect();
    blocks.sort_unstable();
    let (found, total) = match length {
        Some(length) => of_length(&blocks, length, limit),
        None => (blocks.iter().copied().take(limit).collect(), blocks.len() as u128),
    };
    let mut finding = Finding { columns: vec!["prefix", "addresses"], ..Finding::default() };
    finding.answer = prefix.row();
    if let Some(length) = length {
        finding.tell("length", length);
    }
    finding.answer.insert("total".to_owned(), amount(total));
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    finding.answer.insert("free".to_owned(), json!(texts));
    if total == 0
        && let Some(largest) = blocks.iter().map(|block| block.length).min()
    {
        finding.tell("largest_free", format!("/{largest}"));
    }
    let used = used(call, &found, prefix.facts.vrf).await?;
    for (network, count) in found.iter().zip(&used) {
        finding.rows.push(vec![Cell::plain(network.to_string()), Cell::plain(*count)]);
    }
    let taken: Vec<String> = found
        .iter()
        .zip(&used)
        .filter(|(_, count)| **count > 0)
        .map(|(network, count)| format!("{network}: {count}"))
        .collect();
    if !taken.is_empty() {
        // NetBox calls a block free that no prefix covers, whatever addresses are in it.
        finding.tell("addresses_in_them", taken.join(", "));
    }
    let free = blocks.iter().fold(0_u128, |sum, block| sum.saturating_add(block.size()));
    let parts = blocks.iter().map(|network| Part { network: *network, id: None, kind: "free", detail: String::new() });
    finding.picture = map::picture(call, network, prefix.id, parts.collect(), "prefix", used_percent(free, network));
    finding.summary = match length {
        Some(length) => format!(
            "{} free /{length} in {}",
            crate::server::tools::flatten::cell_text(&amount(total)),
            prefix.called()
        ),
        None => format!("{} free blocks in {}", blocks.len(), prefix.called()),
    };
    Ok(finding)
}

/// How much of a prefix other prefixes cover.
#[allow(clippy::cast_precision_loss, reason = "for a picture")]
fn used_percent(free: u128, network: Network) -> f64 {
    100.0 - free as f64 / network.size() as f64 * 100.0
}

/// How many addresses of the VRF lie in each of the blocks.
async fn used(call: &Call<'_>, blocks: &[Network], vrf: super::utilization::Vrf) -> Result<Vec<u64>, Problem> {
    if blocks.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::new()
        .with("fields", "id,address")
        .with("vrf_id", vrf.map_or_else(|| "null".to_owned(), |id| id.to_string()));
    let query = blocks.iter().fold(query, |query, block| query.with("parent", block));
    let hosts = pages::all(call, "ipam/ip-addresses/", &query, super::MOST, facts::host).await;
    let hosts = hosts.map_err(|error| error.problem())?.rows;
    let inside = |block: &Network| {
        hosts.iter().filter(|(_, family, number)| *family == block.family && block.interval().contains(*number)).count()
    };
    Ok(blocks.iter().map(|block| inside(block) as u64).collect())
}
