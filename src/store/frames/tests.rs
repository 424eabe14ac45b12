use leptos::prelude::*;

use super::*;
use crate::app::{Bootstrap, Opened};
use crate::store::connection::Connection;
use crate::store::outbox::Pending;
use crate::wire::change::{Applied, Decision, Plan};
use crate::wire::command::Word;
use crate::wire::transcript::{Transcript, Usage};

fn store() -> Store {
    let opened = Opened::Conversation { transcript: Transcript::new("c".into()) };
    Store::new(Bootstrap { opened, ..Bootstrap::default() })
}

fn frame(seq: u64, content: &str, event: Event) -> Frame {
    let completed = matches!(event, Event::RunEnd { .. });
    Frame { event, seq, conversation: Some("c".into()), content: content.into(), completed }
}

fn message(seq: u64) -> Frame {
    frame(
        seq,
        "How many sites?",
        Event::Message { message: "m".into(), instead_of: None, command: None, asked_at: 1, fresh_context: false },
    )
}

fn answer() -> Vec<Frame> {
    let run = || "r".into();
    let start = Event::RunStart { run: run(), message: "m".into(), model: "x".into(), stand_in: true, started_at: 2 };
    let end = Event::RunEnd {
        run: run(),
        why: EndReason::Done,
        problem: None,
        milliseconds: 10,
        usage: Usage::default(),
        ungrounded: Vec::new(),
    };
    vec![
        message(1),
        frame(2, "", start),
        frame(3, "14 sites.", Event::Text { run: run(), part: 0, offset: 0 }),
        frame(4, "", end),
    ]
}

#[test]
fn missing_frames_are_asked_for_from_the_last_one_there_is() {
    Owner::new().with(|| {
        let store = store();
        let mut frames = answer();
        frames.remove(1);
        assert_eq!(store.receive(frames).subscribe, Some(("c".into(), 1)));
    });
}

#[test]
fn an_answer_is_announced_with_its_text_when_it_is_whole() {
    Owner::new().with(|| {
        let store = store();
        let mut frames = answer();
        let end = frames.pop().unwrap();
        store.receive(frames);
        assert_eq!(store.announcement.get_untracked(), "Answering");
        assert_eq!(store.receive(vec![end]).ended, Some(EndReason::Done));
        assert_eq!(store.announcement.get_untracked(), "Answer ready. 14 sites.");
    });
}

#[test]
fn a_refused_question_keeps_its_text_and_says_why() {
    Owner::new().with(|| {
        let store = store();
        let view = store.current().unwrap();
        view.pending.set(vec![Pending::new("k".into(), "long".into())]);
        let problem = Problem::new(ProblemCode::TooLarge, "The question is too long");
        store.receive(vec![frame(0, "", Event::Error { id: Some("k".into()), problem: problem.clone() })]);
        assert_eq!(view.pending.get_untracked()[0].problem, Some(problem));
        assert!(store.toasts.get_untracked().is_empty());
    });
}

#[test]
fn a_conversation_that_is_not_there_becomes_a_page_that_says_so() {
    Owner::new().with(|| {
        let store = store();
        store.opened.set(OpenedView::Loading(ConversationView::empty("c".into())));
        let problem = Problem::new(ProblemCode::NotFound, "There is no such conversation");
        store.receive(vec![frame(0, "", Event::Error { id: None, problem })]);
        assert!(matches!(store.opened.get_untracked(), OpenedView::Missing(_)));
    });
}

#[test]
fn frames_of_another_conversation_change_nothing_here() {
    Owner::new().with(|| {
        let store = store();
        let mut other = message(1);
        other.conversation = Some("d".into());
        assert_eq!(store.receive(vec![other]), FollowUp::default());
        assert!(store.current().unwrap().is_empty());
    });
}

