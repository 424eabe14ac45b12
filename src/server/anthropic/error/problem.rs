//! What a person reads about a failed request.

use super::{ApiFailure, Error, ErrorKind, FailureType, Unreachable};
use crate::wire::problem::{Problem, ProblemCode};

impl Error {
    /// The failure as a sentence with a hint.
    pub fn problem(&self) -> Problem {
        let service = &self.service;
        let mut problem = match &self.kind {
            ErrorKind::Unreachable(why, _) => unreachable(*why, service),
            ErrorKind::Silent(limit) => Problem::new(
                ProblemCode::ModelUnreachable,
                format!("The model at {service} sent nothing for {} seconds", limit.as_secs_f64().ceil()),
            )
            .hint("Try again; if it happens often, look for a proxy that holds streams back"),
            ErrorKind::NotTheApi { status, content_type } => not_the_api(*status, content_type, service),
            ErrorKind::Cut => Problem::new(
                ProblemCode::ModelStreamCut,
                "The connection to the model broke before the answer was complete",
            )
            .hint("Ask again; if it happens often, look for a proxy that limits how long a request may take"),
            ErrorKind::Malformed(what) => Problem::new(
                ProblemCode::ModelUnreachable,
                format!("The model at {service} sent something that is not the Messages API: {what}"),
            )
            .hint("Try again; if it stays, check that ANTHROPIC_BASE_URL names a server that speaks Anthropic's API"),
            ErrorKind::Unsendable(_) => {
                Problem::new(ProblemCode::Internal, format!("The request to {service} could not be built"))
                    .hint("Check ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY for characters that do not belong there")
            }
            ErrorKind::Api(failure) => self.api_problem(failure),
        };
        problem.request_id.clone_from(&self.request_id);
        problem.retry_after_milliseconds =
            self.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        problem
    }

    fn api_problem(&self, failure: &ApiFailure) -> Problem {
        let service = &self.service;
        // The provider's own reason helps only where the request is at fault.
        let reason = failure.message.as_ref().map(|message| format!(": {}", message.trim_end_matches('.')));
        let reason = reason.unwrap_or_default();
        match &failure.failure {
            FailureType::Authentication => {
                Problem::new(ProblemCode::ModelKey, format!("{service} refused the API key"))
                    .hint("Check ANTHROPIC_API_KEY, then run `netbox-chatbox doctor`")
            }
            FailureType::Billing => Problem::new(
                ProblemCode::ModelPermission,
                format!("The account at {service} cannot pay for this request"),
            )
            .hint("Add credit or a payment method in the provider's console"),
            FailureType::Permission => Problem::new(
                ProblemCode::ModelPermission,
                format!("The API key may not use {} at {service}", self.model.as_deref().unwrap_or("the model list")),
            )
            .hint("Give the key's workspace access to this model, or choose another with ANTHROPIC_MODEL"),
            FailureType::NotFound => self.not_found(failure),
            FailureType::TooLarge => {
                Problem::new(ProblemCode::ModelRequest, "The conversation is too large for the model")
                    .hint("Start a new conversation, or reset this one's context")
            }
            FailureType::RateLimit => {
                Problem::new(ProblemCode::ModelRateLimited, format!("{service} limits how much may be asked right now"))
                    .hint(match failure.retry_after {
                        Some(wait) => format!("Try again in {} s", wait.as_secs_f64().ceil()),
                        None => "Try again in a minute, or ask the provider for a higher limit".to_owned(),
                    })
            }
            FailureType::SpendLimit => Problem::new(
                ProblemCode::ModelRateLimited,
                format!("The spending limit of the account at {service} is reached"),
            )
            .hint("Raise the limit in the provider's console; waiting does not help before the next period"),
            FailureType::Overloaded => Problem::new(ProblemCode::ModelOverloaded, "The model is overloaded")
                .hint("Try again in a minute, or choose another model with ANTHROPIC_MODEL"),
            FailureType::Timeout => Problem::new(ProblemCode::ModelFailed, "The model took too long to answer")
                .hint("Try again, or ask for less at once"),
            FailureType::Server => Problem::new(ProblemCode::ModelFailed, format!("{service} failed to answer"))
                .hint("Try again; if it stays, look at the provider's status page"),
            FailureType::InvalidRequest if failure.status == 413 || is_too_long(failure) => {
                Problem::new(ProblemCode::ModelRequest, "The conversation is longer than the model can read")
                    .hint("Start a new conversation, or reset this one's context")
            }
            FailureType::InvalidRequest => {
                Problem::new(ProblemCode::ModelRequest, format!("{service} refused the request{reason}"))
                    .hint("Check that ANTHROPIC_MODEL supports tools and thinking; `netbox-chatbox doctor` tells more")
            }
            FailureType::Other(name) => Problem::new(
                ProblemCode::ModelFailed,
                match (name.as_str(), failure.status) {
                    ("", 200) => format!("{service} reported an error{reason}"),
                    ("", status) => format!("{service} answered with status {status}{reason}"),
                    (name, _) => format!("{service} reported {name}{reason}"),
                },
            )
            .hint("Try again; if it stays, run `netbox-chatbox doctor`"),
        }
    }

