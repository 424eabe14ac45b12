//! Values of arguments: in the shapes that NetBox's GraphQL takes, or refused with the right shape. Where a value can
//! mean one thing only (`name: "x"` for `name: {exact: "x"}`, `active` for `STATUS_ACTIVE`), it is put right.

use std::collections::BTreeMap;

use graphql_parser::query::{Number, Value, VariableDefinition};
use serde_json::{Map, Value as Json};

use super::check::Plan;
use super::spell;
use super::tree::Tree;
use crate::server::netbox::{Definition, GraphqlSchema, TypeName};
use crate::server::tools::filters::{refused, short};
use crate::wire::problem::Problem;

/// A value in a query.
pub(super) type Literal = Value<'static, String>;

/// Filters made of others.
const LOGIC: [&str; 3] = ["AND", "OR", "NOT"];
/// Stands for a tree filter until its nodes are known.
pub(super) const TREE: &str = "__tree";

/// Where a value stands, for what is said about it.
pub(super) struct Place<'a> {
    pub(super) schema: &'a GraphqlSchema,
    plan: &'a mut Plan,
    path: String,
}

impl<'a> Place<'a> {
    pub(super) fn new(schema: &'a GraphqlSchema, plan: &'a mut Plan, path: String) -> Self {
        Self { schema, plan, path }
    }

    fn within<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push('.');
        self.path.push_str(name);
        let done = work(self);
        self.path.truncate(length);
        done
    }

    fn note(&mut self, from: &Literal, to: &Literal) {
        let text = format!("{}: {from} -> {to}", self.path);
        if self.plan.resolved.len() < 10 && !self.plan.resolved.contains(&text) {
            self.plan.resolved.push(text);
        }
    }
}

/// The variables' values: those that were given, or their defaults.
pub(super) fn variables(
    given: &Map<String, Json>,
    definitions: Vec<VariableDefinition<'static, String>>,
) -> Result<BTreeMap<String, Literal>, Problem> {
    let mut variables = BTreeMap::new();
    for definition in definitions {
        let value = match given.get(&definition.name) {
            Some(value) => literal(value),
            None => definition.default_value.unwrap_or(Literal::Null),
        };
        variables.insert(definition.name, value);
    }
    match given.keys().find(|name| !variables.contains_key(*name)) {
        Some(name) => Err(refused(format!("The query does not declare the variable {}", short(name)))
            .hint(format!("write query(${name}: String) {{ … }}, or the value itself"))),
        None => Ok(variables),
    }
}

