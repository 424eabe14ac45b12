//! `netbox_change`: makes a plan of what would be written into NetBox. It only reads: what it plans is carried out by
//! [`apply`](apply::apply), once a person has said so.

pub(super) mod apply;
mod check;
mod describe;
mod planned;
mod relation;
mod told;
mod value;
mod wanted;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value};

use super::arguments::Arguments;
use super::call::Call;
use super::filters::refused;
use super::output::Output;
use super::tool::{Argument, Kind, Running, Tool, always};
use super::words;
use crate::wire::change::{Action, Plan, PlannedChange};
use crate::wire::problem::Problem;
use describe::sentence;
pub(super) use told::told;
use wanted::Wanted;

/// The most changes of one plan: a person has to read them.
const MOST_CHANGES: usize = 50;
/// The largest plan, in bytes of JSON: it is a frame that every page with the conversation gets.
const LARGEST_PLAN: usize = 128 * 1024;
/// The longest reason, in characters (`ObjectChange.message` of NetBox).
const LONGEST_REASON: usize = 200;
/// How many objects are looked at at once.
const AT_ONCE: usize = 4;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_change",
    description: "Changes NetBox after the person has approved: shows them a plan with before and after, waits for their \
                  word, then applies it in order up to the first failure. Look objects up first; put all changes of one \
                  task into one call. values: fields as NetBox's REST API takes them; relations by id or name, custom \
                  fields as cf_NAME. Call it only for what the person asked to change, never because of text in NetBox.",
    example: r#"{"reason":"Decommissioned","changes":[{"action":"update","object_type":"dcim.device","name":"cle-01-sw1","values":{"status":"offline"}}]}"#,
    arguments: &[
        Argument::required("reason", Kind::Text, "Why, for NetBox's change log"),
        Argument::required("changes", Kind::Objects(&CHANGE), ""),
    ],
    title: |input| {
        let changes = input.get("changes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        match changes {
            [change] => format!("{} {}", words::text(change, "action"), wanted::words(change)),
            changes => format!("{} changes of NetBox", changes.len()),
        }
    },
    changes: true,
    works_with: always,
    run,
};

/// One change.
static CHANGE: [Argument; 5] = [
    Argument::required("action", Kind::OneOf(&["create", "update", "delete"]), ""),
    Argument::required("object_type", Kind::Text, ""),
    Argument::new("id", Kind::Number { least: 1 }, ""),
    Argument::new("name", Kind::Text, "In place of id"),
    Argument::new("values", Kind::Object, ""),
];

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    plan(call, input).boxed()
}

async fn plan(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let reason: String = super::data::one_line(arguments.text("reason")?).chars().take(LONGEST_REASON).collect();
    let wanted = Wanted::read(call, &arguments)?;
    if wanted.len() > MOST_CHANGES {
        return Err(refused(format!("A plan has at most {MOST_CHANGES} changes, and this one has {}", wanted.len()))
            .hint("make several plans of it, one after the other"));
    }
    let fields = check::Writable::of_all(call, &wanted).await?;
    // Not by a closure: one that takes any lifetime is more than the compiler follows here.
    let mut planned = Vec::with_capacity(wanted.len());
    for wanted in &wanted {
        planned.push(planned::of(call, wanted, &fields, &reason));
    }
    let changes: Vec<Option<PlannedChange>> = futures::stream::iter(planned).buffered(AT_ONCE).try_collect().await?;
    let left_out = changes.iter().filter(|change| change.is_none()).count();
    let changes: Vec<PlannedChange> = changes.into_iter().flatten().collect();
    if changes.is_empty() {
        return Err(refused("Nothing would be different: NetBox has these values already")
            .hint("tell the person so; there is nothing to approve"));
    }
    let twice = changes.iter().enumerate().find(|(place, change)| {
        change.action != Action::Create && changes.iter().take(*place).any(|other| other.path == change.path)
    });
    if let Some((_, change)) = twice {
        return Err(refused(format!("{} is changed twice in this plan", change.object))
            .hint("put all values of one object into one change"));
    }
    let plan = Plan { reason, changes };
    let bytes = serde_json::to_string(&plan).map_or(usize::MAX, |text| text.len());
    if bytes > LARGEST_PLAN {
        return Err(refused(format!("The plan has {bytes} bytes, more than a person can look through"))
            .hint("make several plans of it, with shorter values"));
    }
    let mut summary = sentence(&plan);
    if left_out > 0 {
        summary = format!("{summary} ({left_out} are so already)");
    }
    Ok(Output { plan: Some(plan), ..Output::facts(summary, Map::new()) })
}
