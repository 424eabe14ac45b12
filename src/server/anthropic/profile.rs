//! Which dialect of the API a server speaks: Anthropic's own, or that of a server which only looks like it
//! (llama.cpp, Ollama, vLLM, LM Studio, `LiteLLM` over something else).

use serde_json::Value;

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Anthropic's, with everything that a model says it can.
    Anthropic,
    /// The part that all have in common, and what was asked for beyond it.
    Compatible(Features),
}

/// What is sent to a compatible server although not every one understands it. All off until asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `thinking`, and the thinking of earlier replies.
    pub thinking: bool,
    /// `output_config.effort`.
    pub effort: bool,
    /// `cache_control`, and the system prompt as a block that carries it.
    pub cache_control: bool,
}

impl Profile {
    /// Whether a server's entry for a model (`GET /v1/models/{id}`) is one as Anthropic's API gives it: others list
    /// models in the shape of another API, without what they can.
    pub fn is_anthropics(entry: &Value) -> bool {
        entry["capabilities"].is_object()
    }

    /// Whether thinking is asked for and sent back.
    pub fn thinks(self) -> bool {
        match self {
            Self::Anthropic => true,
            Self::Compatible(features) => features.thinking,
        }
    }

    /// Whether an effort is asked for.
    pub fn takes_effort(self) -> bool {
        match self {
            Self::Anthropic => true,
            Self::Compatible(features) => features.effort,
        }
    }

    /// Whether the cache is spoken of.
    pub fn caches(self) -> bool {
        match self {
            Self::Anthropic => true,
            Self::Compatible(features) => features.cache_control,
        }
    }

    /// Whether a reply with whole tool calls and no `stop_reason` wants them run.
    pub(super) fn forgives_missing_stop_reason(self) -> bool {
        matches!(self, Self::Compatible(_))
    }
}
