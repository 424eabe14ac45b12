//! The kinds of what is noted.

/// Makes the enum of kinds, with their names in the trail and a list of all.
macro_rules! kinds {
    ($($(#[doc = $about:literal])+ $kind:ident = $name:literal,)+) => {
        /// What somebody did.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[doc = $about])+ $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Its name in the trail.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// Signed in.
    SignIn = "sign_in",
    /// Tried to, and was refused.
    SignInFailed = "sign_in_failed",
    /// Signed out.
    SignOut = "sign_out",
    /// Ended a session, their own or another's.
    SessionRevoked = "session_revoked",
    /// A session was ended by the server: NetBox does not take its token any more.
    SessionEnded = "session_ended",
    /// May something else now than before.
    RoleChanged = "role_changed",
    /// Asked.
    Question = "question",
    /// A tool was called for them.
    ToolCall = "tool_call",
    /// Said yes or no to a plan of changes.
    Decision = "decision",
    /// Changed NetBox, by a plan that they approved.
    Change = "change",
    /// Read a part of a result.
    ResultRead = "result_read",
    /// Was offered questions to start with.
    StartingQuestions = "starting_questions",
    /// Gave a conversation another title.
    ConversationRenamed = "conversation_renamed",
    /// Deleted a conversation.
    ConversationDeleted = "conversation_deleted",
    /// Shared a conversation.
    Share = "share",
    /// Opened what somebody shared.
    ShareOpened = "share_opened",
    /// Took a share back.
    ShareRevoked = "share_revoked",
    /// Took data out.
    Export = "export",
    /// Did something that only admins may.
    Admin = "admin",
    /// Changed their settings.
    Settings = "settings",
    /// Wrote a backup.
    Backup = "backup",
    /// Read one back.
    Restore = "restore",
}
