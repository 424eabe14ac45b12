//! The demo's OpenAPI document, written from the program's own catalogue: a real NetBox's has 14.6 MB, says everything
//! several times, and comes to the same when it is reduced.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::server::netbox::catalogue::Catalogue;
use crate::server::netbox::object_type;

/// The document, as JSON.
pub fn document() -> String {
    let catalogue = Text::read(Catalogue::newest_text());
    let info = json!({"title": "NetBox REST API", "version": "4.7.3 (4.7)", "license": {"name": "Apache v2 License"}});
    // Text at once, and one text: as values, the whole would take ten times its size.
    let mut text = format!(r#"{{"openapi":"3.0.3","info":{info},"paths":{{"#);
    for (index, block) in catalogue.blocks.iter().enumerate() {
        let parameters: Vec<Value> = block.parameters(&catalogue);
        let listing = listing_of(block);
        let answer =
            json!({"200": {"description": "", "content": {"application/json": {"schema": reference(&listing)}}}});
        let get = json!({"get": {"operationId": format!("{}_list", block.endpoint.replace(['/', '-'], "_")), "parameters": parameters, "responses": answer}});
        let separator = if index == 0 { "" } else { "," };
        let _ = write!(text, "{separator}{}:{get}", json!(format!("/api/{}/", block.endpoint)));
    }
    text.push_str(r#"},"components":{"schemas":{"#);
    for (index, block) in catalogue.blocks.iter().enumerate() {
        let name = component_of(block.endpoint);
        let page = json!({"type": "object", "properties": {
            "count": {"type": "integer"}, "next": {"type": "string", "format": "uri", "nullable": true},
            "previous": {"type": "string", "format": "uri", "nullable": true},
            "results": {"type": "array", "items": reference(&name)},
        }});
        let object = json!({"type": "object", "properties": block.properties()});
        let separator = if index == 0 { "" } else { "," };
        let _ = write!(text, "{separator}{}:{page},{}:{object}", json!(listing_of(block)), json!(name));
    }
    text.push_str("}}}");
    text
}

/// The component of a page of a list.
fn listing_of(block: &Block) -> String {
    format!("Paginated{}List", component_of(block.endpoint))
}

/// The catalogue's text, taken apart.
struct Text {
    lookups: HashMap<&'static str, &'static str>,
    choices: HashMap<&'static str, &'static str>,
    blocks: Vec<Block>,
}

/// One list.
struct Block {
    endpoint: &'static str,
    fields: Vec<&'static str>,
    /// Kind, lookups and filters of a line.
    lines: Vec<(&'static str, &'static str, Vec<&'static str>)>,
}

impl Text {
    fn read(text: &'static str) -> Self {
        let mut read = Self { lookups: HashMap::new(), choices: HashMap::new(), blocks: Vec::new() };
        for line in text.lines() {
            let assigned =
                |line: &'static str, word| line.strip_prefix(word).and_then(|rest: &str| rest.split_once(" = "));
            if let Some((name, values)) = assigned(line, "lookups ") {
                read.lookups.insert(name, values);
            } else if let Some((name, values)) = assigned(line, "choices ") {
                read.choices.insert(name, values);
            } else if let Some(endpoint) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                read.blocks.push(Block { endpoint, fields: Vec::new(), lines: Vec::new() });
            } else if let Some(block) = read.blocks.last_mut() {
                if let Some(fields) = line.strip_prefix("fields ") {
                    block.fields = fields.split(' ').collect();
                } else if let Some((head, filters)) = line.split_once(": ") {
                    let (kind, lookups) = head.split_once(' ').unwrap_or((head, "none"));
                    block.lines.push((kind, lookups, filters.split(' ').collect()));
                }
            }
        }
        read
    }
}

impl Block {
    /// What an object has. A field that a filter names an object by refers to that object's own description.
    fn properties(&self) -> Map<String, Value> {
        let filters = || self.lines.iter().flat_map(|(_, _, filters)| filters);
        let target = |field: &str| {
            filters().find_map(|filter| {
                let (name, reference) = filter.split_once('@')?;
                let object_type = reference.split('/').next()?;
                let kind = object_type::by_name(object_type)?;
                (name == field || name.strip_suffix("_id") == Some(field)).then(|| component_of(kind.endpoint))
            })
        };
        let property = |field: &&str| match target(field) {
            Some(component) => ((*field).to_owned(), reference(&format!("Brief{component}"))),
            None => ((*field).to_owned(), json!({})),
        };
        self.fields.iter().map(property).collect()
    }

    fn parameters(&self, text: &Text) -> Vec<Value> {
        let mut lines: Vec<_> = self.lines.iter().collect();
        // Sets of lookups are numbered in the order of their first mention.
        lines.sort_by_key(|(_, lookups, _)| lookups.trim_start_matches('l').parse::<u32>().unwrap_or_default());
        let whole = json!({"type": "integer"});
        let mut parameters = vec![parameter("limit", &whole, None), parameter("offset", &whole, None)];
        parameters.push(parameter("ordering", &json!({"type": "string"}), None));
        for (kind, lookups, filters) in lines {
            for filter in filters {
                let mut name = *filter;
                let (mut description, mut choices) = (None, None);
                if let Some((before, reference)) = filter.split_once('@') {
                    name = before;
                    description = reference.split_once('/').map(|(_, attribute)| attribute);
                } else if let Some((before, set)) = filter.split_once('=') {
                    name = before;
                    choices = Some((set, text.choices.get(set).copied().unwrap_or_default()));
                }
                let mut schema = schema_of(kind, choices);
                if kind.starts_with("integer") && description.is_none() {
                    // A number, not an id.
                    let item = if schema.get("items").is_some() { schema.get_mut("items") } else { Some(&mut schema) };
                    if let Some(item) = item.and_then(Value::as_object_mut) {
                        item.insert("format".to_owned(), json!("int64"));
                    }
                }
                parameters.push(parameter(name, &schema, description));
                let lookups = text.lookups.get(lookups).copied().unwrap_or_default();
                for lookup in lookups.split_whitespace() {
                    let schema = if lookup == "empty" { json!({"type": "boolean"}) } else { schema_of(kind, None) };
                    parameters.push(parameter(&format!("{name}__{lookup}"), &schema, None));
                }
            }
        }
        parameters
    }
}

fn parameter(name: &str, schema: &Value, attribute: Option<&str>) -> Value {
    let mut parameter = json!({"in": "query", "name": name, "schema": schema});
    let attribute = match attribute {
        Some("id") => "ID",
        Some("rd") => "RD",
        Some(other) => other,
        None => return parameter,
    };
    if let Some(fields) = parameter.as_object_mut() {
        fields.insert("description".to_owned(), json!(format!("{name} ({attribute})")));
    }
    parameter
}

fn schema_of(kind: &str, choices: Option<(&str, &str)>) -> Value {
    let (kind, several) = kind.strip_suffix("/one").map_or((kind, true), |kind| (kind, false));
    let mut item = match kind {
        "integer" | "number" | "boolean" => json!({ "type": kind }),
        "date" | "uuid" | "duration" => json!({"type": "string", "format": kind}),
        "time" => json!({"type": "string", "format": "date-time"}),
        _ => json!({"type": "string"}),
    };
    if let (Some((set, values)), Some(item)) = (choices, item.as_object_mut()) {
        item.insert("enum".to_owned(), json!(values.split(' ').collect::<Vec<_>>()));
        item.insert("x-spec-enum-id".to_owned(), json!(format!("{set}00000000")));
    }
    if several && kind != "boolean" { json!({"type": "array", "items": item}) } else { item }
}

fn reference(component: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{component}")})
}

/// `DcimDevices` of `dcim/devices`: not NetBox's own name for it, but one for each.
fn component_of(endpoint: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    endpoint.split(['/', '-']).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::netbox::schema::reduce::reduce;

    #[test]
    fn the_document_comes_to_the_catalogue_again() {
        let reduced = reduce(document().as_bytes(), &[]).unwrap();
        for (line, (ours, theirs)) in reduced.lines().zip(Catalogue::newest_text().lines()).enumerate() {
            assert_eq!(ours, theirs, "line {}", line + 1);
        }
        assert_eq!(reduced.len(), Catalogue::newest_text().len());
    }
}
