//! What a model wants to change, before anything is known of it.

use serde_json::{Map, Value};

use super::super::arguments::{Arguments, find_type};
use super::super::call::Call;
use super::super::filters::{refused, short};
use super::super::words;
use super::value::word;
use crate::server::netbox::ObjectType;
use crate::wire::change::Action;
use crate::wire::problem::Problem;

/// The apps whose objects may be changed: what a network is made of. Who may do what in NetBox (`users`), what it runs
/// and where it sends things (`core`, most of `extras`) is not for a chat to change.
const APPS: [&str; 7] = ["dcim", "ipam", "circuits", "tenancy", "virtualization", "vpn", "wireless"];
/// Types of `extras` that are about objects of those apps.
const EXTRAS: [&str; 2] = ["extras.tag", "extras.journalentry"];

/// One change.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) action: Action,
    pub(super) kind: &'static ObjectType,
    /// Which object; none for one that is to be made.
    pub(super) object: Option<Which>,
    /// What the object of an id is said to be called.
    pub(super) said: Option<String>,
    pub(super) values: Map<String, Value>,
}

/// How an object is named.
#[derive(Debug)]
pub(super) enum Which {
    Id(u64),
    Name(String),
}

impl Wanted {
    /// Reads the argument `changes`.
    pub(super) fn read(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Vec<Self>, Problem> {
        let changes = arguments.objects("changes")?;
        if changes.is_empty() {
            return Err(arguments.missing("changes"));
        }
        changes.iter().map(|change| one(call, arguments, change)).collect()
    }
}

fn one(call: &Call<'_>, arguments: &Arguments<'_>, change: &Map<String, Value>) -> Result<Wanted, Problem> {
    let known = ["action", "object_type", "id", "name", "values"];
    if let Some(other) = change.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(arguments.wrong(&format!("A change has no {}: what is to be set goes into values", short(other))));
    }
    let text = |name: &str| change.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let action = match text("action") {
        Some("create") => Action::Create,
        Some("update") => Action::Update,
        Some("delete") => Action::Delete,
        _ => return Err(arguments.wrong("The action of a change is create, update or delete")),
    };
    let Some(name) = text("object_type") else { return Err(arguments.wrong("A change names its object_type")) };
    let kind = find_type(&call.schema, name)?;
    let app = kind.name.split('.').next().unwrap_or_default();
    if !APPS.contains(&app) && !EXTRAS.contains(&kind.name) && !kind.is_foreign() {
        return Err(refused(format!("{} are not changed from here", super::super::filters::capitalised(kind.plural)))
            .hint("tell the person to do that in NetBox itself"));
    }
    let values = match change.get("values") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(values)) => values.clone(),
        Some(_) => return Err(arguments.wrong("The values of a change are an object of fields and values")),
    };
    let id = match change.get("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) if id.trim().parse::<u64>().is_err() => Some(Which::Name(id.trim().to_owned())),
        Some(id) => match word(id).and_then(|id| id.trim_end_matches(".0").parse::<u64>().ok()) {
            Some(id) if id > 0 => Some(Which::Id(id)),
            _ => return Err(arguments.wrong("The id of a change is a number from 1")),
        },
    };
    let said = text("name").filter(|_| id.is_some()).map(str::to_owned);
    let object = id.or_else(|| text("name").map(|name| Which::Name(name.to_owned())));
    match (action, &object, values.is_empty()) {
        (Action::Create, None, false) | (Action::Update, Some(_), false) | (Action::Delete, Some(_), true) => {
            Ok(Wanted { action, kind, object, said, values })
        }
        // The name of what is to be made is one of its values.
        (Action::Create, Some(Which::Name(name)), _) if !values.contains_key("name") => {
            let mut values = values;
            values.insert("name".to_owned(), Value::from(name.as_str()));
            Ok(Wanted { action, kind, object: None, said: None, values })
        }
        (Action::Create, None, true) | (Action::Update, Some(_), true) => {
            Err(arguments.wrong(&format!("There are no values for the {}", kind.singular)))
        }
        (Action::Create, Some(_), _) => Err(arguments.wrong("What is to be created has no id yet")),
        (Action::Update | Action::Delete, None, _) => {
            Err(arguments.wrong(&format!("Give the id or the name of the {}", kind.singular)))
        }
        (Action::Delete, Some(_), false) => Err(arguments.wrong("What is to be deleted gets no values")),
    }
}

/// The object of a change in words, while nothing is known of it: `device cle-01-sw1`.
pub(super) fn words(change: &Value) -> String {
    let values = change.get("values").unwrap_or(&Value::Null);
    let names = [words::text(change, "name"), words::text(values, "name"), words::text(change, "id")];
    format!("{} {}", words::singular(change), names.into_iter().find(|name| !name.is_empty()).unwrap_or_default())
}
