//! Tree filters below a relation. NetBox's GraphQL finds nothing with `site: {region_id: {id: 1, match_type: …}}` and
//! says nothing (`netbox/graphql/filter_lookups.py` cannot resolve the path), so the nodes are asked of REST first, and
//! the filter becomes `site: {region: {id: {in_list: […]}}}`.

use std::collections::BTreeMap;

use graphql_parser::query::Selection;

use super::check::{AstField, Plan};
use super::rows;
use super::value::{Literal, TREE};
use crate::server::netbox::{ObjectType, Query, Schema, TypeName};
use crate::server::tools::call::Call;
use crate::server::tools::filters::refused;
use crate::wire::problem::Problem;

/// So many nodes still fit into a query.
const MOST_NODES: usize = 500;

/// A tree filter that has to be replaced.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// The filter that leads to the node: `region`.
    relation: String,
    /// That filter's type: `RegionFilter`.
    filter_type: String,
    /// The node: an id, slug or name.
    node: String,
    with_itself: bool,
    with_descendants: bool,
    /// The ids that it means.
    ids: Vec<u64>,
}

impl Tree {
    /// Reads `{id: 1, match_type: SELF_AND_DESCENDANTS}` of the filter `name`.
    pub(super) fn read(fields: &BTreeMap<String, TypeName>, name: &str, value: &Literal) -> Result<Self, Problem> {
        let relation = name.trim_end_matches("_id");
        let impossible = || {
            refused(format!("NetBox finds nothing with the tree filter {name} below a relation"))
                .hint(format!("write {relation}: {{id: {{in_list: [ids]}}}} with the ids of the nodes; the children of one are netbox_get_objects with {{\"ancestor_id\": id}}"))
        };
        let Literal::Object(given) = value else { return Err(impossible()) };
        let filter_type = fields.get(relation).ok_or_else(impossible)?.name().to_owned();
        let node = match given.get("id") {
            Some(Literal::String(text)) => text.clone(),
            Some(number @ Literal::Int(_)) => number.to_string(),
            _ => return Err(impossible()),
        };
        let (with_itself, with_descendants) = match given.get("match_type") {
            Some(Literal::Enum(kind)) => match kind.as_str() {
                "EXACT" | "SELF" => (true, false),
                "DESCENDANTS" => (false, true),
                "SELF_AND_DESCENDANTS" => (true, true),
                _ => return Err(impossible()),
            },
            _ => return Err(impossible()),
        };
        Ok(Self { relation: relation.to_owned(), filter_type, node, with_itself, with_descendants, ids: Vec::new() })
    }

    async fn look_up(&mut self, call: &Call<'_>, schema: &Schema) -> Result<(), Problem> {
        let kind = rows::object_type(schema, &self.filter_type).ok_or_else(|| {
            refused(format!("The tree filter of {} cannot be answered", self.relation))
                .hint(format!("write {}: {{id: {{in_list: [ids]}}}}", self.relation))
        })?;
        let id = self.node_id(call, kind).await?;
        if self.with_itself {
            self.ids.push(id);
        }
        if self.with_descendants {
            let query = Query::new().with("ancestor_id", id).with("fields", "id").with("limit", 1000);
            let answer = call.list(&kind.list_path(), &query).await.map_err(|error| error.problem())?;
            let below = answer.results().iter().filter_map(|node| node.get("id")?.as_u64()).filter(|node| *node != id);
            self.ids.extend(below);
        }
        if self.ids.len() > MOST_NODES {
            return Err(refused(format!("{} {} are too many for one query", self.ids.len(), kind.plural))
                .hint("choose a node further down"));
        }
        Ok(())
    }

    /// The node's id, also by its slug or name.
    async fn node_id(&self, call: &Call<'_>, kind: &ObjectType) -> Result<u64, Problem> {
        if let Ok(id) = self.node.parse() {
            return Ok(id);
        }
        for filter in ["slug", "name__ie"] {
            let query = Query::new().with(filter, &self.node).with("fields", "id").with("limit", 2);
            let answer = call.list(&kind.list_path(), &query).await.map_err(|error| error.problem())?;
            if let [one] = answer.results()
                && let Some(id) = one.get("id").and_then(serde_json::Value::as_u64)
            {
                return Ok(id);
            }
        }
        Err(refused(format!("There is no {} {}, or more than one", kind.singular, self.node)).hint("give its id"))
    }
}

