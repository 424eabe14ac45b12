//! `netbox_ip_space`: what is free, how full it is, what an address is, and what is wrong in the plan of addresses.

mod check;
mod facts;
mod free;
mod full;
mod intervals;
mod map;
mod network;
mod utilization;
mod vlans;
mod which;
mod whois;

#[cfg(test)]
mod tests;

use futures::FutureExt;
use serde_json::Value;

use super::arguments::Arguments;
use super::call::Call;
use super::output::Output;
use super::tool::{Argument, Kind, Running, Tool, always};
use super::words;
use crate::wire::problem::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_ip_space",
    description: "Address space as NetBox computes it. next_address: free in a prefix. free_prefixes: blocks of length in it. free_vlans: of vlan_group. utilization: of a prefix, or of those that filters choose, if over a percentage. whois: objects, prefixes, VLAN, site, device of an address. overlaps: without a container. outside: addresses in no prefix.",
    example: r#"{"question":"next_address","prefix":"10.17.0.0/24"}"#,
    arguments: &[
        Argument::required("question", Kind::OneOf(&QUESTIONS), ""),
        Argument::new("prefix", Kind::Text, "CIDR or id"),
        Argument::new("address", Kind::Text, ""),
        Argument::new("vrf", Kind::Text, "Name or RD; global: none"),
        Argument::new("length", Kind::Number { least: 1 }, ""),
        Argument::new("vlan_group", Kind::Text, ""),
        Argument::new("filters", Kind::Object, "Of prefixes"),
        Argument::new("over", Kind::Number { least: 0 }, "Percent"),
        Argument::new("limit", Kind::Limit { most: 100, usual: 10 }, ""),
    ],
    title,
    changes: false,
    works_with: always,
    run,
};

/// What may be asked.
const QUESTIONS: [&str; 7] =
    ["next_address", "free_prefixes", "free_vlans", "utilization", "whois", "overlaps", "outside"];

/// The most objects of a type that are swept for one answer; beyond, the answer says that it is partial.
const MOST: u64 = 200_000;

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    answer(call, input).boxed()
}

async fn answer(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
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
    Ok(finding.output(call).await)
}

fn title(input: &Value) -> String {
    let about = ["prefix", "address", "vlan_group"].map(|name| words::text(input, name)).join("");
    let about = if about.is_empty() { words::conditions(input) } else { format!(" {about}") };
    let vrf = words::text(input, "vrf");
    let vrf = if vrf.is_empty() { vrf } else { format!(" in VRF {vrf}") };
    match words::text(input, "question").as_str() {
        "next_address" => format!("free addresses of{about}{vrf}"),
        "free_prefixes" => match words::text(input, "length").as_str() {
            "" => format!("free blocks of{about}{vrf}"),
            length => format!("free /{length} in{about}{vrf}"),
        },
        "free_vlans" => format!("free VLAN ids of{about}"),
        "utilization" if about.starts_with(" where") || about.is_empty() => {
            format!("utilization of prefixes{about}{vrf}")
        }
        "utilization" => format!("utilization of{about}{vrf}"),
        "whois" => format!("what{about} is{vrf}"),
        "overlaps" => format!("overlaps among prefixes{about}{vrf}"),
        "outside" => format!("addresses in no prefix{vrf}"),
        other => other.to_owned(),
    }
}
