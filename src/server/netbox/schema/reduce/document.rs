//! An OpenAPI document, as far as the catalogue needs it. Everything else is skipped while it is read, texts are
//! borrowed from the document, and its paths, which are most of it, are read one at a time: so reading 14.6 MB takes
//! little more memory than the document itself.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The document.
#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    pub(super) info: Info<'a>,
    #[serde(borrow)]
    paths: IndexMap<Cow<'a, str>, &'a RawValue>,
    #[serde(borrow)]
    components: Components<'a>,
}

/// What the document is of.
#[derive(Deserialize)]
pub(super) struct Info<'a> {
    /// `4.7.3 (4.7)`
    #[serde(borrow)]
    pub(super) version: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Components<'a> {
    #[serde(borrow)]
    schemas: IndexMap<Cow<'a, str>, Node<'a>>,
}

/// One path; only its GET matters.
#[derive(Deserialize)]
pub(super) struct Item<'a> {
    #[serde(borrow)]
    get: Option<Operation<'a>>,
}

#[derive(Deserialize)]
struct Operation<'a> {
    #[serde(borrow, default)]
    parameters: Vec<Parameter<'a>>,
    #[serde(borrow, default)]
    responses: HashMap<Cow<'a, str>, Reply<'a>>,
}

/// A parameter of a GET.
#[derive(Deserialize)]
pub(super) struct Parameter<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) description: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) schema: Node<'a>,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow, default)]
    content: HashMap<Cow<'a, str>, Media<'a>>,
}

#[derive(Deserialize)]
struct Media<'a> {
    #[serde(borrow, default)]
    schema: Node<'a>,
}

/// A JSON schema.
#[derive(Default, Deserialize)]
pub(super) struct Node<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) format: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "$ref")]
    reference: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "x-spec-enum-id")]
    enum_id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "enum")]
    values: Option<Vec<Choice<'a>>>,
    #[serde(borrow)]
    items: Option<Box<Node<'a>>>,
    #[serde(borrow, default)]
    pub(super) properties: IndexMap<Cow<'a, str>, Node<'a>>,
    #[serde(borrow, default, rename = "allOf")]
    all_of: Vec<Node<'a>>,
    #[serde(borrow, default, rename = "oneOf")]
    one_of: Vec<Node<'a>>,
    // OpenAPI 3.1 writes several types as a list: such a node is read without its type.
}

/// One value of an enumeration.
#[derive(Deserialize)]
#[serde(untagged)]
enum Choice<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Number(i64),
    Other(serde::de::IgnoredAny),
}

impl<'a> Document<'a> {
    /// All paths.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.keys().map(AsRef::as_ref)
    }

    /// What there is at a path; none for one that cannot be read: it ruins no other.
    pub(super) fn item(&self, path: &str) -> Option<Item<'a>> {
        serde_json::from_str(self.paths.get(path)?.get()).ok()
    }

    /// The component of this name; an empty one if there is none.
    pub(super) fn component(&self, name: &str) -> &Node<'a> {
        static NONE: std::sync::LazyLock<Node<'static>> = std::sync::LazyLock::new(Node::default);
        self.components.schemas.get(name).unwrap_or(&NONE)
    }

    /// The component of the objects that a paginated answer lists.
    pub(super) fn listed(&self, listing: &str) -> Option<&str> {
        self.component(listing).properties.get("results")?.items.as_ref()?.target()
    }

    /// The values of every enumeration in the document, in the order of their first mention.
    pub(super) fn choices(&self) -> HashMap<String, Vec<String>> {
        let mut choices = HashMap::new();
        for path in self.paths.keys() {
            for parameter in self.item(path).iter().flat_map(Item::parameters) {
                parameter.schema.collect(&mut choices);
            }
        }
        for component in self.components.schemas.values() {
            component.collect(&mut choices);
        }
        choices
    }
}

impl<'a> Item<'a> {
    /// The parameters of the GET.
    pub(super) fn parameters(&self) -> &[Parameter<'a>] {
        self.get.as_ref().map_or(&[], |get| get.parameters.as_slice())
    }

    /// The component that a GET is answered with.
    pub(super) fn answer(&self) -> Option<&str> {
        self.get.as_ref()?.responses.get("200")?.content.get("application/json")?.schema.target()
    }
}

impl<'a> Node<'a> {
    /// The name of the component that it refers to.
    pub(super) fn target(&self) -> Option<&str> {
        self.reference.as_ref()?.rsplit('/').next()
    }

    /// What its values are, one by one.
    pub(super) fn item(&self) -> &Node<'a> {
        self.items.as_deref().unwrap_or(self)
    }

    /// Itself and what it is made of.
    pub(super) fn options(&self) -> impl Iterator<Item = &Node<'a>> {
        std::iter::once(self).chain(&self.all_of).chain(&self.one_of)
    }

    /// The identifier of the enumeration that its values come from.
    pub(super) fn enum_id(&self) -> Option<&str> {
        self.item().enum_id.as_deref().or(self.enum_id.as_deref()).filter(|identifier| !identifier.is_empty())
    }

    fn collect(&self, choices: &mut HashMap<String, Vec<String>>) {
        if let (Some(identifier), Some(values)) = (&self.enum_id, &self.values) {
            let known = choices.entry(identifier.to_string()).or_default();
            for value in values {
                let text = match value {
                    Choice::Text(text) => text.to_string(),
                    Choice::Number(number) => number.to_string(),
                    Choice::Other(_) => continue,
                };
                // Some sets of grouped choices list the names of their groups, too; no value holds a blank.
                if !text.is_empty() && text != "null" && !text.contains(char::is_whitespace) && !known.contains(&text) {
                    known.push(text);
                }
            }
        }
        let parts = self.items.iter().map(AsRef::as_ref);
        for part in parts.chain(self.properties.values()).chain(&self.all_of).chain(&self.one_of) {
            part.collect(choices);
        }
    }
}
