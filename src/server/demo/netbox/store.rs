//! The rows of the estate, kept small: a row stores only what differs from its column's default, texts are kept once.

mod edit;
mod texts;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::Value as Json;

use super::schema::{ColumnKind, Reverse, TypeId, schema};
pub use texts::{Symbol, Texts};

/// An object: its type and its id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Object {
    /// The type.
    pub kind: TypeId,
    /// The primary key, unique within the type.
    pub id: u32,
}

/// An address with the length of its mask.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Network {
    /// The address, host bits kept.
    pub address: IpAddr,
    /// The mask's length in bits.
    pub length: u8,
}

/// What a cell holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal number in millionths.
    Decimal(i64),
    /// A text.
    Text(Symbol),
    /// A reference.
    Ref(Object),
    /// References, in the order they were given.
    #[allow(clippy::box_collection, reason = "a boxed slice would make every cell half as large again")]
    Refs(Box<Vec<Object>>),
    /// A type of object.
    Type(TypeId),
    /// A moment: so many seconds before the server's `now`.
    Ago(i64),
    /// A fixed moment, in microseconds since 1970.
    At(i64),
    /// An address or a network.
    Network(Box<Network>),
    /// A MAC address.
    Mac(u64),
    /// Anything else, as JSON text: many rows hold the same.
    Json(Symbol),
}

impl Value {
    /// The objects that the value refers to.
    pub fn targets(&self) -> &[Object] {
        match self {
            Self::Ref(object) => std::slice::from_ref(object),
            Self::Refs(objects) => objects,
            _ => &[],
        }
    }
}

/// One row: the cells that differ from the defaults, by column.
type Row = Box<[(u8, Value)]>;

/// The rows of a type, by id: those that were deleted leave a gap.
#[derive(Clone, Default)]
struct Table {
    first: u32,
    rows: Vec<Option<Row>>,
    defaults: Vec<Value>,
}

/// Objects pointed at, each with the id of the row that points.
type Pointers = Vec<(Object, u32)>;

/// All rows, ready to be read. A clone shares its tables until one of the two changes: then that one table is copied.
#[derive(Clone)]
pub struct Store {
    tables: Vec<Arc<Table>>,
    texts: Texts,
    /// Who points where: by type and column, sorted by the object pointed at.
    pointers: HashMap<(TypeId, u8), Arc<Pointers>>,
}

/// Rows on their way into a store: by type, with the id of the first.
pub type Rows = Vec<(u32, Vec<Vec<(u8, Value)>>)>;

impl Store {
    /// Packs the rows and finds out who points where.
    pub fn new(rows: Rows, mut texts: Texts) -> Self {
        let mut tables = Vec::with_capacity(rows.len());
        let mut pointers: HashMap<(TypeId, u8), Vec<(Object, u32)>> = HashMap::new();
        for (kind, (first, rows)) in (0..).zip(rows) {
            let defaults =
                schema().kind(kind).columns.iter().map(|column| default(column.default, &mut texts)).collect();
            for (id, row) in (first..).zip(&rows) {
                for (column, value) in row.iter().filter(|(_, value)| !value.targets().is_empty()) {
                    let pointers = pointers.entry((kind, *column)).or_default();
                    pointers.extend(value.targets().iter().map(|object| (*object, id)));
                }
            }
            let rows = rows.into_iter().map(|row| Some(row.into_boxed_slice())).collect();
            tables.push(Arc::new(Table { first, rows, defaults }));
        }
        let pointers = pointers
            .into_iter()
            .map(|(key, mut pointers)| {
                pointers.sort_unstable();
                pointers.shrink_to_fit();
                (key, Arc::new(pointers))
            })
            .collect();
        texts.share();
        Self { tables, texts, pointers }
    }

    /// The ids of a type's objects, ascending.
    pub fn ids(&self, kind: TypeId) -> impl Iterator<Item = u32> {
        let table = self.tables.get(usize::from(kind)).map(|table| (table.first, table.rows.as_slice()));
        let (first, rows) = table.unwrap_or_default();
        (first..).zip(rows).filter(|(_, row)| row.is_some()).map(|(id, _)| id)
    }

