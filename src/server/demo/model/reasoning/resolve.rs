//! Names in a question become objects that NetBox returned.

use serde_json::Value;

use super::calls;
use super::focus::{Scope, Subject};
use super::history::Outcome;
use super::kind::{Kind, Relation};
use super::language::{Hint, Name};
use super::look::{Look, Wait};
use super::markdown::{Row, field, name_of, rows, total};

/// What came of looking for names.
pub(super) enum Resolved<T> {
    Found(T),
    /// Nothing is called that; the sentence says where was looked.
    Unknown(String),
    /// Several are, and the question must say which.
    Several {
        text: String,
        candidates: Vec<Candidate>,
    },
    /// The tools could not look.
    Failed(String),
}

/// An object that a name may mean.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub object_type: String,
    pub id: u64,
    pub name: String,
    pub slug: String,
    pub site: String,
    pub site_id: Option<u64>,
    pub score: u32,
}

/// Types whose objects a question may be about, without a word for their type.
const SUBJECTS: &[&str] = &[
    "dcim.device",
    "dcim.site",
    "dcim.region",
    "dcim.location",
    "dcim.rack",
    "virtualization.virtualmachine",
    "virtualization.cluster",
    "circuits.circuit",
    "circuits.provider",
    "ipam.vlan",
    "ipam.vrf",
    "tenancy.tenant",
    "tenancy.contact",
    "dcim.manufacturer",
    "dcim.devicetype",
    "dcim.platform",
];

/// Types of which only the whole name counts: parts of them are shared by many.
const WHOLE_NAMES: &[&str] = &["dcim.device", "virtualization.virtualmachine", "dcim.rack", "ipam.vlan"];

/// The places that a list without a filter for them can still be narrowed by, over the prefixes or sites there.
const PLACES: [Relation; 3] = [Relation::Region, Relation::SiteGroup, Relation::Site];

/// Hits of each type that a search for what narrows a list takes.
const HITS: u64 = 50;

/// A name that was not used, because it seems to be only a word.
pub(super) struct Scopes {
    pub scopes: Vec<Scope>,
    pub unused: Vec<String>,
    /// Names of roles, when the question said "switches" and no role is called so.
    pub roleless: Option<Vec<String>>,
}

