//! The loop: ask the model, run its tools, ask again, until the answer is whole.

pub mod driver;
pub mod history;
pub mod machine;
mod model_call;
mod prompt;
mod tool_calls;
mod writer;

/// What is true at this moment, told to the model with a question.
pub fn context_now() -> String {
    prompt::context(jiff::Timestamp::now())
}
