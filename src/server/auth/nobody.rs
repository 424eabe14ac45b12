//! A request of nobody who is known.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{Extensions, HeaderValue, StatusCode, header};

use crate::wire::problem::{Problem, ProblemCode};

/// Put into a request in place of a person: why there is none.
#[derive(Clone, Debug)]
pub struct Nobody(pub Problem);

impl Nobody {
    /// Nobody has signed in. What helps depends on how people do.
    pub fn stranger(hint: &str) -> Self {
        Self(Problem::new(ProblemCode::SignIn, "You are not signed in").hint(hint))
    }
}

/// The answer to whoever may not ask: 401, 403 for whoever is shut out, or 503 while it cannot be known who they are.
#[derive(Debug)]
pub struct Refused(Problem);

impl Refused {
    /// For a request with these extensions.
    pub fn of(extensions: &Extensions) -> Self {
        let nobody = extensions.get::<Nobody>().cloned();
        Self(nobody.unwrap_or_else(|| Nobody::stranger("open the page and sign in")).0)
    }

    /// Why.
    pub fn problem(&self) -> &Problem {
        &self.0
    }

    /// Whose fault it is.
    pub fn status(&self) -> StatusCode {
        match self.0.code {
            ProblemCode::SignIn => StatusCode::UNAUTHORIZED,
            ProblemCode::Forbidden => StatusCode::FORBIDDEN,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let cache = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        (self.status(), cache, Json(self.0)).into_response()
    }
}
