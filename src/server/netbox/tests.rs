//! The client against small real servers that fail in ways a real NetBox cannot be made to show easily. What a real
//! NetBox shows is asked of one in `tests/netbox_access`.

mod encrypted;
pub(super) mod failing;

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;
use serde_json::json;

use super::error::RedirectKind;
use super::*;
use crate::wire::problem::ProblemCode;
use failing::{Reply, Server};

fn token() -> Credentials {
    Credentials::new(&SecretString::from("nbt_key.secret-token"))
}

async fn ask(server: &Server, path: &str) -> Exchange {
    client(server).get(&token(), path, &Query::new().with("limit", 1)).await
}

fn client(server: &Server) -> Client {
    let mut settings = Settings::new(Address::parse(&server.url()).unwrap());
    settings.read_timeout = Duration::from_millis(300);
    settings.connect_timeout = Duration::from_millis(500);
    settings.pause = Duration::from_millis(1);
    settings.largest_answer = 10_000;
    Client::new(settings).unwrap()
}

/// The failure of asking `path`, checked for what no failure may hold.
async fn failure(reply: Reply, path: &str) -> Error {
    let server = Server::start(vec![reply]).await;
    let error = ask(&server, path).await.answer.unwrap_err();
    let shown = format!("{} {error:?}", error.problem());
    for secret in ["secret-token", "<html", "<body"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(error.problem().hint.is_some() && !error.to_string().ends_with('.'), "{shown}");
    error
}

#[tokio::test]
async fn every_refusal_has_its_sentence() {
    for (detail, code, word) in [
        ("Authentication credentials were not provided.", ProblemCode::NetboxToken, "none was sent"),
        ("Invalid v1 token", ProblemCode::NetboxToken, "v1 token"),
        ("Invalid v2 token", ProblemCode::NetboxToken, "v2 token"),
        ("Invalid token", ProblemCode::NetboxToken, "v1 token"),
        ("Token expired", ProblemCode::NetboxToken, "expired"),
        ("Token disabled", ProblemCode::NetboxToken, "disabled"),
        ("Source IP 10.1.2.3 is not permitted to authenticate using this token.", ProblemCode::NetboxToken, "10.1.2.3"),
        ("User inactive", ProblemCode::NetboxToken, "not active"),
        ("Invalid authorization header: Could not parse key", ProblemCode::NetboxToken, "cannot read"),
        (
            "You do not have permission to perform this action.",
            ProblemCode::NetboxPermission,
            "may not view IP addresses",
        ),
        ("Something new.", ProblemCode::NetboxToken, "Something new"),
    ] {
        let error = failure(Reply::json(StatusCode::FORBIDDEN, json!({"detail": detail})), "ipam/ip-addresses/").await;
        assert_eq!(error.problem().code, code, "{detail}");
        assert!(error.to_string().contains(word), "{detail}: {error}");
    }
}

#[tokio::test]
async fn pages_are_told_apart_and_never_passed_on() {
    let page = |status| Reply::page(status, "<html><body>secret page</body></html>");
    assert!(matches!(failure(page(StatusCode::NOT_FOUND), "dcim/sites/").await, Error::NoSuchEndpoint { .. }));
    assert!(matches!(failure(page(StatusCode::OK), "dcim/sites/").await, Error::NotNetbox { .. }));
    let proxy = failure(page(StatusCode::UNAUTHORIZED), "dcim/sites/").await;
    assert!(matches!(proxy, Error::Refused { refusal: Refusal::Proxy, .. }));
    assert!(matches!(
        failure(page(StatusCode::INTERNAL_SERVER_ERROR), "dcim/sites/").await,
        Error::Failed { status: 500, .. }
    ));
    let host = failure(page(StatusCode::BAD_REQUEST), "dcim/sites/").await;
    assert!(matches!(host, Error::Failed { status: 400, .. }) && host.hint().contains("ALLOWED_HOSTS"), "{host:?}");
}

#[tokio::test]
async fn json_failures_keep_netboxs_words() {
    let missing =
        failure(Reply::json(StatusCode::NOT_FOUND, json!({"detail": "No Site matches"})), "dcim/sites/9/").await;
    assert!(matches!(missing, Error::NoSuchObject { .. }));
    let body = json!({"site": ["Select a valid choice. nope is not one of the available choices."], "id": ["Bad."]});
    let wrong = failure(Reply::json(StatusCode::BAD_REQUEST, body), "dcim/devices/").await;
    assert!(
        wrong.to_string().contains("site: Select a valid choice. nope is not one of the available choices; id: Bad")
    );
    let failed = failure(Reply::json(StatusCode::INTERNAL_SERVER_ERROR, json!({"error": "boom"})), "dcim/sites/").await;
    assert_eq!(failed.to_string(), "NetBox failed with HTTP 500: boom");
    let malformed = failure(Reply::raw("application/json", "{\"count\": 1, "), "dcim/sites/").await;
    assert!(matches!(malformed, Error::Malformed { .. }));
}

#[tokio::test]
async fn redirects_are_explained_and_not_followed() {
    for (location, expected) in [
        ("https://127.0.0.1/api/dcim/sites/", RedirectKind::ToTls),
        ("/oauth2/login/?next=/api/", RedirectKind::SignIn),
        ("http://elsewhere.example/netbox/api/dcim/sites/?token=secret-token", RedirectKind::Elsewhere),
    ] {
        let server = Server::start(vec![Reply::redirect(location), Reply::list()]).await;
        let error = ask(&server, "dcim/sites/").await.answer.unwrap_err();
        let Error::Redirect { kind, status: 302, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*kind, expected, "{location}");
        assert_eq!(server.requests(), 1);
        assert!(!error.problem().to_string().contains("secret-token"));
        if expected == RedirectKind::Elsewhere {
            assert!(error.hint().contains("http://elsewhere.example/netbox/"), "{}", error.hint());
        }
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_recorded() {
    for status in [429, 502, 503, 504] {
        let status = StatusCode::from_u16(status).unwrap();
        let server = Server::start(vec![Reply::page(status, "busy"), Reply::list()]).await;
        let exchange = ask(&server, "dcim/sites/").await;
        assert_eq!(exchange.answer.unwrap().total(), Some(1));
        let statuses: Vec<_> = exchange.requests.iter().map(|request| request.status).collect();
        assert_eq!(statuses, [status.as_u16(), 200]);
    }
    let server = Server::start(vec![Reply::page(StatusCode::SERVICE_UNAVAILABLE, "busy")]).await;
    assert!(matches!(ask(&server, "dcim/sites/").await.answer, Err(Error::Busy { status: 503, .. })));
    assert_eq!(server.requests(), 3);
    let failed = Server::start(vec![Reply::page(StatusCode::INTERNAL_SERVER_ERROR, "boom")]).await;
    ask(&failed, "dcim/sites/").await.answer.unwrap_err();
    assert_eq!(failed.requests(), 1, "a fault that stays is not asked for again");
}

#[tokio::test]
async fn a_long_retry_after_is_told_instead_of_waited_for() {
    let server = Server::start(vec![Reply::page(StatusCode::TOO_MANY_REQUESTS, "").header("retry-after", "120")]).await;
    let started = std::time::Instant::now();
    let problem = ask(&server, "dcim/sites/").await.answer.unwrap_err().problem();
    assert_eq!(problem.retry_after_milliseconds, Some(120_000));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn silence_cuts_and_size_are_bounded() {
    let slow = failure(Reply::list().after(Duration::from_secs(30)), "dcim/sites/").await;
    assert!(matches!(slow, Error::Timeout { .. }), "{slow:?}");
    let huge = failure(Reply::raw("application/json", &format!("\"{}\"", "x".repeat(20_000))), "dcim/sites/").await;
    assert!(matches!(huge, Error::TooLarge { limit: 10_000 }));
    let cut = failure(Reply::list().cut(), "dcim/sites/").await;
    assert!(matches!(cut, Error::Cut { .. }), "{cut:?}");
    assert_eq!(cut.problem().code, ProblemCode::NetboxUnreachable);
}

#[tokio::test]
async fn an_answer_that_trickles_in_forever_ends() {
    let server = Server::start(vec![Reply::list().after(Duration::from_secs(5))]).await;
    let mut settings = Settings::new(Address::parse(&server.url()).unwrap());
    settings.answer_timeout = Duration::from_millis(50);
    let error = Client::new(settings).unwrap().get(&token(), "dcim/sites/", &Query::new()).await.answer.unwrap_err();
    assert!(matches!(error, Error::Timeout { source: None, .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_a_sentence() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::new(Settings::new(Address::parse(&format!("http://{free}")).unwrap())).unwrap();
    let error = client.get(&token(), "status/", &Query::new()).await.answer.unwrap_err();
    assert_eq!(error.to_string(), format!("NetBox cannot be reached at {free}: nothing listens there"));
    let unknown = Client::new(Settings::new(Address::parse("http://netbox.invalid").unwrap())).unwrap();
    let error = unknown.get(&token(), "status/", &Query::new()).await.answer.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn an_address_too_long_is_not_sent() {
    let server = Server::start(vec![Reply::list()]).await;
    let mut query = Query::new();
    for id in 0..1_000 {
        query.add("id", id.to_string());
    }
    let exchange = client(&server).get(&token(), "dcim/devices/", &query).await;
    assert!(matches!(exchange.answer, Err(Error::AddressTooLong { .. })));
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn requests_are_bounded_and_recorded() {
    let server = Server::start(vec![Reply::list().after(Duration::from_millis(30))]).await;
    let mut settings = Settings::new(Address::parse(&server.url()).unwrap());
    settings.concurrency = 2;
    let client = Client::new(settings).unwrap();
    let query = Query::new().with("status", "active").with("limit", 1);
    let credentials = token();
    let exchanges = futures::future::join_all((0..8).map(|_| client.get(&credentials, "dcim/sites/", &query))).await;
    assert_eq!(server.most_at_once(), 2);
    let record = exchanges[0].requests.first().unwrap();
    assert_eq!((record.status, record.total, record.returned), (200, Some(1), Some(1)));
    assert_eq!(record.url, format!("{}api/dcim/sites/?status=active&limit=1", server.url()));
    assert_eq!(record.page.as_deref(), Some(format!("{}dcim/sites/?status=active", server.url()).as_str()));
    assert!(record.bytes > 0);
}

#[tokio::test]
async fn names_are_remembered_by_credentials() {
    let server = Server::start(vec![
        Reply::json(StatusCode::OK, json!({"username": "ada"})),
        Reply::json(StatusCode::OK, json!({"username": "grace"})),
    ])
    .await;
    let client = client(&server);
    let other = Credentials::new(&SecretString::from("nbt_other.token"));
    assert_eq!(client.whoami(&token()).await.as_deref(), Some("ada"));
    assert_eq!(client.whoami(&other).await.as_deref(), Some("grace"));
    assert_eq!(client.whoami(&token()).await.as_deref(), Some("ada"));
    assert_eq!(server.requests(), 2);
}

#[test]
fn wrong_authorities_are_told_before_anything_is_sent() {
    let mut settings = Settings::new(Address::parse("https://netbox.example").unwrap());
    settings.certificate_authorities = Some("/no/such/file.pem".into());
    let error = Client::new(settings).unwrap_err();
    assert!(error.to_string().contains("/no/such/file.pem"));
    assert!(error.hint().contains("NETBOX_CA_FILE"));
}
