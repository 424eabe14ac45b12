//! Custom fields: which a type has, and what NetBox lets them be filtered by. It ignores everything else.

use super::{Filters, Meant, has_lookup, refused, short, unknown};
use crate::server::netbox::catalogue::{Filter, Kind, nearest};
use crate::server::netbox::{CustomField, Error, FieldKind, FilterLogic, ObjectType, Query, Refusal};
use crate::server::tools::call::Call;
use crate::wire::problem::Problem;

/// The custom fields of one type.
enum Known {
    /// With all that is to know about them.
    Whole(Vec<CustomField>),
    /// Their names, where the token may not see what they are.
    Names(Vec<String>),
}

impl Known {
    async fn of(call: &Call<'_>, kind: &ObjectType) -> Result<Self, Error> {
        match call.custom_fields().await {
            Ok(fields) => {
                let of_type = fields.iter().filter(|field| field.object_types.iter().any(|name| name == kind.name));
                Ok(Self::Whole(of_type.cloned().collect()))
            }
            Err(Error::Refused { refusal: Refusal::Permission, .. }) => {
                // Every object tells the names of its fields, also of those without a value.
                let query = Query::new().with("limit", 1).with("fields", "custom_fields");
                let answer = call.list(&kind.list_path(), &query).await?;
                let fields = answer.results().first().and_then(|object| object.get("custom_fields")?.as_object());
                Ok(Self::Names(fields.into_iter().flatten().map(|(name, _)| name.clone()).collect()))
            }
            Err(error) => Err(error),
        }
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Whole(fields) => fields.iter().map(|field| field.name.as_str()).collect(),
            Self::Names(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

/// The filter `cf_<custom>` of a type.
pub(super) async fn find(
    call: &Call<'_>,
    kind: &ObjectType,
    done: &mut Filters,
    name: &str,
    custom: &str,
) -> Result<Meant, Problem> {
    let known = Known::of(call, kind).await.map_err(|error| unchecked(name, &error))?;
    let names = known.names();
    let (field, lookup) = if names.contains(&custom) {
        (custom, None)
    } else {
        match custom.rsplit_once("__") {
            Some((base, lookup)) if names.contains(&base) => (base, Some(lookup)),
            _ => return Err(missing(kind, &names, custom)),
        }
    };
    let base = format!("cf_{field}");
    let filter = match &known {
        Known::Whole(fields) => match fields.iter().find(|known| known.name == field) {
            Some(field) => filter_of(field, lookup)?,
            None => return Err(missing(kind, &names, custom)),
        },
        Known::Names(_) => {
            done.warnings.push(format!(
                "{base} could not be checked, because this token may not see custom fields: NetBox ignores it if the \
                 field's filter logic is disabled"
            ));
            Filter { kind: Kind::Text, several: true, lookups: "", reference: None, choices: "" }
        }
    };
    if let Some(lookup) = lookup
        && !has_lookup(filter, lookup)
    {
        return Err(unknown::lookup(kind.plural, name, &base, lookup, filter));
    }
    Ok(Meant { name: name.to_owned(), base, lookup: lookup.map(str::to_owned), filter, by_name: false })
}

/// Checks the names of custom fields among those that were asked for (`cf_owner`).
pub(in crate::server::tools) async fn check_fields(
    call: &Call<'_>,
    kind: &ObjectType,
    names: &[String],
) -> Result<(), Problem> {
    let asked: Vec<&str> = names.iter().filter_map(|name| name.strip_prefix("cf_")).collect();
    if asked.is_empty() {
        return Ok(());
    }
    // An answer shows all of them anyway: one that cannot be checked does no harm.
    let Ok(known) = Known::of(call, kind).await else { return Ok(()) };
    let names = known.names();
    match asked.into_iter().find(|name| !names.contains(name)) {
        Some(name) if !names.is_empty() || matches!(known, Known::Whole(_)) => Err(missing(kind, &names, name)),
        _ => Ok(()),
    }
}

fn filter_of(field: &CustomField, lookup: Option<&str>) -> Result<Filter, Problem> {
    let kind = match field.kind {
        FieldKind::Integer | FieldKind::Object | FieldKind::Objects => Kind::Integer,
        FieldKind::Decimal => Kind::Number,
        FieldKind::Boolean => Kind::Boolean,
        FieldKind::Date => Kind::Date,
        FieldKind::Time => Kind::Time,
        FieldKind::Text | FieldKind::Choice | FieldKind::Choices | FieldKind::Json => Kind::Text,
    };
    let Some(lookups) = field.lookups() else {
        let why = if field.logic == FilterLogic::Disabled { "its filter logic is `disabled`" } else { "it holds JSON" };
        return Err(refused(format!("The custom field {} cannot be filtered by", field.name))
            .hint(format!("{why} in NetBox: ask for the field and compare the values instead")));
    };
    if lookup.is_some() && field.kind == FieldKind::Text && field.logic == FilterLogic::Loose {
        return Err(refused(format!("The filter cf_{} takes no lookup", field.name))
            .hint(format!("write {{\"cf_{}\": \"part\"}}: it already matches a part of the text", field.name)));
    }
    Ok(Filter { kind, several: field.kind != FieldKind::Boolean, lookups, reference: None, choices: "" })
}

fn unchecked(name: &str, error: &Error) -> Problem {
    refused(format!("The filter {} could not be checked: {error}", short(name)))
        .hint("leave it out, ask for the custom field among the fields and compare the values instead")
}

fn missing(kind: &ObjectType, names: &[&str], custom: &str) -> Problem {
    let near = nearest(custom, names.iter().copied());
    let hint = match (near.is_empty(), names.is_empty()) {
        (false, _) => format!("did you mean cf_{}?", near.join(" or cf_")),
        (true, true) => "there are none that this token may see".to_owned(),
        (true, false) => format!("there are cf_{}", names.iter().take(20).copied().collect::<Vec<_>>().join(", cf_")),
    };
    refused(format!("{} have no custom field cf_{}", super::capitalised(kind.plural), short(custom))).hint(hint)
}
