//! `netbox_get_object_by_id`: one object with its page.

use serde_json::{Value, json};

use super::Outcome;
use super::arguments::Arguments;
use super::call::Call;
use super::evidence;
use super::filters::{self, refused};
use super::flatten::{flatten, text_of};
use super::output;
use super::shape::{self, Fields};
use super::table::Tool;
use crate::server::netbox::{Error, Query};
use crate::wire::problem::Problem;
use crate::wire::tool::ToolOutcome;

pub(super) async fn run(call: &Call<'_>, input: &Value) -> Result<Outcome, Problem> {
    let arguments = Arguments::new(Tool::GetObjectById, input)?;
    let kind = arguments.object_type()?;
    let endpoint = filters::endpoint_of(kind)?;
    let id = arguments.number("object_id")?.filter(|id| *id > 0).ok_or_else(|| {
        refused("The argument object_id is missing")
            .hint(format!("the right shape is {}", Tool::GetObjectById.example()))
    })?;
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
    output::shorten(&mut object, output::LARGEST.saturating_sub(1_000));
    let page = kind.page().map(|page| call.netbox.address().page(&format!("{page}{id}/"), &Query::new()).to_string());
    let name = answer.body.as_object().and_then(text_of).unwrap_or_default().to_owned();
    let mut envelope = json!({"object_type": kind.name, "page": page, "object": object});
    if page.is_none()
        && let Some(envelope) = envelope.as_object_mut()
    {
        envelope.shift_remove("page");
    }
    Ok(Outcome {
        model_text: envelope.to_string(),
        evidence: ToolOutcome {
            summary: format!("{} {name}", filters::capitalised(kind.singular)),
            table: evidence::table(call.netbox.address(), std::slice::from_ref(&answer.body), &fields),
            ..ToolOutcome::default()
        },
    })
}
