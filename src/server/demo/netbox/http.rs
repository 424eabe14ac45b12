//! The HTTP side: who may ask, which address means what, and pages of a list.

mod change;

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::accounts::{self, Asker, Tokens};
use super::estate::estate;
use super::filter::{self, Query, values};
use super::render::{Scope, Selection};
use super::schema::{TypeId, schema};
use super::store::{Object, Store};
use super::{openapi, order, pages, part, write};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
const FORBIDDEN: &str = "You do not have permission to perform this action.";

/// What a request is answered from.
struct Server {
    /// The moment that the estate's change log leads up to.
    now: Timestamp,
    /// When the server began, by the clock of the machine.
    began: Timestamp,
    tokens: Tokens,
    /// The rows as they are now: this server's own, which share what nobody changed with all others.
    store: RwLock<Arc<Store>>,
}

impl Server {
    fn store(&self) -> Arc<Store> {
        Arc::clone(&self.store.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request, read.
struct Asked<'a> {
    method: &'a Method,
    path: &'a str,
    raw_query: &'a str,
    query: &'a Query,
    headers: &'a HeaderMap,
    body: &'a [u8],
    /// The request's id.
    id: &'a str,
}

/// The routes of the demo NetBox, with `now` as the moment its change log ends.
pub fn router(now: Timestamp) -> Router {
    let store = RwLock::new(Arc::new(estate().clone()));
    let server = Server { now, began: Timestamp::now(), tokens: Tokens::default(), store };
    Router::new().fallback(answer).with_state(Arc::new(server))
}

async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let base = format!("http://{host}");
    let store = server.store();
    let scope = Scope { store: &store, base: &base, now: server.now };
    let path = parts.uri.path();
    let raw_query = parts.uri.query().unwrap_or_default();
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(raw_query.as_bytes()).map(|(key, value)| (key.into(), value.into())).collect();
    let id = uuid::Uuid::new_v4().to_string();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return detail(StatusCode::PAYLOAD_TOO_LARGE, "The demo NetBox reads 64 kB at most.");
    };
    let mut response = if path == "/api/users/tokens/provision/" && parts.method == Method::POST {
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let (status, answer) = server.tokens.provision(&body, &base, Timestamp::now());
        reply(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), &answer)
    } else if path == "/api" || path.starts_with("/api/") {
        let (method, headers) = (&parts.method, &parts.headers);
        let asked = Asked { method, path, raw_query, query: &query, headers, body: &body, id: &id };
        api(&server, &scope, &asked)
    } else {
        pages::page(&scope, path, &query)
    };
    let headers = response.headers_mut();
    if path.starts_with("/api/") {
        headers.insert("API-Version", HeaderValue::from_static("4.7"));
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("X-Request-ID", id);
    }
    if parts.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// An answer of the API, or the sentence that stands for it.
pub enum Answer {
    /// Found.
    Json(Json),
    /// Found, and written already.
    Text(String),
    /// Nothing there, as JSON.
    NotFound(String),
    /// Not an address of the API: NetBox answers with a page.
    NoSuchPage,
    /// A query that cannot be answered.
    Refused(Json),
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Json(value) => reply(StatusCode::OK, &value),
            Self::Text(text) => written(StatusCode::OK, text),
            Self::NotFound(detail) => reply(StatusCode::NOT_FOUND, &json!({ "detail": detail })),
            Self::NoSuchPage => pages::not_found(),
            Self::Refused(reason) => reply(StatusCode::BAD_REQUEST, &reason),
        }
    }
}

/// JSON as NetBox sends it, without spaces.
fn reply(status: StatusCode, value: &Json) -> Response {
    written(status, value.to_string())
}

