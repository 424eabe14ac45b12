//! Runs that break off, stores that fail, conversations that go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::server::agent::history::History;
use crate::server::hub::{Hub, LeftRun};
use crate::server::store::{Database, Taken};
use crate::wire::change::{Decision, Plan};
use crate::wire::transcript::{EndReason, Usage};

struct Scene {
    database: Database,
    /// While it is true the store takes no events.
    fails: Arc<AtomicBool>,
    hub: Hub,
    person: PersonId,
    conversation: Arc<Conversation>,
}

async fn scene() -> Scene {
    let fails = Arc::new(AtomicBool::default());
    let database = {
        let fails = Arc::clone(&fails);
        Database::refusing(move |_| fails.load(Ordering::SeqCst)).await
    };
    let (hub, person) = (Hub::new(database.clone()), PersonId::new());
    let conversation = hub.open_or_create(&person, &ConversationId::from("conversation-1")).await.unwrap();
    Scene { database, fails, hub, person, conversation }
}

async fn ask(conversation: &Conversation, text: &str) -> Accepted {
    conversation.send(None, text, "now", SendMode::Queue).await.unwrap()
}

fn start_of(handle: &RunHandle) -> Event {
    let (run, message) = (handle.run.clone(), handle.message.clone());
    Event::RunStart { run, message, model: "m".to_owned(), stand_in: false, started_at: 5 }
}

fn done(handle: &RunHandle) -> Event {
    let (run, usage) = (handle.run.clone(), Usage::default());
    Event::RunEnd { run, why: EndReason::Done, problem: None, milliseconds: 7, usage, ungrounded: Vec::new() }
}

async fn end(conversation: &Conversation, handle: &RunHandle) -> Ended {
    let event = (done(handle), String::new());
    conversation.end_run(&handle.run, History::default(), event, "now").await.unwrap()
}

fn end_of(transcript: &Transcript, turn: usize) -> EndReason {
    transcript.turns[turn].answer.as_ref().unwrap().end.as_ref().unwrap().why
}

#[tokio::test]
async fn a_run_that_broke_off_ends_as_failed_and_the_next_message_begins() {
    let Scene { conversation, .. } = scene().await;
    let first = ask(&conversation, "one").await.start.unwrap();
    assert!(ask(&conversation, "two").await.start.is_none());
    let next = conversation.abandon_run(&first.run, "now").await.unwrap();
    let transcript = conversation.transcript().await;
    assert_eq!(end_of(&transcript, 0), EndReason::Failed);
    assert_eq!(transcript.turns[1].message, next.message);
    assert!(transcript.queue.is_empty());
    // The first run can say nothing more.
    assert!(conversation.abandon_run(&first.run, "now").await.is_none());
    assert!(end(&conversation, &first).await.next.is_none());
    assert_eq!(conversation.transcript().await, transcript);
}

