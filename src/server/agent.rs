//! The loop: ask the model, run its tools, ask again, until the answer is whole.

mod approval;
pub mod budget;
pub mod driver;
pub mod grounding;
mod guard;
pub mod history;
pub mod machine;
mod model_call;
mod model_choice;
mod prompt;
mod repeats;
mod segment;
mod summary;
mod tool_calls;
mod writer;

pub use guard::Guard;
pub use model_choice::ProfileChoice;

/// What is true at this moment, told to the model with a question. `time_zone` is the person's, where it is known.
pub fn context_now(time_zone: Option<&str>) -> String {
    prompt::context(jiff::Timestamp::now(), time_zone)
}
