//! Applies one event to a transcript.
