//! Streamed Markdown to a block tree.