fn literal(value: &Json) -> Literal {
    match value {
        Json::Null => Literal::Null,
        Json::Bool(flag) => Literal::Boolean(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => integer(whole),
            None => Literal::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Literal::String(text.clone()),
        Json::Array(values) => Literal::List(values.iter().map(literal).collect()),
        Json::Object(fields) => {
            Literal::Object(fields.iter().map(|(name, value)| (name.clone(), literal(value))).collect())
        }
    }
}

/// A whole number as a literal; NetBox has none beyond 32 bits but its ids, which are texts as well.
pub(super) fn integer(number: i64) -> Literal {
    i32::try_from(number)
        .map_or_else(|_| Literal::String(number.to_string()), |number| Literal::Int(Number::from(number)))
}

/// A value with the variables' values in it.
pub(super) fn substitute(value: Literal, variables: &BTreeMap<String, Literal>) -> Result<Literal, Problem> {
    Ok(match value {
        Literal::Variable(name) => variables.get(&name).cloned().ok_or_else(|| {
            refused(format!("The variable ${} is not declared", short(&name)))
                .hint(format!("write query(${name}: String) {{ … }} and give it in variables"))
        })?,
        Literal::List(values) => {
            Literal::List(values.into_iter().map(|value| substitute(value, variables)).collect::<Result<_, _>>()?)
        }
        Literal::Object(fields) => Literal::Object(
            fields
                .into_iter()
                .map(|(name, value)| Ok((name, substitute(value, variables)?)))
                .collect::<Result<_, Problem>>()?,
        ),
        other => other,
    })
}

/// A value of a type, put right where it can mean one thing only. `relations` is how many relations lie between the
/// list and this value.
pub(super) fn coerce(
    place: &mut Place<'_>,
    kind: &TypeName,
    value: Literal,
    relations: usize,
) -> Result<Literal, Problem> {
    if value == Literal::Null {
        return if kind.is_required() { Err(wrong(place, kind.name(), &value, "a value")) } else { Ok(value) };
    }
    if kind.is_list() {
        let values = match value {
            Literal::List(values) => values,
            one => vec![one],
        };
        let values = values.into_iter().map(|value| one(place, kind.name(), value, relations));
        return Ok(Literal::List(values.collect::<Result<_, _>>()?));
    }
    one(place, kind.name(), value, relations)
}

fn one(place: &mut Place<'_>, kind: &str, value: Literal, relations: usize) -> Result<Literal, Problem> {
    match place.schema.get(kind) {
        Some(Definition::Enum(names)) => choice(place, names, value),
        Some(Definition::Input(fields)) => match value {
            Literal::Object(given) => object(place, kind, fields, given, relations),
            bare => {
                let wrapped = wrap(place.schema, fields, &bare);
                let Some(wrapped) = wrapped else {
                    return Err(spell::needs_object(place.schema, &place.path, kind, fields, &bare));
                };
                place.note(&bare, &Literal::Object(wrapped.clone()));
                object(place, kind, fields, wrapped, relations)
            }
        },
        _ => scalar(place, kind, value),
    }
}

#[allow(clippy::match_same_arms, reason = "in the order of the types")]
fn scalar(place: &mut Place<'_>, kind: &str, value: Literal) -> Result<Literal, Problem> {
    match (kind, value) {
        ("ID", value @ (Literal::Int(_) | Literal::String(_))) => Ok(value),
        ("ID", Literal::Object(given)) => match given.get("exact") {
            Some(exact @ (Literal::Int(_) | Literal::String(_))) if given.len() == 1 => {
                place.note(&Literal::Object(given.clone()), exact);
                Ok(exact.clone())
            }
            _ => Err(spell::bare_id(&place.path)),
        },
        ("ID", Literal::List(_)) => Err(spell::bare_id(&place.path)),
        ("Int" | "BigInt" | "Float" | "Decimal", value @ (Literal::Int(_) | Literal::Float(_))) => Ok(value),
        ("Int" | "BigInt", Literal::String(text)) if text.trim().parse::<i32>().is_ok() => {
            Ok(integer(text.trim().parse().unwrap_or_default()))
        }
        ("Float" | "Decimal", Literal::String(text)) if text.trim().parse::<f64>().is_ok() => {
            Ok(Literal::Float(text.trim().parse().unwrap_or_default()))
        }
        ("Boolean", value @ Literal::Boolean(_)) => Ok(value),
        ("Boolean", Literal::String(text)) if matches!(text.as_str(), "true" | "false") => {
            Ok(Literal::Boolean(text == "true"))
        }
        ("String", value @ Literal::String(_)) => Ok(value),
        ("String", value @ (Literal::Int(_) | Literal::Float(_) | Literal::Boolean(_))) => {
            Ok(Literal::String(value.to_string()))
        }
        ("String", Literal::Enum(name)) => Ok(Literal::String(name)),
        ("ID" | "Int" | "BigInt" | "Float" | "Decimal" | "Boolean" | "String", value) => {
            Err(wrong(place, kind, &value, kind))
        }
        (_, value) => Ok(value),
    }
}

/// `active`, `"Active"` and `STATUS_ACTIVE` are the same choice.
fn choice(place: &mut Place<'_>, names: &[String], value: Literal) -> Result<Literal, Problem> {
    let (Literal::Enum(text) | Literal::String(text)) = &value else {
        return Err(wrong(place, "choice", &value, "a name"));
    };
    if names.contains(text) {
        return Ok(Literal::Enum(text.clone()));
    }
    let plain = |text: &str| text.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "");
    let wanted = plain(text);
    let same: Vec<&String> = names.iter().filter(|name| plain(name) == wanted).collect();
    let ends =
        || names.iter().filter(|name| name.split_once('_').is_some_and(|(_, rest)| plain(rest) == wanted)).collect();
    let found: Vec<&String> = if same.is_empty() { ends() } else { same };
    if let [one] = found.as_slice() {
        let meant = Literal::Enum((*one).clone());
        place.note(&value, &meant);
        return Ok(meant);
    }
    Err(spell::unknown_choice(&place.path, names, text))
}

