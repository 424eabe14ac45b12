//! What goes with an object that is deleted, and what keeps it: the rules of NetBox's foreign keys.

use super::super::render::Scope;
use super::super::schema::{Column, ColumnKind, TypeId, schema};
use super::super::store::{Object, Store, Value};
use super::table::{Rule, rule};

/// What becomes of others when an object is deleted.
#[derive(Default)]
pub struct Removal {
    /// What goes, the object itself first.
    pub gone: Vec<Object>,
    /// What keeps it from going.
    pub protecting: Vec<Object>,
    /// What refers to something that goes, through which column, and stays.
    cleared: Vec<(Object, &'static str)>,
}

impl Removal {
    /// Follows everything that refers to an object.
    pub fn of(store: &Store, object: Object) -> Self {
        let mut removal = Self { gone: vec![object], ..Self::default() };
        let mut next = 0;
        while let Some(target) = removal.gone.get(next).copied() {
            for (referring, column) in store.referring(target) {
                match fate(referring, column, target) {
                    None => {}
                    Some(Rule::Protect) => removal.protecting.push(referring),
                    Some(Rule::Cascade) if removal.gone.contains(&referring) => {}
                    Some(Rule::Cascade) => removal.gone.push(referring),
                    Some(Rule::Null) => removal.cleared.push((referring, column)),
                }
            }
            next += 1;
        }
        removal.protecting.sort_unstable();
        removal.protecting.dedup();
        removal
    }

    /// NetBox's sentence about what keeps an object.
    pub fn refusal(&self, scope: &Scope) -> String {
        let shown: Vec<String> =
            self.protecting.iter().map(|object| format!("{} ({})", scope.display(*object), object.id)).collect();
        format!("Unable to delete object. {} dependent objects were found: {}", shown.len(), shown.join(", "))
    }

    /// Does it.
    pub fn carry_out(&self, store: &mut Store) {
        for (referring, column) in self.cleared.iter().filter(|(referring, _)| !self.gone.contains(referring)) {
            let left = match store.get(*referring, column) {
                Value::Refs(mut objects) => {
                    objects.retain(|object| !self.gone.contains(object));
                    Value::Refs(objects)
                }
                _ => Value::Null,
            };
            store.set(*referring, column, left);
        }
        for object in self.gone.iter().rev() {
            store.remove(*object);
        }
    }
}

/// What becomes of a row that refers to a target through a column; nothing, if it remembers what is gone.
fn fate(referring: Object, column: &str, target: Object) -> Option<Rule> {
    let about = schema().kind(referring.kind);
    if about.name == "core.objectchange" && column != "user" {
        return None;
    }
    let column = about.columns.iter().find(|known| known.name == column)?;
    if column.kind != ColumnKind::Generic {
        return Some(rule(referring.kind, column.name));
    }
    // Through a generic reference goes what NetBox declares on the other side.
    Some(if declared(referring.kind, column, target.kind) { Rule::Cascade } else { Rule::Null })
}

/// Whether NetBox declares that objects of one type are referred to by another type's generic reference.
pub fn declared(kind: TypeId, column: &Column, target: TypeId) -> bool {
    let id_column = column.argument.split_once(' ').map_or("", |(_, id)| id);
    let mut reverse = schema().kind(target).reverse.values();
    reverse.any(|reverse| reverse.generic && reverse.kind == kind && reverse.column == id_column)
}
