//! Reading a model's arguments: lenient where the meaning is clear, and where it is not, an answer that shows the
//! right shape.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::tool::Tool;
use crate::server::netbox::{ObjectType, Schema};
use crate::wire::problem::{Problem, ProblemCode};

/// The arguments of one call.
pub(super) struct Arguments<'a> {
    tool: &'static Tool,
    values: Cow<'a, Map<String, Value>>,
}

impl<'a> Arguments<'a> {
    /// Takes the input apart; names that the tool does not know are refused.
    pub(super) fn new(tool: &'static Tool, input: &'a Value) -> Result<Self, Problem> {
        let values = input.as_object().ok_or_else(|| wrong(tool, "The arguments are not a JSON object"))?;
        let mut arguments = Self { tool, values: Cow::Borrowed(values) };
        if let Some(name) = values.keys().find(|name| !tool.takes(name)) {
            let name: String = name.chars().take(60).collect();
            let place = if tool.takes("filters") { "; filters belong into \"filters\"" } else { "" };
            let known: Vec<&str> = tool.arguments.iter().map(|argument| argument.name).collect();
            let known = known.join(", ");
            return Err(wrong(tool, &format!("{} has no argument {name}: it has {known}{place}", tool.name)));
        }
        arguments.hoist()?;
        Ok(arguments)
    }

    /// `limit`, `offset` and `ordering` among the filters mean the arguments of these names: no type has such a
    /// filter.
    fn hoist(&mut self) -> Result<(), Problem> {
        let mut filters = self.filters()?;
        let mut moved = Vec::new();
        for name in ["limit", "offset", "ordering", "fields", "brief"] {
            if self.tool.takes(name)
                && let Some(value) = filters.shift_remove(name)
            {
                moved.push((name, value));
            }
        }
        if !moved.is_empty() {
            let values = self.values.to_mut();
            values.insert("filters".to_owned(), Value::Object(filters));
            for (name, value) in moved {
                values.entry(name).or_insert(value);
            }
        }
        Ok(())
    }

    /// That `object_type`, where it is given beside `from`, is the type of that result.
    pub(super) fn agree(
        &self,
        schema: &Schema,
        handle: &str,
        kind: Option<&'static ObjectType>,
    ) -> Result<(), Problem> {
        let Some(name) = self.optional_text("object_type")? else { return Ok(()) };
        let asked = find_type(schema, name)?;
        if kind.is_some_and(|kind| kind.name == asked.name) {
            return Ok(());
        }
        let held = kind.map_or("rows of no one type", |kind| kind.plural);
        Err(self.wrong(&format!("{handle} holds {held}, not {}: leave object_type or from out", asked.plural)))
    }

    /// A value that is there and not null.
    fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    fn mistake(&self, name: &str, expected: &str) -> Problem {
        wrong(self.tool, &format!("The argument {name} is not {expected}"))
    }

    pub(super) fn text(&self, name: &str) -> Result<&str, Problem> {
        match self.value(name) {
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.trim()),
            Some(_) => Err(self.mistake(name, "a text")),
            None => Err(wrong(self.tool, &format!("The argument {name} is missing"))),
        }
    }

    /// A text, or a number as text; nothing where neither is given.
    pub(super) fn word(&self, name: &str) -> Result<Option<String>, Problem> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.mistake(name, "a text")),
        }
    }

    /// A number, also with a fraction, a percent sign or as text.
    pub(super) fn float(&self, name: &str) -> Result<Option<f64>, Problem> {
        let Some(text) = self.word(name)? else { return Ok(None) };
        match text.trim_end_matches('%').trim().parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => Ok(Some(number)),
            _ => Err(self.mistake(name, "a number")),
        }
    }

    pub(super) fn object_type(&self, schema: &Schema) -> Result<&'static ObjectType, Problem> {
        find_type(schema, self.text("object_type")?)
    }

    /// A text that may be missing.
    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&str>, Problem> {
        if self.value(name).is_none() { Ok(None) } else { self.text(name).map(Some) }
    }

    /// Names and values below another argument, such as `compare`.
    pub(super) fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, Problem> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(self.mistake(name, "an object of names and values")),
        }
    }

    /// A list of objects; one alone counts as a list of one, and JSON as text counts too.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Map<String, Value>>, Problem> {
        let mistake = || self.mistake(name, "a list of objects");
        let parsed;
        let value = match self.value(name) {
            None => return Err(self.missing(name)),
            Some(Value::String(text)) => {
                parsed = serde_json::from_str::<Value>(text).map_err(|_| mistake())?;
                &parsed
            }
            Some(value) => value,
        };
        match value {
            Value::Object(one) => Ok(vec![one.clone()]),
            Value::Array(items) => items.iter().map(|item| item.as_object().cloned().ok_or_else(mistake)).collect(),
            _ => Err(mistake()),
        }
    }

    /// That an argument is missing.
    pub(super) fn missing(&self, name: &str) -> Problem {
        wrong(self.tool, &format!("The argument {name} is missing"))
    }

    /// What is wrong with the arguments together.
    pub(super) fn wrong(&self, sentence: &str) -> Problem {
        wrong(self.tool, sentence)
    }

    /// Type names; empty when not given. A single text counts as a list of one.
    pub(super) fn object_types(&self, schema: &Schema) -> Result<Vec<&'static ObjectType>, Problem> {
        self.texts("object_types")?.unwrap_or_default().iter().map(|text| find_type(schema, text)).collect()
    }

    /// A whole number, also when it came as text.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_u64().or_else(|| {
                let float = number.as_f64()?;
                // Models write 5.0; anything with a fraction or sign is a mistake.
                (float >= 0.0 && float.fract() == 0.0).then(|| format!("{float:.0}").parse().ok())?
            }),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.map(Some).ok_or_else(|| self.mistake(name, "a whole number"))
    }

    /// The page size, 1 to 100.
    pub(super) fn limit(&self, default: u64) -> Result<u64, Problem> {
        self.limit_named("limit", default)
    }

    /// A page size of another name.
    pub(super) fn limit_named(&self, name: &str, default: u64) -> Result<u64, Problem> {
        match self.number(name)?.unwrap_or(default) {
            limit @ 1..=100 => Ok(limit),
            _ => Err(self.mistake(name, "between 1 and 100")),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(self.mistake(name, "true or false")),
        }
    }

    /// A list of texts; a text with commas, or a JSON list as text, counts too.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let parsed;
        let value = match value {
            Value::String(text) if text.trim_start().starts_with('[') => {
                parsed = serde_json::from_str::<Value>(text).map_err(|_| self.mistake(name, "a list of texts"))?;
                &parsed
            }
            other => other,
        };
        match value {
            Value::String(text) => {
                Ok(Some(text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()))
            }
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(|text| text.trim().to_owned()))
                .collect::<Option<Vec<_>>>()
                .map(Some)
                .ok_or_else(|| self.mistake(name, "a list of texts")),
            _ => Err(self.mistake(name, "a list of texts")),
        }
    }

    /// The filters; a JSON object as text counts too.
    pub(super) fn filters(&self) -> Result<Map<String, Value>, Problem> {
        let expected = "an object of filter names and values";
        match self.value("filters") {
            None => Ok(Map::new()),
            Some(Value::Object(filters)) => Ok(filters.clone()),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(Map::new()),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(Value::Object(filters)) => Ok(filters),
                _ => Err(self.mistake("filters", expected)),
            },
            Some(_) => Err(self.mistake("filters", expected)),
        }
    }
}

