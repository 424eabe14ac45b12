use http::StatusCode;
use secrecy::SecretString;
use serde_json::json;

use super::super::tests::failing::{Reply, Server};
use super::super::{Address, Settings};
use super::*;

fn person(name: &str) -> Credentials {
    Credentials::new(&SecretString::from(format!("nbt_{name}.token")))
}

/// For which an answer counts so long without a look at the change log.
fn client(server: &Server, sure: Duration) -> Client {
    let mut client = Client::new(Settings::new(Address::parse(&server.url()).unwrap())).unwrap();
    client.recent = Recent { sure, ..Recent::default() };
    client
}

fn sites(name: &str) -> Reply {
    Reply::json(
        StatusCode::OK,
        json!({"count": 1, "next": null, "previous": null, "results": [{"id": 1, "name": name}]}),
    )
}

fn log(changes: &[Timestamp]) -> Reply {
    let rows: Vec<Value> = changes.iter().take(1).map(|time| json!({"id": 9, "time": time.to_string()})).collect();
    Reply::json(StatusCode::OK, json!({"count": changes.len(), "next": null, "previous": null, "results": rows}))
}

/// The site's name, and of each request whether it was sent.
async fn ask(client: &Client, who: &Credentials) -> (String, Vec<bool>) {
    let exchange = client.get(who, "dcim/sites/", &Query::new().with("limit", 1)).await;
    let answer = exchange.answer.unwrap();
    let sent = exchange.requests.iter().map(|request| request.kept_milliseconds.is_none()).collect();
    (answer.results()[0]["name"].as_str().unwrap().to_owned(), sent)
}

#[tokio::test]
async fn a_change_between_two_equal_questions_shows() {
    let replies = vec![sites("old"), log(&[]), log(&[Timestamp::now()]), sites("new")];
    let server = Server::start(replies).await;
    let client = client(&server, Duration::ZERO);
    let who = person("ada");
    assert_eq!(ask(&client, &who).await, ("old".to_owned(), vec![true]));
    assert_eq!(ask(&client, &who).await, ("old".to_owned(), vec![true, false]), "nothing changed: the log was asked");
    assert_eq!(ask(&client, &who).await, ("new".to_owned(), vec![true, true]), "something changed");
    assert_eq!(server.requests(), 4);
    // What is asked this shortly after a change may not show another that began before it: it is asked again.
    assert_eq!(ask(&client, &who).await, ("new".to_owned(), vec![true]));
}

#[tokio::test]
async fn an_answer_of_this_moment_is_not_asked_again_and_belongs_to_whoever_asked() {
    let server = Server::start(vec![sites("seen by ada"), sites("seen by grace")]).await;
    let client = client(&server, LIFETIME);
    assert_eq!(ask(&client, &person("ada")).await.0, "seen by ada");
    assert_eq!(ask(&client, &person("ada")).await, ("seen by ada".to_owned(), vec![false]));
    assert_eq!(ask(&client, &person("grace")).await, ("seen by grace".to_owned(), vec![true]));
    assert_eq!(server.requests(), 2);
    let record = client.get(&person("ada"), "dcim/sites/", &Query::new().with("limit", 1)).await.requests.remove(0);
    assert_eq!((record.status, record.total, record.returned), (200, Some(1), Some(1)));
    assert!(record.bytes > 0 && record.url.ends_with("/api/dcim/sites/?limit=1"), "{record:?}");
}

#[tokio::test]
async fn who_may_not_view_the_change_log_is_answered_by_netbox() {
    let detail = json!({"detail": "You do not have permission to perform this action."});
    let server =
        Server::start(vec![sites("a"), Reply::json(StatusCode::FORBIDDEN, detail), sites("b"), sites("c")]).await;
    let client = client(&server, Duration::ZERO);
    let who = person("ada");
    assert_eq!(ask(&client, &who).await.0, "a");
    assert_eq!(ask(&client, &who).await.0, "b");
    assert_eq!(ask(&client, &who).await, ("c".to_owned(), vec![true]), "nor is the log asked again");
}

#[tokio::test]
async fn what_is_not_in_the_change_log_is_always_asked() {
    let server = Server::start(vec![sites("a")]).await;
    let client = client(&server, LIFETIME);
    for _again in 0..2 {
        client.get(&person("ada"), "core/object-changes/", &Query::new()).await;
    }
    assert_eq!(server.requests(), 2);
}

#[test]
fn room_and_clock_are_needed() {
    let recent = Recent { sure: LIFETIME, ..Recent::default() };
    let who = person("ada");
    let date = Some("Sun, 22 Nov 2026 10:00:00 GMT".to_owned());
    let found = |url: &str| !matches!(recent.find(&who, url), Found::Nothing);
    let asked = Instant::now();
    recent.keep(&who, "no clock", asked, &Answer { body: json!(1), date: None, etag: None });
    recent.keep(&who, "too large", asked, &Answer { body: json!("x".repeat(LARGEST)), date: date.clone(), etag: None });
    assert!(!found("no clock") && !found("too large"));
    let answer = Answer { body: json!("x".repeat(LARGEST - 2)), date, etag: None };
    let most = MOST_BYTES / LARGEST;
    for number in 0..=most {
        recent.keep(&who, &number.to_string(), asked, &answer);
    }
    assert!(!found("0") && found("1") && found(&most.to_string()));
    assert_eq!(recent.lock().bytes, most * LARGEST);
}
