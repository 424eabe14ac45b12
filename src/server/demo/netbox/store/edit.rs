//! How rows of a store change. Whoever asks has made sure that they may.

use std::sync::Arc;

use super::super::schema::{ColumnKind, TypeId, schema};
use super::{Object, Pointers, Store, Symbol, Value};

impl Store {
    /// The symbol of a text.
    pub fn intern(&mut self, text: &str) -> Symbol {
        self.texts.intern(text)
    }

    /// Adds a row of defaults, under an id that no row of the type ever had.
    pub fn add(&mut self, kind: TypeId) -> Object {
        let Some(table) = self.tables.get_mut(usize::from(kind)) else { return Object { kind, id: 0 } };
        let table = Arc::make_mut(table);
        let id = table.first + u32::try_from(table.rows.len()).unwrap_or_default();
        table.rows.push(Some(Box::default()));
        Object { kind, id }
    }

    /// Sets a cell. Who points where follows.
    pub fn set(&mut self, object: Object, name: &str, value: Value) {
        let Some(position) = schema().kind(object.kind).column(name) else { return };
        let Ok(column) = u8::try_from(position) else { return };
        let before = self.at(object, position);
        let Some(row) = self.row_mut(object) else { return };
        let mut cells = std::mem::take(row).into_vec();
        cells.retain(|(known, _)| *known != column);
        cells.push((column, value.clone()));
        *row = cells.into_boxed_slice();
        self.repoint(object, column, &before, &value);
    }

    /// Takes a row away. What refers to it is the business of whoever asks.
    pub fn remove(&mut self, object: Object) {
        for (column, value) in self.stored(object).to_vec() {
            self.repoint(object, column, &value, &Value::Null);
        }
        let table = self.tables.get_mut(usize::from(object.kind)).map(Arc::make_mut);
        let place = table.and_then(|table| table.rows.get_mut(object.id.checked_sub(table.first)? as usize));
        if let Some(place) = place {
            *place = None;
        }
    }

    /// Everything that refers to an object, with the column it does so in: also in lists and generic references.
    pub fn referring(&self, target: Object) -> Vec<(Object, &'static str)> {
        let mut found = Vec::new();
        for ((kind, column), pointers) in &self.pointers {
            let columns = &schema().kind(*kind).columns;
            let Some(column) = columns.get(usize::from(*column)) else { continue };
            // The marks of custom fields name types by number, not objects.
            if matches!(column.kind, ColumnKind::Refs(to) | ColumnKind::Ref(to) if to != target.kind) {
                continue;
            }
            found
                .extend(between(pointers, target).iter().map(|(_, id)| (Object { kind: *kind, id: *id }, column.name)));
        }
        found.sort_unstable();
        found
    }

    fn row_mut(&mut self, object: Object) -> Option<&mut super::Row> {
        let table = Arc::make_mut(self.tables.get_mut(usize::from(object.kind))?);
        let position = object.id.checked_sub(table.first)? as usize;
        table.rows.get_mut(position)?.as_mut()
    }

    fn repoint(&mut self, object: Object, column: u8, before: &Value, after: &Value) {
        let (before, after) = (before.targets(), after.targets());
        if before == after {
            return;
        }
        let pointers = Arc::make_mut(self.pointers.entry((object.kind, column)).or_default());
        for target in before {
            if let Ok(position) = pointers.binary_search(&(*target, object.id)) {
                pointers.remove(position);
            }
        }
        for target in after {
            let position = pointers.partition_point(|known| *known < (*target, object.id));
            pointers.insert(position, (*target, object.id));
        }
    }
}

/// Of the pointers, those to an object.
pub fn between(pointers: &Pointers, target: Object) -> &[(Object, u32)] {
    let begin = pointers.partition_point(|(object, _)| *object < target);
    let end = pointers.partition_point(|(object, _)| *object <= target);
    pointers.get(begin..end).unwrap_or_default()
}
