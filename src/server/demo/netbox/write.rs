//! Writes, by NetBox's rules: what a request says becomes a row of a copy of the store, the copy is looked over, and
//! takes the store's place if nothing is wrong with it.

mod custom;
mod log;
pub mod options;
mod related;
mod remove;
mod rules;
mod table;
#[cfg(test)]
mod tests;
mod unique;
mod value;

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::accounts::Asker;
use super::render::Scope;
use super::schema::{Column, ColumnKind, TypeId, schema};
use super::store::{Object, Store, Value};
use remove::Removal;
pub use table::writable;
use table::{Field, Target, Writable};
use value::Draft;

/// What was wrong with a request: sentences under each field's name.
pub type Errors = Map<String, Json>;

/// Who writes, when and why.
pub struct Writing<'a> {
    /// Scheme and host as the client wrote them.
    pub base: &'a str,
    /// The moment that the estate's change log leads up to.
    pub now: Timestamp,
    /// The present, in microseconds since 1970.
    pub present: i64,
    /// Who.
    pub asker: Asker,
    /// The request's id, as the answer's header has it.
    pub request: &'a str,
    /// Why, as the change log will say.
    pub message: String,
}

/// Whether a new object has to be made of a request, or which one is changed and whether all of it is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Make(TypeId),
    Change(Object),
    Replace(Object),
}

impl Writing<'_> {
    /// Makes an object.
    ///
    /// # Errors
    /// NetBox's sentences about what is wrong, by field.
    pub fn create(&self, store: &Store, kind: TypeId, body: &Json) -> Result<(Store, Object), Errors> {
        self.keep(store, Wish::Make(kind), body)
    }

    /// Changes what the request names of an object; with `all` it has to name whatever a new one needs.
    ///
    /// # Errors
    /// NetBox's sentences about what is wrong, by field.
    pub fn update(&self, store: &Store, object: Object, body: &Json, all: bool) -> Result<(Store, Object), Errors> {
        self.keep(store, if all { Wish::Replace(object) } else { Wish::Change(object) }, body)
    }

    /// Deletes an object, and what goes with it.
    ///
    /// # Errors
    /// NetBox's sentence about what keeps it.
    pub fn delete(&self, store: &Store, object: Object) -> Result<Store, String> {
        let scope = self.scope(store);
        let removal = Removal::of(store, object);
        if !removal.protecting.is_empty() {
            return Err(removal.refusal(&scope));
        }
        let mut next = store.clone();
        let logged = |object: &&Object| schema().kind(object.kind).column("last_updated").is_some();
        // What hangs on it goes first, as in NetBox.
        for gone in removal.gone.iter().rev().filter(logged) {
            let data = (log::snapshot(&scope, *gone), Json::Null);
            log::record(self, &mut next, "delete", *gone, &scope.display(*gone), data);
        }
        removal.carry_out(&mut next);
        log::nest(&mut next, object.kind);
        Ok(next)
    }

    fn scope<'a>(&'a self, store: &'a Store) -> Scope<'a> {
        Scope { store, base: self.base, now: self.now }
    }

    fn keep(&self, store: &Store, wish: Wish, body: &Json) -> Result<(Store, Object), Errors> {
        let (kind, object) = match wish {
            Wish::Make(kind) => (kind, None),
            Wish::Change(object) | Wish::Replace(object) => (object.kind, Some(object)),
        };
        let no_fields = Writable::default();
        let writable = writable(kind).unwrap_or(&no_fields);
        let Json::Object(given) = body else {
            let sentence = format!("Invalid data. Expected a dictionary, but got {}.", python_type(body));
            return Err(Errors::from_iter([("__all__".to_owned(), json!([sentence]))]));
        };
        let scope = self.scope(store);
        let mut errors = Errors::new();
        let drafts = drafts(&scope, wish, writable, given, &mut errors);
        let custom = custom::fields(&scope, kind, object, given.get("custom_fields"));
        let mut next = store.clone();
        let object = object.unwrap_or_else(|| next.add(kind));
        for (column, draft) in drafts {
            let value = draft.kept(&mut next);
            next.set(object, column, value);
        }
        unique::columns(&self.scope(&next), object, writable, &mut errors);
        match custom {
            Ok(custom) if schema().kind(kind).custom_fields => {
                let custom = next.intern(&custom.to_string());
                next.set(object, "custom_field_data", Value::Json(custom));
            }
            Ok(_) => {}
            // What is wrong with a value, NetBox says only when the rest is right.
            Err(found) => found.into_iter().for_each(|(name, what)| {
                if name != "__all__" || errors.is_empty() {
                    errors.insert(name, what);
                }
            }),
        }
        if errors.is_empty() {
            rules::check(&self.scope(&next), object, &mut errors);
            unique::networks(&self.scope(&next), object, &mut errors);
            unique::groups(&self.scope(&next), object, writable, &mut errors);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.leave_behind(store, &mut next, wish, object);
        Ok((next, object))
    }

    /// The moments of a row, its entry in the change log, and whatever else follows from it.
    fn leave_behind(&self, before: &Store, after: &mut Store, wish: Wish, object: Object) {
        let (action, earlier) = match wish {
            Wish::Make(_) => ("create", Json::Null),
            Wish::Change(_) | Wish::Replace(_) => ("update", log::snapshot(&self.scope(before), object)),
        };
        for column in ["created", "last_updated"] {
            if column == "last_updated" || action == "create" {
                after.set(object, column, Value::At(self.present));
            }
        }
        log::tag(after, object);
        log::nest(after, object.kind);
        let scope = self.scope(after);
        let (shown, later) = (scope.display(object), log::snapshot(&scope, object));
        log::record(self, after, action, object, &shown, (earlier, later));
    }
}

