//! Writes over the routes, as a client sends them. What NetBox 4.7.3 answers was asked of a real one.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use super::super::tests::provisioned;
use super::super::{DEMO_TOKEN, router};

/// A demo NetBox and somebody who asks it.
struct Client {
    server: Router,
    token: String,
}

struct Answer {
    status: StatusCode,
    state: String,
    request: String,
    body: Json,
}

impl Client {
    fn new() -> Self {
        Self { server: router("2026-11-22T12:00:00Z".parse().unwrap()), token: DEMO_TOKEN.to_owned() }
    }

    async fn with(&self, name: &str, more: Json) -> Self {
        let (token, _) = provisioned(&self.server, name, more).await;
        Self { server: self.server.clone(), token }
    }

    async fn send(&self, method: &str, path: &str, state: Option<&str>, body: Option<Json>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("Host", "demo.example:8000");
        request = request.header("Authorization", format!("Bearer {}", self.token));
        if let Some(state) = state {
            request = request.header("If-Match", state);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.server.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let (status, state, request) = (response.status(), header("ETag"), header("X-Request-ID"));
        let body = to_bytes(response.into_body(), 50_000_000).await.unwrap();
        Answer { status, state, request, body: serde_json::from_slice(&body).unwrap_or_default() }
    }

    async fn get(&self, path: &str) -> Json {
        let answer = self.send("GET", path, None, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    async fn post(&self, path: &str, body: Json) -> Answer {
        self.send("POST", path, None, Some(body)).await
    }

    async fn patch(&self, path: &str, body: Json) -> Answer {
        self.send("PATCH", path, None, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, None).await
    }

    async fn id(&self, list: &str) -> u64 {
        self.get(list).await["results"][0]["id"].as_u64().unwrap()
    }

    async fn count(&self, list: &str) -> u64 {
        self.get(list).await["count"].as_u64().unwrap()
    }
}

#[tokio::test]
async fn an_object_is_made_changed_and_deleted_and_the_change_log_tells() {
    let client = Client::new();
    let made = client
        .post(
            "/api/tenancy/tenants/",
            json!({"name": "Acme", "slug": "acme", "group": {"slug": "customers"}, "changelog_message": "new customer", "bogus": 1}),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!((&made.body["name"], &made.body["description"]), (&json!("Acme"), &json!("")));
    assert_eq!(made.body["group"]["slug"], "customers");
    assert!(made.body.get("changelog_message").is_none() && made.body.get("bogus").is_none());
    let moment = made.body["last_updated"].as_str().unwrap().trim_end_matches('Z');
    assert_eq!(made.state, format!("W/\"{moment}+00:00\""));
    let path = format!("/api/tenancy/tenants/{}/", made.body["id"]);
    assert_eq!(client.send("GET", &path, None, None).await.state, made.state);
    assert_eq!(client.count("/api/tenancy/tenants/?q=acme").await, 1);
    assert_eq!(client.count("/api/tenancy/tenants/?group=customers&name__ic=ACM").await, 1);

    let changed = client.patch(&path, json!({"description": "Pays late", "changelog_message": "told by sales"})).await;
    assert_eq!((changed.status, &changed.body["description"]), (StatusCode::OK, &json!("Pays late")));
    assert!(changed.state > made.state);

    let stale = client.send("PATCH", &path, Some(&made.state), Some(json!({"description": "?"}))).await;
    assert_eq!(
        (stale.status, stale.body),
        (StatusCode::PRECONDITION_FAILED, json!({"detail": "Precondition failed."}))
    );
    assert_eq!(stale.state, changed.state);
    let stale = client.send("DELETE", &path, Some(&made.state), None).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(client.get(&path).await["description"], "Pays late");

    let gone =
        client.send("DELETE", &path, Some(&changed.state), Some(json!({"changelog_message": "a mistake"}))).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(client.send("GET", &path, None, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.count("/api/tenancy/tenants/?q=acme").await, 0);

    let log = client.get("/api/core/object-changes/?limit=3&changed_object_type=tenancy.tenant").await;
    let entry = |number: usize| &log["results"][number];
    let told: Vec<_> = (0..3).map(|n| (entry(n)["action"]["value"].clone(), entry(n)["message"].clone())).collect();
    assert_eq!(
        told,
        [
            (json!("delete"), json!("a mistake")),
            (json!("update"), json!("told by sales")),
            (json!("create"), json!("new customer"))
        ]
    );
    assert_eq!(entry(1)["prechange_data"]["description"], "");
    assert_eq!(entry(1)["postchange_data"]["description"], "Pays late");
    assert_eq!((&entry(2)["prechange_data"], &entry(0)["postchange_data"]), (&json!({}), &json!({})));
    assert_eq!(entry(1)["request_id"], changed.request);
    assert_eq!((&entry(1)["user_name"], &entry(1)["changed_object_id"]), (&json!("demo"), &made.body["id"]));
    assert_eq!(client.count(&format!("/api/core/object-changes/?time_after={moment}")).await, 3);
}

#[tokio::test]
async fn what_refers_to_a_changed_object_follows() {
    let client = Client::new();
    let device = client.get("/api/dcim/devices/?site=cle-01&status=active&limit=1").await["results"][0].clone();
    let path = format!("/api/dcim/devices/{}/", device["id"]);
    let before = client.count("/api/dcim/devices/?site=cle-01&status=offline").await;
    let site = client.get("/api/dcim/sites/?slug=akr-01").await["results"][0].clone();
    let answer = client
        .patch(&path, json!({"status": "offline", "site": site["id"], "location": null, "rack": null, "face": "", "position": null}))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.body["status"], json!({"value": "offline", "label": "Offline"}));
    assert_eq!(client.count("/api/dcim/devices/?site=cle-01&status=offline").await, before);
    assert_eq!(
        client.get("/api/dcim/sites/?slug=akr-01").await["results"][0]["device_count"],
        json!(site["device_count"].as_u64().unwrap() + 1)
    );
    assert_eq!(
        client.count(&format!("/api/dcim/interfaces/?device_id={}&site=akr-01", device["id"])).await,
        device["interface_count"].as_u64().unwrap()
    );

    let site_path = format!("/api/dcim/sites/{}/", site["id"]);
    client.patch(&site_path, json!({"name": "Akron Works", "slug": "akron-works"})).await;
    assert_eq!(client.get(&path).await["site"]["name"], "Akron Works");
    let other = Client::new();
    assert_eq!(other.get(&site_path).await["name"], "Akron 01", "each server has its own rows");
}

#[tokio::test]
async fn tags_prefixes_and_generic_references_are_kept_in_step() {
    let client = Client::new();
    let site = client.id("/api/dcim/sites/?slug=cle-01").await;
    let critical = client.get("/api/extras/tags/?slug=critical").await["results"][0]["tagged_items"].as_u64().unwrap();
    let tenant = client.id("/api/tenancy/tenants/").await;
    client.patch(&format!("/api/tenancy/tenants/{tenant}/"), json!({"tags": [{"slug": "critical"}]})).await;
    let after = client.get("/api/extras/tags/?slug=critical").await["results"][0]["tagged_items"].as_u64();
    assert_eq!(after, Some(critical + 1));

    let outer = json!({"prefix": "198.18.7.0/24", "scope_type": "dcim.site", "scope_id": site});
    let outer = client.post("/api/ipam/prefixes/", outer).await;
    assert_eq!((outer.status, &outer.body["scope"]["slug"]), (StatusCode::CREATED, &json!("cle-01")), "{}", outer.body);
    let inner = client.post("/api/ipam/prefixes/", json!({"prefix": "198.18.7.128/25", "status": "reserved"})).await;
    assert_eq!(inner.body["_depth"], 1);
    let path = format!("/api/ipam/prefixes/{}/", outer.body["id"]);
    assert_eq!(client.get(&path).await["children"], 1);
    for (body, errors) in [
        (json!({"scope_id": 9999}), json!({"scope_id": ["Related object not found using the provided value: 9999."]})),
        (json!({"scope_type": "dcim.nope"}), json!({"scope_type": ["Invalid content type: dcim.nope"]})),
        (
            json!({"prefix": "10.0.0.1/24"}),
            json!({"prefix": ["10.0.0.1/24 is not a valid prefix. Did you mean 10.0.0.0/24?"]}),
        ),
    ] {
        let answer = client.patch(&path, body).await;
        assert_eq!((answer.status, answer.body), (StatusCode::BAD_REQUEST, errors));
    }
    assert_eq!(client.patch(&path, json!({"scope_type": null, "scope_id": null})).await.body["scope"], Json::Null);
}

#[tokio::test]
async fn what_is_wrong_is_told_in_netbox_words() {
    let client = Client::new();
    let device = format!("/api/dcim/devices/{}/", client.id("/api/dcim/devices/?limit=1").await);
    let one = |field: &str, sentence: &str| json!({field: [sentence]});
    for (body, errors) in [
        (json!({"status": "Off"}), one("status", "Off is not a valid choice.")),
        (json!({"status": null}), one("status", "This field may not be blank.")),
        (
            json!({"status": {"value": "active"}}),
            one("status", "Value must be passed directly (e.g. \"foo\": 123); do not use a dictionary or list."),
        ),
        (json!({"site": 9999}), one("site", "Related object not found using the provided numeric ID: 9999")),
        (json!({"site": null}), one("site", "This field may not be null.")),
        (
            json!({"site": {"name": "x"}}),
            one("site", "Related object not found using the provided attributes: {'name': 'x'}"),
        ),
        (
            json!({"site": {"status": "active"}}),
            one("site", "Multiple objects match the provided attributes: {'status': 'active'}"),
        ),
        (
            json!({"site": "cle-01"}),
            one(
                "site",
                "Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: cle-01",
            ),
        ),
        (json!({"position": "abc"}), one("position", "A valid number is required.")),
        (json!({"position": -1}), one("position", "Ensure this value is greater than or equal to 0.5.")),
        (
            json!({"position": 1000}),
            one("position", "Ensure that there are no more than 3 digits before the decimal point."),
        ),
        (json!({"position": 41, "face": ""}), one("face", "Must specify rack face when defining rack position.")),
        (
            json!({"primary_ip4": 1}),
            one("primary_ip4", "The specified IP address (10.17.16.11/26) is not assigned to this device."),
        ),
        (json!({"vc_position": 300}), one("vc_position", "Ensure this value is less than or equal to 255.")),
        (json!({"serial": "x".repeat(51)}), one("serial", "Ensure this field has no more than 50 characters.")),
        (json!({"comments": null}), one("comments", "This field may not be null.")),
        (json!({"tags": "Critical"}), json!({"tags": {"__all__": ["Expected a list of items but got type \"str\"."]}})),
        (
            json!({"custom_fields": {"bogus": 1}}),
            json!({"custom_fields": {"bogus": "Custom field 'bogus' does not exist for this object type."}}),
        ),
        (
            json!({"custom_fields": {"environment": "x"}}),
            one(
                "__all__",
                "Invalid value for custom field 'environment': Invalid choice (x) for choice set Environment.",
            ),
        ),
    ] {
        let answer = client.patch(&device, body.clone()).await;
        assert_eq!((answer.status, answer.body), (StatusCode::BAD_REQUEST, errors), "{body}");
    }
    let required = "This field is required.";
    for (list, body, errors) in [
        ("tenancy/tenants", json!({}), json!({"name": [required], "slug": [required]})),
        (
            "dcim/devices",
            json!({"name": "a"}),
            json!({"device_type": [required], "role": [required], "site": [required]}),
        ),
        (
            "ipam/vlans",
            json!({"name": "lab", "vid": 5000}),
            one("vid", "Ensure this value is less than or equal to 4094."),
        ),
        (
            "dcim/sites",
            json!({"name": "Cleveland 01", "slug": "cle-01"}),
            json!({"name": ["site with this name already exists."], "slug": ["site with this slug already exists."]}),
        ),
        (
            "dcim/regions",
            json!({"name": "Americas", "slug": "americas"}),
            json!({"__all__": ["A region with this name already exists.", "A region with this slug already exists."]}),
        ),
        (
            "tenancy/tenants",
            json!({"name": "x", "slug": "has space"}),
            one("slug", "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens."),
        ),
        (
            "ipam/prefixes",
            json!({"prefix": "10.0.0.0/8"}),
            one("prefix", "Duplicate prefix found in global table: 10.0.0.0/8"),
        ),
        (
            "dcim/cables",
            json!({"a_terminations": []}),
            one("a_terminations", "The demo NetBox does not take this field."),
        ),
    ] {
        let before = client.count(&format!("/api/{list}/?limit=1")).await;
        let answer = client.post(&format!("/api/{list}/"), body.clone()).await;
        assert_eq!((answer.status, answer.body), (StatusCode::BAD_REQUEST, errors), "{list} {body}");
        assert_eq!(client.count(&format!("/api/{list}/?limit=1")).await, before);
    }
    let several = client.post("/api/dcim/sites/", json!([{"name": "x", "slug": "x"}])).await;
    assert_eq!(several.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.patch("/api/core/object-changes/1/", json!({})).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_others_depend_on_stays_and_what_hangs_on_it_goes_with_it() {
    let client = Client::new();
    let maker = client.id("/api/dcim/manufacturers/?slug=cisco").await;
    let kept = client.delete(&format!("/api/dcim/manufacturers/{maker}/")).await;
    assert_eq!(kept.status, StatusCode::CONFLICT);
    assert_eq!(
        kept.body["detail"],
        "Unable to delete object. 4 dependent objects were found: Catalyst 9300-48P (1), Catalyst 9200L-24T-4G (2), \
         Catalyst 9500-24Y4C (3), Cisco IOS XE (1)"
    );
    let device = client.get("/api/dcim/devices/?name=cle-01-ap-01").await["results"][0].clone();
    let interfaces = client.count("/api/dcim/interfaces/?limit=1").await;
    let cable = client.get(&format!("/api/dcim/interfaces/?device_id={}&cabled=true", device["id"])).await;
    assert!(cable["count"].as_u64().unwrap() > 0);
    assert_eq!(client.delete(&format!("/api/dcim/devices/{}/", device["id"])).await.status, StatusCode::NO_CONTENT);
    let left = client.count("/api/dcim/interfaces/?limit=1").await;
    assert_eq!(left, interfaces - device["interface_count"].as_u64().unwrap());
    // Every answer still renders.
    for list in ["dcim/interfaces", "dcim/cables", "ipam/ip-addresses", "extras/tagged-objects", "dcim/mac-addresses"] {
        client.get(&format!("/api/{list}/?limit=0")).await;
    }
}

#[tokio::test]
async fn only_who_may_write_writes_and_is_told_what() {
    let demo = Client::new();
    let site = demo.id("/api/dcim/sites/?slug=cle-01").await;
    let path = format!("/api/dcim/sites/{site}/");
    let body = || json!({"description": "x"});
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    for (name, more) in
        [("alice.nguyen", json!({"write_enabled": false})), ("bola.okafor", json!({})), ("carl.lindqvist", json!({}))]
    {
        let client = demo.with(name, more).await;
        for answer in [
            client.patch(&path, body()).await,
            client.post("/api/dcim/sites/", body()).await,
            client.delete(&path).await,
        ] {
            assert_eq!((answer.status, answer.body), (StatusCode::FORBIDDEN, forbidden.clone()), "{name}");
        }
        let options = client.send("OPTIONS", &path, None, None).await;
        assert_eq!((options.status, options.body.get("actions")), (StatusCode::OK, None), "{name}");
    }
    let alice = demo.with("alice.nguyen", json!({})).await;
    assert_eq!(alice.patch(&path, body()).await.status, StatusCode::OK);
    let log = demo.get("/api/core/object-changes/?limit=1").await["results"][0].clone();
    assert_eq!((&log["user"]["username"], &log["changed_object"]["id"]), (&json!("alice.nguyen"), &json!(site)));
    assert_eq!(alice.post("/api/extras/custom-fields/", json!({})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(alice.patch("/api/users/users/101/", json!({})).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn options_say_which_fields_can_be_written() {
    let client = Client::new();
    let options = client.send("OPTIONS", "/api/dcim/sites/", None, None).await.body;
    assert_eq!(options["name"], "Site List");
    let fields = &options["actions"]["POST"];
    assert_eq!(
        fields["name"],
        json!({"type": "string", "required": true, "read_only": false, "label": "Name", "max_length": 100})
    );
    assert_eq!(fields["status"]["choices"][0], json!({"value": "planned", "display_name": "Planned"}));
    assert_eq!(fields["region"]["type"], "nested object");
    assert_eq!(fields["region"]["children"]["slug"]["max_length"], 100);
    assert_eq!(fields["tags"]["child"]["children"]["name"]["type"], "string");
    assert_eq!(fields, &options["actions"]["PUT"]);
    assert_eq!((&fields["id"]["read_only"], &fields["device_count"]["read_only"]), (&json!(true), &json!(true)));
    let options = client.send("OPTIONS", "/api/dcim/racks/1/", None, None).await.body;
    assert_eq!(options["name"], "Rack Instance");
    assert_eq!(options["actions"]["PUT"]["width"]["choices"][0], json!({"value": 10, "display_name": "10 inches"}));
    let options = client.send("OPTIONS", "/api/core/object-changes/", None, None).await.body;
    assert!(options.get("actions").is_none());
}

#[test]
fn the_estate_keeps_the_rules_that_writes_are_held_to() {
    let store = super::super::estate::estate();
    let scope = super::Scope { store, base: "http://demo.example", now: jiff::Timestamp::UNIX_EPOCH };
    for (kind, about) in super::schema().listed() {
        let Some(writable) = super::writable(kind) else { continue };
        for object in store.ids(kind).map(|id| super::Object { kind, id }) {
            let mut errors = super::Errors::new();
            super::rules::check(&scope, object, &mut errors);
            // Interfaces are many, and compared with each other.
            if store.ids(kind).count() < 600 {
                super::unique::columns(&scope, object, writable, &mut errors);
                super::unique::groups(&scope, object, writable, &mut errors);
            }
            assert!(errors.is_empty(), "{} {}: {errors:?}", about.name, scope.display(object));
        }
    }
}
