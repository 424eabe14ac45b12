//! What NetBox's GraphQL takes and answers with: its introspection (0.9 MB), reduced to a text that is kept, and read
//! from that text.
//!
//! ```text
//! object NAME | input NAME           followed by its fields, one a line, after a blank
//!  FIELD TYPE ARGUMENT=TYPE ...
//! enum NAME = VALUE ...
//! union NAME = TYPE ...
//! scalar NAME
//! ```

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde_json::Value;

use super::{Client, Credentials, Error};

const INTROSPECTION: &str = "{__schema{queryType{name} types{kind name fields{name args{name type{...T}} type{...T}} \
    inputFields{name type{...T}} enumValues{name} possibleTypes{name}}}} \
    fragment T on __Type{kind name ofType{kind name ofType{kind name ofType{kind name \
    ofType{kind name ofType{kind name ofType{kind name}}}}}}}";

/// The types of NetBox's GraphQL.
#[derive(Debug)]
pub struct GraphqlSchema {
    types: HashMap<String, Definition>,
}

/// A type.
#[derive(Debug)]
pub enum Definition {
    /// What a field answers with.
    Object(BTreeMap<String, Field>),
    /// What an argument takes.
    Input(BTreeMap<String, TypeName>),
    /// One of some names.
    Enum(Vec<String>),
    /// One of some objects.
    Union(Vec<String>),
    /// A plain value.
    Scalar,
}

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// What it answers with.
    pub kind: TypeName,
    /// What it takes.
    pub arguments: BTreeMap<String, TypeName>,
}

/// A type as GraphQL writes it: `[DeviceType!]!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName(String);

impl TypeName {
    /// The type's own name, `DeviceType`.
    pub fn name(&self) -> &str {
        self.0.trim_matches(['[', ']', '!'])
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.0.starts_with('[')
    }

    /// Whether a value must be given.
    pub fn is_required(&self) -> bool {
        self.0.ends_with('!')
    }
}

impl std::fmt::Display for TypeName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl GraphqlSchema {
    /// The fields of the query itself: `device_list`, `device`, ...
    pub fn query(&self) -> Option<&BTreeMap<String, Field>> {
        self.object("Query")
    }

    /// The fields of an object.
    pub fn object(&self, name: &str) -> Option<&BTreeMap<String, Field>> {
        match self.types.get(name)? {
            Definition::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The fields of an input.
    pub fn input(&self, name: &str) -> Option<&BTreeMap<String, TypeName>> {
        match self.types.get(name)? {
            Definition::Input(fields) => Some(fields),
            _ => None,
        }
    }

    /// A type.
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.types.get(name)
    }

    /// Asks NetBox and reduces its answer.
    ///
    /// # Errors
    /// Those of [`Client::graphql`].
    pub(super) async fn ask(client: &Client, credentials: &Credentials) -> Result<String, Error> {
        let answer = client.graphql(credentials, INTROSPECTION, &Value::Null).await.answer?;
        Self::reduce(&answer.body).ok_or_else(|| client.no_list())
    }

    /// The text of an introspection.
    fn reduce(answer: &Value) -> Option<String> {
        let types = answer.pointer("/data/__schema/types")?.as_array()?;
        let root = answer.pointer("/data/__schema/queryType/name")?.as_str()?;
        let name_of = |value: &Value| value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |kind: &Value, of: &str| kind.get(of).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut text = String::new();
        for kind in types {
            let name = name_of(kind);
            if name.starts_with("__") {
                continue;
            }
            let name = if name == root { "Query".to_owned() } else { name };
            let names = |of: &str| list(kind, of).iter().map(name_of).collect::<Vec<_>>().join(" ");
            match kind.get("kind").and_then(Value::as_str)? {
                "OBJECT" | "INTERFACE" => {
                    let _ = writeln!(text, "object {name}");
                    for field in list(kind, "fields") {
                        // A type deeper than was asked for is left out.
                        let Some(told) = field.get("type").and_then(type_name) else { continue };
                        let _ = write!(text, " {} {told}", name_of(&field));
                        for argument in list(&field, "args") {
                            if let Some(told) = argument.get("type").and_then(type_name) {
                                let _ = write!(text, " {}={told}", name_of(&argument));
                            }
                        }
                        text.push('\n');
                    }
                }
                "INPUT_OBJECT" => {
                    let _ = writeln!(text, "input {name}");
                    for field in list(kind, "inputFields") {
                        if let Some(told) = field.get("type").and_then(type_name) {
                            let _ = writeln!(text, " {} {told}", name_of(&field));
                        }
                    }
                }
                "ENUM" => {
                    let _ = writeln!(text, "enum {name} = {}", names("enumValues"));
                }
                "UNION" => {
                    let _ = writeln!(text, "union {name} = {}", names("possibleTypes"));
                }
                _ => {
                    let _ = writeln!(text, "scalar {name}");
                }
            }
        }
        Some(text)
    }

    /// Reads a text of [`GraphqlSchema::reduce`]'s.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut types: HashMap<String, Definition> = HashMap::new();
        let mut current = String::new();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if line.starts_with(' ') {
                let (name, kind) = (words.next()?.to_owned(), TypeName(words.next()?.to_owned()));
                match types.get_mut(&current)? {
                    Definition::Object(fields) => {
                        let arguments = words.filter_map(|word| word.split_once('='));
                        let arguments =
                            arguments.map(|(name, kind)| (name.to_owned(), TypeName(kind.to_owned()))).collect();
                        fields.insert(name, Field { kind, arguments });
                    }
                    Definition::Input(fields) => {
                        fields.insert(name, kind);
                    }
                    _ => return None,
                }
                continue;
            }
            let (kind, name) = (words.next()?, words.next()?.to_owned());
            let rest = || line.split_once(" = ").map_or("", |(_, rest)| rest).split_whitespace().map(str::to_owned);
            let definition = match kind {
                "object" => Definition::Object(BTreeMap::new()),
                "input" => Definition::Input(BTreeMap::new()),
                "enum" => Definition::Enum(rest().collect()),
                "union" => Definition::Union(rest().collect()),
                "scalar" => Definition::Scalar,
                _ => return None,
            };
            current.clone_from(&name);
            types.insert(name, definition);
        }
        let schema = Self { types };
        schema.query().is_some().then_some(schema)
    }

    /// A small schema for tests.
    #[cfg(test)]
    pub(crate) fn for_tests(text: &str) -> Self {
        Self::parse(text).unwrap_or(Self { types: HashMap::new() })
    }
}