fn written(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A page of a list. Each row becomes text at once: a thousand rows as values would cost twenty times the memory.
fn page(count: Option<usize>, next: &Json, previous: &Json, rows: impl Iterator<Item = Json>) -> Answer {
    let mut text = format!(r#"{{"count":{},"next":{next},"previous":{previous},"results":["#, json!(count));
    for (position, row) in rows.enumerate() {
        if position > 0 {
            text.push(',');
        }
        text.push_str(&row.to_string());
    }
    text.push_str("]}");
    Answer::Text(text)
}

fn detail(status: StatusCode, sentence: &str) -> Response {
    reply(status, &json!({ "detail": sentence }))
}

/// Who asks, or in which words NetBox says why nobody does.
fn asker(headers: &HeaderMap, tokens: &Tokens) -> Result<Asker, &'static str> {
    const NOTHING: &str = "Authentication credentials were not provided.";
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(NOTHING)?;
    let (keyword, token) = given.trim().split_once(' ').unwrap_or((given.trim(), ""));
    if !matches!(keyword.to_lowercase().as_str(), "bearer" | "token") {
        return Err(NOTHING);
    }
    match token.trim() {
        "" => Err("Invalid authorization header: Must be in the form \"Bearer <key>.<token>\" or \"Token <token>\""),
        token => tokens.asker(token, Timestamp::now()),
    }
}

fn api(server: &Server, scope: &Scope, asked: &Asked) -> Response {
    let Asked { method, path, raw_query, query, headers, .. } = *asked;
    let tokens = &server.tokens;
    if !path.ends_with('/') {
        let query = if raw_query.is_empty() { String::new() } else { format!("?{raw_query}") };
        let location = HeaderValue::from_str(&format!("{path}/{query}")).unwrap_or(HeaderValue::from_static("/"));
        return (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)]).into_response();
    }
    let segments: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    if !known(&segments) {
        return pages::not_found();
    }
    // NetBox shows its description to everybody.
    if segments == ["schema"] && method == Method::GET {
        let content_type = [(header::CONTENT_TYPE, "application/vnd.oai.openapi+json")];
        return (StatusCode::OK, content_type, openapi::document()).into_response();
    }
    let asker = match asker(headers, tokens) {
        Ok(asker) => asker,
        Err(sentence) => return detail(StatusCode::FORBIDDEN, sentence),
    };
    if let (&Method::DELETE, ["users", "tokens", id]) = (method, segments.as_slice()) {
        return match tokens.delete(asker, id.parse().unwrap_or_default()) {
            204 => StatusCode::NO_CONTENT.into_response(),
            404 => detail(StatusCode::NOT_FOUND, "No Token matches the given query."),
            _ => detail(StatusCode::FORBIDDEN, FORBIDDEN),
        };
    }
    let listed = match segments.as_slice() {
        [app, list, ..] => schema().at_endpoint(&format!("{app}/{list}")),
        _ => None,
    };
    if method == Method::OPTIONS {
        let kind = listed.unwrap_or_default();
        let may_write = segments.len() <= 3 && asker.may_write(kind);
        return reply(StatusCode::OK, &write::options::answer(kind, segments.len() == 3, may_write));
    }
    if method != Method::GET && method != Method::HEAD {
        return match (listed, segments.as_slice()) {
            (Some(kind), [_, _, id @ ..]) if id.len() <= 1 => {
                change::change(server, asked, asker, scope.base, kind, id.first().copied())
            }
            _ => detail(StatusCode::FORBIDDEN, FORBIDDEN),
        };
    }
    if listed.is_some_and(|kind| !asker.may_view(kind)) {
        return detail(StatusCode::FORBIDDEN, FORBIDDEN);
    }
    let state = match (listed, segments.as_slice()) {
        (Some(kind), [_, _, id]) => id.parse().ok().and_then(|id| write::state(scope, Object { kind, id })),
        _ => None,
    };
    let response = match segments.as_slice() {
        [] => Answer::Json(part::root(scope.base)),
        ["status"] => Answer::Json(part::status()),
        ["authentication-check"] => Answer::Json(accounts::myself(scope, asker)),
        ["users", "config"] => Answer::Json(json!({})),
        ["plugins"] => {
            let list = format!("{}/api/plugins/installed-plugins/", scope.base);
            Answer::Json(json!({"installed-plugins": list}))
        }
        ["plugins", "installed-plugins"] => Answer::Json(json!([])),
        ["extras", "scripts", "upload"] => {
            return detail(StatusCode::METHOD_NOT_ALLOWED, "Method \"GET\" not allowed.");
        }
        ["core", "background-queues" | "background-workers" | "background-tasks"] => Answer::Json(empty_page()),
        ["dcim", "connected-device"] => part::connected_device(scope, query),
        ["users", "tokens"] => {
            let key = values(query, "key").last().copied();
            let tokens = tokens.list(asker, key, None, scope.base);
            self::page(Some(tokens.len()), &Json::Null, &Json::Null, tokens.into_iter())
        }
        ["users", "tokens", id] => match tokens.list(asker, None, id.parse().ok(), scope.base).pop() {
            Some(token) if id.parse::<i64>().is_ok() => Answer::Json(token),
            _ => Answer::NotFound("No Token matches the given query.".to_owned()),
        },
        [app] => Answer::Json(part::app(scope.base, app)),
        [app, list] => match schema().at_endpoint(&format!("{app}/{list}")) {
            Some(kind) => self::list(scope, asker, kind, path, query),
            None => Answer::NoSuchPage,
        },
        [app, list, id, rest @ ..] => match schema().at_endpoint(&format!("{app}/{list}")) {
            Some(kind) => one(scope, asker, kind, id, rest, query),
            None => Answer::NoSuchPage,
        },
    }
    .into_response();
    if response.status() == StatusCode::OK { with_state(response, state) } else { response }
}

