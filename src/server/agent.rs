//! The loop: ask the model, run its tools, ask again.
