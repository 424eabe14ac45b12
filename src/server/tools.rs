//! The tools that the model may call, one table.