fn object(
    place: &mut Place<'_>,
    kind: &str,
    fields: &BTreeMap<String, TypeName>,
    given: BTreeMap<String, Literal>,
    relations: usize,
) -> Result<Literal, Problem> {
    let mut done = BTreeMap::new();
    for (name, value) in given {
        let known = match fields.get(&name) {
            Some(known) => Some((name.clone(), known)),
            None => spell::meant(fields, &name).and_then(|meant| Some((meant.to_owned(), fields.get(meant)?))),
        };
        let Some((meant, known)) = known else {
            return Err(spell::unknown_key(place.schema, &place.path, kind, fields, &name));
        };
        let is_relation = is_relation(place.schema, &meant, known);
        let below = relations + usize::from(is_relation);
        if known.name() == "TreeNodeFilter" && relations > 0 {
            let value = place.within(&meant, |place| coerce(place, known, value, below))?;
            let tree = Tree::read(fields, &meant, &value)?;
            done.insert(
                meant,
                Literal::Object(BTreeMap::from([(TREE.to_owned(), integer_of(place.plan.trees.len()))])),
            );
            place.plan.trees.push(tree);
            continue;
        }
        let value = place.within(&meant, |place| coerce(place, known, value, below))?;
        if value != Literal::Null {
            done.insert(meant, value);
        }
    }
    match fields.iter().find(|(name, known)| known.is_required() && !done.contains_key(*name)) {
        Some((name, known)) => Err(refused(format!("{} needs {name}: {known}", place.path))
            .hint(format!("write {{{}}}", spell::shape(place.schema, fields)))),
        None => Ok(Literal::Object(done)),
    }
}

fn integer_of(number: usize) -> Literal {
    integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Whether a filter leads to another object's filters.
fn is_relation(schema: &GraphqlSchema, name: &str, kind: &TypeName) -> bool {
    !LOGIC.contains(&name) && schema.input(kind.name()).is_some_and(|fields| fields.contains_key("DISTINCT"))
}

/// Whether filters lead through a relation.
pub(super) fn has_relation(
    schema: &GraphqlSchema,
    fields: &BTreeMap<String, TypeName>,
    filters: &BTreeMap<String, Literal>,
) -> bool {
    filters.iter().any(|(name, value)| {
        let Some(kind) = fields.get(name) else { return false };
        if is_relation(schema, name, kind) {
            return true;
        }
        match (LOGIC.contains(&name.as_str()), value, schema.input(kind.name())) {
            (true, Literal::Object(inner), Some(fields)) => has_relation(schema, fields, inner),
            (true, Literal::List(several), Some(fields)) => several
                .iter()
                .any(|value| matches!(value, Literal::Object(inner) if has_relation(schema, fields, inner))),
            _ => false,
        }
    })
}

/// A bare value in the lookup that it can only mean.
fn wrap(
    schema: &GraphqlSchema,
    fields: &BTreeMap<String, TypeName>,
    bare: &Literal,
) -> Option<BTreeMap<String, Literal>> {
    let with = |name: &str, value: Literal| Some(BTreeMap::from([(name.to_owned(), value)]));
    let is_list = matches!(bare, Literal::List(_));
    if is_list && fields.contains_key("in_list") {
        with("in_list", bare.clone())
    } else if !is_list && fields.contains_key("exact") {
        with("exact", bare.clone())
    } else if let Some(inner) = fields.get("filter_lookup").and_then(|kind| schema.input(kind.name())) {
        with("filter_lookup", Literal::Object(wrap(schema, inner, bare)?))
    } else if fields.contains_key("DISTINCT") && matches!(bare, Literal::Int(_)) {
        let id = fields.get("id").and_then(|kind| schema.input(kind.name()))?;
        with("id", Literal::Object(wrap(schema, id, bare)?))
    } else {
        None
    }
}

fn wrong(place: &Place<'_>, kind: &str, value: &Literal, expected: &str) -> Problem {
    refused(format!("{} takes {expected}, not {}", place.path, short(&value.to_string())))
        .hint(format!("its type is {kind}"))
}
