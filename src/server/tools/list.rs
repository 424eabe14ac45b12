//! `netbox_get_objects`: a list with its total, a page of it or all, or what remains of an earlier result.

use std::sync::Arc;

use futures::FutureExt;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::ask;
use super::call::Call;
use super::filters::{self, capitalised};
use super::frame::Frame;
use super::output::{Output, Rows};
use super::related;
use super::relational;
use super::results::{Maker, Owner, Source, Stored};
use super::shape::{self, Fields};
use super::sweep::{self, MOST_KEPT};
use super::tool::{Argument, Kind, Running, Tool, always};
use super::words;
use crate::server::netbox::{ObjectType, Query};
use crate::wire::problem::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_get_objects",
    description: DESCRIPTION,
    example: r#"{"object_type":"dcim.device","filters":{"site":"Cleveland 01","status":"active"},"fields":["name","role","rack","primary_ip"],"limit":50}"#,
    arguments: &[
        Argument::new("object_type", Kind::Text, ""),
        Argument::new(
            "from",
            Kind::Text,
            "Instead: an earlier result's handle; filter and order its columns, with the names that stand there",
        ),
        Argument::new("filters", Kind::Object, "All must hold; a list of values: any of them"),
        Argument::new("fields", Kind::Texts, "Only these; site.region: a field of the related site; cf_<name>"),
        Argument::new("brief", Kind::Flag, ""),
        Argument::new("limit", Kind::Limit { most: 100, usual: 5 }, ""),
        Argument::new("offset", Kind::Number { least: 0 }, ""),
        Argument::new("ordering", Kind::TextOrTexts, "Descending with -: -device_count"),
        Argument::new("all", Kind::Flag, "Read every page, to 10000 rows; you see what fits, the person all"),
    ],
    title: |input| format!("{}{}", words::plural(input), words::conditions(input)),
    changes: false,
    works_with: always,
    run,
};

const DESCRIPTION: &str = r#"Lists, filters and counts objects of one type in NetBox.

"total" is how many match in all, exact: to count, use limit 1. "truncated" and "next_offset" say that you do not see all; never count rows then. The person sees the whole list where you write {{result:HANDLE}} alone on a line.

Types (app.model): dcim.site region sitegroup location rack device devicetype devicerole manufacturer platform interface frontport rearport cable consoleport powerport poweroutlet powerfeed powerpanel virtualchassis inventoryitem module macaddress; ipam.prefix ipaddress iprange vlan vlangroup vrf aggregate asn rir role service fhrpgroup; circuits.circuit circuittermination provider; virtualization.virtualmachine cluster vminterface; tenancy.tenant contact contactassignment; vpn.tunnel l2vpn; wireless.wirelesslan; extras.tag journalentry customfield; and every other.

Filters: site, region, role, tenant, platform, ... take a name or slug, <name>_id an id or name; those in a tree include what is below. null: unset. tag: all of them, tag__any: any. cf_<name>: custom fields. Lookups: __n not, __ic contains, __isw starts, __iew ends, __empty, __gt __gte __lt __lte, __regex. Useful: q (text); dcim.device has_primary_ip, rack_id; dcim.interface device_id, kind=physical, occupied, enabled, mac_address; ipam.ipaddress address, parent (a prefix), device_id; ipam.prefix contains (an address), within, vlan_vid; ipam.vlan vid, available_at_site (id); dcim.cable device_id.

An interface's link_peers is the next hop of its cable, connected_endpoints the far end."#;

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    async move {
        let arguments = Arguments::new(&TOOL, input)?;
        match arguments.optional_text("from")? {
            Some(handle) => earlier(call, &arguments, handle).await,
            None => list(call, &arguments).await,
        }
    }
    .boxed()
}