/// Looks up what narrows a list: every name at once, and the roles when the question has a word for them.
pub(super) fn scopes(
    names: &[Name],
    role: Option<&str>,
    kind: &'static Kind,
    look: &mut Look,
) -> Result<Resolved<Scopes>, Wait> {
    let mut found = Scopes { scopes: Vec::new(), unused: Vec::new(), roleless: None };
    if names.is_empty() && role.is_none() {
        return Ok(Resolved::Found(found));
    }
    let mut asked = Vec::new();
    if role.is_some() {
        asked.push(calls::list("dcim.devicerole", serde_json::Map::new(), &["name", "slug"], 100));
    }
    for name in names {
        asked.push(calls::search(&name.text, &types_for(name, kind), HITS));
    }
    // A search does not look at slugs, and people call sites by them.
    let sluglike = |name: &&Name| looks_like_slug(&name.text) && types_for(name, kind).contains(&"dcim.site");
    asked.extend(names.iter().filter(sluglike).map(|name| calls::site_by_slug(&name.text)));
    let what: Vec<String> = names.iter().map(|name| format!("“{}”", name.text)).collect();
    look.think(match (what.is_empty(), role) {
        (true, Some(role)) => format!("“{role}” is a role in NetBox; I need the roles that are called so."),
        (_, role) => format!(
            "I need to know what {} {} in this NetBox before I can filter by it{}.",
            super::markdown::series(&what, "and"),
            if what.len() == 1 { "is" } else { "are" },
            role.map(|role| format!(", and which roles are called “{role}”")).unwrap_or_default()
        ),
    });
    let mut outcomes = look.all(asked)?.into_iter();
    let mut modifier_used = false;
    if let Some(role) = role {
        let list = match outcomes.next() {
            Some(Outcome::Found(list)) => list,
            Some(Outcome::Failed(reason)) => return Ok(Resolved::Failed(reason)),
            None => return Err(Wait),
        };
        let modifier =
            names.iter().find(|name| name.hint == Some(Hint::RoleModifier)).map(|name| name.text.to_lowercase());
        let roles: Vec<(String, u64, String)> = rows(&list)
            .into_iter()
            .filter_map(|row| Some((field(row, "name"), row.get("id")?.as_u64()?, field(row, "slug"))))
            .filter(|(name, _, slug)| name.to_lowercase().contains(role) || slug.contains(role))
            .collect();
        let narrow: Vec<_> = roles
            .iter()
            .filter(|(name, _, _)| modifier.as_ref().is_some_and(|word| name.to_lowercase().contains(word.as_str())))
            .cloned()
            .collect();
        modifier_used = !narrow.is_empty();
        let exact: Vec<_> = roles.iter().filter(|(name, _, _)| name.to_lowercase() == role).cloned().collect();
        let roles = match (narrow.is_empty(), exact.is_empty()) {
            (false, _) => narrow,
            // "Servers" are not console servers.
            (true, false) => exact,
            (true, true) => roles,
        };
        if roles.is_empty() {
            found.roleless = Some(rows(&list).into_iter().map(name_of).collect());
        } else {
            found.scopes.push(Scope {
                relation: Relation::Role,
                ids: roles.iter().map(|(_, id, _)| *id).collect(),
                slugs: Vec::new(),
                names: roles.into_iter().map(|(name, _, _)| name).collect(),
            });
        }
    }
    let searches: Vec<Outcome> = outcomes.by_ref().take(names.len()).collect();
    for (name, outcome) in names.iter().zip(searches) {
        let slug = if sluglike(&name) { outcomes.next() } else { None };
        if modifier_used && name.hint == Some(Hint::RoleModifier) {
            continue;
        }
        let found_hits = match outcome {
            Outcome::Failed(reason) => return Ok(Resolved::Failed(reason)),
            Outcome::Found(hits) => hits,
        };
        let mut hits = candidates(&found_hits, &name.text);
        hits.extend(sites_in(slug, &name.text));
        let best = best_scope(&hits, kind);
        // When everything that came fits, so may what did not come.
        if let Some(scope) = &best
            && let Some(list) = found_hits["results"].get(scope.relation.object_type())
            && total(list) > HITS
            && scope.ids.len() as u64 >= HITS
        {
            let plural = Kind::by_type(scope.relation.object_type()).map_or("objects", |kind| kind.plural);
            return Ok(Resolved::Unknown(format!(
                "{} {plural} fit “{}”, more than I can follow at once. Name one of them, please.",
                total(list),
                super::markdown::escape(&name.text)
            )));
        }
        match best {
            // "In Ohio and Texas": one filter that takes either.
            Some(scope) => match found.scopes.iter_mut().find(|other| other.relation == scope.relation) {
                Some(other) => {
                    other.ids.extend(scope.ids);
                    other.slugs.extend(scope.slugs);
                    other.names.extend(scope.names);
                }
                None => found.scopes.push(scope),
            },
            None if !name.sure => found.unused.push(name.text.clone()),
            None => return Ok(Resolved::Unknown(unknown(&name.text, &types_for(name, kind)))),
        }
    }
    Ok(Resolved::Found(found))
}

