//! Who may use this server, and how they show who they are.

pub mod oidc;