    /// Whether there is such an object.
    pub fn exists(&self, object: Object) -> bool {
        self.row(object).is_some()
    }

    fn row(&self, object: Object) -> Option<(&Table, &Row)> {
        let table = self.tables.get(usize::from(object.kind))?;
        let row = table.rows.get(object.id.checked_sub(table.first)? as usize)?.as_ref()?;
        Some((table, row))
    }

    /// The cells that a row stores itself, by column.
    pub fn stored(&self, object: Object) -> &[(u8, Value)] {
        self.row(object).map_or(&[], |(_, row)| row)
    }

    /// What a column of an object holds, by the column's position.
    pub fn at(&self, object: Object, column: usize) -> Value {
        let Some((table, row)) = self.row(object) else { return Value::Null };
        let stored = row.iter().find(|(position, _)| usize::from(*position) == column).map(|(_, value)| value);
        stored.or_else(|| table.defaults.get(column)).cloned().unwrap_or(Value::Null)
    }

    /// What a column of an object holds, by the column's name: also ids, counters, the halves of generic references
    /// and the places that NetBox caches in columns with an underscore.
    pub fn get(&self, object: Object, name: &str) -> Value {
        let kind = schema().kind(object.kind);
        let Some(position) = kind.column(name) else {
            return if name == "pk" { Value::Int(object.id.into()) } else { Value::Null };
        };
        let column = &kind.columns[position];
        if let Some((generic, is_type)) = kind.generic_half(name) {
            return match self.at(object, generic) {
                Value::Ref(target) if is_type => Value::Type(target.kind),
                Value::Ref(target) => Value::Int(target.id.into()),
                _ => Value::Null,
            };
        }
        match column.kind {
            ColumnKind::Id => Value::Int(object.id.into()),
            ColumnKind::Counter => {
                let (counted, by) = column.argument.split_once(' ').unwrap_or_default();
                let counted = schema().id(counted);
                Value::Int(self.pointing(counted, by, object).len().try_into().unwrap_or_default())
            }
            _ if name == "_name" => self.get(object, "name"),
            // A row that was never touched again was last updated when it was made.
            ColumnKind::Time if name == "last_updated" => match self.at(object, position) {
                Value::Null => self.get(object, "created"),
                stored => stored,
            },
            ColumnKind::Ref(_) if name.starts_with('_') => match self.at(object, position) {
                Value::Null => self.place(object, &name[1..]),
                stored => stored,
            },
            _ => self.at(object, position),
        }
    }

    /// The reference in a column.
    pub fn reference(&self, object: Object, name: &str) -> Option<Object> {
        match self.get(object, name) {
            Value::Ref(target) => Some(target),
            _ => None,
        }
    }

    /// The text in a column, empty if there is none.
    pub fn text(&self, object: Object, name: &str) -> &str {
        match self.get(object, name) {
            Value::Text(symbol) => self.texts.get(symbol),
            _ => "",
        }
    }

    /// What a column with JSON holds, null if nothing.
    pub fn json(&self, object: Object, name: &str) -> Json {
        match self.get(object, name) {
            Value::Json(symbol) => self.parsed(symbol),
            _ => Json::Null,
        }
    }

    /// The JSON that a symbol's text is.
    pub fn parsed(&self, symbol: Symbol) -> Json {
        serde_json::from_str(self.symbol(symbol)).unwrap_or(Json::Null)
    }