/// `[DeviceType!]!` of an introspected type.
fn type_name(kind: &Value) -> Option<String> {
    let inner = || type_name(kind.get("ofType")?);
    match kind.get("kind")?.as_str()? {
        "NON_NULL" => Some(format!("{}!", inner()?)),
        "LIST" => Some(format!("[{}]", inner()?)),
        _ => kind.get("name")?.as_str().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_introspection_is_reduced_and_read() {
        let named = |kind: &str, name: &str| json!({"kind": kind, "name": name});
        let required = |inner: Value| json!({"kind": "NON_NULL", "name": null, "ofType": inner});
        let list = |inner: Value| json!({"kind": "LIST", "name": null, "ofType": inner});
        let devices = required(list(required(named("OBJECT", "DeviceType"))));
        let answer = json!({"data": {"__schema": {"queryType": {"name": "Root"}, "types": [
            {"kind": "OBJECT", "name": "Root", "fields": [{"name": "device_list", "type": devices,
             "args": [{"name": "filters", "type": named("INPUT_OBJECT", "DeviceFilter")}]}]},
            {"kind": "OBJECT", "name": "DeviceType", "fields": [{"name": "id", "type": required(named("SCALAR", "ID")), "args": []}]},
            {"kind": "INPUT_OBJECT", "name": "DeviceFilter", "inputFields": [{"name": "site_id", "type": named("SCALAR", "ID")}]},
            {"kind": "ENUM", "name": "E", "enumValues": [{"name": "A"}, {"name": "B"}]},
            {"kind": "UNION", "name": "U", "possibleTypes": [{"name": "DeviceType"}]},
            {"kind": "SCALAR", "name": "ID"}, {"kind": "OBJECT", "name": "__Type", "fields": []},
        ]}}});
        let schema = GraphqlSchema::parse(&GraphqlSchema::reduce(&answer).unwrap()).unwrap();
        let field = &schema.query().unwrap()["device_list"];
        assert_eq!(field.kind.to_string(), "[DeviceType!]!");
        assert!(field.kind.is_list() && field.kind.is_required() && field.kind.name() == "DeviceType");
        assert_eq!(field.arguments["filters"].name(), "DeviceFilter");
        assert_eq!(schema.input("DeviceFilter").unwrap()["site_id"].to_string(), "ID");
        assert!(matches!(schema.get("E"), Some(Definition::Enum(values)) if values == &["A", "B"]));
        assert!(schema.get("__Type").is_none());
        assert!(GraphqlSchema::parse("object X\n").is_none() && GraphqlSchema::parse("nonsense").is_none());
    }
}
