//! A small NetBox of four addresses, of which each can fail.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::server::netbox::{Address, Version};

const DOCUMENT: &str = r##"{"info":{"version":"4.6.1 (4.6)"},"paths":{"/api/plugins/netbox-dns/zones/":{"get":{"parameters":[
    {"name":"limit","schema":{"type":"integer"}},{"name":"name","schema":{"type":"array","items":{"type":"string"}}}],
    "responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Zones"}}}}}}}},
    "components":{"schemas":{"Zones":{"properties":{"results":{"items":{"$ref":"#/components/schemas/Zone"}}}},
    "Zone":{"properties":{"id":{},"name":{}}}}}}"##;

struct Fake {
    status: StatusCode,
    document: &'static str,
    /// How long the document takes.
    delay: Duration,
    documents: AtomicUsize,
}

async fn answer(State(fake): State<Arc<Fake>>, uri: Uri) -> Response {
    let json = |text: String| ([(header::CONTENT_TYPE, "application/json")], text).into_response();
    match uri.path() {
        "/api/status/" if fake.status != StatusCode::OK => fake.status.into_response(),
        "/api/status/" => json(json!({"netbox-version": "4.6.1", "plugins": {"netbox_dns": "1.2"}}).to_string()),
        "/api/core/object-types/" => json(
            json!({"count": 2, "results": [
                {"app_label": "netbox_dns", "model": "zone", "rest_api_endpoint": "/api/plugins/netbox-dns/zones/"},
                {"app_label": "netbox_custom_objects", "model": "table1model", "model_name": "scope",
                 "model_name_plural": "scopes", "rest_api_endpoint": "/api/plugins/custom-objects/dhcp-scopes/"},
            ]})
            .to_string(),
        ),
        "/api/plugins/custom-objects/custom-object-types/" => {
            json(json!({"count": 1, "results": [{"slug": "dhcp-scopes", "fields": [{"name": "gateway"}]}]}).to_string())
        }
        "/api/schema/" => {
            fake.documents.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(fake.delay).await;
            json(fake.document.to_owned())
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn netbox(status: StatusCode, document: &'static str, delay: Duration) -> (Arc<Fake>, Settings) {
    let fake = Arc::new(Fake { status, document, delay, documents: AtomicUsize::new(0) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().fallback(answer).with_state(Arc::clone(&fake));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (fake, Settings::new(Address::parse(&address).unwrap()))
}

fn client(settings: &Settings) -> Client {
    Client::new(settings.clone()).unwrap()
}

fn token() -> Credentials {
    Credentials::new(&SecretString::from("nbt_key.secret"))
}

#[tokio::test]
async fn nobody_waits_for_the_document_and_it_is_fetched_once() {
    let (fake, settings) = netbox(StatusCode::OK, DOCUMENT, Duration::from_millis(300)).await;
    let client = client(&settings);
    let many = futures::future::join_all((0..20).map(|_| async { client.schema(&token()).await })).await;
    for schema in many {
        assert_eq!((schema.origin, schema.version), (Origin::Embedded, Some(Version::new(4, 6, 1))));
        assert!(schema.note().unwrap().contains("NetBox 4.6.1"));
    }
    let schema = client.settled_schema(&token()).await;
    assert_eq!(schema.origin, Origin::Live);
    assert_eq!(schema.find_type("zones").unwrap().name, "netbox_dns.zone");
    let scopes = schema.find_type("scopes").unwrap();
    assert!(schema.endpoint(scopes.endpoint).unwrap().fields.contains(&"gateway"));
    assert_eq!(fake.documents.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_wants_the_version_only_does_not_fetch_the_document() {
    let (fake, settings) = netbox(StatusCode::OK, DOCUMENT, Duration::ZERO).await;
    let client = client(&settings);
    let capabilities = client.capabilities(&token()).await;
    assert!(
        capabilities.has_cursor() && !capabilities.has_tag_any() && capabilities.plugins.contains_key("netbox_dns")
    );
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(fake.documents.load(Ordering::SeqCst), 0);
    assert_eq!(client.settled_schema(&token()).await.origin, Origin::Live);
}

#[tokio::test]
async fn what_cannot_be_had_leaves_the_embedded_catalogue() {
    for (status, document) in [
        (StatusCode::OK, "<html>no document</html>"),
        (StatusCode::OK, r#"{"info":{"version":"4.6"},"paths":{},"components":{"schemas":{}}}"#),
        (StatusCode::FORBIDDEN, DOCUMENT),
    ] {
        let (_, settings) = netbox(status, document, Duration::ZERO).await;
        let schema = client(&settings).settled_schema(&token()).await;
        assert_eq!(schema.origin, Origin::Embedded, "{document}");
        assert!(schema.find_type("device").is_ok());
    }
}

#[tokio::test]
async fn the_next_start_has_the_document_at_once() {
    let folder = std::env::temp_dir().join(format!("netbox-chatbox-{}", uuid::Uuid::new_v4()));
    let (fake, mut settings) = netbox(StatusCode::OK, DOCUMENT, Duration::ZERO).await;
    settings.cache_directory = Some(folder.clone());
    client(&settings).settled_schema(&token()).await;
    assert_eq!(client(&settings).schema(&token()).await.origin, Origin::Live);
    assert_eq!(fake.documents.load(Ordering::SeqCst), 1);
    std::fs::remove_dir_all(folder).unwrap();
}
