//! The tools as they are told to a terminal, to a model, to clients of the Model Context Protocol and to readers of the
//! documentation: all from the one table.

use serde_json::{Value, json};

use super::arguments::ToolListFormat;
use crate::server::tools::{Definition, Toolbox};

/// All tools in this format.
pub(super) fn list(format: ToolListFormat) -> String {
    let definitions = Toolbox::definitions();
    match format {
        ToolListFormat::Text => definitions.iter().map(text).collect::<Vec<_>>().join("\n\n"),
        ToolListFormat::Anthropic => Value::Array(definitions.iter().map(anthropic).collect()).to_string(),
        ToolListFormat::Mcp => json!({"tools": definitions.iter().map(mcp).collect::<Vec<_>>()}).to_string(),
        ToolListFormat::Markdown => markdown(&definitions),
    }
}

fn text(definition: &Definition) -> String {
    let lines: Vec<String> =
        arguments(definition).map(|(name, about)| format!("    {name:<14} {about}").trim_end().to_owned()).collect();
    let description: Vec<String> =
        definition.description.lines().map(|line| format!("  {line}").trim_end().to_owned()).collect();
    format!("{}\n{}\n\n{}", definition.name, description.join("\n"), lines.join("\n"))
}

fn anthropic(definition: &Definition) -> Value {
    let Definition { name, description, input_schema, .. } = definition;
    json!({"name": name, "description": description, "input_schema": input_schema})
}

/// Model Context Protocol, `tools/list`: NetBox is a world of its own.
fn mcp(definition: &Definition) -> Value {
    let Definition { name, description, input_schema, is_read_only } = definition;
    json!({
        "name": name, "description": description, "inputSchema": input_schema,
        "annotations": {"readOnlyHint": is_read_only, "openWorldHint": false},
    })
}

fn markdown(definitions: &[Definition]) -> String {
    let head = "# Tools\n\nWhat the model can call, as it is told. This page is made by \
                    `netbox-chatbox tool list --format markdown`; any of them can be tried with \
                    `netbox-chatbox tool call NAME '{...}'`, but for \
                    netbox_change: what that plans needs a person on the page ([changes](changes.md)).";
    let parts = definitions.iter().map(|definition| {
        let rows: Vec<String> = arguments(definition)
            .map(|(name, about)| format!("| `{name}` | {} |", about.replace('|', "\\|")))
            .collect();
        let (description, example) =
            definition.description.rsplit_once("\n\nExample: ").unwrap_or((&definition.description, ""));
        let name = &definition.name;
        let rows = rows.join("\n");
        format!("## {name}\n\n{description}\n\n| argument | |\n| --- | --- |\n{rows}\n\n```json\n{example}\n```")
    });
    std::iter::once(head.to_owned()).chain(parts).collect::<Vec<_>>().join("\n\n")
}

/// Names of arguments with what is to be said of each.
fn arguments(definition: &Definition) -> impl Iterator<Item = (&String, String)> {
    let properties = definition.input_schema.get("properties").and_then(Value::as_object);
    let required = definition.input_schema.get("required").and_then(Value::as_array);
    let is_required = move |name: &str| required.into_iter().flatten().any(|required| required == name);
    properties.into_iter().flatten().map(move |(name, schema)| {
        let mut said: Vec<String> = Vec::new();
        if is_required(name) {
            said.push("required".to_owned());
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            said.push(values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "));
        }
        if let (Some(usual), Some(most)) = (schema.get("default"), schema.get("maximum")) {
            said.push(format!("1 to {most}, {usual} unless given"));
        }
        said.extend(schema.get("description").and_then(Value::as_str).map(str::to_owned));
        (name, said.join("; "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_documentation_is_the_tables() {
        let page = include_str!("../../../docs/tools.md");
        assert_eq!(
            page.trim_end(),
            list(ToolListFormat::Markdown),
            "make it anew: netbox-chatbox tool list --format markdown > docs/tools.md"
        );
    }

    #[test]
    fn every_format_names_every_tool() {
        for format in [ToolListFormat::Text, ToolListFormat::Anthropic, ToolListFormat::Mcp] {
            let listed = list(format);
            assert!(Toolbox::definitions().iter().all(|tool| listed.contains(&tool.name)), "{listed}");
        }
        let mcp: Value = serde_json::from_str(&list(ToolListFormat::Mcp)).unwrap();
        assert_eq!(mcp["tools"][0]["inputSchema"]["type"], "object");
    }
}
