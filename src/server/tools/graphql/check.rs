//! Checks a query against NetBox's own types before it is sent, and makes of it one question per root field.

use std::collections::BTreeMap;

use graphql_parser::query::{
    Definition, Document, Field, FragmentDefinition, InlineFragment, OperationDefinition, Selection, SelectionSet,
    TypeCondition,
};
use serde_json::{Map, Value as Json};

use super::spell;
use super::tree::Tree;
use super::value::{self, Literal};
use crate::server::netbox::{Definition as Kind, GraphqlSchema};
use crate::server::tools::filters::{refused, short};
use crate::wire::problem::Problem;

/// The longest query, in bytes.
const LONGEST: usize = 8_000;
/// The most levels of braces: deeper ones are no question, and reading them needs stack.
const DEEPEST: usize = 20;
/// NetBox's own limit (`GRAPHQL_MAX_ALIASES`).
const MOST_ALIASES: usize = 10;
const MOST_ROOTS: usize = 10;

pub(super) type AstField = Field<'static, String>;
type Fragments = BTreeMap<String, FragmentDefinition<'static, String>>;

/// What is asked.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) roots: Vec<Root>,
    /// What was taken for something else, for the model to read.
    pub(super) resolved: Vec<String>,
    /// Tree filters below relations, which NetBox cannot answer.
    pub(super) trees: Vec<Tree>,
}

/// One root field.
#[derive(Clone, Debug)]
pub(super) struct Root {
    /// Its name in the answer.
    pub(super) key: String,
    pub(super) field: AstField,
    /// `DeviceType`
    pub(super) type_name: String,
    pub(super) is_list: bool,
    /// The rows that the query itself asked for.
    pub(super) wanted: Option<u64>,
    pub(super) offset: u64,
    /// Whether its objects have an id.
    pub(super) has_id: bool,
    /// Whether the query itself asked for the id.
    pub(super) has_own_id: bool,
    /// Whether each row holds lists.
    pub(super) has_lists: bool,
}

/// Reads and checks a query.
pub(super) fn check(schema: &GraphqlSchema, query: &str, variables: &Map<String, Json>) -> Result<Plan, Problem> {
    let document = parse(query)?;
    let mut fragments = Fragments::new();
    let mut operation = None;
    for definition in document.definitions {
        match definition {
            Definition::Fragment(fragment) => {
                fragments.insert(fragment.name.clone(), fragment);
            }
            Definition::Operation(_) if operation.is_some() => {
                return Err(refused("The query holds several operations").hint("send one query a call"));
            }
            Definition::Operation(given) => operation = Some(given),
        }
    }
    let (selection, definitions) = match operation {
        Some(OperationDefinition::SelectionSet(set)) => (set, Vec::new()),
        Some(OperationDefinition::Query(query)) => (query.selection_set, query.variable_definitions),
        Some(OperationDefinition::Mutation(_) | OperationDefinition::Subscription(_)) => {
            return Err(refused("Only queries are sent: nothing is ever changed").hint("write {device_list{name}}"));
        }
        None => return Err(refused("The query holds no operation").hint("write {device_list{name}}")),
    };
    let variables = value::variables(variables, definitions)?;
    let mut checker = Checker { schema, fragments, variables, plan: Plan::default(), aliases: 0 };
    checker.roots(selection)?;
    Ok(checker.plan)
}

fn parse(query: &str) -> Result<Document<'static, String>, Problem> {
    if query.len() > LONGEST {
        return Err(refused(format!("The query has {} bytes and {LONGEST} are taken", query.len()))
            .hint("ask for less at a time"));
    }
    let mut depth = 0_usize;
    for letter in query.chars() {
        match letter {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST * 2 {
            return Err(refused("The query is nested too deeply").hint("ask in two calls"));
        }
    }
    graphql_parser::parse_query::<String>(query).map(Document::into_static).map_err(|error| {
        let reason: String =
            error.to_string().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
        refused(format!("The query cannot be read: {reason}"))
            .hint("write {device_list(filters:{name:{i_contains:\"sw\"}}){name site{name}}}")
    })
}

struct Checker<'a> {
    schema: &'a GraphqlSchema,
    fragments: Fragments,
    variables: BTreeMap<String, Literal>,
    plan: Plan,
    aliases: usize,
}

