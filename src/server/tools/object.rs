//! `netbox_get_object_by_id`: one object with its page.

use futures::FutureExt;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::ask;
use super::call::Call;
use super::filters::{self, refused};
use super::flatten::{flatten, text_of};
use super::frame::Frame;
use super::output::{self, Output, Rows};
use super::shape::{self, Fields};
use super::tool::{Argument, Kind, Running, Tool};
use super::words;
use crate::server::netbox::{Error, Query};
use crate::wire::problem::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_get_object_by_id",
    description: "Gets one object of NetBox with all its fields, by the id that another call returned. Do not guess ids: find the object by name first.",
    example: r#"{"object_type":"dcim.device","object_id":42}"#,
    arguments: &[
        Argument::required("object_type", Kind::Text, ""),
        Argument::required("object_id", Kind::Number { least: 1 }, ""),
        Argument::new("fields", Kind::Texts, ""),
        Argument::new("brief", Kind::Flag, ""),
    ],
    title: |input| format!("{} {}", words::singular(input), words::text(input, "object_id")),
    run,
};

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    get(call, input).boxed()
}

async fn get(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
    let kind = arguments.object_type(&call.schema)?;
    let endpoint = filters::endpoint_of(call, kind)?;
    let id = arguments.number("object_id")?.filter(|id| *id > 0).ok_or_else(|| arguments.missing("object_id"))?;
    let names = arguments.texts("fields")?.unwrap_or_default();
    let fields = Fields::check(kind, endpoint, &names)?;
    filters::check_custom_fields(call, kind, &names).await?;
    let mut query = Query::new();
    if !fields.is_empty() {
        query.add("fields", fields.query_value(endpoint));
    } else if arguments.flag("brief")? {
        query.add("brief", "true");
    } else {
        let large = shape::large_fields(endpoint);
        if !large.is_empty() {
            query.add("omit", large);
        }
    }
    let answer = call.get(&kind.object_path(id), &query).await.map_err(|error| match error {
        Error::NoSuchObject { .. } => {
            refused(format!("There is no {} with id {id}, or this token may not see it", kind.singular))
                .hint("find it by name with netbox_get_objects or netbox_search_objects first")
        }
        error => error.problem(),
    })?;
    let mut object = flatten(&answer.body, &fields);
    output::shorten_object(&mut object, output::LARGEST);
    let name = answer.body.as_object().and_then(text_of).unwrap_or_default().to_owned();
    let mut output = Output::facts(
        format!("{} {name}", filters::capitalised(kind.singular)),
        ask::map([("object_type", json!(kind.name)), ("object", Value::Object(object))]),
    );
    output.page =
        kind.page().map(|page| call.netbox.address().page(&format!("{page}{id}/"), &Query::new()).to_string());
    let frame = Frame::of_objects(kind, [&answer.body], &fields);
    output.rows = Some(Rows { kind: Some(kind), ..Rows::whole(frame, 0) });
    Ok(output)
}