fn types_for(name: &Name, kind: &'static Kind) -> Vec<&'static str> {
    if let Some(Hint::Kind(hinted)) = name.hint {
        return vec![hinted.object_type];
    }
    if name.hint == Some(Hint::Tag) {
        return vec!["extras.tag"];
    }
    let mut types: Vec<&'static str> = Vec::new();
    let direct = kind.filters.iter().map(|(relation, _)| *relation);
    for relation in direct.chain(PLACES).filter(|relation| *relation != Relation::Tag) {
        if !types.contains(&relation.object_type()) {
            types.push(relation.object_type());
        }
    }
    types
}

/// The objects of the best fitting type that fit best. Several sites of one city are all meant.
fn best_scope(hits: &[Candidate], kind: &'static Kind) -> Option<Scope> {
    let relation_of = |candidate: &Candidate| {
        Relation::of(&candidate.object_type, kind)
            .or_else(|| PLACES.into_iter().find(|place| place.object_type() == candidate.object_type))
    };
    let best = hits
        .iter()
        .filter(|candidate| relation_of(candidate).is_some())
        // A hit by description or address says something about a site only.
        .filter(|candidate| candidate.score >= 30 || candidate.object_type == "dcim.site")
        // Half a name of a device would be any of dozens.
        .filter(|candidate| candidate.score >= 95 || !WHOLE_NAMES.contains(&candidate.object_type.as_str()))
        .max_by_key(|candidate| candidate.score)?;
    let first = hits.iter().find(|candidate| candidate.score == best.score && relation_of(candidate).is_some())?;
    let relation = relation_of(first)?;
    let same: Vec<&Candidate> = hits
        .iter()
        .filter(|candidate| candidate.object_type == first.object_type && candidate.score == first.score)
        .collect();
    let mut names: Vec<String> = same.iter().map(|candidate| candidate.name.clone()).collect();
    names.dedup();
    Some(Scope {
        relation,
        ids: same.iter().map(|candidate| candidate.id).collect(),
        slugs: same.iter().map(|candidate| candidate.slug.clone()).collect(),
        names,
    })
}

/// The one object that a question is about. Further names say where it is: "rack R1 at cle-01".
pub(super) fn subject(names: &[Name], types: &[&'static str], look: &mut Look) -> Result<Resolved<Subject>, Wait> {
    let usable: Vec<&Name> = names.iter().filter(|name| name.hint != Some(Hint::User)).collect();
    let Some(name) = usable.iter().find(|name| matches!(name.hint, Some(Hint::Kind(_)))).or(usable.first()) else {
        return Ok(Resolved::Unknown("The question names nothing that I could look up.".into()));
    };
    let hinted = match name.hint {
        Some(Hint::Kind(kind)) => Some(kind),
        _ => types.first().filter(|_| types.len() == 1).and_then(|object_type| Kind::by_type(object_type)),
    };
    let searched: Vec<&str> = match hinted {
        Some(kind) => vec![kind.object_type],
        None if types.is_empty() => SUBJECTS.to_vec(),
        None => types.to_vec(),
    };
    let mut asked = vec![calls::search(&name.text, &searched, 10)];
    // A search ends after ten hits of a type; the exact name must not be the eleventh.
    let exact = hinted.or_else(|| Kind::by_type("dcim.device")).filter(|kind| searched.contains(&kind.object_type));
    if let Some(kind) = exact {
        asked.push(calls::named(kind, &name.text));
    }
    let others: Vec<&&Name> = usable.iter().filter(|other| other.text != name.text).collect();
    for other in &others {
        asked.push(calls::search(&other.text, &["dcim.site", "dcim.location"], 5));
    }
    let by_slug = looks_like_slug(&name.text) && searched.contains(&"dcim.site");
    if by_slug {
        asked.push(calls::site_by_slug(&name.text));
    }
    let slug_others: Vec<bool> = others.iter().map(|other| looks_like_slug(&other.text)).collect();
    for (other, _) in others.iter().zip(&slug_others).filter(|(_, slug)| **slug) {
        asked.push(calls::site_by_slug(&other.text));
    }
    look.think(format!("I look for “{}” to learn what it is and to get its id.", name.text));
    let mut outcomes = look.all(asked)?.into_iter();
    let mut found = Vec::new();
    match outcomes.next() {
        Some(Outcome::Found(hits)) => found.extend(candidates(&hits, &name.text)),
        Some(Outcome::Failed(reason)) => return Ok(Resolved::Failed(reason)),
        None => return Err(Wait),
    }
    if let Some(kind) = exact
        && let Some(Outcome::Found(list)) = outcomes.next()
    {
        for row in rows(&list) {
            let candidate = candidate(kind.object_type, row, &name.text);
            // Its number may show only here: the same object counts once, as its better fit.
            if let Some(new) = &candidate {
                found.retain(|old| (old.id, &old.object_type) != (new.id, &new.object_type) || old.score >= new.score);
            }
            if let Some(candidate) = candidate.filter(|new| {
                !found.iter().any(|old: &Candidate| old.id == new.id && old.object_type == new.object_type)
            }) {
                found.push(candidate);
            }
        }
    }
    let searches: Vec<Outcome> = outcomes.by_ref().take(others.len()).collect();
    if by_slug {
        found.extend(sites_in(outcomes.next(), &name.text));
    }
    for ((other, outcome), slug) in others.iter().zip(searches).zip(slug_others) {
        let slug = if slug { outcomes.next() } else { None };
        let Outcome::Found(hits) = outcome else { continue };
        let mut places = candidates(&hits, &other.text);
        places.extend(sites_in(slug, &other.text));
        let sites: Vec<u64> = places
            .iter()
            .filter(|place| place.object_type == "dcim.site" && place.score >= 30)
            .map(|place| place.id)
            .collect();
        if found.iter().any(|candidate| candidate.site_id.is_some_and(|id| sites.contains(&id))) {
            found.retain(|candidate| candidate.site_id.is_some_and(|id| sites.contains(&id)));
        }
    }
    Ok(choose(found, &name.text, &searched))
}

fn choose(found: Vec<Candidate>, text: &str, searched: &[&str]) -> Resolved<Subject> {
    let best = found.iter().map(|candidate| candidate.score).max().unwrap_or(0);
    if best < 30 {
        // Nothing is called so; what merely mentions it is offered, not taken.
        if found.is_empty() {
            return Resolved::Unknown(unknown(text, searched));
        }
        return Resolved::Several { text: text.to_owned(), candidates: found };
    }
    let mut top: Vec<Candidate> = found.into_iter().filter(|candidate| candidate.score == best).collect();
    let first_type = top.first().map(|candidate| candidate.object_type.clone()).unwrap_or_default();
    // An exact name in several types: the type that stands first in the search is the likelier one.
    if best >= 95 && top.iter().filter(|candidate| candidate.object_type == first_type).count() == 1 {
        top.truncate(1);
    }
    match top.as_slice() {
        [one] => Resolved::Found(Subject { object_type: one.object_type.clone(), id: one.id, name: one.name.clone() }),
        _ => Resolved::Several { text: text.to_owned(), candidates: top },
    }
}

/// The hits of a search with how well their names fit, in the order of the types.
fn candidates(hits: &Value, text: &str) -> Vec<Candidate> {
    let types = hits["results"].as_object().into_iter().flatten();
    types
        .flat_map(|(object_type, list)| {
            rows(list).into_iter().filter_map(|row| candidate(object_type, row, text)).collect::<Vec<_>>()
        })
        .collect()
}

fn candidate(object_type: &str, row: &Row, text: &str) -> Option<Candidate> {
    let keys = ["name", "slug", "display", "model", "cid", "vid", "asn"];
    let score = keys.iter().map(|key| score(&field(row, key), text, *key == "slug")).max().unwrap_or(0);
    Some(Candidate {
        object_type: object_type.to_owned(),
        id: row.get("id")?.as_u64()?,
        name: name_of(row),
        slug: field(row, "slug"),
        site: field(row, "site"),
        site_id: row.get("site_id").and_then(Value::as_u64),
        score: score.max(5),
    })
}

/// `cle-01`: one word with a hyphen or a digit, as slugs are.
fn looks_like_slug(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.chars().all(legal) && text.contains(|c: char| c.is_ascii_digit() || c == '-')
}

fn sites_in(outcome: Option<Outcome>, text: &str) -> Vec<Candidate> {
    match outcome {
        Some(Outcome::Found(list)) => {
            rows(&list).into_iter().filter_map(|row| candidate("dcim.site", row, text)).collect()
        }
        _ => Vec::new(),
    }
}

/// How well a name fits what was written: 100 for the same, 0 for nothing in common.
fn score(name: &str, text: &str, slug: bool) -> u32 {
    let name = name.to_lowercase();
    let text = text.to_lowercase();
    if name.is_empty() {
        return 0;
    }
    if name == text {
        return if slug { 98 } else { 100 };
    }
    let dashed = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    };
    if dashed(&name) == dashed(&text) {
        return 95;
    }
    let bounded = |at: usize| {
        let end = at + text.len();
        let open = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        open(name[..at].chars().next_back()) && open(name[end..].chars().next())
    };
    match name.find(&text) {
        Some(0) if bounded(0) => 60,
        Some(at) if bounded(at) => 50,
        Some(0) => 40,
        Some(_) => 30,
        None => 0,
    }
}

fn unknown(text: &str, types: &[&str]) -> String {
    let plurals: Vec<String> = types
        .iter()
        .filter_map(|object_type| Kind::by_type(object_type))
        .map(|kind| kind.plural.to_owned())
        .take(8)
        .collect();
    let among = if plurals.is_empty() {
        String::new()
    } else {
        format!(" among the {}", super::markdown::series(&plurals, "and"))
    };
    format!("NetBox shows nothing called “{}”{among}.", super::markdown::escape(text))
}