#[tokio::test]
async fn while_nothing_can_be_stored_answers_go_on_and_questions_are_refused_and_all_is_stored_later() {
    let Scene { database, fails, hub, conversation, .. } = scene().await;
    let first = ask(&conversation, "one").await.start.unwrap();
    conversation.publish(&first.run, start_of(&first), String::new()).await.unwrap();
    let mut view = conversation.view(conversation.transcript().await.seq).await.unwrap();
    let storage = hub.storage();
    fails.store(true, Ordering::SeqCst);
    let piece = Event::Text { run: first.run.clone(), part: 0, offset: 0 };
    conversation.publish(&first.run, piece, "42 sites".to_owned()).await.unwrap();
    assert_eq!(view.next().await.unwrap().content, "42 sites");
    assert!(storage.borrow().is_some());
    let refused = conversation.send(None, "two", "now", SendMode::Queue).await.err().unwrap();
    assert_eq!((refused.code, refused.hint.is_some()), (ProblemCode::Storage, true));
    end(&conversation, &first).await;
    assert!(view.next().await.unwrap().completed);
    assert!(!hub.save_unsaved().await.unwrap());

    fails.store(false, Ordering::SeqCst);
    let id = conversation.id().clone();
    // Nobody holds it any more but what waits.
    drop((conversation, view));
    assert!(hub.save_unsaved().await.unwrap());
    assert!(storage.borrow().is_none());
    let log = database.load_conversation(&id).await.unwrap().unwrap().log;
    let places: Vec<u64> = log.iter().map(|frame| frame.seq).collect();
    assert_eq!(places, (1..=5).collect::<Vec<_>>());
    assert!(database.unfinished_run(&id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_run_that_took_its_process_down_too_often_ends_and_what_waited_begins() {
    let Scene { database, hub, person, conversation, .. } = scene().await;
    ask(&conversation, "one").await;
    ask(&conversation, "two").await;
    let id = conversation.id().clone();
    drop((hub, conversation));
    // Begun three times already, each time the process died.
    for process in ["a", "b"] {
        assert_eq!(database.take_over(process, Taken::All).await.unwrap().len(), 1);
    }
    let hub = Hub::new(database);
    let LeftRun { conversation, record, .. } = hub.take_over(true).await.unwrap().pop().unwrap();
    assert_eq!(record.conversation, id);
    let Adopted::Ended(Some(next)) = conversation.adopt(&record, true, "now").await.unwrap() else {
        panic!("it goes on")
    };
    let transcript = hub.open(&person, &id).await.unwrap().transcript().await;
    assert_eq!(end_of(&transcript, 0), EndReason::Interrupted);
    assert_eq!((transcript.turns[1].question.as_str(), &transcript.turns[1].message), ("two", &next.message));
}

#[tokio::test]
async fn a_run_that_the_database_does_not_know_ends_and_what_waited_is_asked_with_the_next_question() {
    let Scene { database, hub, person, conversation, .. } = scene().await;
    let run = ask(&conversation, "one").await.start.unwrap();
    ask(&conversation, "two").await;
    let id = conversation.id().clone();
    database.lose_run(&run.run).await;
    drop((hub, conversation));
    let hub = Hub::new(database);
    let conversation = hub.open(&person, &id).await.unwrap();
    let transcript = conversation.transcript().await;
    assert_eq!(end_of(&transcript, 0), EndReason::Interrupted);
    assert_eq!(transcript.queue.len(), 1);
    let accepted = ask(&conversation, "three").await;
    let transcript = conversation.transcript().await;
    assert_eq!(transcript.turns[1].question, "two");
    assert_eq!(accepted.start.unwrap().message, transcript.turns[1].message);
    assert_eq!(transcript.queue[0].message, accepted.message);
}

#[tokio::test]
async fn a_run_that_the_server_interrupted_is_not_said_to_have_been_stopped() {
    let Scene { conversation, .. } = scene().await;
    let run = ask(&conversation, "one").await.start.unwrap();
    conversation.leave().await;
    let ended = end(&conversation, &run).await;
    assert_eq!(ended.why, Some(EndReason::Interrupted));
    assert!(ended.next.is_none());
}

#[tokio::test]
async fn a_deleted_conversation_takes_nothing_and_ends_its_views() {
    let Scene { hub, person, conversation, .. } = scene().await;
    let run = ask(&conversation, "one").await.start.unwrap();
    ask(&conversation, "two").await;
    let mut view = conversation.view(0).await.unwrap();
    view.next().await.unwrap();
    hub.delete(&person, conversation.id()).await.unwrap();
    assert!(run.cancel.is_cancelled());
    assert!(view.next().await.is_none());
    assert!(end(&conversation, &run).await.next.is_none());
    assert!(conversation.abandon_run(&run.run, "now").await.is_none());
    let code = |refused: Result<(), Problem>| refused.unwrap_err().code;
    let sent = conversation.send(None, "three", "now", SendMode::Queue).await.map(drop);
    assert_eq!(code(sent), ProblemCode::NotFound);
    assert_eq!(code(conversation.reset().await), ProblemCode::NotFound);
    assert_eq!(code(conversation.rename("title".to_owned()).await), ProblemCode::NotFound);
    assert_eq!(code(conversation.ask_instead(None, &run.message, None, "now").await.map(drop)), ProblemCode::NotFound);
    assert!(hub.list(&person).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_stopping_server_begins_nothing_and_ends_what_is_late() {
    let Scene { hub, conversation, .. } = scene().await;
    let first = ask(&conversation, "one").await.start.unwrap();
    conversation.publish(&first.run, start_of(&first), String::new()).await.unwrap();
    ask(&conversation, "two").await;
    hub.stopping().cancel();
    let refused = conversation.send(None, "three", "now", SendMode::Queue).await.err().unwrap();
    assert_eq!(refused.code, ProblemCode::Restarting);
    hub.leave_runs().await;
    assert!(first.cancel.is_cancelled());
    let transcript = conversation.transcript().await;
    assert_eq!(end_of(&transcript, 0), EndReason::Interrupted);
    assert_eq!((transcript.turns.len(), transcript.queue.len()), (1, 1));
}

#[tokio::test]
async fn another_title_is_no_news_in_the_list() {
    let Scene { hub, person, conversation, .. } = scene().await;
    let first = ask(&conversation, "one").await.start.unwrap();
    conversation.publish(&first.run, start_of(&first), String::new()).await.unwrap();
    end(&conversation, &first).await;
    hub.rename(&person, conversation.id(), "another").await.unwrap();
    let listed = hub.list(&person).await.unwrap();
    assert_eq!((listed[0].title.as_str(), listed[0].updated_at), ("another", 12));
}

#[tokio::test]
async fn the_list_says_where_a_plan_waits_for_its_word() {
    let Scene { fails, hub, person, conversation, .. } = scene().await;
    let mut changes = hub.list_changes();
    let undecided = async || hub.list(&person).await.unwrap()[0].undecided;
    let first = ask(&conversation, "one").await.start.unwrap();
    let run = &first.run;
    let event = |event| conversation.publish(run, event, String::new());
    event(start_of(&first)).await.unwrap();
    for (part, call) in ["a", "b"].into_iter().enumerate() {
        let call = call.into();
        let (name, input) = ("netbox_change".to_owned(), serde_json::json!({}));
        event(Event::ToolUse { run: run.clone(), part, call, name, input }).await.unwrap();
    }
    let plan = |call: &str, approval: &str| Event::Approval {
        run: run.clone(),
        call: call.into(),
        approval: approval.into(),
        digest: String::new(),
        plan: Plan::default(),
        expires_at: 0,
    };
    let decided =
        |approval: &str| Event::Decided { run: run.clone(), approval: approval.into(), decision: Decision::Rejected };
    assert!(!undecided().await);
    while changes.try_recv().is_ok() {}
    // The call is begun once more, and makes its plan anew; the first is no plan any more.
    event(plan("a", "1")).await.unwrap();
    assert!(changes.try_recv().is_ok() && undecided().await);
    event(plan("a", "2")).await.unwrap();
    event(plan("b", "3")).await.unwrap();
    event(decided("2")).await.unwrap();
    assert!(undecided().await, "one is left");
    event(decided("3")).await.unwrap();
    assert!(!undecided().await);
    // What the database did not take at once it knows later; and the end of the answer ends all waiting.
    fails.store(true, Ordering::SeqCst);
    event(plan("b", "4")).await.unwrap();
    assert!(!undecided().await);
    fails.store(false, Ordering::SeqCst);
    assert!(conversation.save_unsaved().await && undecided().await);
    end(&conversation, &first).await;
    assert!(!undecided().await);
}

#[tokio::test]
async fn what_waits_when_nothing_is_answered_any_more_is_found() {
    let Scene { database, hub, person, conversation, .. } = scene().await;
    let first = ask(&conversation, "one").await.start.unwrap();
    ask(&conversation, "two").await;
    ask(&conversation, "three").await;
    assert!(database.waiting().await.unwrap().is_empty(), "they wait for an answer");
    // As if the process died between the end of one answer and the beginning of the next.
    hub.stopping().cancel();
    end(&conversation, &first).await;
    assert_eq!(database.waiting().await.unwrap(), [(conversation.id().clone(), person)]);
    let queued = conversation.transcript().await.queue;
    conversation.unqueue(&queued[0].message).await.unwrap();
    assert_eq!(database.waiting().await.unwrap().len(), 1);
    conversation.unqueue(&queued[1].message).await.unwrap();
    assert!(database.waiting().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_run_that_began_without_anybody_hearing_of_it_is_found() {
    let Scene { database, hub, conversation, .. } = scene().await;
    database.lose_answers(true);
    let refused = conversation.send(Some("c".into()), "one", "now", SendMode::Queue).await.err().unwrap();
    assert_eq!(refused.code, ProblemCode::Storage);
    database.lose_answers(false);
    // As every beat does.
    assert!(hub.save_unsaved().await.unwrap());
    assert_eq!(conversation.transcript().await.turns.len(), 1);
    hub.heartbeat().await.unwrap();
    let left = hub.take_over(false).await.unwrap().pop().unwrap();
    // Until it goes on, it is not left once more.
    hub.heartbeat().await.unwrap();
    assert!(hub.take_over(false).await.unwrap().is_empty());
    let Adopted::Continues(handle) = conversation.adopt(&left.record, true, "now").await.unwrap() else {
        panic!("it does not go on")
    };
    drop(left);
    hub.heartbeat().await.unwrap();
    assert!(hub.take_over(false).await.unwrap().is_empty());
    // Sent again it is the same question.
    let again = conversation.send(Some("c".into()), "one", "now", SendMode::Queue).await.unwrap();
    assert!(again.duplicate && again.start.is_none());
    conversation.publish(&handle.run, start_of(&handle), String::new()).await.unwrap();
    assert_eq!(end(&conversation, &handle).await.why, Some(EndReason::Done));
    drop(handle);
    hub.heartbeat().await.unwrap();
    assert!(hub.take_over(false).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_conversation_that_cannot_be_stored_holds_up_no_other() {
    let (fails, all) = (Arc::new(AtomicBool::default()), Arc::new(AtomicBool::default()));
    let database = {
        let (fails, all) = (Arc::clone(&fails), Arc::clone(&all));
        let is_unlucky = |event: &Event| matches!(event, Event::RunStart { model, .. } if model == "unlucky");
        Database::refusing(move |event| {
            fails.load(Ordering::SeqCst) && (all.load(Ordering::SeqCst) || is_unlucky(event))
        })
        .await
    };
    let (hub, person) = (Hub::new(database.clone()), PersonId::new());
    let mut conversations = Vec::new();
    for number in 0..8 {
        let id = ConversationId::from(format!("conversation-{number}").as_str());
        let conversation = hub.open_or_create(&person, &id).await.unwrap();
        let handle = ask(&conversation, "one").await.start.unwrap();
        conversations.push((conversation, handle));
    }
    fails.store(true, Ordering::SeqCst);
    all.store(true, Ordering::SeqCst);
    for (number, (conversation, handle)) in conversations.iter().enumerate() {
        let model = if number == 3 { "unlucky" } else { "m" }.to_owned();
        let (run, message) = (handle.run.clone(), handle.message.clone());
        let start = Event::RunStart { run: run.clone(), message, model, stand_in: false, started_at: 5 };
        conversation.publish(&run, start, String::new()).await.unwrap();
    }
    all.store(false, Ordering::SeqCst);
    assert!(!hub.save_unsaved().await.unwrap(), "one waits");
    for (number, (conversation, _)) in conversations.iter().enumerate() {
        let stored = database.load_conversation(conversation.id()).await.unwrap().unwrap().log;
        let has_begun = stored.iter().any(|frame| matches!(frame.event, Event::RunStart { .. }));
        assert_eq!(has_begun, number != 3, "{number}");
    }
    fails.store(false, Ordering::SeqCst);
    assert!(hub.save_unsaved().await.unwrap());
}

#[tokio::test]
async fn a_run_whose_conversation_cannot_be_read_holds_up_no_other() {
    let Scene { database, hub, person, conversation, .. } = scene().await;
    ask(&conversation, "one").await;
    let other = hub.open_or_create(&person, &ConversationId::from("conversation-2")).await.unwrap();
    ask(&other, "one").await;
    sqlx::query("UPDATE events SET frame = '{' WHERE conversation = $1")
        .bind(conversation.id().as_str())
        .execute(database.pool_for_tests())
        .await
        .unwrap();
    let after = Hub::new(database);
    let taken = after.take_over(true).await.unwrap();
    assert_eq!(taken.iter().map(|left| left.conversation.id()).collect::<Vec<_>>(), [other.id()]);
}

#[tokio::test]
async fn what_an_answer_used_waits_for_the_database_and_is_kept_once() {
    let Scene { database, hub, conversation, .. } = scene().await;
    let first = ask(&conversation, "one").await.start.unwrap();
    let used = |tokens| Usage { calls: 1, output_tokens: tokens, ..Usage::default() };
    let rename = |from: &str, to: &str| sqlx::AssertSqlSafe(format!("ALTER TABLE {from} RENAME TO {to}"));
    sqlx::query(rename("usage", "elsewhere")).execute(database.pool_for_tests()).await.unwrap();
    conversation.keep_usage(&first.run, "m", used(7)).await;
    conversation.keep_usage(&first.run, "m", used(5)).await;
    assert!(!hub.save_unsaved().await.unwrap(), "it waits");
    sqlx::query(rename("elsewhere", "usage")).execute(database.pool_for_tests()).await.unwrap();
    assert!(hub.save_unsaved().await.unwrap());
    assert!(hub.save_unsaved().await.unwrap());
    conversation.keep_usage(&first.run, "m", used(3)).await;
    let days = database.usage_by_day(conversation.owner(), 0).await.unwrap();
    assert_eq!(days.iter().map(|day| (day.answers, day.amount.tokens)).collect::<Vec<_>>(), [(1, 15)]);
}
