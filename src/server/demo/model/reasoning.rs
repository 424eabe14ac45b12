//! What the model says: the newest question is understood by rules, looked up with the offered tools and answered.

mod calls;
mod focus;
mod history;
mod kind;
mod language;
mod look;
mod markdown;
mod phrasebook;
mod plan;
mod resolve;
#[cfg(test)]
mod tests;

use serde_json::json;

use super::reply::Reply;
use super::request::Request;
use focus::Focus;
use look::{Look, Wait};

/// Rounds of calls for one question before it is given up.
const MOST_ROUNDS: usize = 8;

/// The next message of the assistant.
pub(super) fn reply(request: &Request) -> Reply {
    let turns = history::turns(&request.messages);
    let Some((turn, earlier)) = turns.split_last() else {
        return Reply::text(String::new(), "I did not find a question in this conversation.".into());
    };
    let offered = |name: &str| request.tools.iter().any(|tool| tool.name == name);
    // What came before is thought through again: what it was about is nowhere else.
    let mut focus = Focus::default();
    for turn in earlier {
        let mut look = Look::new(&turn.exchanges, &offered);
        let _ = plan::answer(&turn.question, turn.now, &mut focus, &mut look);
    }
    let mut look = Look::new(&turn.exchanges, &offered);
    match plan::answer(&turn.question, turn.now, &mut focus, &mut look) {
        Ok(text) => Reply::text(closing_thought(turn.exchanges.len()), text),
        Err(Wait) => match look.missing {
            Some(tool) => Reply::text(
                String::new(),
                format!("I cannot look that up, because the tool `{tool}` is not offered in this conversation."),
            ),
            None if !request.may_call => Reply::text(
                String::new(),
                "I would have to look that up, and tool calls are switched off for this answer.".into(),
            ),
            None if turn.rounds >= MOST_ROUNDS => Reply::text(
                String::new(),
                format!("I stopped after {} rounds of lookups without an answer. Ask for a part of it.", turn.rounds),
            ),
            None => {
                let thinking = look.thinking();
                let most = if request.parallel { usize::MAX } else { 1 };
                let calls = look.pending.into_iter().take(most).map(|call| (call.name.to_owned(), call.input));
                Reply::calls(thinking, calls)
            }
        },
    }
}

/// A call that comes again and again, for tests of the limit on rounds. Each asks for something else.
pub(super) fn endless(request: &Request) -> Reply {
    let rounds = history::turns(&request.messages).last().map_or(0, |turn| turn.rounds);
    let input = json!({"object_type": "dcim.site", "fields": ["name"], "limit": 1, "offset": rounds});
    Reply::calls("One more look.".into(), [(calls::GET_OBJECTS.to_owned(), input)])
}

fn closing_thought(exchanges: usize) -> String {
    match exchanges {
        0 => String::new(),
        1 => "The result is here; I write down what it says.".into(),
        more => format!("All {more} results are here; I put together what they say."),
    }
}