/// A plan that waits for its person's word, as frames after the run's begin.
fn plan() -> Vec<Frame> {
    let (call, name, input) = ("k".into(), "netbox_change".into(), serde_json::Value::Null);
    let plan = Plan { reason: "moved to the depot".into(), changes: Vec::new() };
    let (run, approval, digest) = ("r".into(), "a".into(), "d".into());
    let mut frames = answer();
    frames.truncate(2);
    frames.push(frame(3, "change", Event::ToolUse { run, part: 0, call, name, input }));
    let (run, call) = ("r".into(), "k".into());
    frames.push(frame(4, "", Event::Approval { run, call, approval, digest, plan, expires_at: 9 }));
    frames
}

#[test]
fn a_plan_is_announced_and_so_is_what_became_of_it() {
    Owner::new().with(|| {
        let store = store();
        store.receive(plan());
        let said = store.announcement.get_untracked();
        assert!(said.starts_with("Approval needed: ") && said.ends_with("moved to the depot"), "{said}");
        assert!(store.is_awaited());
        let decided = Event::Decided { run: "r".into(), approval: "a".into(), decision: Decision::Expired };
        store.receive(vec![frame(5, "", decided)]);
        assert_eq!(store.announcement.get_untracked(), "Expired before anybody decided: nothing was changed");
        assert!(!store.is_awaited());
    });
}

#[test]
fn a_word_is_said_once_and_only_while_there_is_a_connection() {
    Owner::new().with(|| {
        let store = store();
        store.receive(plan());
        let say = || store.decide("a".into(), "d".into(), Word::Approve);
        assert!(!say(), "it would be sent later, about what is not shown any more");
        store.connection.set(Connection { online: true, ..Connection::default() });
        assert!(say());
        assert!(!say(), "a second press said it again");
    });
}

#[test]
fn a_refused_word_is_told_and_the_plan_stays_as_it_is() {
    Owner::new().with(|| {
        let store = store();
        store.receive(plan());
        let view = store.current().unwrap();
        let before = view.with_transcript(Clone::clone);
        store.deciding.set(true);
        let problem = Problem::new(ProblemCode::Conflict, "This is not the plan that was shown").hint("look again");
        let follow_up = store.receive(vec![frame(0, "", Event::Error { id: None, problem })]);
        assert_eq!(follow_up, FollowUp::default());
        assert_eq!(view.with_transcript(Clone::clone), before);
        assert!(matches!(store.opened.get_untracked(), OpenedView::Ready(_)));
        let toasts = store.toasts.get_untracked();
        assert_eq!((toasts.len(), toasts[0].hint.as_deref()), (1, Some("look again")));
        assert!(!store.deciding.get_untracked(), "nobody could decide any more");
    });
}

#[test]
fn a_word_whose_answer_was_lost_can_be_said_again() {
    Owner::new().with(|| {
        let store = store();
        store.receive(plan());
        store.deciding.set(true);
        store.receive(vec![frame(0, "", Event::Pong { views: Vec::new() })]);
        assert!(!store.deciding.get_untracked());
    });
}

#[test]
fn when_a_plan_is_decided_the_next_one_can_be() {
    Owner::new().with(|| {
        let store = store();
        store.receive(plan());
        store.deciding.set(true);
        store.receive(vec![frame(
            5,
            "",
            Event::Decided { run: "r".into(), approval: "a".into(), decision: Decision::Approved },
        )]);
        assert!(!store.deciding.get_untracked(), "the buttons of the next plan wait for nothing");
    });
}

#[test]
fn a_failed_change_is_announced() {
    Owner::new().with(|| {
        let store = store();
        store.receive(plan());
        let decided = Event::Decided { run: "r".into(), approval: "a".into(), decision: Decision::Approved };
        let problem = Some(Problem::new(ProblemCode::Conflict, "changed meanwhile"));
        let applied = Applied { status: 412, problem, is_unknown: false, link: None };
        let applied = Event::Applied { run: "r".into(), approval: "a".into(), applied };
        store.receive(vec![frame(5, "", decided), frame(6, "", applied)]);
        assert_eq!(store.announcement.get_untracked(), "Approved, but only 0 of 0 carried out");
    });
}
