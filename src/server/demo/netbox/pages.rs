//! Plain pages at the addresses of NetBox's web interface, so that "open in NetBox" shows something honest.

use std::fmt::Write;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value as Json;

use super::filter::{self, Query};
use super::order;
use super::render::{Scope, Selection};
use super::schema::{TypeId, schema};
use super::store::Object;

/// How many objects a list page shows.
const SHOWN: usize = 200;

/// The page at an address outside the API.
pub fn page(scope: &Scope, path: &str, query: &Query) -> Response {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        [""] => home(),
        [app, list] => match schema().at_page(&format!("{app}/{list}")) {
            Some(kind) => list_page(scope, kind, query),
            None => not_found(),
        },
        [app, list, id, ..] => match (schema().at_page(&format!("{app}/{list}")), id.parse::<u32>()) {
            (Some(kind), Ok(id)) if scope.store.exists(Object { kind, id }) => object_page(scope, Object { kind, id }),
            _ => not_found(),
        },
        _ => not_found(),
    }
}

/// NetBox's answer for an address that it does not know: a page, not JSON.
pub fn not_found() -> Response {
    let body = "<p>The requested page does not exist.</p>";
    (StatusCode::NOT_FOUND, document("Page Not Found", body)).into_response()
}

fn home() -> Response {
    let mut body = String::from("<p>Its API is at <a href=\"/api/\">/api/</a>. Lists:</p><ul>");
    for (_, kind) in schema().listed().filter(|(_, kind)| !kind.page.is_empty()) {
        let _ = write!(body, "<li><a href=\"/{}/\">{}</a></li>", kind.page, escape(kind.plural));
    }
    body.push_str("</ul>");
    document("Demo NetBox", &body).into_response()
}

fn list_page(scope: &Scope, kind: TypeId, query: &Query) -> Response {
    let about = schema().kind(kind);
    let mut objects = match filter::apply(scope, kind, query) {
        Ok(objects) => objects,
        Err(errors) => {
            let body = format!("<p>This filter cannot be applied: {}</p>", escape(&Json::Object(errors).to_string()));
            return (StatusCode::BAD_REQUEST, document(about.plural, &body)).into_response();
        }
    };
    order::sort(scope, &mut objects, &about.order);
    let mut body = format!("<p>{} found.</p><ul>", objects.len());
    for object in objects.iter().take(SHOWN) {
        let (page, name) = (scope.page(*object).unwrap_or_default(), scope.display(*object));
        let _ = write!(body, "<li><a href=\"{}\">{}</a></li>", escape(&page), escape(&name));
    }
    body.push_str("</ul>");
    if objects.len() > SHOWN {
        let _ = write!(body, "<p>The first {SHOWN} are shown.</p>");
    }
    document(about.plural, &body).into_response()
}

fn object_page(scope: &Scope, object: Object) -> Response {
    let about = schema().kind(object.kind);
    let mut body = format!("<p><a href=\"/{}/\">{}</a></p><table><tbody>", about.page, escape(about.plural));
    if let Json::Object(fields) = scope.object(object, Selection::All) {
        for (name, value) in fields.iter().filter(|(name, _)| !matches!(name.as_str(), "url" | "display_url")) {
            let _ = write!(body, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(name), shown(value));
        }
    }
    body.push_str("</tbody></table>");
    document(&scope.display(object), &body).into_response()
}

/// A field's value as HTML: related objects as links, everything escaped.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::from("—"),
        Json::String(text) => escape(text),
        Json::Array(items) if items.is_empty() => String::from("—"),
        Json::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Json::Object(fields) => match (fields.get("display"), fields.get("url"), fields.get("label")) {
            (Some(display), Some(Json::String(url)), _) => {
                let page = url.replacen("/api/", "/", 1);
                format!("<a href=\"{}\">{}</a>", escape(&page), shown(display))
            }
            (_, _, Some(label)) => shown(label),
            _ => escape(&value.to_string()),
        },
        other => escape(&other.to_string()),
    }
}

fn document(title: &str, body: &str) -> impl IntoResponse + use<> {
    let title = escape(title);
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | Demo NetBox</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}\
         th{{text-align:left;vertical-align:top;padding-right:1.5rem}}td{{overflow-wrap:anywhere}}\
         aside{{border-left:4px solid #00857d;padding:.5rem 1rem;background:#eef7f6;color:#10302e}}</style></head>\
         <body><aside>This is the demo NetBox that comes with netbox-chatbox, not a real one: an invented company, \
         reached through NetBox's REST API; what is changed here is forgotten when the server ends.</aside><h1>{title}</h1>{body}</body></html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'")], Html(html))
}

/// Text as HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