fn wrong(tool: &Tool, sentence: &str) -> Problem {
    Problem::new(ProblemCode::BadRequest, sentence).hint(format!("the right shape is {}", tool.example))
}

pub(super) fn find_type(schema: &Schema, text: &str) -> Result<&'static ObjectType, Problem> {
    schema.find_type(text).map_err(|nearest| {
        let text: String = text.chars().take(60).collect();
        let problem = Problem::new(ProblemCode::BadRequest, format!("NetBox has no object type {text}"));
        problem.hint(if nearest.is_empty() {
            "object types are written app.model, such as dcim.device, dcim.interface, ipam.prefix or circuits.circuit"
                .to_owned()
        } else {
            format!("did you mean {}?", nearest.join(" or "))
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_models_write_is_understood() {
        let input = json!({"object_type": "devices", "limit": "20", "offset": 5.0, "filters": "{\"site\":\"x\"}", "fields": "id, name", "brief": "True"});
        let arguments = Arguments::new(&super::super::list::TOOL, &input).unwrap();
        assert_eq!(arguments.object_type(&Schema::embedded(None)).unwrap().name, "dcim.device");
        assert_eq!(arguments.limit(5).unwrap(), 20);
        assert_eq!(arguments.number("offset").unwrap(), Some(5));
        assert_eq!(arguments.filters().unwrap().get("site"), Some(&json!("x")));
        assert_eq!(arguments.texts("fields").unwrap().unwrap(), ["id", "name"]);
        assert!(arguments.flag("brief").unwrap());
    }

    #[test]
    fn arguments_among_the_filters_are_taken_out() {
        let input = json!({"filters": {"user": "ada", "limit": 7, "offset": "20", "ordering": "time"}, "limit": 3});
        let arguments = Arguments::new(&super::super::changelog::TOOL, &input).unwrap();
        assert_eq!(arguments.limit(20).unwrap(), 3);
        assert_eq!(arguments.number("offset").unwrap(), Some(20));
        assert_eq!(arguments.texts("ordering").unwrap().unwrap(), ["time"]);
        assert_eq!(arguments.filters().unwrap().keys().collect::<Vec<_>>(), ["user"]);
        let text = json!({"object_type": "site", "filters": "{\"limit\": 9}"});
        assert_eq!(Arguments::new(&super::super::list::TOOL, &text).unwrap().limit(5).unwrap(), 9);
    }

    #[test]
    fn what_cannot_be_understood_shows_the_right_shape() {
        for input in [
            json!([]),
            json!({"object_type": 7}),
            json!({}),
            json!({"object_type": "dcim.device", "site": "cle-01"}),
            json!({"object_type": "dcim.device", "limit": 500}),
            json!({"object_type": "dcim.device", "limit": "many"}),
            json!({"object_type": "dcim.device", "filters": ["site"]}),
            json!({"object_type": "dcim.device", "fields": {"name": true}}),
        ] {
            let problem = Arguments::new(&super::super::list::TOOL, &input)
                .and_then(|arguments| {
                    arguments.object_type(&Schema::embedded(None))?;
                    arguments.limit(5)?;
                    arguments.filters()?;
                    arguments.texts("fields")
                })
                .unwrap_err();
            assert!(problem.hint.as_deref().unwrap().contains("\"object_type\":\"dcim.device\""), "{input}: {problem}");
        }
    }
}
