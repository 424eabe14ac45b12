//! The demo NetBox.
