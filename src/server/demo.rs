//! The embedded demo: a NetBox and a stand-in model, both real HTTP servers on loopback.

pub mod model;
pub mod netbox;
