//! What `OPTIONS` says of a list or an object: which fields can be written, as far as this NetBox takes them.

use serde_json::{Map, Value as Json, json};

use super::super::schema::{ColumnKind, TypeId, schema};
use super::table::{Field, Target, writable};
use super::value;

/// The answer. Without an action it says nothing about fields, as to those who may not write.
pub fn answer(kind: TypeId, one: bool, may_write: bool) -> Json {
    let words: Vec<String> = schema().kind(kind).singular.split(' ').map(capitalised).collect();
    let mut answer = json!({
        "name": format!("{} {}", words.join(" "), if one { "Instance" } else { "List" }),
        "description": "",
        "renders": ["application/json", "text/html"],
        "parses": ["application/json", "multipart/form-data"],
    });
    if let Some(writable) = writable(kind).filter(|_| may_write) {
        let fields: Map<String, Json> = writable
            .fields
            .iter()
            .map(|field| {
                let mut about = described(kind, field);
                relate(kind, field, &mut about);
                (field.name.to_owned(), about)
            })
            .collect();
        let methods: &[&str] = if one { &["PUT"] } else { &["POST", "PUT"] };
        answer["actions"] = methods.iter().map(|method| ((*method).to_owned(), json!(fields))).collect();
    }
    answer
}

fn described(kind: TypeId, field: &Field) -> Json {
    let written = field.target.is_some();
    let mut about = json!({
        "type": field.kind,
        "required": field.required && written,
        "read_only": !written,
        "label": field.label,
    });
    for (name, number) in &field.limits {
        about[*name] = serde_json::from_str(number).unwrap_or(Json::Null);
    }
    let column = match field.target {
        Some(Target::Column(position)) => schema().kind(kind).columns.get(position),
        _ => None,
    };
    if let Some(choices) = column.and_then(|column| value::choices(kind, field, column)) {
        // Numbers are chosen as numbers.
        let number = column.is_some_and(|column| column.kind == ColumnKind::Int);
        let shown = |value: &str| match value.parse::<i64>() {
            Ok(value) if number => json!(value),
            _ => json!(value),
        };
        about["choices"] =
            choices.iter().map(|(value, label)| json!({"value": shown(value), "display_name": label})).collect();
    }
    about
}

/// Adds what a related object is described by: the fields of its brief form. Its own relations are left out.
fn relate(kind: TypeId, field: &Field, about: &mut Json) {
    let Some(Target::Column(position)) = field.target else { return };
    let column = schema().kind(kind).columns.get(position);
    let children = |target: TypeId, names: &[&str]| -> Json {
        let fields = writable(target).map_or(&[][..], |writable| &writable.fields).iter();
        let shown = fields.filter(|field| names.contains(&field.name));
        shown.map(|field| (field.name.to_owned(), described(target, field))).collect::<Map<_, _>>().into()
    };
    match column.map(|column| (column.kind, column.name)) {
        Some((ColumnKind::Ref(target), _)) if field.kind == "nested object" => {
            about["children"] = children(target, &schema().kind(target).shape.brief);
        }
        Some((ColumnKind::Refs(target), "tags")) => {
            let names = ["id", "url", "display_url", "display", "name", "slug", "color"];
            about["child"] = json!({"type": "nested object", "required": false, "read_only": false, "children": children(target, &names)});
        }
        _ => {}
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