/// An answer with the state of its object.
fn with_state(mut response: Response, state: Option<String>) -> Response {
    if let Some(state) = state.and_then(|state| HeaderValue::from_str(&state).ok()) {
        response.headers_mut().insert(header::ETAG, state);
    }
    response
}

/// Whether an address is one of the API's: what is not gets NetBox's page for it, whoever asks.
fn known(segments: &[&str]) -> bool {
    match segments {
        []
        | ["status" | "authentication-check" | "plugins" | "schema"]
        | ["plugins", "installed-plugins"]
        | ["users", "config"]
        | ["users", "tokens", "provision"]
        | ["dcim", "connected-device"]
        | ["core", "background-queues" | "background-workers" | "background-tasks"] => true,
        [app] => schema().listed().any(|(_, kind)| kind.app() == *app),
        [app, list, rest @ ..] => schema().at_endpoint(&format!("{app}/{list}")).is_some() && rest.len() <= 2,
    }
}

fn empty_page() -> Json {
    json!({"count": 0, "next": null, "previous": null, "results": []})
}

/// The names in a comma-separated parameter.
fn names<'a>(query: &'a Query, name: &str) -> Option<Vec<&'a str>> {
    values(query, name).last().map(|text| text.split(',').collect())
}

/// Which fields a query asks for. Any value of `brief` switches it on, also `false`.
fn selected<'a>(names_wanted: Option<&'a [&'a str]>, omitted: Option<&'a [&'a str]>, query: &Query) -> Selection<'a> {
    match (names_wanted, omitted) {
        (Some(names), _) => Selection::Fields(names),
        (None, Some(names)) => Selection::Omit(names),
        _ if !values(query, "brief").is_empty() => Selection::Brief,
        _ => Selection::All,
    }
}

fn list(scope: &Scope, asker: Asker, kind: TypeId, path: &str, query: &Query) -> Answer {
    let asked = if schema().kind(kind).name == "users.user" { superusers_asked(scope, kind, query) } else { None };
    let mut objects = match asked.unwrap_or_else(|| filter::apply(scope, kind, query)) {
        Ok(objects) => asker.visible(scope, kind, objects),
        Err(errors) => return Answer::Refused(Json::Object(errors)),
    };
    let last = |name: &str| values(query, name).last().copied();
    let limit = page_size(last("limit"));
    let (wanted, omitted) = (names(query, "fields"), names(query, "omit"));
    let selection = selected(wanted.as_deref(), omitted.as_deref(), query);
    let address = |changes: &[(&str, Option<usize>)]| -> Json {
        let changes = changes.iter().map(|(name, value)| (*name, value.map(|value| value.to_string())));
        json!(part::with_query(scope.base, path, query, changes))
    };
    if let Some(start) = last("start") {
        let Ok(start) = start.parse::<u32>() else {
            return Answer::Refused(json!(["Invalid 'start' parameter: must be a non-negative integer."]));
        };
        if last("offset").is_some() {
            return Answer::Refused(json!(["'start' and 'offset' are mutually exclusive."]));
        }
        if last("ordering").is_some() {
            return Answer::Refused(json!([
                "Ordering cannot be specified in conjunction with cursor-based pagination."
            ]));
        }
        let page: Vec<Object> = objects.into_iter().filter(|object| object.id >= start).take(limit).collect();
        let next = page.last().filter(|_| page.len() == limit).map_or(Json::Null, |object| {
            address(&[("start", Some(object.id as usize + 1)), ("limit", Some(limit)), ("offset", None)])
        });
        return self::page(None, &next, &Json::Null, page.iter().map(|object| scope.object(*object, selection)));
    }
    let asked = last("ordering").map(|text| order::requested(kind, text)).unwrap_or_default();
    let order = if asked.is_empty() { schema().kind(kind).order.clone() } else { asked };
    order::sort(scope, &mut objects, &order);
    let count = objects.len();
    let offset = last("offset").and_then(|text| text.parse::<usize>().ok()).unwrap_or_default();
    let page: Vec<Object> = objects.into_iter().skip(offset).take(limit).collect();
    let next = if offset + limit < count {
        address(&[("limit", Some(limit)), ("offset", Some(offset + limit))])
    } else {
        Json::Null
    };
    let previous = match offset {
        0 => Json::Null,
        offset if offset <= limit => address(&[("limit", Some(limit)), ("offset", None)]),
        offset => address(&[("limit", Some(limit)), ("offset", Some(offset - limit))]),
    };
    self::page(Some(count), &next, &previous, page.iter().map(|object| scope.object(*object, selection)))
}

/// The users that a query for superusers means: whether one is, stands with the accounts, not in the estate.
fn superusers_asked(scope: &Scope, kind: TypeId, query: &Query) -> Option<Result<Vec<Object>, filter::Errors>> {
    if values(query, "is_superuser").last() != Some(&"true") {
        return None;
    }
    let others: Vec<_> = query.iter().filter(|(name, _)| name != "is_superuser").cloned().collect();
    let superusers: Vec<Object> = accounts::superusers().collect();
    let found = filter::apply(scope, kind, &others);
    Some(found.map(|found| found.into_iter().filter(|object| superusers.contains(object)).collect()))
}

/// NetBox's page size: 50 unless asked, 1000 at most and for 0.
fn page_size(asked: Option<&str>) -> usize {
    match asked.and_then(|text| text.parse::<i64>().ok()) {
        Some(0) => 1000,
        Some(size) if size > 0 => usize::try_from(size).unwrap_or(1000).min(1000),
        _ => 50,
    }
}

fn one(scope: &Scope, asker: Asker, kind: TypeId, id: &str, rest: &[&str], query: &Query) -> Answer {
    let Ok(id) = id.parse::<u32>() else { return Answer::NotFound("Not found.".to_owned()) };
    let object = Object { kind, id };
    let missing = || Answer::NotFound(format!("No {} matches the given query.", part::class_name(kind)));
    match rest {
        // What somebody may not see is not there.
        _ if scope.store.exists(object) && asker.visible(scope, kind, vec![object]).is_empty() => missing(),
        [] if !scope.store.exists(object) => missing(),
        [] => {
            let (wanted, omitted) = (names(query, "fields"), names(query, "omit"));
            Answer::Json(scope.object(object, selected(wanted.as_deref(), omitted.as_deref(), query)))
        }
        [action] if part::has_action(kind, action) => {
            if scope.store.exists(object) {
                part::action(scope, object, action, query)
            } else {
                missing()
            }
        }
        _ => Answer::NoSuchPage,
    }
}

/// A JSON object from pairs.
pub fn object<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Json)>) -> Json {
    Json::Object(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map<_, _>>())
}
