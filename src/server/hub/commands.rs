//! Where commands went, so that one sent again over a new connection goes there too.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;

use crate::server::person::PersonId;
use crate::wire::id::{CommandId, ConversationId};

/// The most commands remembered of a person: far more than can be on their way at once.
const OF_A_PERSON: usize = 64;
/// The most people remembered; whoever has been silent longest is forgotten first.
const PEOPLE: usize = 4096;

/// The conversations that commands went to.
#[derive(Default)]
pub(super) struct Commands {
    /// The last to send something last.
    people: Mutex<IndexMap<PersonId, VecDeque<(CommandId, ConversationId)>>>,
}

impl Commands {
    /// Where this command went before; if nowhere, it goes where `otherwise` says from now on.
    pub fn conversation(
        &self,
        person: &PersonId,
        command: &CommandId,
        otherwise: impl FnOnce() -> ConversationId,
    ) -> ConversationId {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let mut commands = people.shift_remove(person).unwrap_or_default();
        let known = commands.iter().find(|(known, _)| known == command).map(|(_, conversation)| conversation.clone());
        let conversation = known.unwrap_or_else(|| {
            let conversation = otherwise();
            if commands.len() == OF_A_PERSON {
                commands.pop_front();
            }
            commands.push_back((command.clone(), conversation.clone()));
            conversation
        });
        if people.len() == PEOPLE {
            people.shift_remove_index(0);
        }
        people.insert(person.clone(), commands);
        conversation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_goes_where_it_went_and_nobody_elses_does() {
        let (commands, one, other) = (Commands::default(), PersonId::new(), PersonId::new());
        let to = |person: &PersonId, command: &str, place: &str| {
            commands.conversation(person, &command.into(), || place.into()).0
        };
        assert_eq!(to(&one, "a", "first"), "first");
        assert_eq!(to(&one, "a", "second"), "first");
        assert_eq!(to(&other, "a", "third"), "third");
        for number in 0..OF_A_PERSON {
            to(&one, &number.to_string(), "many");
        }
        assert_eq!(to(&one, "a", "again"), "again", "what is remembered has a bound");
    }
}
