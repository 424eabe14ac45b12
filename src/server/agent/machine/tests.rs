//! Whatever happens to a run, its history stays sendable and it ends once.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::server::agent::history::StoredHistory;
use crate::wire::id::MessageId;

fn machine() -> Machine {
    let turn = MessageId::from("m1");
    let mut history = History::default();
    history.begin_turn(&turn, "How many sites?", "Current time: 2026-11-22T10:00:00Z");
    Machine::new(history, turn, Budget { rounds: 3, ..Budget::default() })
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn reply(content: Vec<Value>, tool_uses: Vec<ToolUse>, stop_reason: StopReason) -> Reply {
    Reply {
        message_id: "msg_1".to_owned(),
        model: "claude-haiku-5-5".to_owned(),
        content,
        tool_uses,
        stop_reason,
        stop_details: Value::Null,
        usage: crate::wire::transcript::Usage::default(),
        request_id: None,
    }
}

fn calling(ids: &[String]) -> Reply {
    reply(
        ids.iter()
            .map(|id| json!({"type": "tool_use", "id": id, "name": "netbox_get_objects", "input": {"q": id}}))
            .collect(),
        ids.iter()
            .map(|id| ToolUse { id: id.clone(), name: "netbox_get_objects".to_owned(), input: Ok(json!({"q": id})) })
            .collect(),
        StopReason::ToolUse,
    )
}

fn saying(words: &str, stop: StopReason) -> Reply {
    reply(vec![text(words)], Vec::new(), stop)
}

#[test]
fn two_calls_are_answered_in_one_message_in_their_order() {
    let mut machine = machine();
    machine.reply(calling(&["a".to_owned(), "b".to_owned()]));
    let result = |id: &str| ToolResult { id: id.to_owned(), text: id.to_uppercase(), is_error: false };
    machine.tool_results(vec![result("b"), result("a")], Vec::new());
    let last = machine.history.messages().last().unwrap().clone();
    assert_eq!(last["content"][0]["tool_use_id"], "a");
    assert_eq!(last["content"][1]["content"], "B");
    assert_eq!(machine.next_step(), Step::CallModel);
}

fn waiting() -> Waiting {
    Waiting { approval: "a1".into(), is_applied: false, requests: Vec::new() }
}

#[test]
fn a_plan_waits_until_what_only_reads_is_done_and_what_was_read_before_a_change_may_be_asked_again() {
    let mut machine = machine();
    machine.reply(calling(&["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    let result = |id: &str, is_error| ToolResult { id: id.to_owned(), text: id.to_uppercase(), is_error };
    machine.tool_results(vec![result("b", false)], vec![("a".to_owned(), waiting()), ("c".to_owned(), waiting())]);
    for id in ["a", "c"] {
        let Step::AwaitApproval(call, waiting) = machine.next_step() else { panic!("{:?}", machine.next_step()) };
        assert_eq!((call.id.as_str(), waiting.is_applied), (id, false));
        machine.applying(id);
        let stored = machine.to_stored();
        let again = Machine::from_stored(&stored, machine.history.clone()).unwrap();
        assert!(matches!(again.next_step(), Step::AwaitApproval(_, waiting) if waiting.is_applied));
        machine.approval_result(result(id, false), true);
    }
    assert_eq!(machine.next_step(), Step::CallModel);
    let last = machine.history.messages().last().unwrap().clone();
    let texts: Vec<_> = last["content"].as_array().unwrap().iter().map(|result| result["content"].clone()).collect();
    assert_eq!(texts, ["A", "B", "C"]);
    machine.reply(calling(&["b".to_owned()]));
    assert!(matches!(machine.next_step(), Step::CallTools(calls) if calls.len() == 1), "it is another thing now");
}

#[test]
fn a_stop_answers_a_plan_that_waits() {
    let mut machine = machine();
    machine.reply(calling(&["a".to_owned()]));
    machine.tool_results(Vec::new(), vec![("a".to_owned(), waiting())]);
    machine.stop("");
    assert!(matches!(machine.next_step(), Step::Done(ending) if ending.why == EndReason::Stopped));
    assert_eq!(machine.fault(), None);
}

#[test]
fn at_the_round_limit_the_model_is_told_and_answers_with_what_it_has() {
    let mut machine = machine();
    for round in 0..3 {
        machine.reply(calling(&[format!("call{round}")]));
        assert!(matches!(machine.next_step(), Step::CallTools(_)));
        machine.tool_results(Vec::new(), Vec::new());
    }
    machine.reply(calling(&["too-much".to_owned()]));
    assert_eq!(machine.next_step(), Step::CallModel);
    assert!(machine.history.messages().last().unwrap()["content"][0]["content"].as_str().unwrap().contains("rounds"));
    let mut stubborn = machine.clone();
    machine.reply(saying("14 sites", StopReason::EndTurn));
    let Step::Done(ending) = machine.next_step() else { panic!("still going") };
    assert_eq!((ending.why, ending.problem.unwrap().code), (EndReason::Done, ProblemCode::RoundLimit));
    stubborn.reply(calling(&["again".to_owned()]));
    let Step::Done(ending) = stubborn.next_step() else { panic!("still going") };
    assert_eq!(ending.problem.unwrap().code, ProblemCode::RoundLimit);
}

#[test]
fn tokens_money_and_time_are_limits_like_rounds() {
    let budgets = [
        Budget { tokens: 50, ..Budget::default() },
        Budget { micro_dollars: 50, ..Budget::default() },
        Budget { seconds: 1, ..Budget::default() },
        Budget { context_tokens: Some(50), ..Budget::default() },
    ];
    for budget in budgets {
        let mut machine = Machine { budget, ..machine() };
        let mut reply = calling(&["a".to_owned()]);
        reply.usage =
            Usage { calls: 1, input_tokens: 40, output_tokens: 10, cost_micro_dollars: 50, ..Usage::default() };
        machine.clock(1_000);
        machine.reply(reply);
        assert_eq!(machine.next_step(), Step::CallModel, "{budget:?}");
        machine.reply(saying("14 sites", StopReason::EndTurn));
        let Step::Done(ending) = machine.next_step() else { panic!("still going") };
        assert_eq!((ending.why, ending.problem.unwrap().code), (EndReason::Done, ProblemCode::BudgetLimit));
    }
}

#[test]
fn a_call_that_was_made_before_is_answered_without_being_run() {
    let mut machine = machine();
    let same = |id: &str| {
        let mut reply = calling(&["x".to_owned()]);
        reply.content[0]["id"] = json!(id);
        reply.tool_uses[0].id = id.to_owned();
        reply
    };
    machine.reply(same("a"));
    machine.tool_results(vec![ToolResult { id: "a".to_owned(), text: "14".to_owned(), is_error: false }], Vec::new());
    for (id, is_error) in [("b", false), ("c", true)] {
        machine.reply(same(id));
        assert_eq!(machine.next_step(), Step::CallModel, "{id} was run");
        let answer = machine.history.messages().last().unwrap()["content"][0].clone();
        assert_eq!(answer["tool_use_id"], id);
        assert_eq!(answer["is_error"] == true, is_error, "{answer}");
    }
    assert_eq!(machine.fault(), None);
}

#[test]
fn of_a_full_window_only_text_is_kept_and_the_next_turn_begins_with_a_summary() {
    let mut machine = machine();
    let thinking = json!({"type": "thinking", "thinking": "hm", "signature": "c2ln"});
    machine.reply(reply(vec![thinking], Vec::new(), StopReason::ContextWindow));
    assert!(machine.history.is_full());
    assert_eq!(machine.history.messages().len(), 1);
    assert!(matches!(machine.next_step(), Step::Done(Ending { why: EndReason::Length, .. })));
}

#[test]
fn an_empty_answer_is_asked_for_once_more() {
    let mut machine = machine();
    machine.reply(reply(Vec::new(), Vec::new(), StopReason::EndTurn));
    assert_eq!(machine.next_step(), Step::CallModel);
    machine.reply(reply(Vec::new(), Vec::new(), StopReason::EndTurn));
    assert!(matches!(machine.next_step(), Step::Done(Ending { why: EndReason::Failed, .. })));
}

#[test]
fn a_refusal_takes_its_question_out_of_the_history() {
    let mut machine = machine();
    machine.reply(saying("I", StopReason::Refusal));
    assert!(machine.history.messages().is_empty());
    assert!(matches!(machine.next_step(), Step::Done(Ending { why: EndReason::Refused, .. })));
}

#[test]
fn a_call_in_a_cut_reply_is_not_run_and_not_kept() {
    let mut machine = machine();
    let mut reply = calling(&["half".to_owned()]);
    reply.content.insert(0, text("Let me look"));
    reply.stop_reason = StopReason::MaxTokens;
    machine.reply(reply);
    assert!(matches!(machine.next_step(), Step::Done(Ending { why: EndReason::Length, .. })));
    assert_eq!(machine.history.messages().last().unwrap()["content"].as_array().unwrap().len(), 1);
}

#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a few dozen at a time")]
enum Happening {
    Reply(Reply),
    /// Of each call: nothing, a result, a plan.
    Results(Vec<u8>),
    /// A word about a plan; whether the call failed then.
    Word(bool),
    Stop(String),
    Fail,
    StoredAndLoaded,
}

fn happening() -> impl Strategy<Value = Happening> {
    let words = prop_oneof![Just(String::new()), Just("   ".to_owned()), Just("14 sites".to_owned())];
    let stop = prop_oneof![
        Just(StopReason::EndTurn),
        Just(StopReason::ToolUse),
        Just(StopReason::MaxTokens),
        Just(StopReason::PauseTurn),
        Just(StopReason::Refusal),
        Just(StopReason::ContextWindow),
    ];
    prop_oneof![
        4 => (proptest::collection::btree_set("[a-f]{3}", 1..4), stop.clone()).prop_map(|(ids, stop)| {
            let ids: Vec<String> = ids.into_iter().collect();
            let stop_reason = if stop == StopReason::EndTurn { StopReason::ToolUse } else { stop };
            Happening::Reply(Reply { stop_reason, ..calling(&ids) })
        }),
        2 => (words.clone(), stop).prop_map(|(words, stop)| {
            let content = if words.is_empty() { Vec::new() } else { vec![text(&words)] };
            Happening::Reply(reply(content, Vec::new(), stop))
        }),
        4 => proptest::collection::vec(0_u8..3, 0..4).prop_map(Happening::Results),
        2 => any::<bool>().prop_map(Happening::Word),
        1 => words.prop_map(Happening::Stop),
        1 => Just(Happening::Fail),
        2 => Just(Happening::StoredAndLoaded),
    ]
}

proptest! {
    #[test]
    fn any_course_of_events_keeps_the_history_sendable_and_ends_at_most_once(
        happenings in proptest::collection::vec(happening(), 0..40)
    ) {
        let mut machine = machine();
        let mut stored_messages = Vec::new();
        let mut ended: Option<Ending> = None;
        for happening in happenings {
            match happening {
                Happening::Reply(reply) => machine.reply(reply),
                Happening::Results(given) => {
                    let calls = match machine.next_step() {
                        Step::CallTools(calls) => calls,
                        _ => Vec::new(),
                    };
                    let of = |kind: u8| calls.iter().zip(&given).filter(move |(_, given)| **given == kind).map(|(call, _)| call.id.clone());
                    let results = of(1).map(|id| ToolResult { id, text: String::new(), is_error: false }).collect();
                    machine.tool_results(results, of(2).map(|id| (id, waiting())).collect());
                }
                Happening::Word(is_error) => {
                    if let Step::AwaitApproval(call, before) = machine.next_step() {
                        machine.applying(&call.id);
                        let Step::AwaitApproval(_, after) = machine.next_step() else { panic!("it goes on by itself") };
                        prop_assert!(after.is_applied && after.approval == before.approval);
                        machine.approval_result(ToolResult { id: call.id, text: String::new(), is_error }, !is_error);
                    }
                }
                Happening::Stop(shown) => machine.stop(&shown),
                Happening::Fail => machine.fail("", Problem::new(ProblemCode::ModelFailed, "it failed")),
                Happening::StoredAndLoaded => {
                    let stored = machine.history.to_stored();
                    stored_messages.truncate(stored.first);
                    stored_messages.extend(stored.messages);
                    let stored = StoredHistory { messages: stored_messages.clone(), ..stored };
                    let history = History::from_stored(&stored).unwrap();
                    let restored = Machine::from_stored(&machine.to_stored(), history).unwrap();
                    prop_assert_eq!(&restored, &machine);
                    machine = restored;
                }
            }
            match machine.next_step() {
                Step::CallModel => prop_assert_eq!(machine.fault(), None),
                Step::CallTools(calls) => prop_assert!(!calls.is_empty()),
                Step::AwaitApproval(..) => {}
                Step::Done(ending) => {
                    if let Some(before) = &ended { prop_assert_eq!(before, &ending); }
                    ended = Some(ending);
                    let mut next = machine.history.clone();
                    next.begin_turn(&MessageId::from("m2"), "and in Ohio?", "now");
                    prop_assert_eq!(next.fault(), None);
                }
            }
        }
    }
}
