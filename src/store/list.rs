//! The list of conversations, grouped by day.

use crate::wire::deployment::ConversationSummary;
use crate::wire::id::ConversationId;

use super::clock::Clock;

/// Conversations of a span of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What the span is called.
    pub heading: &'static str,
    /// Newest first.
    pub conversations: Vec<ConversationSummary>,
}

impl Group {
    /// Which conversations.
    pub fn ids(&self) -> Vec<ConversationId> {
        self.conversations.iter().map(|one| one.id.clone()).collect()
    }
}

/// Groups conversations by how many days ago they were used last, newest first.
pub fn group_by_day(mut conversations: Vec<ConversationSummary>, clock: Clock) -> Vec<Group> {
    conversations.sort_by(|one, other| other.updated_at.cmp(&one.updated_at).then_with(|| one.id.cmp(&other.id)));
    let mut groups: Vec<Group> = Vec::new();
    for conversation in conversations {
        let heading = heading(clock.days_ago(conversation.updated_at));
        match groups.last_mut() {
            Some(group) if group.heading == heading => group.conversations.push(conversation),
            _ => groups.push(Group { heading, conversations: vec![conversation] }),
        }
    }
    groups
}

/// The conversation below one in the list, or above it where it is the last.
pub fn neighbour(conversations: Vec<ConversationSummary>, clock: Clock, id: &ConversationId) -> Option<ConversationId> {
    let ids: Vec<_> = group_by_day(conversations, clock).iter().flat_map(Group::ids).collect();
    let place = ids.iter().position(|one| one == id)?;
    ids.get(place + 1).or_else(|| ids.get(place.checked_sub(1)?)).cloned()
}

/// Whether a title has all words of what is typed. (Capital letters of ASCII only: those of all scripts are a large
/// table, and the server's search knows them.)
pub fn has_words(title: &str, typed: &str) -> bool {
    let title = title.to_ascii_lowercase();
    typed.to_ascii_lowercase().split_ascii_whitespace().all(|word| title.contains(word))
}

fn heading(days_ago: i64) -> &'static str {
    match days_ago {
        ..=0 => "Today",
        1 => "Yesterday",
        2..=6 => "Last seven days",
        7..=29 => "Last thirty days",
        _ => "Older",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_filtered_by_all_words() {
        for (typed, expected) in
            [("", true), ("  ", true), ("SITES", true), ("ohio sit", true), ("racks", false), ("sites racks", false)]
        {
            assert_eq!(has_words("How many Sites in Ohio?", typed), expected, "{typed}");
        }
    }

    #[test]
    fn groups_are_in_order_and_none_is_empty() {
        const DAY: i64 = 86_400_000;
        let now = 20_000 * DAY + 1;
        let conversation = |id: &str, updated_at| ConversationSummary {
            id: id.into(),
            title: id.into(),
            updated_at,
            ..ConversationSummary::default()
        };
        let list = vec![
            conversation("old", now - 90 * DAY),
            conversation("a", now - 1),
            conversation("b", now - DAY),
            conversation("c", now),
            conversation("future", now + DAY),
        ];
        let groups = group_by_day(list, Clock { now, ..Clock::default() });
        let shape: Vec<(&str, Vec<&str>)> = groups
            .iter()
            .map(|group| (group.heading, group.conversations.iter().map(|one| one.id.as_str()).collect()))
            .collect();
        assert_eq!(shape, [("Today", vec!["future", "c", "a"]), ("Yesterday", vec!["b"]), ("Older", vec!["old"])]);
    }
}
