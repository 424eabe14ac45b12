//! The built site: inside the binary in a release, in its folder in a debug build.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use http::{Method, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "$NETBOX_CHATBOX_SITE"]
#[allow_missing = true]
struct Site;

/// Encodings that files are stored in, best first, with the ending of their names.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// A short name of this build of the site: it changes when any of the page's files does. Empty before the site was built.
fn version() -> String {
    let mut hash = Sha256::new();
    let mut names: Vec<Cow<'static, str>> = Site::iter().filter(|name| name.starts_with("pkg/")).collect();
    names.sort_unstable();
    for name in &names {
        if let Some(file) = Site::get(name) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    if names.is_empty() { String::new() } else { hexadecimal(&hash.finalize()[..6]) }
}

/// The same, made once where the files cannot change while the program runs.
pub fn current_version() -> String {
    static VERSION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    if cfg!(debug_assertions) { version() } else { VERSION.get_or_init(version).clone() }
}

/// Whether the site was built into this binary (or its folder).
pub fn is_there() -> bool {
    Site::iter().next().is_some()
}

/// Whether a request is for the site's files: the same for everybody, and nobody looks who asks. Of any other address
/// only its name could tell, which whoever asks makes up.
pub fn is_asked_for(request: &Request) -> bool {
    let path = request.uri().path();
    matches!(*request.method(), Method::GET | Method::HEAD)
        && (path.starts_with("/pkg/") || Site::get(path.trim_start_matches('/')).is_some())
}

/// Answers with a file of the site, or none if there is no such file.
pub fn respond(request: &Request) -> Option<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = request.uri().path().trim_start_matches('/');
    // Stored encodings are only ever served as what they encode.
    if path.is_empty() || ENCODINGS.iter().any(|(_, ending)| path.ends_with(ending)) {
        return None;
    }
    let plain = Site::get(path)?;
    let tag = format!("\"{}\"", hexadecimal(&plain.metadata.sha256_hash()[..12]));
    let mut headers = HeaderMap::new();
    let content_type = mime_guess::from_path(path).first_or_octet_stream();
    let content_type = match content_type.type_() {
        mime_guess::mime::TEXT => format!("{content_type}; charset=utf-8"),
        _ => content_type.to_string(),
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_str(&content_type).ok()?);
    headers.insert(ETAG, HeaderValue::from_str(&tag).ok()?);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let asked = request.uri().query().and_then(|query| query.strip_prefix("v="));
    // Another version's address must not keep this version's file: after a downgrade it would be the wrong one.
    let is_current = asked.is_some_and(|asked| !asked.is_empty() && asked == current_version());
    headers.insert(CACHE_CONTROL, if is_current { FOREVER } else { ASK_AGAIN });
    if is_known(request.headers(), &tag) {
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let file = match encoded(path, request.headers()) {
        Some((encoding, file)) => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            file
        }
        None => plain,
    };
    Some((headers, body(file)).into_response())
}

fn encoded(path: &str, headers: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
    ENCODINGS.iter().find_map(|(encoding, ending)| {
        let wanted = accepted.split(',').any(|one| {
            let (name, quality) = one.split_once(';').unwrap_or((one, ""));
            name.trim() == *encoding && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        });
        wanted.then(|| Site::get(&format!("{path}{ending}"))).flatten().map(|file| (*encoding, file))
    })
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().trim_start_matches("W/") == tag || one.trim() == "*")
}

fn body(file: EmbeddedFile) -> Body {
    match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
