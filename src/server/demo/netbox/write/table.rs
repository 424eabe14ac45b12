//! What NetBox 4.7.3 lets clients write, and by which rules: `writes.txt`, read from the real program by
//! `tests/netbox/describe.py`. It is read when somebody first asks for it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::schema::{ColumnKind, TypeId, schema};

/// What can be written of one type.
#[derive(Default)]
pub struct Writable {
    /// The fields as `OPTIONS` lists them; none for types that cannot be written.
    pub fields: Vec<Field>,
    /// In what rows may not agree.
    pub unique: Vec<Unique>,
    refers: HashMap<&'static str, Rule>,
}

/// One field.
pub struct Field {
    /// The key in the JSON.
    pub name: &'static str,
    /// What `OPTIONS` calls its type.
    pub kind: &'static str,
    /// Whether a new object needs it.
    pub required: bool,
    /// Whether it may be null.
    pub null: bool,
    /// Whether it may be an empty text.
    pub blank: bool,
    /// What people call it.
    pub label: &'static str,
    /// `max_length` and the like, with their numbers.
    pub limits: Vec<(&'static str, &'static str)>,
    /// Where a value goes; nowhere if it cannot be written.
    pub target: Option<Target>,
    /// Whether NetBox itself says that it cannot be written.
    pub read_only: bool,
}

/// Where the value of a field goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Into the column at this position.
    Column(usize),
    /// Into the half of a generic reference that says the type; the reference's column is at this position.
    TypeHalf(usize),
    /// Into its other half.
    IdHalf(usize),
    /// Into the object's custom fields.
    CustomFields,
}

/// Columns in which no two rows may agree.
pub struct Unique {
    /// What NetBox says otherwise.
    pub sentence: &'static str,
    /// The columns.
    pub columns: Vec<&'static str>,
    /// Of those, the ones that are compared whatever the case.
    pub any_case: Vec<&'static str>,
    /// Only rows where these are null are compared.
    pub only_null: Vec<&'static str>,
    /// Whether two nulls agree.
    pub nulls_agree: bool,
}

/// What becomes of a row when an object that it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It keeps the object from being deleted.
    Protect,
    /// It goes too.
    Cascade,
    /// It refers to nothing from then on.
    Null,
}

static TABLE: LazyLock<HashMap<TypeId, Writable>> = LazyLock::new(|| parse(include_str!("../writes.txt")));

/// What can be written of a type, if anything.
pub fn writable(kind: TypeId) -> Option<&'static Writable> {
    TABLE.get(&kind).filter(|writable| !writable.fields.is_empty())
}

/// What becomes of a row of a type when the object behind a column is deleted.
pub fn rule(kind: TypeId, column: &str) -> Rule {
    let position = schema().kind(kind).column(column);
    match position.map(|position| schema().kind(kind).columns[position].kind) {
        // Notes about an object go with it.
        Some(ColumnKind::Generic) => Rule::Cascade,
        Some(ColumnKind::Refs(_)) => Rule::Null,
        _ => TABLE.get(&kind).and_then(|writable| writable.refers.get(column)).copied().unwrap_or(Rule::Null),
    }
}

fn parse(text: &'static str) -> HashMap<TypeId, Writable> {
    let mut table: HashMap<TypeId, Writable> = HashMap::new();
    let mut current = 0;
    for line in text.lines() {
        let parts: Vec<&'static str> = line.split('\t').collect();
        let at = |position: usize| parts.get(position).copied().unwrap_or_default();
        if at(0) == "type" {
            current = schema().id(at(1));
        }
        let writable = table.entry(current).or_default();
        match at(0) {
            "field" => {
                let read_only = at(3).contains('o');
                writable.fields.push(Field {
                    name: at(1),
                    kind: at(2),
                    required: at(3).contains('r'),
                    null: at(3).contains('n'),
                    blank: at(3).contains('b'),
                    label: at(4),
                    limits: parts.iter().skip(5).filter_map(|limit| limit.split_once('=')).collect(),
                    target: if read_only { None } else { target(current, at(1)) },
                    read_only,
                });
            }
            "unique" => {
                let columns = || parts.iter().copied().skip(2).filter(|column| *column != "=");
                let marked = |mark| columns().filter_map(move |column: &str| column.strip_prefix(mark)).collect();
                writable.unique.push(Unique {
                    sentence: at(1),
                    columns: columns().filter(|c| !c.starts_with('!')).map(|c| c.trim_start_matches('~')).collect(),
                    any_case: marked('~'),
                    only_null: marked('!'),
                    nulls_agree: parts.last() == Some(&"="),
                });
            }
            "refer" => {
                let rule = match at(2) {
                    "protect" => Rule::Protect,
                    "cascade" => Rule::Cascade,
                    _ => Rule::Null,
                };
                writable.refers.insert(at(1), rule);
            }
            _ => {}
        }
    }
    table
}

/// Where the value of a field of a type goes: plain columns, choices and references; nothing that NetBox works out.
fn target(kind: TypeId, name: &str) -> Option<Target> {
    let about = schema().kind(kind);
    let field = about.shape.fields.iter().find(|field| field.name == name)?;
    if field.kind == "custom_fields" {
        return Some(Target::CustomFields);
    }
    if let Some((position, is_type)) = about.generic_half(field.source) {
        return Some(if is_type { Target::TypeHalf(position) } else { Target::IdHalf(position) });
    }
    let position = about.column(field.source)?;
    let column = about.columns.get(position)?;
    let plain = matches!(field.kind, "value" | "choice" | "nested" | "id_of" | "list" | "ids");
    let stored = !matches!(column.kind, ColumnKind::Id | ColumnKind::Time | ColumnKind::Counter | ColumnKind::Generic);
    // Not numbers and references that NetBox keeps for itself, and no files.
    let kept = field.source.starts_with('_') || matches!(name, "front_image" | "rear_image" | "image" | "file");
    (plain && stored && !kept).then_some(Target::Column(position))
}
