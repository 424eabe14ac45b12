//! NetBox: the only module that knows its API.
