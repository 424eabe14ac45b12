//! What NetBox 4.7.3 knows about its own REST API: types, columns, shapes and filters.
//!
//! `schema.txt` is written from the real program by `tests/netbox/describe.py`, whose head explains its lines. It is
//! read once; everything borrows from the text that lies in the binary.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A type of object, by NetBox's own number for it (its content type's id in a fresh 4.7.3).
pub type TypeId = u16;

/// The table.
pub struct Schema {
    /// By content type id; types without an API have a name only.
    pub types: Vec<Type>,
    /// Shapes that are not a type's own, by the serializer's name.
    pub shapes: HashMap<&'static str, Shape>,
    choices: HashMap<&'static str, Vec<(&'static str, &'static str)>>,
    by_name: HashMap<&'static str, TypeId>,
    by_endpoint: HashMap<&'static str, TypeId>,
    by_page: HashMap<&'static str, TypeId>,
}

/// One type of object.
#[derive(Default)]
pub struct Type {
    /// `dcim.site`.
    pub name: &'static str,
    /// `dcim/sites`, empty for types without a list of their own.
    pub endpoint: &'static str,
    /// The path of its pages in the web interface, usually the same.
    pub page: &'static str,
    /// `site`.
    pub singular: &'static str,
    /// `sites`.
    pub plural: &'static str,
    /// `DCIM`.
    pub app_name: &'static str,
    /// What NetBox says its objects can have (`tags`, `journaling`, ...).
    pub features: Vec<&'static str>,
    /// Whether NetBox counts it among the types people work with.
    pub public: bool,
    /// The address of its list as `/api/core/object-types/` gives it, which proxy models have too.
    pub list: &'static str,
    /// Whether objects of it carry custom fields.
    pub custom_fields: bool,
    /// The default order: column names, `-` in front for descending.
    pub order: Vec<&'static str>,
    /// What is stored.
    pub columns: Vec<Column>,
    /// Relations that point here, by the name that filters use.
    pub reverse: HashMap<&'static str, Reverse>,
    /// Its own serializer.
    pub shape: Shape,
    /// The filters of its list, without those made from them by a lookup suffix.
    pub filters: HashMap<&'static str, Filter>,
    /// What `q` looks into.
    pub search: Vec<&'static str>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// The primary key.
    Id,
    /// Text; `natural` is sorted by the numbers in it.
    Text {
        /// Whether the column's collation sorts `Gi2` before `Gi10`.
        natural: bool,
    },
    /// A whole number.
    Int,
    /// A decimal number.
    Decimal,
    /// True or false.
    Bool,
    /// A date without time.
    Date,
    /// A moment.
    Time,
    /// Anything that is rendered as it is stored.
    Json,
    /// An address with a mask, a network or a range's end.
    Network,
    /// A MAC address.
    Mac,
    /// A foreign key.
    Ref(TypeId),
    /// A many-to-many relation.
    Refs(TypeId),
    /// A reference to an object of any type.
    Generic,
    /// How many rows of a type point here through a column.
    Counter,
}

/// One column.
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Choice set, or the counted `type column`, or the two columns a generic reference is made of.
    pub argument: &'static str,
    /// The value of rows that do not say otherwise, as JSON; empty means null.
    pub default: &'static str,
}

impl Column {
    /// What the change log calls it; none where it does not keep it.
    pub fn logged_as(&self) -> Option<&'static str> {
        let hidden =
            self.name.starts_with('_') || matches!(self.name, "id" | "created" | "last_updated" | "path" | "sort_path");
        if hidden || matches!(self.kind, ColumnKind::Counter | ColumnKind::Generic | ColumnKind::Time) {
            return None;
        }
        Some(if self.name == "custom_field_data" { "custom_fields" } else { self.name })
    }
}

/// Rows of another type that point here.
#[derive(Clone, Copy)]
pub struct Reverse {
    /// The type that points.
    pub kind: TypeId,
    /// Its column; of a generic reference the one that holds the id.
    pub column: &'static str,
    /// Whether the reference is generic.
    pub generic: bool,
}

