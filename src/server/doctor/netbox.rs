//! NetBox: address, version, token and rights.

use futures::future::join_all;
use jiff::Timestamp;
use serde_json::Value;

use super::Check;
use super::machine;
use crate::server::connections::Connections;
use crate::server::netbox::{Client, Credentials, Error, Query, Refusal, TokenKind, object_type};
use crate::server::tools::Changes;

const ADDRESS: &str = "NetBox";
const VERSION: &str = "NetBox version";
const TOKEN: &str = "NetBox token";
const RIGHTS: &str = "NetBox rights";
/// What most questions are about.
const COMMON: [&str; 10] = [
    "dcim.site",
    "dcim.device",
    "dcim.interface",
    "dcim.rack",
    "dcim.cable",
    "ipam.prefix",
    "ipam.ipaddress",
    "ipam.vlan",
    "circuits.circuit",
    "core.objectchange",
];
/// A token that ends sooner is worth a word.
const SOON_SECONDS: i64 = 14 * 24 * 3600;

pub(super) async fn checks(connections: &Connections, changes: Changes) -> Vec<Check> {
    let (client, credentials) = (connections.netbox.as_ref(), &connections.service);
    let exchange = client.status(credentials).await;
    let milliseconds = exchange.requests.last().map_or(0, |request| request.milliseconds);
    let answer = match exchange.answer {
        Ok(answer) => answer,
        // It answers, and only to whoever brings a token: where people sign in, everybody does.
        Err(Error::Refused { .. }) if credentials.kind().is_none() => {
            return vec![
                Check::good(ADDRESS, format!("{} answers in {milliseconds} ms", client.address())),
                Check::good(TOKEN, "none of this server's own: everybody asks with theirs"),
            ];
        }
        Err(error @ Error::Refused { .. }) => {
            return vec![
                Check::good(ADDRESS, format!("{} answers in {milliseconds} ms", client.address())),
                Check::problem(TOKEN, error.problem()),
            ];
        }
        Err(error) => return vec![Check::problem(ADDRESS, error.problem())],
    };
    let demo =
        if connections.deployment.netbox.demo { " (the embedded demo: set NETBOX_URL to use yours)" } else { "" };
    let mut checks = vec![Check::good(ADDRESS, format!("{} answers in {milliseconds} ms{demo}", client.address()))];
    checks.push(version(answer.body.get("netbox-version").and_then(Value::as_str)));
    let (token, rights) = tokio::join!(token(client, credentials, changes), rights(client, credentials));
    checks.extend(token);
    checks.push(rights);
    checks.push(machine::clock(Timestamp::now(), answer.date.as_deref()));
    checks
}

fn version(text: Option<&str>) -> Check {
    let Some(text) = text else {
        return Check::failure(
            VERSION,
            "what answers at /api/status/ names no NetBox version",
            "check NETBOX_URL: something else answers there",
        );
    };
    let mut numbers = text.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or_default());
    let version = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    match version {
        (4, 7) => Check::good(VERSION, format!("{text}, the one this program was made for")),
        (0..4, _) | (4, 0..5) => Check::warning(
            VERSION,
            format!("{text} is older than 4.5"),
            "some types, filters and fields do not exist there: upgrade NetBox when you can",
        ),
        (4, 5 | 6) => Check::good(VERSION, format!("{text}; a few filters and types of 4.7 do not exist there")),
        _ => Check::warning(
            VERSION,
            format!("{text} is newer than 4.7, whose filters and fields this program knows"),
            "what was added later is refused as unknown: look for a newer netbox-chatbox",
        ),
    }
}

async fn token(client: &Client, credentials: &Credentials, changes: Changes) -> Vec<Check> {
    let Some(kind) = credentials.kind() else {
        return vec![Check::warning(
            TOKEN,
            "none is set; this NetBox answers without",
            "set NETBOX_TOKEN to see more than everybody sees",
        )];
    };
    let user = match client.authentication_check(credentials).await.answer {
        Ok(answer) => answer.body.get("username").and_then(Value::as_str).map(str::to_owned),
        Err(Error::NoSuchEndpoint { .. }) => None,
        Err(error) => return vec![Check::problem(TOKEN, error.problem())],
    };
    let of = user.as_deref().map(|user| format!(" of {user}")).unwrap_or_default();
    let mut checks = vec![match kind {
        TokenKind::V2 => Check::good(TOKEN, format!("a v2 token{of}")),
        TokenKind::V1 => Check::warning(
            TOKEN,
            format!("a v1 token{of}"),
            "NetBox 5.0 will accept v2 tokens only: create one that begins with nbt_",
        ),
    }];
    if let Some(entry) = own_entry(client, credentials, user.as_deref()).await {
        checks.extend(about_entry(&entry, Timestamp::now(), changes));
    }
    checks
}

