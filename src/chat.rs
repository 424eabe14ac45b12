//! Pure state of a conversation: no IO, no framework. The same code runs on the server, in the browser and in tests.

pub mod markdown;
pub mod reducer;
