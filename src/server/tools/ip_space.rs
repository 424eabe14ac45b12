//! `netbox_ip_space`: what is free, how full it is, what an address is, and what is wrong in the plan of addresses.

mod check;
mod facts;
mod free;
mod full;
mod intervals;
mod network;
mod utilization;
mod vlans;
mod which;
mod whois;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::Outcome;
use super::arguments::Arguments;
use super::call::Call;
use super::table::Tool;
use crate::wire::problem::Problem;

/// What may be asked.
pub(super) const QUESTIONS: [&str; 7] =
    ["next_address", "free_prefixes", "free_vlans", "utilization", "whois", "overlaps", "outside"];

/// The most objects of a type that are swept for one answer; beyond, the answer says that it is partial.
const MOST: usize = 200_000;

pub(super) async fn run(call: &Call<'_>, input: &Value) -> Result<Outcome, Problem> {
    let arguments = Arguments::new(Tool::IpSpace, input)?;
    let question = arguments.text("question")?.to_lowercase().replace([' ', '-'], "_");
    let finding = match question.as_str() {
        "next_address" | "next_addresses" | "free_addresses" => free::addresses(call, &arguments).await,
        "free_prefixes" | "next_prefix" => free::prefixes(call, &arguments).await,
        "free_vlans" | "next_vlan" => vlans::run(call, &arguments).await,
        "utilization" | "utilisation" => full::run(call, &arguments).await,
        "whois" => whois::run(call, &arguments).await,
        "overlaps" => check::overlaps(call, &arguments).await,
        "outside" => check::outside(call, &arguments).await,
        _ => Err(arguments.wrong(&format!("The question is one of {}", QUESTIONS.join(", ")))),
    }?;
    Ok(finding.outcome(call).await)
}
