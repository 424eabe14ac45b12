//! Objects with or without related ones.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::super::arguments::Arguments;
use super::super::call::Call;
use super::super::filters::{capitalised, refused, short};
use super::super::frame::{Cell, Frame, Object, Row};
use super::super::output::{Output, Rows};
use super::super::related;
use super::super::sweep::{MOST_KEPT, Swept};
use super::source::{Key, Source};
use crate::wire::problem::Problem;

/// What our objects are told by, besides their name.
const TELLING: [&str; 4] = ["status", "site", "role", "device"];

pub(super) async fn run(
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    other: &Map<String, Value>,
    top: usize,
) -> Result<Output, Problem> {
    let text = |name: &str| other.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(name) =
        other.keys().find(|name| !["object_type", "from", "filters", "field", "match", "keep"].contains(&name.as_str()))
    {
        return Err(
            arguments.wrong(&format!("compare has no {name}: it has object_type or from, filters, field, match, keep"))
        );
    }
    let with = match text("keep").as_deref() {
        Some("with") => true,
        None | Some("without") => false,
        Some(_) => return Err(arguments.wrong(r#"keep is "with" or "without""#)),
    };
    let ours = Source::of(call, arguments).await?;
    let theirs = Source::of_other(call, arguments, other).await?;
    let own_field = text("match").unwrap_or_else(|| "id".to_owned());
    let field = match text("field") {
        Some(field) => field,
        None => relation(&ours, &theirs)
            .ok_or_else(|| arguments.wrong("compare needs the field of the other objects that names ours"))?,
    };
    theirs.check(call, std::slice::from_ref(&field)).await?;
    if own_field != "id" {
        ours.check(call, std::slice::from_ref(&own_field)).await?;
    }

    ours.refuse_paths("match", std::slice::from_ref(&own_field))?;
    if let Some((held, total)) = theirs.part() {
        whole(Swept { total, read: held })?;
    }
    let named = keys(call, &theirs, &field).await?;
    let mut fields = vec![own_field.clone()];
    let mut columns: Vec<String> = vec!["name".to_owned()];
    if let Source::Listed(listed) = &ours {
        let telling = TELLING.iter().filter(|name| listed.endpoint.fields.contains(name));
        columns.extend(telling.map(|name| (*name).to_owned()));
        fields.extend(columns.iter().skip(1).cloned());
    }
    let own_type = ours.kind();
    if own_type.is_some_and(|kind| kind.name == "dcim.device") {
        fields.push("name".to_owned());
    }
    let mut own_sorts: HashSet<&'static str> = HashSet::new();
    let (mut frame, mut total) = (Frame { columns, rows: Vec::new() }, 0_u64);
    let swept = ours
        .read(call, &fields, |item| {
            let own = if own_field == "id" {
                item.object(own_type).map(Key::Object).into_iter().collect()
            } else {
                item.keys(&own_field)
            };
            own_sorts.extend(own.iter().filter(|key| **key != Key::Nothing).map(Key::sort));
            let found = own.iter().any(|key| named.contains(key));
            if found == with {
                total += 1;
                if total <= MOST_KEPT {
                    let object = item.object(own_type);
                    let mut cells = vec![Cell { value: item.name(own_type), object }];
                    cells.extend(frame.columns.iter().skip(1).map(|name| item.cell(name)));
                    frame.rows.push(Row { object, cells });
                }
            }
        })
        .await?;
    let their_sorts: HashSet<&'static str> = named.iter().map(Key::sort).collect();
    // A generic relation can name any type, and that none of ours is named is an answer.
    let can_be_named = theirs.is_generic(&field) || !own_sorts.is_disjoint(&their_sorts);
    if swept.read > 0
        && (own_sorts.is_empty() && own_field == "id" || !(named.is_empty() || own_sorts.is_empty() || can_be_named))
    {
        // Nothing of theirs can be one of ours: the answer would be all, or none.
        return Err(refused(format!("{} does not name what {} of ours is", short(&field), short(&own_field)))
            .hint("give the field of theirs that refers to ours, and \"match\" where ours is not the id"));
    }
    let mut output = Output::default();
    ours.describe(call, swept, &mut output).await;
    let other_type = theirs.kind().map_or("rows", |kind| kind.plural);
    let relation = if with { "with" } else { "without" };
    output.head.insert("kept".into(), json!(format!("those {relation} {other_type} whose {field} names them")));
    output.summary = capitalised(&format!("{} {relation} {other_type}", ours.counted(total)));
    // NetBox's own list shows all of them, not these.
    output.page = None;
    output.rows = Some(Rows { kind: own_type, total, ..Rows::whole(frame, top) });
    Ok(output)
}

/// What the other objects name.
async fn keys(call: &Call<'_>, theirs: &Source, field: &str) -> Result<HashSet<Key>, Problem> {
    let mut named = HashSet::new();
    if field == "id" {
        let kind = theirs.kind();
        let swept =
            theirs.read(call, &["id".to_owned()], |item| named.extend(item.object(kind).map(Key::Object))).await?;
        whole(swept)?;
        return Ok(named);
    }
    if let Source::Listed(listed) = theirs
        && let Some(kind) = field.strip_suffix("_id").map(|stem| format!("{stem}_type"))
        && listed.endpoint.fields.contains(&kind.as_str())
    {
        // A generic relation: the type stands beside the id.
        let fields = [field.to_owned(), kind.clone()];
        let swept = theirs
            .read(call, &fields, |item| {
                let kind = item.cell(&kind).text();
                let id = item.cell(field).value.as_u64();
                let object = call.schema.type_named(&kind).zip(id);
                named.extend(object.map(|(kind, id)| Key::Object(Object { endpoint: kind.endpoint, id })));
            })
            .await?;
        whole(swept)?;
        return Ok(named);
    }
    if theirs.is_path(field) {
        let mut objects: HashSet<Object> = HashSet::new();
        let mut trouble = None;
        let fields = [field.to_owned()];
        let swept = theirs.read(call, &fields, |item| match related::first_object(field, &item.cell(field)) {
            Ok(object) => objects.extend(object),
            Err(problem) => trouble = Some(problem),
        });
        whole(swept.await?)?;
        if let Some(problem) = trouble {
            return Err(problem);
        }
        let ends = related::follow(call, objects.into_iter().map(Some).collect(), field).await?;
        named.extend(ends.iter().map(Key::of));
    } else {
        whole(theirs.read(call, &[field.to_owned()], |item| named.extend(item.keys(field))).await?)?;
    }
    named.remove(&Key::Nothing);
    Ok(named)
}

/// That all of the other objects were read: one that was not could name one of ours.
fn whole(swept: Swept) -> Result<(), Problem> {
    if swept.read == swept.total {
        return Ok(());
    }
    Err(refused(format!("Only {} of {} objects to compare with could be read", swept.read, swept.total))
        .hint("narrow them with filters, or ask again"))
}

/// The field of theirs that names ours, where the type's name says it: a rack's `site`.
fn relation(ours: &Source, theirs: &Source) -> Option<String> {
    let model = ours.kind()?.singular.to_lowercase().replace(' ', "_");
    match theirs {
        Source::Listed(listed) => listed.endpoint.fields.contains(&model.as_str()).then_some(model),
        Source::Earlier { frame, .. } => frame.column(&model).map(|_| model),
    }
}
