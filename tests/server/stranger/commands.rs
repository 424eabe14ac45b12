//! Every command of the protocol, and what it does for somebody else.

use netbox_chatbox::wire::command::{Command, Resume, SendMode, Word};
use netbox_chatbox::wire::id::{ConversationId, MessageId};

/// What the socket answers to somebody else.
#[derive(PartialEq, Debug)]
pub enum Told {
    /// That there is no such conversation.
    NotFound,
    /// Nothing that tells of it.
    Nothing,
}

/// Each command of the protocol, naming another's conversation. A new one does not compile here.
pub fn told(command: &Command) -> Told {
    match command {
        Command::Hello { .. }
        | Command::Subscribe(_)
        | Command::Send { .. }
        | Command::Edit { .. }
        | Command::Regenerate { .. }
        | Command::Branch { .. }
        | Command::Stop { .. }
        | Command::Approve { .. }
        | Command::Unqueue { .. }
        | Command::Reset { .. } => Told::NotFound,
        Command::Unsubscribe { .. } | Command::Ping => Told::Nothing,
    }
}

pub fn commands(conversation: &ConversationId, message: &MessageId) -> Vec<Command> {
    let resume = Resume { conversation: conversation.clone(), after: 0 };
    vec![
        Command::Hello { resume: vec![resume.clone()] },
        Command::Subscribe(resume),
        Command::Unsubscribe { conversation: conversation.clone() },
        Command::Send {
            id: None,
            conversation: Some(conversation.clone()),
            text: "hello".to_owned(),
            mode: SendMode::Interrupt,
        },
        Command::Edit {
            id: None,
            conversation: conversation.clone(),
            message: message.clone(),
            text: "hello".to_owned(),
        },
        Command::Regenerate { id: None, conversation: conversation.clone(), message: message.clone() },
        Command::Branch { conversation: conversation.clone(), message: message.clone() },
        Command::Stop { run: None, conversation: Some(conversation.clone()) },
        Command::Approve {
            conversation: conversation.clone(),
            approval: "a".into(),
            digest: "d".to_owned(),
            decision: Word::Approve,
        },
        Command::Unqueue { conversation: conversation.clone(), message: message.clone() },
        Command::Reset { conversation: Some(conversation.clone()) },
        Command::Ping,
    ]
}
