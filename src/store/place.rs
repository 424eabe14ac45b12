//! Where the page is, read from its address.

use crate::wire::id::ConversationId;

/// Where the page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `/`: a new conversation.
    New,
    /// `/c/{id}`: a conversation.
    Conversation(ConversationId),
    /// Anywhere else.
    Elsewhere,
}

impl Place {
    /// Reads the path of an address.
    pub fn of_path(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        match path.strip_prefix("/c/") {
            Some(conversation) if !conversation.is_empty() && !conversation.contains('/') => {
                Self::Conversation(conversation.into())
            }
            None if path.is_empty() => Self::New,
            _ => Self::Elsewhere,
        }
    }

    /// The sign-in page that leads back here.
    pub fn sign_in_path(&self) -> String {
        match self {
            Self::Conversation(conversation) => format!("/sign-in?next=/c/{conversation}"),
            Self::New | Self::Elsewhere => "/sign-in".to_owned(),
        }
    }
}

/// The path of a conversation.
pub fn conversation_path(conversation: &ConversationId) -> String {
    format!("/c/{conversation}")
}

#[cfg(test)]
mod tests {
    use super::{Place, conversation_path};

    #[test]
    fn a_path_is_read_as_it_is_written() {
        let id = "0197-ab".into();
        assert_eq!(Place::of_path(&conversation_path(&id)), Place::Conversation(id));
    }

    #[test]
    fn only_known_paths_are_places() {
        assert_eq!(Place::of_path("/"), Place::New);
        assert_eq!(Place::of_path("/c/1/"), Place::Conversation("1".into()));
        for path in ["/c/", "/c", "/c/1/2", "/settings"] {
            assert_eq!(Place::of_path(path), Place::Elsewhere, "{path}");
        }
    }
}
