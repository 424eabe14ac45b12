use leptos::prelude::*;

use super::*;
use crate::app::{Bootstrap, Opened};
use crate::store::outbox::Pending;
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