/// The cells that a request sets, by column.
fn drafts(
    scope: &Scope,
    wish: Wish,
    writable: &Writable,
    given: &Map<String, Json>,
    errors: &mut Errors,
) -> Vec<(&'static str, Draft)> {
    let (kind, object) = match wish {
        Wish::Make(kind) => (kind, None),
        Wish::Change(object) | Wish::Replace(object) => (object.kind, Some(object)),
    };
    let columns = &schema().kind(kind).columns;
    let mut drafts = Vec::new();
    let mut halves: HashMap<usize, [Option<(&Field, &Json)>; 2]> = HashMap::new();
    for field in writable.fields.iter().filter(|field| !field.read_only) {
        let Some(value) = given.get(field.name) else {
            if field.required && !matches!(wish, Wish::Change(_)) {
                errors.insert(field.name.to_owned(), json!(["This field is required."]));
            }
            continue;
        };
        match field.target {
            Some(Target::Column(position)) => {
                let Some(column) = columns.get(position) else { continue };
                match value::cell(scope, kind, field, column, value) {
                    Ok(draft) => drafts.push((column.name, settled(writable, field, draft))),
                    Err(problem) => _ = errors.insert(field.name.to_owned(), problem),
                }
            }
            Some(Target::TypeHalf(position)) => halves.entry(position).or_default()[0] = Some((field, value)),
            Some(Target::IdHalf(position)) => halves.entry(position).or_default()[1] = Some((field, value)),
            Some(Target::CustomFields) => {}
            None => {
                errors.insert(field.name.to_owned(), json!(["The demo NetBox does not take this field."]));
            }
        }
    }
    for (position, halves) in halves {
        let Some(column) = columns.get(position) else { continue };
        let now = object.and_then(|object| scope.store.reference(object, column.name));
        match generic(scope, (kind, column), now, halves) {
            Ok(value) => drafts.push((column.name, Draft::Is(value))),
            Err((name, sentence)) => _ = errors.insert(name.to_owned(), json!([sentence])),
        }
    }
    drafts
}

/// An empty text in a column that has to be unique is none.
fn settled(writable: &Writable, field: &Field, draft: Draft) -> Draft {
    let alone = || writable.unique.iter().any(|rule| unique::single(rule) && rule.columns == [field.name]);
    match draft {
        Draft::Text(text) if text.is_empty() && field.null && alone() => Draft::Is(Value::Null),
        draft => draft,
    }
}

/// What two halves of a generic reference mean together; a half that is not given stays as it is.
fn generic<'a>(
    scope: &Scope,
    (own, column): (TypeId, &'static Column),
    now: Option<Object>,
    halves: [Option<(&'a Field, &Json)>; 2],
) -> Result<Value, (&'a str, String)> {
    let [type_half, id_half] = halves;
    let kind = match type_half {
        None => now.map(|now| now.kind),
        Some((_, Json::Null)) => None,
        Some((field, value)) => {
            let name = value::plain(value);
            let kind = schema().id(&name.to_lowercase());
            if kind == 0 || !remove::declared(own, column, kind) {
                return Err((field.name, format!("Invalid content type: {name}")));
            }
            Some(kind)
        }
    };
    let id = match id_half {
        None => now.map(|now| i64::from(now.id)),
        Some((_, Json::Null)) => None,
        Some((field, value)) => {
            let id = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
            Some(id.ok_or_else(|| (field.name, "A valid integer is required.".to_owned()))?)
        }
    };
    let (type_name, id_name) = column.argument.split_once(' ').unwrap_or_default();
    match (kind, id) {
        (Some(kind), Some(id)) => {
            let found = u32::try_from(id).ok().map(|id| Object { kind, id }).filter(|found| scope.store.exists(*found));
            let missing = || (id_name, format!("Related object not found using the provided value: {id}."));
            found.map(Value::Ref).ok_or_else(missing)
        }
        // NetBox forgets both halves when one of them goes.
        (None, None) => Ok(Value::Null),
        _ if type_half.is_some_and(|(_, value)| value.is_null())
            || id_half.is_some_and(|(_, value)| value.is_null()) =>
        {
            Ok(Value::Null)
        }
        (None, _) => Err((type_name, "This field cannot be null.".to_owned())),
        (_, None) => Err((id_name, "This field cannot be null.".to_owned())),
    }
}

fn python_type(value: &Json) -> &'static str {
    match value {
        Json::Null => "NoneType",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.is_f64() => "float",
        Json::Number(_) => "int",
        Json::String(_) => "str",
        Json::Array(_) => "list",
        Json::Object(_) => "dict",
    }
}

/// The state of an object as NetBox's `ETag` has it; none of types that do not know when they were last written.
pub fn state(scope: &Scope, object: Object) -> Option<String> {
    let position = schema().kind(object.kind).column("last_updated")?;
    let column = schema().kind(object.kind).columns.get(position).filter(|column| column.kind == ColumnKind::Time)?;
    let moment = scope.moment(&scope.store.get(object, column.name))?;
    Some(format!("W/\"{}+00:00\"", moment.trim_end_matches('Z')))
}

/// When something was last written, in microseconds since 1970; none if nothing was since the estate was made.
pub fn latest(store: &Store) -> Option<i64> {
    let kind = schema().id("core.objectchange");
    let newest = Object { kind, id: store.ids(kind).max()? };
    match store.get(newest, "time") {
        Value::At(moment) => Some(moment),
        _ => None,
    }
}
