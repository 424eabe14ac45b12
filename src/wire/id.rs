//! Identifiers. Each is opaque text: nothing may be read out of it.

use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

identifier!(
    /// A conversation.
    ConversationId
);
identifier!(
    /// A person's message, and with it the turn that it opens.
    MessageId
);
identifier!(
    /// A run: one answer to one message.
    RunId
);
identifier!(
    /// A call of a tool, unique in its conversation.
    CallId
);
identifier!(
    /// A command, made by the client, so that sending it twice does it once.
    CommandId
);
identifier!(
    /// A plan of changes that needs a person's word.
    ApprovalId
);