impl Checker<'_> {
    fn roots(&mut self, selection: SelectionSet<'static, String>) -> Result<(), Problem> {
        let items = self.expanded(selection.items, 0)?;
        for item in items {
            let Selection::Field(mut field) = item else {
                return Err(
                    refused("The query begins with a fragment on another type").hint("write {device_list{name}}")
                );
            };
            if field.name == "__typename" {
                continue;
            }
            let known = self.schema.query().and_then(|fields| fields.get(&field.name));
            let Some(known) = known else { return Err(spell::unknown_root(self.schema, &field.name)) };
            let (is_list, type_name) = (known.kind.is_list(), known.kind.name().to_owned());
            let (wanted, offset) = if is_list { take_paging(&mut field, &self.variables)? } else { (None, 0) };
            self.field(&mut field, "Query", 1)?;
            let has_own_id = field.selection_set.items.iter().any(is_id);
            let has_id = self.schema.object(&type_name).is_some_and(|fields| fields.contains_key("id"));
            if is_list && !has_own_id && has_id {
                field.selection_set.items.insert(0, Selection::Field(plain_field("id")));
            }
            if is_list {
                self.distinct(&mut field);
            }
            let has_lists = self.has_lists(&type_name, &field.selection_set);
            let key = field.alias.clone().unwrap_or_else(|| field.name.clone());
            self.plan.roots.push(Root {
                key,
                field,
                type_name,
                is_list,
                wanted,
                offset,
                has_id,
                has_own_id,
                has_lists,
            });
        }
        if self.plan.roots.is_empty() || self.plan.roots.len() > MOST_ROOTS {
            return Err(refused(format!("The query has {} root fields", self.plan.roots.len()))
                .hint(format!("ask for one to {MOST_ROOTS}, such as {{device_list{{name}}}}")));
        }
        Ok(())
    }

    /// Named fragments in their places.
    fn expanded(
        &self,
        items: Vec<Selection<'static, String>>,
        depth: usize,
    ) -> Result<Vec<Selection<'static, String>>, Problem> {
        let mut done = Vec::new();
        for item in items {
            match item {
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.fragment_name).filter(|_| depth < DEEPEST);
                    let fragment = fragment.ok_or_else(|| {
                        refused(format!("The fragment {} is missing or holds itself", short(&spread.fragment_name)))
                            .hint("write the fields themselves")
                    })?;
                    let TypeCondition::On(on) = &fragment.type_condition;
                    let items = self.expanded(fragment.selection_set.items.clone(), depth + 1)?;
                    done.push(Selection::InlineFragment(InlineFragment {
                        position: spread.position,
                        type_condition: Some(TypeCondition::On(on.clone())),
                        directives: Vec::new(),
                        selection_set: SelectionSet { span: fragment.selection_set.span, items },
                    }));
                }
                other => done.push(other),
            }
        }
        Ok(done)
    }

    /// Checks one field of the type `on` and everything below it.
    fn field(&mut self, field: &mut AstField, on: &str, depth: usize) -> Result<(), Problem> {
        if !field.directives.is_empty() {
            return Err(refused("Directives are not taken").hint("write the query without @include and @skip"));
        }
        if depth > DEEPEST {
            return Err(refused("The query is nested too deeply").hint("ask in two calls"));
        }
        if let Some(alias) = &field.alias {
            self.aliases += 1;
            if self.aliases > MOST_ALIASES {
                return Err(refused(format!("NetBox takes {MOST_ALIASES} aliases in a query")).hint("ask in two calls"));
            }
            if alias == "id" && field.name != "id" {
                return Err(refused("The alias id is needed for the id itself").hint("choose another alias"));
            }
        }
        if field.name == "__typename" {
            return Ok(());
        }
        let fields = self.schema.object(on);
        let Some(known) = fields.and_then(|fields| fields.get(&field.name)) else {
            return Err(spell::unknown_field(self.schema, on, &field.name));
        };
        let mut arguments = Vec::new();
        for (name, given) in std::mem::take(&mut field.arguments) {
            let Some(kind) = known.arguments.get(&name) else {
                return Err(spell::unknown_argument(&field.name, known, &name));
            };
            let given = value::substitute(given, &self.variables)?;
            let mut place = value::Place::new(self.schema, &mut self.plan, format!("{}.{name}", field.name));
            let checked = value::coerce(&mut place, kind, given, 0)?;
            if checked != Literal::Null {
                arguments.push((name, checked));
            }
        }
        field.arguments = arguments;
        let missing = known
            .arguments
            .iter()
            .find(|(name, kind)| kind.is_required() && !field.arguments.iter().any(|(given, _)| given == *name));
        if let Some((name, kind)) = missing {
            return Err(refused(format!("{} needs the argument {name}: {kind}", field.name))
                .hint(format!("write {}({name}: 3), or {}_list with filters", field.name, field.name)));
        }
        let target = known.kind.name().to_owned();
        self.selection(field, &target, depth)
    }

    fn selection(&mut self, field: &mut AstField, target: &str, depth: usize) -> Result<(), Problem> {
        match self.schema.get(target) {
            Some(Kind::Object(fields)) => {
                if field.selection_set.items.is_empty() {
                    for name in ["id", "display"].into_iter().filter(|name| fields.contains_key(*name)) {
                        field.selection_set.items.push(Selection::Field(plain_field(name)));
                    }
                }
                self.items(&mut field.selection_set, target, depth)
            }
            Some(Kind::Union(types)) => {
                if field.selection_set.items.is_empty() {
                    field.selection_set.items.push(Selection::Field(plain_field("__typename")));
                }
                let plain = field.selection_set.items.iter().find_map(|item| match item {
                    Selection::Field(inner) if inner.name != "__typename" => Some(inner.name.clone()),
                    _ => None,
                });
                if let Some(name) = plain {
                    let types: Vec<&str> = types.iter().map(String::as_str).take(8).collect();
                    let example = types.first().copied().unwrap_or_default();
                    return Err(refused(format!("{} can be one of {}", field.name, types.join(", ")))
                        .hint(format!("write {}{{__typename ... on {example}{{{name}}}}}", field.name)));
                }
                self.items(&mut field.selection_set, target, depth)
            }
            _ if !field.selection_set.items.is_empty() => {
                Err(refused(format!("{} is a value without fields", field.name))
                    .hint(format!("write {} alone", field.name)))
            }
            _ => Ok(()),
        }
    }

    fn items(&mut self, set: &mut SelectionSet<'static, String>, on: &str, depth: usize) -> Result<(), Problem> {
        set.items = self.expanded(std::mem::take(&mut set.items), 0)?;
        for item in &mut set.items {
            match item {
                Selection::Field(field) => self.field(field, on, depth + 1)?,
                Selection::InlineFragment(fragment) => {
                    let target = match &fragment.type_condition {
                        Some(TypeCondition::On(name)) => name.clone(),
                        None => on.to_owned(),
                    };
                    if self.schema.object(&target).is_none() {
                        return Err(refused(format!("There is no type {}", short(&target)))
                            .hint("types are named like DeviceType, InterfaceType, SiteType"));
                    }
                    if depth > DEEPEST {
                        return Err(refused("The query is nested too deeply").hint("ask in two calls"));
                    }
                    self.items(&mut fragment.selection_set, &target, depth + 1)?;
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    /// A filter through a relation gives an object once for each thing that it is joined with.
    fn distinct(&mut self, field: &mut AstField) {
        let kind = self.schema.query().and_then(|fields| fields.get(&field.name)?.arguments.get("filters"));
        let Some(fields) = kind.and_then(|kind| self.schema.input(kind.name())) else { return };
        if !fields.contains_key("DISTINCT") {
            return;
        }
        for (name, given) in &mut field.arguments {
            if name == "filters"
                && let Literal::Object(filters) = given
                && value::has_relation(self.schema, fields, filters)
            {
                filters.entry("DISTINCT".to_owned()).or_insert(Literal::Boolean(true));
            }
        }
    }

    fn has_lists(&self, on: &str, set: &SelectionSet<'static, String>) -> bool {
        set.items.iter().any(|item| match item {
            Selection::Field(field) => {
                let known = self.schema.object(on).and_then(|fields| fields.get(&field.name));
                known.is_some_and(|known| {
                    known.kind.is_list() || self.has_lists(known.kind.name(), &field.selection_set)
                })
            }
            Selection::InlineFragment(fragment) => match &fragment.type_condition {
                Some(TypeCondition::On(name)) => self.has_lists(name, &fragment.selection_set),
                None => self.has_lists(on, &fragment.selection_set),
            },
            Selection::FragmentSpread(_) => false,
        })
    }
}

fn is_id(item: &Selection<'static, String>) -> bool {
    matches!(item, Selection::Field(field) if field.name == "id" && field.alias.as_deref().is_none_or(|alias| alias == "id"))
}

/// A field without anything.
pub(super) fn plain_field(name: &str) -> AstField {
    let position = graphql_parser::Pos::default();
    Field {
        position,
        alias: None,
        name: name.to_owned(),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: SelectionSet { span: (position, position), items: Vec::new() },
    }
}

/// Takes the paging out of a root list: pages are asked for here. Also `limit` and `offset` as arguments, which NetBox
/// does not have.
fn take_paging(field: &mut AstField, variables: &BTreeMap<String, Literal>) -> Result<(Option<u64>, u64), Problem> {
    let (mut wanted, mut offset) = (None, 0);
    let mut kept = Vec::new();
    let mut take = |name: &str, given: &Literal| -> Result<(), Problem> {
        let number = match given {
            Literal::Int(number) => number.as_i64().and_then(|number| u64::try_from(number).ok()),
            Literal::Null => return Ok(()),
            _ => None,
        };
        let number = number.ok_or_else(|| {
            refused(format!("{name} is a whole number")).hint("write pagination:{offset:0, limit:50}")
        })?;
        match name {
            "limit" => wanted = Some(number).filter(|number| *number > 0),
            "offset" => offset = number,
            _ => {}
        }
        Ok(())
    };
    for (name, given) in std::mem::take(&mut field.arguments) {
        match name.as_str() {
            "limit" | "offset" => take(&name, &value::substitute(given, variables)?)?,
            "pagination" => {
                let Literal::Object(inner) = value::substitute(given, variables)? else {
                    return Err(refused("pagination is an object").hint("write pagination:{offset:0, limit:50}"));
                };
                for (name, given) in &inner {
                    if !matches!(name.as_str(), "limit" | "offset") {
                        return Err(refused(format!("pagination takes offset and limit, not {}", short(name)))
                            .hint("write pagination:{offset:0, limit:50}, or nothing for all"));
                    }
                    take(name, given)?;
                }
            }
            _ => kept.push((name, given)),
        }
    }
    field.arguments = kept;
    Ok((wanted, offset))
}
