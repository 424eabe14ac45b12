//! The Messages API: the only module that knows the vendor's JSON.
