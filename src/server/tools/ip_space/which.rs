//! Which VRF and which prefix are meant.

use serde_json::Value;

use super::facts::{NamedPrefix, in_vrf};
use super::network::Network;
use crate::server::netbox::{ObjectType, Query, object_type};
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::filters::{refused, short};
use crate::server::tools::finding::{name, name_in};
use crate::server::tools::names;
use crate::wire::problem::{Problem, ProblemCode};

/// What is read of the prefix that is asked about.
const FIELDS: &str = "id,url,prefix,vrf,status,is_pool,mark_utilized,scope,vlan,role,children";

/// The VRF that is asked about.
#[derive(Clone, Debug)]
pub(super) struct AskedVrf {
    /// As the filter `vrf_id` takes it: an id, or `null` for the global table.
    pub(super) value: String,
    /// Its name; nothing for the global table.
    pub(super) name: Option<String>,
}

/// The VRF of the arguments; nothing where any is meant.
pub(super) async fn vrf(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Option<AskedVrf>, Problem> {
    let Some(text) = arguments.word("vrf")? else { return Ok(None) };
    if ["global", "null", "none", "default"].contains(&text.to_lowercase().as_str()) {
        return Ok(Some(AskedVrf { value: "null".to_owned(), name: None }));
    }
    let object = names::one(call, kind("ipam.vrf")?, "rd", &text).await?;
    let id = object.get("id").map(Value::to_string).unwrap_or_default();
    Ok(Some(AskedVrf { value: id, name: Some(name(&object)) }))
}

/// A type of the table.
pub(super) fn kind(name: &str) -> Result<&'static ObjectType, Problem> {
    object_type::by_name(name)
        .ok_or_else(|| Problem::new(ProblemCode::Internal, format!("The table of types does not know {name}")))
}

/// A prefix as NetBox gave it, and as facts.
pub(super) struct Asked {
    pub(super) object: Value,
    pub(super) prefix: NamedPrefix,
}

/// The one prefix of the arguments, by CIDR or id.
///
/// # Errors
/// There is none; then the prefixes around it are named. Or there are several in different VRFs: then the person has
/// to say which.
pub(super) async fn prefix(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Asked, Problem> {
    let text = arguments.word("prefix")?.ok_or_else(|| arguments.wrong("The argument prefix is missing"))?;
    let vrf = vrf(call, arguments).await?;
    let path = kind("ipam.prefix")?.list_path();
    let mut query = Query::new().with("fields", FIELDS).with("limit", 20);
    let network = Network::parse(&text);
    match (network, text.parse::<u64>()) {
        (Some(network), _) => query.add("prefix", network.to_string()),
        (None, Ok(id)) => query.add("id", id.to_string()),
        (None, Err(_)) => {
            return Err(refused(format!("{} is no prefix", short(&text)))
                .hint("write it as 10.0.0.0/24 or 2001:db8::/64, or give its id"));
        }
    }
    if let Some(vrf) = &vrf {
        query.add("vrf_id", vrf.value.as_str());
    }
    let answer = call.list(&path, &query).await.map_err(|error| error.problem())?;
    let found: Vec<(&Value, NamedPrefix)> =
        answer.results().iter().filter_map(|object| Some((object, NamedPrefix::read(object)?))).collect();
    match found.as_slice() {
        [(object, prefix)] => Ok(Asked { object: (*object).clone(), prefix: prefix.clone() }),
        [] => Err(missing(call, &path, &text, network, vrf.as_ref()).await),
        several => {
            let candidates = several.iter().map(|(object, prefix)| candidate(object, prefix)).collect::<Vec<_>>();
            let prefix = several.first().map(|(_, prefix)| prefix.facts.network.to_string()).unwrap_or_default();
            Err(refused(format!("There are {} prefixes {prefix}: {}", several.len(), candidates.join(", ")))
                .hint("ask the person which one is meant, then give its vrf (\"global\" for none) or its id as prefix"))
        }
    }
}

fn candidate(object: &Value, prefix: &NamedPrefix) -> String {
    let vrf = prefix.vrf_name.as_deref().map_or_else(|| "global".to_owned(), |name| format!("VRF {name}"));
    let scope = name_in(object, "scope").map(|scope| format!(", {scope}")).unwrap_or_default();
    format!("id {} ({vrf}{scope}, {})", prefix.id, prefix.status)
}

async fn missing(call: &Call<'_>, path: &str, text: &str, network: Option<Network>, vrf: Option<&AskedVrf>) -> Problem {
    let place = match vrf {
        Some(AskedVrf { name: Some(name), .. }) => format!(" in VRF {name}"),
        Some(_) => " in the global table".to_owned(),
        None => String::new(),
    };
    let called = network.map_or_else(|| format!("with id {}", short(text)), |network| network.to_string());
    let problem = refused(format!("There is no prefix {called}{place}, or this token may not see it"));
    let Some(network) = network else { return problem.hint("give it as 10.0.0.0/24") };
    let query = Query::new().with("contains", network).with("fields", "id,prefix,vrf,status").with("limit", 50);
    let around = call.list(path, &query).await;
    let around = around.as_ref().map_or(&[][..], |answer| answer.results());
    let mut around: Vec<NamedPrefix> = around.iter().filter_map(NamedPrefix::read).collect();
    around.sort_by_key(|prefix| std::cmp::Reverse(prefix.facts.network.length));
    let names: Vec<String> = around
        .iter()
        .take(3)
        .map(|prefix| format!("{}{}", prefix.facts.network, in_vrf(prefix.vrf_name.as_deref())))
        .collect();
    problem.hint(if names.is_empty() {
        format!("no prefix holds it; list prefixes with netbox_get_objects, such as {{\"q\": \"{}\"}}", short(text))
    } else {
        format!("it would lie in {}; ask about that one", names.join(", or "))
    })
}
