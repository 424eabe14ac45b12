//! The stand-in model.
