//! Knows a browser again: reads its cookie for the handlers, and sets one where a page is opened without.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, SET_COOKIE};

use crate::server::person::{Person, came_over_tls};

/// The middleware.
pub async fn know_browser(mut request: Request, next: Next) -> Response {
    let person = Person::from_headers(request.headers());
    let secure = came_over_tls(request.headers());
    let is_get = request.method() == Method::GET;
    request.extensions_mut().insert(person.clone());
    let mut response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_page {
        // A page holds its person's conversations: nobody in between may keep it.
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        if person.is_new
            && is_get
            && let Some(cookie) = person.set_cookie(secure)
        {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