/// The token's own entry in `/api/users/tokens/`, where it can be told from others and may be seen.
async fn own_entry(client: &Client, credentials: &Credentials, user: Option<&str>) -> Option<Value> {
    let mut query = Query::new().with("limit", 2);
    if let Some(key) = credentials.key() {
        query.add("key", key);
    } else {
        // A v1 token cannot be asked for: only if its user has no other is it known which one it is.
        query.add("version", "1");
        query.add("user", user?);
    }
    let answer = client.get(credentials, "users/tokens/", &query).await.answer.ok()?;
    match answer.results() {
        [one] if answer.total() == Some(1) => Some(one.clone()),
        _ => None,
    }
}

fn about_entry(entry: &Value, now: Timestamp, changes: Changes) -> Vec<Check> {
    let mut checks = Vec::new();
    let may_write = entry.get("write_enabled").and_then(Value::as_bool) == Some(true);
    checks.push(match (may_write, changes) {
        (true, Changes::All) => Check::good(TOKEN, "it may write, for what is approved here"),
        (true, Changes::Off | Changes::OwnRights) => Check::warning(
            TOKEN,
            "it may write, and this program only reads with it",
            "create a token without `Write enabled`: then nothing here can change NetBox by it, whatever happens",
        ),
        (false, Changes::All) => Check::warning(
            TOKEN,
            "it may only read, and CHANGES is on",
            "create a token with `Write enabled`, or switch CHANGES off",
        ),
        (false, Changes::Off | Changes::OwnRights) => Check::good(TOKEN, "it may only read"),
    });
    let expires = entry.get("expires").and_then(Value::as_str).and_then(|time| time.parse::<Timestamp>().ok());
    if let Some(expires) = expires.filter(|expires| expires.as_second() - now.as_second() < SOON_SECONDS) {
        let days = (expires.as_second() - now.as_second()) / 86_400;
        checks.push(Check::warning(
            TOKEN,
            format!("it expires in {days} days"),
            "set a later expiry or create a new token",
        ));
    }
    checks
}

async fn rights(client: &Client, credentials: &Credentials) -> Check {
    let query = Query::new().with("limit", 1).with("fields", "id");
    let asked = join_all(COMMON.iter().filter_map(|name| object_type::by_name(name)).map(|kind| {
        let query = &query;
        async move { (kind, client.get(credentials, &kind.list_path(), query).await.answer) }
    }))
    .await;
    let (mut seen, mut hidden, mut broken) = (Vec::new(), Vec::new(), None);
    for (kind, answer) in asked {
        match answer {
            Ok(answer) => seen.push(format!("{} {}", answer.total().unwrap_or_default(), kind.plural)),
            Err(Error::Refused { refusal: Refusal::Permission, .. }) => hidden.push(kind.plural),
            Err(error) => broken = Some(error),
        }
    }
    let hint = "in NetBox, give the token's user an object permission with the action `view` for them";
    match (broken, seen.is_empty(), hidden.is_empty()) {
        (Some(error), ..) => Check::problem(RIGHTS, error.problem()),
        (None, true, _) => Check::failure(RIGHTS, "the token's user may view none of the common types", hint),
        (None, false, true) => Check::good(RIGHTS, format!("sees {}", seen.join(", "))),
        (None, false, false) => {
            Check::warning(RIGHTS, format!("sees {}, but no {}", seen.join(", "), hidden.join(", ")), hint)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::doctor::Level;

    #[test]
    fn versions_are_told_apart() {
        for (text, level) in [
            (Some("4.7.3"), Level::Good),
            (Some("4.6.10-Docker-3.1"), Level::Good),
            (Some("4.4.2"), Level::Warning),
            (Some("3.7.8"), Level::Warning),
            (Some("5.0.0"), Level::Warning),
            (None, Level::Failure),
        ] {
            assert_eq!(version(text).level, level, "{text:?}");
        }
    }

    #[test]
    fn a_token_that_may_write_or_ends_soon_is_worth_a_word() {
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let checks =
            about_entry(&json!({"write_enabled": true, "expires": "2026-11-25T00:00:00Z"}), now, Changes::OwnRights);
        let findings: Vec<_> = checks.iter().map(|check| check.finding.as_str()).collect();
        assert_eq!(findings, ["it may write, and this program only reads with it", "it expires in 3 days"]);
        let level = |may_write: bool, changes| {
            about_entry(&json!({"write_enabled": may_write, "expires": null}), now, changes)[0].level
        };
        assert_eq!(level(false, Changes::Off), Level::Good);
        assert_eq!((level(true, Changes::All), level(false, Changes::All)), (Level::Good, Level::Warning));
    }
}