    /// The text of a symbol.
    pub fn symbol(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol)
    }

    /// The ids of the rows of a type that point to an object through a column, ascending.
    pub fn pointing(&self, kind: TypeId, column: &str, target: Object) -> &[(Object, u32)] {
        let Some(position) = schema().kind(kind).column(column).and_then(|position| u8::try_from(position).ok()) else {
            return &[];
        };
        self.pointers.get(&(kind, position)).map_or(&[], |pointers| edit::between(pointers, target))
    }

    /// The objects on the far side of a relation that points to an object.
    pub fn reverse(&self, reverse: Reverse, target: Object) -> Vec<Object> {
        let kind = schema().kind(reverse.kind);
        let column = if reverse.generic {
            kind.generic_half(reverse.column).map_or("", |(position, _)| kind.columns[position].name)
        } else {
            reverse.column
        };
        if column.starts_with('_') {
            return self
                .ids(reverse.kind)
                .map(|id| Object { kind: reverse.kind, id })
                .filter(|object| self.reference(*object, column) == Some(target))
                .collect();
        }
        self.pointing(reverse.kind, column, target)
            .iter()
            .map(|(_, id)| Object { kind: reverse.kind, id: *id })
            .collect()
    }

    /// The objects a reverse relation of this name leads to.
    pub fn related(&self, object: Object, name: &str) -> Vec<Object> {
        match schema().kind(object.kind).reverse.get(name) {
            Some(reverse) => self.reverse(*reverse, object),
            None => Vec::new(),
        }
    }

    /// Where an object is (`site`, `location`, `region`, `site_group`, `rack`, `device`), as NetBox caches it.
    fn place(&self, object: Object, what: &str) -> Value {
        let column = if what == "site_group" { "group" } else { what };
        // What the object hangs on: a component's device, the scope of a prefix, the far object of a termination.
        let holder = ["device", "scope", "termination", "circuit"]
            .into_iter()
            .find_map(|name| self.reference(object, name))
            .filter(|holder| *holder != object);
        let Some(holder) = holder else { return Value::Null };
        if schema().kind(holder.kind).model() == what.replace('_', "") {
            return Value::Ref(holder);
        }
        match self.get(holder, what) {
            Value::Ref(found) => return Value::Ref(found),
            _ if what == "site" || what == "location" => {}
            _ => {
                // Regions and groups of a site are the site's.
                let site = match self.get(holder, "site") {
                    Value::Ref(site) => Some(site),
                    _ => (schema().kind(holder.kind).name == "dcim.site").then_some(holder),
                };
                if let Some(found) = site.and_then(|site| self.reference(site, column)) {
                    return Value::Ref(found);
                }
            }
        }
        if self.reference(holder, "device").is_some() { self.place(holder, what) } else { Value::Null }
    }

    /// The object and all above it in its tree, itself first.
    pub fn ancestors(&self, object: Object) -> Vec<Object> {
        let mut found = vec![object];
        let mut current = object;
        while let Some(parent) = self.reference(current, "parent").filter(|parent| parent.kind == object.kind) {
            found.push(parent);
            current = parent;
        }
        found
    }

    /// The object and all below it in its tree.
    pub fn descendants(&self, object: Object) -> Vec<Object> {
        let mut found = vec![object];
        let mut next = 0;
        while let Some(&current) = found.get(next) {
            let children = self.pointing(object.kind, "parent", current);
            found.extend(children.iter().map(|(_, id)| Object { kind: object.kind, id: *id }));
            next += 1;
        }
        found
    }
}

fn default(text: &str, texts: &mut Texts) -> Value {
    match serde_json::from_str(text) {
        Ok(Json::Bool(value)) => Value::Bool(value),
        Ok(Json::String(value)) => Value::Text(texts.intern(&value)),
        Ok(Json::Number(number)) => match number.as_i64() {
            Some(value) => Value::Int(value),
            None => number.as_f64().map_or(Value::Null, decimal),
        },
        Ok(Json::Null) | Err(_) => Value::Null,
        Ok(value) => Value::Json(texts.intern(&value.to_string())),
    }
}

/// A decimal number in millionths.
#[allow(clippy::cast_possible_truncation, reason = "the numbers of an estate are far below 2^53 millionths")]
pub fn decimal(value: f64) -> Value {
    Value::Decimal((value * 1_000_000.0).round() as i64)
}