/// A serializer.
#[derive(Default)]
pub struct Shape {
    /// Its fields in the order they are written.
    pub fields: Vec<Field>,
    /// The fields of its brief form.
    pub brief: Vec<&'static str>,
}

/// One field of a shape.
pub struct Field {
    /// The key in the JSON.
    pub name: &'static str,
    /// How the value is made.
    pub kind: &'static str,
    /// Where it comes from: a column, or a dotted path.
    pub source: &'static str,
    /// For nested objects the shape's name, for choices the choice set.
    pub argument: &'static str,
}

/// One filter of a list.
pub struct Filter {
    /// Which sort of value it takes (`ModelMultipleChoice`, `Char`, ...).
    pub kind: &'static str,
    /// The path of columns it compares with, parted by `__`.
    pub path: &'static str,
    /// Which suffixes it takes: `char`, `number`, `negation`, `tag`, `none` or a list.
    pub lookups: &'static str,
    /// The method that does it in NetBox, if it is not a plain comparison.
    pub method: &'static str,
    /// The type that is chosen from, and by which column.
    pub target: Option<(TypeId, &'static str)>,
    /// The set of allowed values.
    pub choices: &'static str,
    /// The comparison, if it is not equality.
    pub lookup: &'static str,
    /// Whether the comparison is turned round.
    pub exclude: bool,
    /// Whether it may be given several times.
    pub many: bool,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| parse(include_str!("schema.txt")));

/// The table, read at the first call.
pub fn schema() -> &'static Schema {
    &SCHEMA
}

impl Schema {
    /// The number of a type by its name (`dcim.site`); 0, which no type has, for an unknown one.
    pub fn id(&self, name: &str) -> TypeId {
        self.by_name.get(name).copied().unwrap_or_default()
    }

    /// The type with this number.
    pub fn kind(&self, id: TypeId) -> &Type {
        self.types.get(usize::from(id)).unwrap_or(&self.types[0])
    }

    /// The type listed at an endpoint such as `dcim/sites`.
    pub fn at_endpoint(&self, endpoint: &str) -> Option<TypeId> {
        self.by_endpoint.get(endpoint).copied()
    }

    /// The type whose pages lie at a path such as `dcim/sites`.
    pub fn at_page(&self, page: &str) -> Option<TypeId> {
        self.by_page.get(page).copied()
    }

    /// The value and label pairs of a choice set.
    pub fn choices(&self, name: &str) -> &[(&'static str, &'static str)] {
        self.choices.get(name).map_or(&[], Vec::as_slice)
    }

    /// All types that have a list in the API.
    pub fn listed(&self) -> impl Iterator<Item = (TypeId, &Type)> {
        (0..).zip(&self.types).filter(|(_, kind)| !kind.endpoint.is_empty())
    }
}

impl Type {
    /// The position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// `dcim` of `dcim.site`.
    pub fn app(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(app, _)| app)
    }

    /// `site` of `dcim.site`.
    pub fn model(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(_, model)| model)
    }

    /// The generic reference that a column such as `scope_type` or `scope_id` is one half of, and whether it is the
    /// half with the type.
    pub fn generic_half(&self, name: &str) -> Option<(usize, bool)> {
        self.columns.iter().enumerate().find_map(|(position, column)| {
            let (kind, id) = (column.kind == ColumnKind::Generic).then(|| column.argument.split_once(' ')).flatten()?;
            (kind == name || id == name).then_some((position, kind == name))
        })
    }
}

