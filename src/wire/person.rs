//! Who is signed in, as the page may know it.

use serde::{Deserialize, Serialize};

/// Who is signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// What they are called.
    pub name: String,
    /// Whether they may see what everybody uses.
    pub is_admin: bool,
    /// Whether there is a session that they can end here.
    pub can_sign_out: bool,
}
