//! The pages and the frame around them.

pub mod conversation;
pub mod new_conversation;
pub mod not_found;
pub mod workspace;
