//! Where the rows come from: all objects that match in NetBox, or an earlier result.

use serde_json::{Map, Value, json};

use super::super::arguments::{self, Arguments};
use super::super::ask;
use super::super::call::Call;
use super::super::filters::{self, Filters};
use super::super::flatten::cell;
use super::super::frame::{Cell, Frame, Object, field_of, nested};
use super::super::list;
use super::super::output::Output;
use super::super::relational;
use super::super::results::Stored;
use super::super::shape::Fields;
use super::super::sweep::{MOST_COUNTED, Swept, sweep};
use super::super::units;
use crate::server::netbox::catalogue::{self, Endpoint};
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

impl Key {
    /// The same whatever the case of its letters.
    pub(super) fn in_any_case(self) -> Self {
        match self {
            Self::Value(text) => Self::Value(text.to_lowercase()),
            other => other,
        }
    }

    /// What it is: a value, or an object of a type.
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Value(_) => "value",
            Self::Object(object) => object.endpoint,
        }
    }
}

impl Item<'_> {
    /// A field's value; of a path (`site.region`) its first part.
    pub(super) fn cell(&self, field: &str) -> Cell {
        match self {
            Self::Whole(object) => field_of(object, first_of(field)),
            Self::Row(frame, row) => relational::column(frame, field)
                .or_else(|_| relational::column(frame, first_of(field)))
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
        self.cells(field).iter().map(Key::of).collect()
    }

    /// A field's value; of a list, each.
    pub(super) fn cells(&self, field: &str) -> Vec<Cell> {
        if let Self::Whole(object) = self
            && let Some(items) = nested(object, field).and_then(Value::as_array)
        {
            // A cable's end is an object with its type beside it.
            return items
                .iter()
                .map(|item| cell(item.get("object").filter(|end| end.is_object()).unwrap_or(item)))
                .collect();
        }
        match self.cell(field).value {
            Value::Array(items) => items.into_iter().map(Cell::plain).collect(),
            _ => vec![self.cell(field)],
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
    pub(super) fn name(&self, kind: Option<&ObjectType>) -> Value {
        const NAMES: [&str; 7] = ["display", "name", "prefix", "address", "cid", "model", "id"];
        // A device's `display` ends in its asset tag, which is not its name.
        let own = kind.is_some_and(|kind| kind.name == "dcim.device").then_some("name");
        own.iter()
            .chain(&NAMES)
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

/// `site` of `site.region`.
fn first_of(field: &str) -> &str {
    field.split_once('.').map_or(field, |(first, _)| first)
}

impl Source {
    /// Reads `object_type` or `from`, with `filters`. Filters are settled: names are looked up, the total is known.
    pub(super) async fn of(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Self, Problem> {
        let handle = arguments.optional_text("from")?;
        let kind = if handle.is_none() { Some(arguments.object_type(&call.schema)?) } else { None };
        let source = Self::new(call, handle, kind, &arguments.filters()?).await?;
        if let Some(handle) = handle {
            arguments.agree(&call.schema, handle, source.kind())?;
        }
        Ok(source)
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
            let frame = relational::filter(call, &stored.frame, given)?;
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
                    relational::column(frame, if whole { name } else { first_of(name) })?;
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

    /// How many rows an earlier result holds and how many there are, where these are not all.
    pub(super) fn part(&self) -> Option<(u64, u64)> {
        let Self::Earlier { stored, .. } = self else { return None };
        let held = stored.frame.rows.len() as u64;
        (held != stored.total).then_some((held, stored.total))
    }

    /// Whether there is a field, or in an earlier result a column, of this name.
    pub(super) fn has_column(&self, name: &str) -> bool {
        match self {
            Self::Listed(listed) => listed.endpoint.fields.contains(&name),
            Self::Earlier { frame, .. } => frame.column(name).is_some(),
        }
    }

    /// Whether a field can name objects of any type.
    pub(super) fn is_generic(&self, field: &str) -> bool {
        let endpoint = self.kind().and_then(|kind| catalogue::endpoint(kind.endpoint));
        let stem = field.strip_suffix("_id").unwrap_or(field);
        endpoint.is_some_and(|endpoint| endpoint.fields.iter().any(|known| known.strip_suffix("_type") == Some(stem)))
            || matches!(field, "a_terminations" | "b_terminations")
    }

    /// # Errors
    /// A field of a related object, which this question does not follow: it would answer for that object itself.
    pub(super) fn refuse_paths(&self, question: &str, names: &[String]) -> Result<(), Problem> {
        match names.iter().find(|name| self.is_path(name)) {
            Some(name) => Err(filters::refused(format!("{question} takes own fields, not {}", filters::short(name)))
                .hint("list the objects with this field first, with all, and ask from that result's handle")),
            None => Ok(()),
        }
    }

    /// The field that says the unit of another.
    pub(super) fn unit_of(&self, field: &str) -> Option<&'static str> {
        match self {
            Self::Listed(listed) => units::beside(listed.endpoint, field),
            Self::Earlier { frame, stored, .. } => {
                let endpoint = catalogue::endpoint(stored.kind?.endpoint)?;
                units::beside(endpoint, field).filter(|unit| frame.column(unit).is_some())
            }
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
                if let Some((held, total)) = self.part() {
                    ask::warn(output, [format!("{handle} holds {held} of {total} rows")]);
                }
                if swept.total == stored.total {
                    output.page.clone_from(&stored.page);
                }
                output.tail.insert("shows".into(), json!(call.visibility_note().await));
            }
        }
    }

    /// `212 devices`
    pub(super) fn counted(&self, count: u64) -> String {
        self.kind().map_or_else(|| format!("{count} rows"), |kind| kind.counted(count))
    }
}