async fn list(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Output, Problem> {
    let kind = arguments.object_type(&call.schema)?;
    let endpoint = filters::endpoint_of(call, kind)?;
    let names = arguments.texts("fields")?.unwrap_or_default();
    let mut fields = Fields::check(kind, endpoint, &names)?;
    let all = arguments.flag("all")?;
    if all && fields.is_empty() {
        fields = Fields::telling(endpoint);
    }
    let limit = if all { 1_000 } else { arguments.limit(5)? };
    let given_offset = arguments.number("offset")?.unwrap_or(0);
    // With `all`, limit and offset say which of them the model sees.
    let (offset, skip) = if all { (0, usize::try_from(given_offset).unwrap_or(usize::MAX)) } else { (given_offset, 0) };
    let shown = match arguments.number("limit")? {
        Some(_) => usize::try_from(arguments.limit(5)?).unwrap_or(100),
        None => usize::MAX,
    };
    let given = arguments.filters()?;
    let ordering = arguments.texts("ordering")?.unwrap_or_default();
    let ordering = shape::total(shape::check_ordering(kind, endpoint, &ordering)?);
    // What every page is asked with.
    let mut shaping = Query::new();
    if !ordering.is_empty() {
        shaping.add("ordering", ordering.join(","));
    }
    // Counters can only be ordered by when they are among the fields: otherwise NetBox 4.7.3 answers 500.
    let ordered = ordering.iter().map(|field| field.trim_start_matches('-'));
    let is_telling = fields.is_empty();
    let whole = if is_telling { Fields::telling(endpoint) } else { fields.clone() };
    let rest = shaping.clone().with("fields", whole.with(ordered.clone()).query_value(endpoint));
    if !fields.is_empty() {
        shaping.add("fields", fields.with(ordered).query_value(endpoint));
    } else if arguments.flag("brief")? {
        if ordering.is_empty() {
            // Any value of `brief` switches it on, also `false`.
            shaping.add("brief", "true");
        } else {
            shaping.add("fields", Fields::brief(endpoint).with(ordered).query_value(endpoint));
        }
    } else {
        let large = shape::large_fields(endpoint);
        if !large.is_empty() {
            shaping.add("omit", large);
        }
    }
    let mut query = shaping.with("limit", limit);
    if offset > 0 {
        query.add("offset", offset.to_string());
    }
    filters::check_custom_fields(call, kind, &names).await?;
    let mut filters = filters::check(call, kind, &given).await?;
    let answer = ask::list(call, kind, &query, &mut filters).await?;
    let mut rest = rest;
    filters.add_to(&mut rest);
    let mut output = Output { head: ask::map([("object_type", json!(kind.name))]), ..Output::default() };
    let mut total = answer.total().unwrap_or_default();
    let mut frame = Frame::of_objects(kind, answer.results(), &fields);
    if all && (answer.results().len() as u64) < total {
        let (objects, swept) = sweep::kept(call, &kind.list_path(), &rest).await.map_err(|error| error.problem())?;
        total = swept.total;
        frame = Frame::of_objects(kind, &objects, &fields);
        ask::warn(&mut output, swept.warning(MOST_KEPT));
    }
    related::add(call, &mut frame, &fields).await?;
    ask::describe(call, kind, &query, &filters, &mut output).await;
    output.summary = summary(kind, total, frame.rows.len() as u64, offset);
    // All that is ever kept is here.
    let source = (!all).then_some(Source { kind, query: rest, fields: whole, is_telling, maker: Maker::Fields });
    output.rows = Some(Rows { kind: Some(kind), offset, shown, source, skip, total, ..Rows::whole(frame, shown) });
    ask::units(&mut output);
    Ok(output)
}

/// What remains of an earlier result.
async fn earlier(call: &Call<'_>, arguments: &Arguments<'_>, handle: &str) -> Result<Output, Problem> {
    let stored = whole_result(call, handle).await?;
    arguments.agree(&call.schema, handle, stored.kind)?;
    let filters = arguments.filters()?;
    let mut frame = relational::filter(call, &stored.frame, &filters)?;
    relational::order(&mut frame, &arguments.texts("ordering")?.unwrap_or_default())?;
    if let Some(names) = arguments.texts("fields")? {
        let places = names.iter().map(|name| relational::column(&frame, name)).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<String> = places.iter().filter_map(|place| frame.columns.get(*place).cloned()).collect();
        frame = frame.select(&names);
    }
    let offset = arguments.number("offset")?.unwrap_or(0);
    let limit =
        if arguments.flag("all")? { usize::MAX } else { usize::try_from(arguments.limit(5)?).unwrap_or(usize::MAX) };
    let total = frame.rows.len() as u64;
    let mut output = Output { head: ask::map([("from", json!(handle))]), ..Output::default() };
    if stored.frame.rows.len() as u64 != stored.total {
        let sentence = format!("{handle} holds {} of {} rows", stored.frame.rows.len(), stored.total);
        ask::warn(&mut output, [sentence]);
    }
    // The person pages from the first row; the model goes on where it was.
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let rows = Rows { kind: stored.kind, skip, ..Rows::whole(frame, limit) };
    output.summary = stored
        .kind
        .map_or_else(|| format!("{total} rows of {handle}"), |kind| format!("{} of {handle}", kind.counted(total)));
    output.rows = Some(rows);
    ask::units(&mut output);
    if filters.is_empty() {
        output.page.clone_from(&stored.page);
    }
    output.tail.insert("shows".into(), json!(call.visibility_note().await));
    Ok(output)
}

/// An earlier result with all its rows, which are read first where they are not here.
pub(super) async fn whole_result(call: &Call<'_>, handle: &str) -> Result<Arc<Stored>, Problem> {
    let stored = call.earlier(handle).await?;
    match sweep::complete(call, &stored).await? {
        None => Ok(stored),
        Some(whole) => Ok(call.results.keep(&Owner::of(call.asking), handle, whole).await),
    }
}

/// `5 of 14 sites`
pub(super) fn summary(kind: &ObjectType, total: u64, returned: u64, offset: u64) -> String {
    match (total, returned) {
        (0, _) => format!("No {}", kind.plural),
        (total, returned) if total == returned => capitalised(&kind.counted(total)),
        (total, 0) => format!("{}, none after {offset}", kind.counted(total)),
        (total, returned) if offset > 0 => {
            format!("{} to {} of {}", offset + 1, offset + returned, kind.counted(total))
        }
        (total, returned) => format!("{returned} of {}", kind.counted(total)),
    }
}
