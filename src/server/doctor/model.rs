//! The model: does its address answer, is the key good, is the model there.

use super::Check;
use crate::server::connections::Connections;
use crate::server::netbox::catalogue::nearest;

const KEY: &str = "Model key";
const MODEL: &str = "Model";

pub(super) async fn checks(connections: &Connections) -> Vec<Check> {
    let id = connections.deployment.model.id.as_str();
    let service = connections.model.service();
    let models = match connections.model.models().await {
        Ok(models) => models,
        // A compatible server need not have a list; the model itself may still be there.
        Err(error) if error.api().is_some_and(|failure| failure.status == 404) => {
            return vec![Check::warning(
                MODEL,
                format!("{service} has no list of models, so {id} cannot be checked"),
                "ask one question to see whether it answers: netbox-chatbox ask \"How many sites do we have?\"",
            )];
        }
        Err(error) => return vec![Check::problem(KEY, error.problem())],
    };
    if connections.deployment.model.stand_in {
        return vec![Check::good(MODEL, format!("{id}, the embedded stand-in: set ANTHROPIC_API_KEY to use Claude"))];
    }
    let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
    let mut checks = vec![Check::good(KEY, format!("accepted by {service}, which offers {} models", ids.len()))];
    // An alias (`claude-haiku-5-5`) may stand in the list with its date only.
    let alias = |listed: &&str| listed.strip_prefix(id).is_some_and(|rest| rest.starts_with('-'));
    if ids.contains(&id) || ids.iter().any(alias) {
        checks.push(Check::good(MODEL, format!("{id} is there")));
    } else {
        let near = nearest(id, ids.iter().copied());
        let offered = if near.is_empty() { ids.into_iter().take(6).collect() } else { near };
        checks.push(Check::failure(
            MODEL,
            format!("{service} does not list {id}"),
            format!("set ANTHROPIC_MODEL to one it lists, such as {}", offered.join(", ")),
        ));
    }
    checks
}
