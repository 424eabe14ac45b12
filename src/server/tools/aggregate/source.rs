//! Where the rows come from: all objects that match in NetBox, or an earlier result.

use serde_json::{Map, Value, json};

use super::super::arguments::{self, Arguments};
use super::super::ask;
use super::super::call::Call;
use super::super::filters::{self, Filters};
use super::super::flatten::cell;
use super::super::frame::{Cell, Frame, Object};
use super::super::list;
use super::super::output::Output;
use super::super::relational;
use super::super::results::Stored;
use super::super::shape::Fields;
use super::super::sweep::{MOST_COUNTED, Swept, sweep};
use crate::server::netbox::catalogue::Endpoint;
use crate::server::netbox::{ObjectType, Query};
use crate::wire::problem::Problem;

/// The rows of a question.
pub(super) enum Source {
    Listed(Listed),
    Earlier { handle: String, stored: std::sync::Arc<Stored>, frame: Frame },
}

/// A list of NetBox's with checked filters.
pub(super) struct Listed {
    pub(super) kind: &'static ObjectType,
    pub(super) endpoint: &'static Endpoint,
    pub(super) filters: Filters,
    /// How many objects match.
    pub(super) total: u64,
}

/// Something that is counted: a related object, or a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    Nothing,
    Object(Object),
    Value(String),
}

/// One row while it is read.
pub(super) enum Item<'a> {
    /// An object as NetBox sent it.
    Whole(&'a Value),
    /// A row of an earlier result.
    Row(&'a Frame, &'a super::super::frame::Row),
}

impl Key {
    /// What a cell is counted as.
    pub(super) fn of(cell: &Cell) -> Self {
        match (cell.object, cell.is_empty()) {
            (Some(object), _) => Self::Object(object),
            (None, true) => Self::Nothing,
            (None, false) => Self::Value(match &cell.value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
        }
    }
}

impl Item<'_> {
    /// A field's value; of a path (`site.region`) its first part.
    pub(super) fn cell(&self, field: &str) -> Cell {
        match self {
            Self::Whole(object) => field_of(object, field),
            Self::Row(frame, row) => relational::column(frame, field)
                .ok()
                .and_then(|index| row.cells.get(index))
                .cloned()
                .unwrap_or_default(),
        }
    }

    /// The objects or values that a field names: of a list, each.
    pub(super) fn keys(&self, field: &str) -> Vec<Key> {
        // The id of a related object names that object.
        if let Some(stem) = field.strip_suffix("_id")
            && let Some(object) = self.cell(stem).object
        {
            return vec![Key::Object(object)];
        }
        let array = match self {
            Self::Whole(object) => object.get(field).and_then(Value::as_array),
            Self::Row(..) => None,
        };
        match array {
            Some(items) => items.iter().map(|item| Key::of(&cell(item))).collect(),
            None => vec![Key::of(&self.cell(field))],
        }
    }

    /// What the row is about.
    pub(super) fn object(&self, kind: Option<&'static ObjectType>) -> Option<Object> {
        match self {
            Self::Whole(object) => {
                Some(Object { endpoint: kind?.endpoint, id: object.get("id").and_then(Value::as_u64)? })
            }
            Self::Row(_, row) => row.object,
        }
    }

    /// What the row is called.
    pub(super) fn name(&self) -> Value {
        const NAMES: [&str; 7] = ["display", "name", "prefix", "address", "cid", "model", "id"];
        NAMES
            .iter()
            .map(|name| match self {
                Self::Whole(object) => object.get(*name).cloned().unwrap_or_default(),
                Self::Row(frame, row) => frame
                    .column(name)
                    .and_then(|index| row.cells.get(index))
                    .map_or(Value::Null, |cell| cell.value.clone()),
            })
            .find(|value| !value.is_null() && *value != "")
            .unwrap_or_default()
    }
}

fn field_of(object: &Value, field: &str) -> Cell {
    let first = field.split_once('.').map_or(field, |(first, _)| first);
    if let Some(custom) = first.strip_prefix("cf_") {
        return object.get("custom_fields").and_then(|fields| fields.get(custom)).map(cell).unwrap_or_default();
    }
    if let Some(value) = object.get(first) {
        return cell(value);
    }
    // `site_id` as results spell it.
    let id = first.strip_suffix("_id").and_then(|stem| object.get(stem)?.get("id")).cloned();
    Cell { value: id.unwrap_or_default(), object: None }
}

