//! Calls of the server's functions.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use crate::wire::problem::{Problem, ProblemCode};

/// Posts JSON to the server function at `path`; its answer is JSON too.
pub async fn post(path: &str, json: &str) -> Result<String, Problem> {
    let (status, text) = exchange(path, json).await.map_err(|_| unreachable())?;
    if (200..300).contains(&status) { Ok(text) } else { Err(refused(status, &text)) }
}

/// Posts JSON; the status and the text of the answer.
pub(super) async fn exchange(path: &str, json: &str) -> Result<(u16, String), JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/json")?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(json));
    init.set_headers(&headers);
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_str_and_init(path, &init)).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}

fn unreachable() -> Problem {
    Problem::new(ProblemCode::Internal, "The server cannot be reached")
        .hint("Check the connection; what you see is kept, and the page connects again by itself")
}

/// What a function said no with: `kind|sentence`, below it the hint. Anything else comes from something in between.
fn refused(status: u16, text: &str) -> Problem {
    let code = match status {
        401 => ProblemCode::SignIn,
        404 => ProblemCode::NotFound,
        _ => ProblemCode::Internal,
    };
    let Some((_, said)) = text.split_once('|') else {
        return Problem::new(code, format!("The server answered with status {status}"));
    };
    match said.split_once("\nhint: ") {
        Some((message, hint)) => Problem::new(code, message).hint(hint),
        None => Problem::new(code, said),
    }
}