    fn not_found(&self, failure: &ApiFailure) -> Problem {
        let service = &self.service;
        match (&self.model, &failure.message) {
            (Some(model), Some(_)) => {
                Problem::new(ProblemCode::ModelNotFound, format!("{service} has no model \"{model}\""))
                    .hint("Check ANTHROPIC_MODEL; `netbox-chatbox doctor` lists the models that this key may use")
            }
            // Not this API's own 404: the address is wrong, not the model.
            _ => Problem::new(
                ProblemCode::ModelNotFound,
                format!("{service} has no Messages API at the configured address"),
            )
            .hint("Check the path in ANTHROPIC_BASE_URL: /v1/messages is added to it"),
        }
    }
}

fn unreachable(why: Unreachable, service: &str) -> Problem {
    let (message, hint) = match why {
        Unreachable::Name => (
            format!("The host of {service} is not known"),
            "Check the spelling in ANTHROPIC_BASE_URL, and this machine's DNS and proxy settings (HTTPS_PROXY)",
        ),
        Unreachable::Connection => (
            format!("{service} cannot be reached"),
            "Check the network and ANTHROPIC_BASE_URL; behind a proxy set HTTPS_PROXY",
        ),
        Unreachable::Certificate => (
            format!("The TLS connection to {service} was not trusted"),
            "Check http or https in ANTHROPIC_BASE_URL; add your company's certificate authority to the system's, or name it in SSL_CERT_FILE",
        ),
    };
    Problem::new(ProblemCode::ModelUnreachable, message).hint(hint)
}

fn not_the_api(status: u16, content_type: &str, service: &str) -> Problem {
    let problem = Problem::new(
        ProblemCode::ModelUnreachable,
        match status {
            300..=399 => format!("{service} redirects to another address instead of answering"),
            _ => format!("{service} answered with {content_type} (status {status}) instead of the Messages API"),
        },
    );
    problem.hint(match status {
        300..=399 => "Set ANTHROPIC_BASE_URL to the address that it redirects to; the key is never sent elsewhere",
        _ => {
            "Check that ANTHROPIC_BASE_URL names a server that speaks Anthropic's API, and that no proxy is in between"
        }
    })
}

/// The API has no code for a prompt over the context window, only a sentence.
pub(super) fn is_too_long(failure: &ApiFailure) -> bool {
    // The second is how llama.cpp and vLLM say it.
    failure.failure == FailureType::InvalidRequest
        && failure.message.as_deref().is_some_and(|message| {
            let message = message.to_ascii_lowercase();
            message.contains("prompt is too long")
                || message.contains("context size")
                || message.contains("context length")
        })
}
