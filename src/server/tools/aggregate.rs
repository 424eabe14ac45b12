//! `netbox_aggregate`: counts, sums and comparisons over whole lists, computed here. A model that sees a page of a
//! list cannot count it; this reads every page and tells it the number.

mod compare;
mod counting;
mod duplicates;
mod group;
mod having;
mod measure;
mod missing;
mod source;
mod units;

use futures::FutureExt;
use serde_json::Value;

use super::arguments::Arguments;
use super::call::Call;
use super::output::Output;
use super::tool::{Argument, Kind, Running, Tool, always};
use super::words;
use crate::wire::problem::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_aggregate",
    description: "Counts, sums and compares all objects that match, exactly: how many per what, duplicates, what is \
                  missing, objects with or without related ones (sites without a rack: compare racks by their field \
                  site). \"objects\" is how many match, \"total\" how many rows (groups) the answer has.",
    example: r#"{"object_type":"dcim.device","filters":{"status":"active"},"group_by":["site","role"],"top":10}"#,
    arguments: &[
        Argument::new("object_type", Kind::Text, ""),
        Argument::new("from", Kind::Text, "Instead: an earlier result's handle"),
        Argument::new("filters", Kind::Object, ""),
        Argument::new("group_by", Kind::TextOrTexts, "Also site.region"),
        Argument::new("measures", Kind::TextOrTexts, "count; sum, min, max, average, distinct of a field: sum:vcpus"),
        Argument::new("having", Kind::Text, "Such as count > 1"),
        Argument::new("top", Kind::Limit { most: 100, usual: 20 }, "Rows you see"),
        Argument::new("ordering", Kind::TextOrTexts, "-count unless given"),
        Argument::new("missing", Kind::Texts, "Instead of groups: how many lack each field"),
        Argument::new("duplicates", Kind::Texts, "Instead: objects with the same values of these fields"),
        Argument::new(
            "compare",
            Kind::Object,
            r#"Instead: our objects {"keep":"without" or "with"} one of {"object_type","filters"} or {"from"} whose "field" names them; "match": our field, id unless given"#,
        ),
    ],
    title: |input| {
        let fields = |name: &str| words::text(input, name);
        let rows = format!("{}{}", words::plural(input), words::conditions(input));
        let has = |name: &str| input.get(name).is_some_and(|value| !value.is_null());
        if let Some(compare) = input.get("compare").filter(|compare| compare.is_object()) {
            let keep = if compare.get("keep").is_some_and(|keep| keep == "with") { "with" } else { "without" };
            return format!("{rows} {keep} {}{}", words::plural(compare), words::conditions(compare));
        }
        if has("missing") {
            return format!("{rows} without {}", fields("missing"));
        }
        if has("duplicates") {
            return format!("{rows} with the same {}", fields("duplicates"));
        }
        let by = if has("group_by") { format!(" by {}", fields("group_by")) } else { String::new() };
        let what = if has("measures") { fields("measures") } else { "number".to_owned() };
        format!("{what} of {rows}{by}")
    },
    changes: false,
    works_with: always,
    run,
};

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    aggregate(call, input).boxed()
}

async fn aggregate(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let compare = arguments.object("compare")?;
    let missing = arguments.texts("missing")?.unwrap_or_default();
    let duplicates = arguments.texts("duplicates")?.unwrap_or_default();
    let top = usize::try_from(arguments.limit_named("top", 20)?).unwrap_or(20);
    match (compare, missing.is_empty(), duplicates.is_empty()) {
        (Some(other), true, true) => compare::run(call, &arguments, other, top).await,
        (None, false, true) => missing::run(call, &arguments, &missing, top).await,
        (None, true, false) => duplicates::run(call, &arguments, &duplicates, top).await,
        (None, true, true) => group::run(call, &arguments, top).await,
        _ => Err(arguments.wrong("compare, missing and duplicates are questions of their own")),
    }
}
