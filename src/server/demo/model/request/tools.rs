//! The `tools` and `tool_choice` of a request.

use std::collections::HashSet;

use serde_json::Value;

use super::ApiError;

/// One offered tool.
#[derive(Debug)]
pub(in super::super) struct Tool {
    pub name: String,
    /// The definition as it came, for the cache's prefix.
    pub definition: Value,
}

/// Checks the offered tools. Only custom tools exist here.
pub(super) fn read(value: Option<&Value>) -> Result<Vec<Tool>, ApiError> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(|| ApiError::invalid("tools: Input should be a valid list"))?;
    let mut names = HashSet::new();
    let mut tools = Vec::with_capacity(list.len());
    for (index, definition) in list.iter().enumerate() {
        if let Some(kind) = definition.get("type").and_then(Value::as_str)
            && kind != "custom"
        {
            return Err(ApiError::invalid(format!(
                "tools.{index}: Input tag '{kind}' found using 'type' is not supported"
            )));
        }
        let name = definition["name"].as_str().unwrap_or_default();
        let legal = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(legal) {
            return Err(ApiError::invalid(format!(
                "tools.{index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'"
            )));
        }
        if definition["input_schema"]["type"] != "object" {
            return Err(ApiError::invalid(format!("tools.{index}.custom.input_schema.type: Input should be 'object'")));
        }
        if !names.insert(name.to_owned()) {
            return Err(ApiError::invalid("tools: Tool names must be unique."));
        }
        tools.push(Tool { name: name.to_owned(), definition: definition.clone() });
    }
    Ok(tools)
}

/// Whether calls are allowed, and several at once.
pub(super) fn choice(value: Option<&Value>, tools: &[Tool]) -> Result<(bool, bool), ApiError> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok((true, true)) };
    if tools.is_empty() {
        return Err(ApiError::invalid("tool_choice may only be specified while providing tools"));
    }
    let parallel = value.get("disable_parallel_tool_use") != Some(&Value::Bool(true));
    match value["type"].as_str() {
        Some("auto") => Ok((true, parallel)),
        Some("none") => Ok((false, parallel)),
        Some(kind @ ("any" | "tool")) => Err(ApiError::invalid(format!(
            "tool_choice: '{kind}' is not supported while thinking is enabled; use 'auto' or 'none'"
        ))),
        _ => Err(ApiError::invalid("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'")),
    }
}