impl Source {
    /// Reads `object_type` or `from`, with `filters`. Filters are settled: names are looked up, the total is known.
    pub(super) async fn of(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Self, Problem> {
        let handle = arguments.optional_text("from")?;
        let kind = if handle.is_none() { Some(arguments.object_type(&call.schema)?) } else { None };
        Self::new(call, handle, kind, &arguments.filters()?).await
    }

    /// The other side of a comparison.
    pub(super) async fn of_other(
        call: &Call<'_>,
        arguments: &Arguments<'_>,
        other: &Map<String, Value>,
    ) -> Result<Self, Problem> {
        let handle = other.get("from").and_then(Value::as_str);
        let kind = match (handle, other.get("object_type").and_then(Value::as_str)) {
            (Some(_), _) => None,
            (None, Some(name)) => Some(arguments::find_type(&call.schema, name)?),
            (None, None) => return Err(arguments.wrong("compare needs an object_type, or from with a handle")),
        };
        let filters = match other.get("filters") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(filters)) => filters.clone(),
            Some(_) => return Err(arguments.wrong("The filters of compare are not an object of names and values")),
        };
        Self::new(call, handle, kind, &filters).await
    }

    async fn new(
        call: &Call<'_>,
        handle: Option<&str>,
        kind: Option<&'static ObjectType>,
        given: &Map<String, Value>,
    ) -> Result<Self, Problem> {
        if let Some(handle) = handle {
            let stored = list::whole_result(call, handle).await?;
            let frame = relational::filter(&stored.frame, given)?;
            return Ok(Self::Earlier { handle: handle.to_owned(), stored, frame });
        }
        let Some(kind) = kind else { return Err(filters::refused("There is no object type")) };
        let endpoint = filters::endpoint_of(call, kind)?;
        let mut filters = filters::check(call, kind, given).await?;
        let counting = Query::new().with("limit", 1).with("fields", "id");
        let answer = ask::list(call, kind, &counting, &mut filters).await?;
        Ok(Self::Listed(Listed { kind, endpoint, filters, total: answer.total().unwrap_or_default() }))
    }

    /// The type of the rows, where they are objects of one type.
    pub(super) fn kind(&self) -> Option<&'static ObjectType> {
        match self {
            Self::Listed(listed) => Some(listed.kind),
            Self::Earlier { stored, .. } => stored.kind,
        }
    }

    /// Checks field names: of NetBox's type, or of the earlier result's columns.
    pub(super) async fn check(&self, call: &Call<'_>, names: &[String]) -> Result<(), Problem> {
        match self {
            Self::Listed(listed) => {
                Fields::check(listed.kind, listed.endpoint, names)?;
                filters::check_custom_fields(call, listed.kind, names).await
            }
            Self::Earlier { frame, .. } => {
                for name in names {
                    let whole = frame.column(name).is_some();
                    let first = name.split_once('.').map_or(name.as_str(), |(first, _)| first);
                    relational::column(frame, if whole { name } else { first })?;
                }
                Ok(())
            }
        }
    }

    /// Whether a name is a path over related objects that is not here already.
    pub(super) fn is_path(&self, name: &str) -> bool {
        name.contains('.')
            && match self {
                Self::Listed(_) => true,
                Self::Earlier { frame, .. } => frame.column(name).is_none(),
            }
    }

    /// Reads every row with these fields.
    pub(super) async fn read(
        &self,
        call: &Call<'_>,
        names: &[String],
        mut each: impl FnMut(&Item<'_>),
    ) -> Result<Swept, Problem> {
        match self {
            Self::Listed(listed) => {
                let fields = Fields::check(listed.kind, listed.endpoint, names)?;
                let mut query = Query::new().with("fields", fields.query_value(listed.endpoint));
                listed.filters.add_to(&mut query);
                let path = listed.kind.list_path();
                let swept = sweep(call, &path, &query, MOST_COUNTED, |object| each(&Item::Whole(&object)));
                swept.await.map_err(|error| error.problem())
            }
            Self::Earlier { frame, .. } => {
                for row in &frame.rows {
                    each(&Item::Row(frame, row));
                }
                let read = frame.rows.len() as u64;
                Ok(Swept { total: read, read })
            }
        }
    }

    /// Says what the rows are, and of whom.
    pub(super) async fn describe(&self, call: &Call<'_>, swept: Swept, output: &mut Output) {
        match self {
            Self::Listed(listed) => {
                output.head.insert("object_type".into(), json!(listed.kind.name));
                output.head.insert("objects".into(), json!(swept.total));
                ask::describe(call, listed.kind, &Query::new(), &listed.filters, output).await;
                ask::warn(output, swept.warning(MOST_COUNTED));
            }
            Self::Earlier { handle, stored, .. } => {
                output.head.insert("from".into(), json!(handle));
                output.head.insert("objects".into(), json!(swept.total));
                if stored.frame.rows.len() as u64 != stored.total {
                    let sentence = format!("{handle} holds {} of {} rows", stored.frame.rows.len(), stored.total);
                    ask::warn(output, [sentence]);
                }
                output.page.clone_from(&stored.page);
            }
        }
    }

    /// `212 devices`
    pub(super) fn counted(&self, count: u64) -> String {
        self.kind().map_or_else(|| format!("{count} rows"), |kind| kind.counted(count))
    }
}
