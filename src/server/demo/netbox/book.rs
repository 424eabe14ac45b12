//! The estate while it is written: rows by type, with names of columns, checked against the schema.

use serde_json::Value as Json;

use super::schema::{ColumnKind, TypeId, schema};
use super::store::{Network, Object, Rows, Store, Texts, Value, decimal};

/// A cell as the estate's authors write it.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Nothing: the column's default.
    Unset,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal number.
    Decimal(f64),
    /// A text; networks and MAC addresses are written as text too.
    Text(String),
    /// A reference.
    Object(Object),
    /// References.
    Objects(Vec<Object>),
    /// A moment, in seconds before now.
    Ago(i64),
    /// Anything else.
    Json(Json),
}

macro_rules! cell_from {
    ($($from:ty => $make:expr),* $(,)?) => { $(impl From<$from> for Cell {
        fn from(value: $from) -> Self { let make: fn($from) -> Self = $make; make(value) }
    })* };
}
cell_from! {
    bool => Self::Bool,
    i64 => Self::Int,
    i32 => |value| Self::Int(value.into()),
    u32 => |value| Self::Int(value.into()),
    f64 => Self::Decimal,
    &str => |value| Self::Text(value.to_owned()),
    String => Self::Text,
    Object => Self::Object,
    Vec<Object> => Self::Objects,
    Json => Self::Json,
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or(Self::Unset, Self::Int)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Into::into)
    }
}

/// A row: column names and cells.
macro_rules! row {
    ($($name:ident : $value:expr),* $(,)?) => {
        vec![$((stringify!($name).trim_start_matches("r#"), $crate::server::demo::netbox::book::Cell::from($value))),*]
    };
}
pub(crate) use row;

/// When the first row was written, in seconds since 1970: March 2024.
const FIRST_WRITTEN: i64 = 1_709_287_200;

