//! Objects as JSON, in the shapes of NetBox's serializers.

mod special;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::network;
use super::schema::{Field, Shape, TypeId, schema};
use super::store::{Object, Store, Value};

/// What an answer is made in: the rows, the address the client used, and what time it is.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The rows.
    pub store: &'a Store,
    /// Scheme and host as the client wrote them, without a slash at the end.
    pub base: &'a str,
    /// What "now" is in this estate.
    pub now: Timestamp,
}

/// Which fields of an object are wanted.
#[derive(Clone, Copy)]
pub enum Selection<'a> {
    /// All.
    All,
    /// These, in the serializer's order; unknown names are dropped.
    Fields(&'a [&'a str]),
    /// All but these.
    Omit(&'a [&'a str]),
    /// The brief form.
    Brief,
}

/// Where an object is rendered: NetBox computes some counts only for the objects of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// As an answer of its own.
    Own,
    /// As part of another object, in its brief form.
    Brief,
    /// As part of another object, in a shape made for that.
    Named,
}

impl Scope<'_> {
    /// An object in its own type's shape.
    pub fn object(&self, object: Object, selection: Selection) -> Json {
        let shape = &schema().kind(object.kind).shape;
        match selection {
            Selection::All => self.shaped(object, shape, Mode::Own, |_| true),
            Selection::Fields(names) => self.shaped(object, shape, Mode::Own, |field| names.contains(&field.name)),
            Selection::Omit(names) => self.shaped(object, shape, Mode::Own, |field| !names.contains(&field.name)),
            // A list's brief form keeps the counters that a nested object leaves out.
            Selection::Brief if shape.brief.is_empty() => self.shaped(object, shape, Mode::Own, |_| true),
            Selection::Brief => self.shaped(object, shape, Mode::Own, |field| shape.brief.contains(&field.name)),
        }
    }

    /// An object as part of another one.
    pub fn brief(&self, object: Object) -> Json {
        self.nested(object, "brief")
    }

    fn nested(&self, object: Object, name: &str) -> Json {
        let own = &schema().kind(object.kind).shape;
        if let Some(fields) = name.strip_prefix('+') {
            return self.shaped(object, own, Mode::Brief, |field| fields.split(',').any(|name| name == field.name));
        }
        match schema().shapes.get(name) {
            Some(shape) => self.shaped(object, shape, Mode::Named, |_| true),
            None => {
                self.shaped(object, own, Mode::Brief, |field| field.kind != "count" && own.brief.contains(&field.name))
            }
        }
    }

    fn shaped(&self, object: Object, shape: &Shape, mode: Mode, wanted: impl Fn(&Field) -> bool) -> Json {
        let fields = shape.fields.iter().filter(|field| wanted(field));
        Json::Object(
            fields.filter_map(|field| Some((field.name.to_owned(), self.field(object, field, mode)?))).collect(),
        )
    }

    fn field(&self, object: Object, field: &Field, mode: Mode) -> Option<Json> {
        let store = self.store;
        Some(match field.kind {
            "url" => Json::String(self.url(object)),
            "display_url" => self.page(object).map_or(Json::Null, Json::String),
            "display" => Json::String(self.display(object)),
            "custom_fields" => self.custom_fields(object),
            // A choice that is no column is worked out from others.
            "choice" if schema().kind(object.kind).column(field.source).is_none() => {
                return self.special(object, field, mode);
            }
            "choice" => self.choice(object, field),
            "nested" => {
                self.follow(object, field.source).map_or(Json::Null, |found| self.nested(found, field.argument))
            }
            "generic" => {
                let found = store.reference(object, field.source).filter(|found| store.exists(*found));
                found.map_or(Json::Null, |found| self.brief(found))
            }
            "id_of" => self.follow(object, field.source).map_or(Json::Null, |found| json!(found.id)),
            "list" => {
                self.many(object, field.source).into_iter().map(|found| self.nested(found, field.argument)).collect()
            }
            "ids" => self.many(object, field.source).into_iter().map(|found| json!(found.id)).collect(),
            "slugs" => {
                let found = self.many(object, field.source).into_iter();
                found.map(|found| json!(store.text(found, field.argument))).collect()
            }
            "types" => {
                let kinds = self.many(object, field.source).into_iter();
                kinds.map(|found| json!(schema().kind(u16::try_from(found.id).unwrap_or_default()).name)).collect()
            }
            "count" => json!(self.count(object, field.source)),
            "special" => return self.special(object, field, mode),
            _ => self.column(object, field.source),
        })
    }

    /// What a count in the API counts: the rows behind a relation, places cached in columns included.
    pub fn count(&self, object: Object, relation: &str) -> usize {
        match schema().kind(object.kind).reverse.get(relation) {
            Some(_) => self.store.related(object, relation).len(),
            None => self.many(object, relation).len(),
        }
    }

    fn follow(&self, object: Object, path: &str) -> Option<Object> {
        // No column: the newer one goes first unless NetBox is configured otherwise.
        if path == "primary_ip" {
            return ["primary_ip6", "primary_ip4"].iter().find_map(|column| self.store.reference(object, column));
        }
        path.split('.').try_fold(object, |current, column| self.store.reference(current, column))
    }

    /// The objects of a many-to-many column or of a relation that points here, in their own default order.
    pub fn many(&self, object: Object, name: &str) -> Vec<Object> {
        let mut found = match self.store.get(object, name) {
            Value::Refs(objects) => *objects,
            _ => self.store.related(object, name),
        };
        if let Some(kind) = found.first().map(|object| object.kind) {
            super::order::sort(self, &mut found, &schema().kind(kind).order);
        }
        found
    }

    fn column(&self, object: Object, name: &str) -> Json {
        let value = self.store.get(object, name);
        self.value(&value)
    }

    /// A stored value as the API writes it.
    pub fn value(&self, value: &Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => json!(value),
            Value::Int(value) => json!(value),
            #[allow(clippy::cast_precision_loss, reason = "decimal columns hold a few digits")]
            Value::Decimal(value) => json!(*value as f64 / 1_000_000.0),
            Value::Text(symbol) => json!(self.store.symbol(*symbol)),
            Value::Ref(object) => json!(object.id),
            Value::Refs(objects) => objects.iter().map(|object| json!(object.id)).collect(),
            Value::Type(kind) => json!(schema().kind(*kind).name),
            Value::Ago(_) | Value::At(_) => self.moment(value).map_or(Json::Null, Json::String),
            Value::Network(network) => json!(network.to_string()),
            Value::Mac(address) => json!(network::mac(*address)),
            Value::Json(symbol) => self.store.parsed(*symbol),
        }
    }

    /// A moment as NetBox writes it (`2026-11-22T10:00:00Z`).
    pub fn moment(&self, value: &Value) -> Option<String> {
        let moment = match value {
            Value::Ago(seconds) => Timestamp::from_second(self.now.as_second() - seconds),
            Value::At(microseconds) => Timestamp::from_microsecond(*microseconds),
            _ => return None,
        };
        // Python writes six digits behind the second, or none.
        let whole = |moment: Timestamp| moment.subsec_nanosecond() == 0;
        moment.ok().map(|moment| if whole(moment) { moment.to_string() } else { format!("{moment:.6}") })
    }

    fn choice(&self, object: Object, field: &Field) -> Json {
        let value = match self.store.get(object, field.source) {
            Value::Text(symbol) => self.store.symbol(symbol).to_owned(),
            Value::Int(value) => value.to_string(),
            _ => return Json::Null,
        };
        if value.is_empty() {
            return Json::Null;
        }
        let label = schema().choices(field.argument).iter().find(|(known, _)| *known == value).map_or("", |(_, l)| *l);
        let value = match self.store.get(object, field.source) {
            Value::Int(number) => json!(number),
            _ => json!(value),
        };
        json!({"value": value, "label": label})
    }

    /// The label of what a choice column holds.
    pub fn choice_label(&self, object: Object, name: &str) -> String {
        let kind = schema().kind(object.kind);
        let value = self.store.text(object, name);
        let set = kind.column(name).map_or("", |position| kind.columns[position].argument);
        let label = schema().choices(set).iter().find(|(known, _)| *known == value).map(|(_, label)| *label);
        label.unwrap_or(value).to_owned()
    }

    /// A network or an address as text, empty if there is none.
    pub fn network_text(&self, object: Object, column: &str) -> String {
        match self.store.get(object, column) {
            Value::Network(network) => network.to_string(),
            _ => String::new(),
        }
    }

    /// `DCIM > Site`.
    pub fn type_display(kind: TypeId) -> String {
        let kind = schema().kind(kind);
        let words = kind.singular.split(' ').map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        });
        format!("{} > {}", kind.app_name, words.collect::<Vec<_>>().join(" "))
    }

    /// The object's address in the API.
    pub fn url(&self, object: Object) -> String {
        format!("{}/api/{}/{}/", self.base, schema().kind(object.kind).endpoint, object.id)
    }

    /// The object's page in the web interface.
    pub fn page(&self, object: Object) -> Option<String> {
        let page = schema().kind(object.kind).page;
        (!page.is_empty()).then(|| format!("{}/{page}/{}/", self.base, object.id))
    }

    /// The custom fields of an object: all that its type has, in the order of their definitions.
    fn custom_fields(&self, object: Object) -> Json {
        let stored = self.store.json(object, "custom_field_data");
        let mut fields = Map::new();
        for field in self.fields_of(object.kind) {
            let name = self.store.text(field, "name");
            let value = stored.get(name).cloned().unwrap_or(Json::Null);
            let value = match (self.store.text(field, "type"), value) {
                ("select", Json::String(value)) => {
                    let label = self.choice_set_label(field, &value);
                    json!({"value": value, "label": label})
                }
                (_, value) => value,
            };
            fields.insert(name.to_owned(), value);
        }
        Json::Object(fields)
    }

    /// The custom fields that a type has.
    pub fn fields_of(&self, kind: TypeId) -> Vec<Object> {
        let custom_field = schema().id("extras.customfield");
        let marker = Object { kind: schema().id("core.objecttype"), id: kind.into() };
        let mut found: Vec<Object> = self
            .store
            .pointing(custom_field, "object_types", marker)
            .iter()
            .map(|(_, id)| Object { kind: custom_field, id: *id })
            .collect();
        super::order::sort(self, &mut found, &schema().kind(custom_field).order);
        found
    }

    fn choice_set_label(&self, field: Object, value: &str) -> String {
        let Some(set) = self.store.reference(field, "choice_set") else { return value.to_owned() };
        let choices = self.store.json(set, "extra_choices");
        let found = choices.as_array().and_then(|pairs| pairs.iter().find(|pair| pair[0] == value));
        found.and_then(|pair| pair[1].as_str()).unwrap_or(value).to_owned()
    }
}