/// Reads the table. Lines it does not know are skipped: a test proves that there are none.
fn parse(text: &'static str) -> Schema {
    let mut schema = Schema {
        types: Vec::new(),
        shapes: HashMap::new(),
        choices: HashMap::new(),
        by_name: HashMap::new(),
        by_endpoint: HashMap::new(),
        by_page: HashMap::new(),
    };
    schema.types.resize_with(1, Type::default);
    let rows = || text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    for row in rows().filter(|row| row[0] == "content") {
        let id = row[1].parse().unwrap_or_default();
        schema.types.resize_with(schema.types.len().max(usize::from(id) + 1), Type::default);
        let kind = &mut schema.types[usize::from(id)];
        let at = |position: usize| row.get(position).copied().unwrap_or_default();
        (kind.name, kind.app_name, kind.singular, kind.plural) = (row[2], at(3), at(4), at(5));
        (kind.public, kind.list) = (at(6) == "public", at(8));
        kind.features = at(7).split_whitespace().collect();
        schema.by_name.insert(row[2], id);
    }
    let mut current = 0;
    let mut shape = "";
    for row in rows() {
        let at = |position: usize| row.get(position).copied().unwrap_or_default();
        match row[0] {
            "choices" => {
                schema.choices.insert(row[1], row[2..].iter().filter_map(|pair| pair.split_once('=')).collect());
            }
            "type" => {
                current = schema.id(row[1]);
                shape = "";
                let kind = &mut schema.types[usize::from(current)];
                (kind.endpoint, kind.page) = (at(2), at(3));
                kind.custom_fields = at(7) == "custom_fields";
                if !kind.endpoint.is_empty() {
                    schema.by_endpoint.insert(at(2), current);
                    schema.by_page.insert(if at(3).is_empty() { at(2) } else { at(3) }, current);
                }
            }
            "order" => schema.types[usize::from(current)].order = at(1).split(' ').collect(),
            "column" => {
                let kind = column_kind(&schema, at(2), at(3));
                let column = Column { name: at(1), kind, argument: at(3), default: at(4) };
                schema.types[usize::from(current)].columns.push(column);
            }
            "reverse" => {
                let reverse = Reverse { kind: schema.id(at(2)), column: at(3), generic: at(4) == "generic" };
                schema.types[usize::from(current)].reverse.insert(at(1), reverse);
            }
            "shape" => {
                let own = schema.types[usize::from(current)].shape.fields.is_empty();
                shape = if own { "" } else { at(1) };
                if !own {
                    schema.shapes.insert(shape, Shape::default());
                }
            }
            "field" | "brief" => {
                let target = match schema.shapes.get_mut(shape) {
                    Some(named) => named,
                    None => &mut schema.types[usize::from(current)].shape,
                };
                if row[0] == "brief" {
                    target.brief = at(1).split(' ').collect();
                } else {
                    let source = if at(3).is_empty() { at(1) } else { at(3) };
                    let argument = if matches!(at(2), "nested" | "list") { at(5) } else { at(4) };
                    target.fields.push(Field { name: at(1), kind: at(2), source, argument });
                }
            }
            "filter" => {
                let filter = filter(&schema, &row);
                schema.types[usize::from(current)].filters.insert(at(1), filter);
            }
            "search" => schema.types[usize::from(current)].search = at(1).split(' ').collect(),
            _ => {}
        }
    }
    schema
}

fn column_kind(schema: &Schema, kind: &str, argument: &str) -> ColumnKind {
    match kind {
        "id" => ColumnKind::Id,
        "text" => ColumnKind::Text { natural: false },
        "natural" => ColumnKind::Text { natural: true },
        "int" => ColumnKind::Int,
        "decimal" | "float" => ColumnKind::Decimal,
        "bool" => ColumnKind::Bool,
        "date" => ColumnKind::Date,
        "time" => ColumnKind::Time,
        "address" | "network" => ColumnKind::Network,
        "mac" => ColumnKind::Mac,
        "ref" => ColumnKind::Ref(schema.id(argument)),
        "refs" => ColumnKind::Refs(schema.id(argument)),
        "generic" => ColumnKind::Generic,
        "counter" => ColumnKind::Counter,
        _ => ColumnKind::Json,
    }
}

fn filter(schema: &Schema, row: &[&'static str]) -> Filter {
    let at = |position: usize| row.get(position).copied().unwrap_or_default();
    let argument =
        |key: &str| at(5).split(' ').find_map(|part| part.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default();
    let target = argument("target");
    Filter {
        kind: at(2),
        path: if at(3).is_empty() { at(1) } else { at(3) },
        lookups: at(4),
        method: argument("method"),
        target: (!target.is_empty()).then(|| (schema.id(target), argument("key"))),
        choices: argument("choices"),
        lookup: argument("lookup"),
        exclude: at(5).split(' ').any(|part| part == "exclude"),
        many: at(5).split(' ').any(|part| part == "many"),
    }
}