/// Looks every tree filter up and puts the nodes in its place.
pub(super) async fn expand(call: &Call<'_>, schema: &Schema, plan: &mut Plan) -> Result<(), Problem> {
    if plan.trees.is_empty() {
        return Ok(());
    }
    for tree in &mut plan.trees {
        tree.look_up(call, schema).await?;
        plan.resolved.push(format!("{}_id below a relation -> the ids of {} nodes", tree.relation, tree.ids.len()));
    }
    let trees = std::mem::take(&mut plan.trees);
    for root in &mut plan.roots {
        replace_in_field(&mut root.field, &trees);
    }
    Ok(())
}

fn replace_in_field(field: &mut AstField, trees: &[Tree]) {
    for (_, value) in &mut field.arguments {
        replace(value, trees);
    }
    replace_in_items(&mut field.selection_set.items, trees);
}

fn replace_in_items(items: &mut [Selection<'static, String>], trees: &[Tree]) {
    for item in items {
        match item {
            Selection::Field(field) => replace_in_field(field, trees),
            Selection::InlineFragment(fragment) => replace_in_items(&mut fragment.selection_set.items, trees),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn replace(value: &mut Literal, trees: &[Tree]) {
    match value {
        Literal::List(values) => {
            for value in values {
                replace(value, trees);
            }
        }
        Literal::Object(fields) => {
            for value in fields.values_mut() {
                replace(value, trees);
            }
            let marked: Vec<(String, usize)> = fields
                .iter()
                .filter_map(|(name, value)| {
                    let Literal::Object(inner) = value else { return None };
                    let Literal::Int(index) = inner.get(TREE)? else { return None };
                    Some((name.clone(), usize::try_from(index.as_i64()?).ok()?))
                })
                .collect();
            for (name, index) in marked {
                fields.remove(&name);
                if let Some(tree) = trees.get(index) {
                    insert(fields, tree);
                }
            }
        }
        _ => {}
    }
}

/// Adds the nodes beside what is asked of the same relation already.
fn insert(fields: &mut BTreeMap<String, Literal>, tree: &Tree) {
    let one = |name: &str, value| Literal::Object(BTreeMap::from([(name.to_owned(), value)]));
    let ids = tree.ids.iter().map(|id| Literal::String(id.to_string())).collect();
    let nodes = one("id", one("in_list", Literal::List(ids)));
    if fields.contains_key(&tree.relation) {
        let mut both = one(&tree.relation, nodes);
        if let (Literal::Object(both), Some(before)) = (&mut both, fields.remove("AND")) {
            both.insert("AND".to_owned(), before);
        }
        fields.insert("AND".to_owned(), both);
    } else {
        fields.insert(tree.relation.clone(), nodes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stand_beside_what_is_asked_already() {
        let tree = Tree {
            relation: "region".into(),
            filter_type: "RegionFilter".into(),
            node: "1".into(),
            with_itself: true,
            with_descendants: true,
            ids: vec![1, 7],
        };
        let marked = || Literal::Object(BTreeMap::from([(TREE.to_owned(), super::super::value::integer(0))]));
        let mut plain = Literal::Object(BTreeMap::from([("region_id".to_owned(), marked())]));
        replace(&mut plain, std::slice::from_ref(&tree));
        assert_eq!(plain.to_string(), r#"{region: {id: {in_list: ["1", "7"]}}}"#);
        let mut both = Literal::Object(BTreeMap::from([
            ("region_id".to_owned(), marked()),
            ("region".to_owned(), Literal::Object(BTreeMap::new())),
        ]));
        replace(&mut both, &[tree]);
        assert_eq!(both.to_string(), r#"{AND: {region: {id: {in_list: ["1", "7"]}}}, region: {}}"#);
    }
}
