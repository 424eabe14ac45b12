//! The estate as lines of JSON, one per object, for filling a real NetBox with it (`tests/netbox/fill.py`).

use serde_json::{Map, Value as Json, json};

use super::estate::estate;
use super::network;
use super::schema::{TypeId, schema};
use super::store::{Object, Store, Value};

/// What a real NetBox has by itself, or makes from the rows that carry the tags.
const OWN: [&str; 3] = ["core.objecttype", "dcim.moduletypeprofile", "extras.taggeditem"];

/// One line per object: its type, its id and what its row stores. Moments are distances from now, so that the lines
/// are the same at every time.
pub fn lines() -> impl Iterator<Item = String> {
    let store = estate();
    let kinds = (1_u16..).zip(schema().types.iter().skip(1)).filter(|(_, kind)| !OWN.contains(&kind.name));
    kinds.flat_map(move |(kind, about)| {
        store.ids(kind).map(move |id| {
            let object = Object { kind, id };
            json!({"type": about.name, "id": id, "fields": fields(store, object)}).to_string()
        })
    })
}

fn fields(store: &Store, object: Object) -> Json {
    let columns = &schema().kind(object.kind).columns;
    let stored = store.stored(object).iter();
    Json::Object(
        stored
            .filter_map(|(position, value)| Some((columns.get(usize::from(*position))?.name, value)))
            .map(|(name, value)| (name.to_owned(), exported(store, value)))
            .collect::<Map<_, _>>(),
    )
}

fn exported(store: &Store, value: &Value) -> Json {
    let name = |kind: TypeId| schema().kind(kind).name;
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        #[allow(clippy::cast_precision_loss, reason = "decimal columns hold a few digits")]
        Value::Decimal(value) => json!({"decimal": format!("{}", *value as f64 / 1_000_000.0)}),
        Value::Text(symbol) => json!(store.symbol(*symbol)),
        Value::Ref(object) => json!({"type": name(object.kind), "id": object.id}),
        Value::Refs(objects) => json!({
            "type": objects.first().map(|object| name(object.kind)),
            "ids": objects.iter().map(|object| object.id).collect::<Vec<_>>(),
        }),
        Value::Type(kind) => json!(name(*kind)),
        Value::Ago(seconds) => json!({"seconds_before_now": seconds}),
        Value::At(microseconds) => json!({"seconds_since_1970": microseconds / 1_000_000}),
        Value::Network(network) => json!(network.to_string()),
        Value::Mac(address) => json!(network::mac(*address)),
        Value::Json(symbol) => json!({"json": store.parsed(*symbol)}),
    }
}