/// A row as it is written.
pub type Cells = Vec<(&'static str, Cell)>;

/// The estate while it is written.
pub struct Book {
    rows: Rows,
    texts: Texts,
    written: i64,
    /// What does not fit the schema; a test proves that there is nothing.
    pub faults: Vec<String>,
}

impl Book {
    /// An empty book. Users begin at the given id, since a real NetBox has users of its own.
    pub fn new(first_user: u32) -> Self {
        let users = schema().id("users.user");
        let rows = (0..)
            .zip(&schema().types)
            .map(|(kind, _): (TypeId, _)| (if kind == users { first_user } else { 1 }, Vec::new()));
        Self { rows: rows.collect(), texts: Texts::default(), written: 0, faults: Vec::new() }
    }

    /// Adds a row and says which object it has become.
    pub fn add(&mut self, kind: &str, cells: Cells) -> Object {
        let id = schema().id(kind);
        if id == 0 {
            self.faults.push(format!("no type {kind}"));
        }
        let mut row: Vec<(u8, Value)> =
            cells.into_iter().filter_map(|(name, cell)| self.cell(id, name, cell)).collect();
        // Every row was written at some moment; a steady pace makes the moments differ.
        if let Some(created) = schema().kind(id).column("created").and_then(|position| u8::try_from(position).ok())
            && row.iter().all(|(known, _)| *known != created)
        {
            self.written += 1;
            row.push((created, Value::At((FIRST_WRITTEN + self.written * 400) * 1_000_000)));
        }
        let (first, rows) = &mut self.rows[usize::from(id)];
        rows.push(row);
        Object { kind: id, id: *first + u32::try_from(rows.len()).unwrap_or_default() - 1 }
    }

    /// Changes a cell of a row that is there already.
    pub fn set(&mut self, object: Object, name: &str, cell: impl Into<Cell>) {
        let cell = self.cell(object.kind, name, cell.into());
        let (first, rows) = &mut self.rows[usize::from(object.kind)];
        let row = object.id.checked_sub(*first).and_then(|position| rows.get_mut(position as usize));
        match (row, cell) {
            (Some(row), Some((position, value))) => {
                row.retain(|(known, _)| *known != position);
                row.push((position, value));
            }
            (Some(_), None) => {}
            (None, _) => self.faults.push(format!("no object {object:?} to set {name} of")),
        }
    }

    /// How many rows of a type there are.
    pub fn count(&self, kind: &str) -> usize {
        self.rows[usize::from(schema().id(kind))].1.len()
    }

    /// The rows of a type that refer to several objects through a column, with those objects.
    pub fn references(&self, kind: TypeId, name: &str) -> Vec<(Object, Vec<Object>)> {
        let (first, rows) = &self.rows[usize::from(kind)];
        let objects = (*first..).take(rows.len()).map(|id| Object { kind, id });
        objects
            .filter_map(|object| match self.value(object, name) {
                Some(Value::Refs(targets)) => Some((object, (**targets).clone())),
                _ => None,
            })
            .collect()
    }

    /// The text in a cell, empty if it is not set.
    pub fn text(&self, object: Object, name: &str) -> String {
        match self.value(object, name) {
            Some(Value::Text(symbol)) => self.texts.get(*symbol).to_owned(),
            _ => String::new(),
        }
    }

    /// The network in a cell, as text.
    pub fn network(&self, object: Object, name: &str) -> String {
        match self.value(object, name) {
            Some(Value::Network(network)) => network.to_string(),
            _ => String::new(),
        }
    }

    /// The row as NetBox's change log keeps it: plain values, related objects by id.
    pub fn snapshot(&self, object: Object) -> Json {
        let mut found = serde_json::Map::new();
        for column in &schema().kind(object.kind).columns {
            let Some(name) = column.logged_as() else { continue };
            let value = match self.value(object, column.name) {
                Some(Value::Bool(value)) => Json::from(*value),
                Some(Value::Int(value)) => Json::from(*value),
                #[allow(clippy::cast_precision_loss, reason = "decimal columns hold a few digits")]
                Some(Value::Decimal(value)) => Json::from(*value as f64 / 1_000_000.0),
                Some(Value::Text(symbol)) => Json::from(self.texts.get(*symbol)),
                Some(Value::Ref(target)) => Json::from(target.id),
                Some(Value::Refs(targets)) => targets.iter().map(|target| target.id).collect(),
                Some(Value::Network(network)) => Json::from(network.to_string()),
                Some(Value::Json(symbol)) => serde_json::from_str(self.texts.get(*symbol)).unwrap_or(Json::Null),
                Some(_) => continue,
                None => serde_json::from_str(column.default).unwrap_or(Json::Null),
            };
            found.insert(name.to_owned(), value);
        }
        Json::Object(found)
    }

    fn value(&self, object: Object, name: &str) -> Option<&Value> {
        let position = schema().kind(object.kind).column(name)?;
        let (first, rows) = &self.rows[usize::from(object.kind)];
        let row = rows.get(object.id.checked_sub(*first)? as usize)?;
        row.iter().find(|(known, _)| usize::from(*known) == position).map(|(_, value)| value)
    }

    /// The finished estate.
    pub fn finish(self) -> Store {
        Store::new(self.rows, self.texts)
    }

    fn cell(&mut self, kind: TypeId, name: &str, cell: Cell) -> Option<(u8, Value)> {
        let about = schema().kind(kind);
        let Some(position) = about.column(name) else {
            self.faults.push(format!("{} has no column {name}", about.name));
            return None;
        };
        let column = &about.columns[position];
        let value = match (cell, column.kind) {
            (Cell::Unset, _) => return None,
            (Cell::Bool(value), ColumnKind::Bool) => Value::Bool(value),
            (Cell::Int(value), ColumnKind::Int) => Value::Int(value),
            (Cell::Int(value), ColumnKind::Decimal) => Value::Decimal(value * 1_000_000),
            (Cell::Decimal(value), ColumnKind::Decimal) => decimal(value),
            (Cell::Text(text), ColumnKind::Text { .. }) => {
                let set = schema().choices(column.argument);
                if !set.is_empty() && !text.is_empty() && set.iter().all(|(known, _)| *known != text) {
                    self.faults.push(format!("{}.{name}: {text} is not a choice", about.name));
                }
                Value::Text(self.texts.intern(&text))
            }
            (Cell::Text(text), ColumnKind::Date) => Value::Text(self.texts.intern(&text)),
            (Cell::Text(text), ColumnKind::Network) => match Network::parse(&text) {
                Some(network) => Value::Network(Box::new(network)),
                None => return self.fault(about.name, name, &text),
            },
            (Cell::Text(text), ColumnKind::Mac) => match super::network::parse_mac(&text) {
                Some(address) => Value::Mac(address),
                None => return self.fault(about.name, name, &text),
            },
            (Cell::Object(target), ColumnKind::Ref(wanted)) if target.kind == wanted => Value::Ref(target),
            (Cell::Object(target), ColumnKind::Generic) => Value::Ref(target),
            (Cell::Objects(targets), ColumnKind::Refs(_)) => Value::Refs(Box::new(targets)),
            (Cell::Ago(seconds), ColumnKind::Time) => Value::Ago(seconds),
            (Cell::Int(seconds), ColumnKind::Time) => Value::At(seconds * 1_000_000),
            (Cell::Json(value), ColumnKind::Json) => Value::Json(self.texts.intern(&value.to_string())),
            (other, wanted) => return self.fault(about.name, name, &format!("{other:?} for {wanted:?}")),
        };
        u8::try_from(position).ok().map(|position| (position, value))
    }

    fn fault(&mut self, kind: &str, column: &str, what: &str) -> Option<(u8, Value)> {
        self.faults.push(format!("{kind}.{column}: {what}"));
        None
    }
}
