use leptos::prelude::*;

use super::answer::PartView;
use super::*;
use crate::wire::change::{Applied as Carried, Decision, Plan};
use crate::wire::event::Event;
use crate::wire::transcript::{Answer, Part};

fn frame(seq: u64, content: &str, event: Event) -> Frame {
    Frame { event, seq, conversation: Some("c".into()), content: content.into(), completed: false }
}

fn asked(seq: u64) -> Frame {
    frame(
        seq,
        "How many?",
        Event::Message { message: "m".into(), instead_of: None, command: None, asked_at: 1, fresh_context: false },
    )
}

fn started(seq: u64) -> Frame {
    let (run, message) = ("r".into(), "m".into());
    frame(seq, "", Event::RunStart { run, message, model: "x".into(), stand_in: true, started_at: 2 })
}

fn text(seq: u64, offset: usize, content: &str) -> Frame {
    frame(seq, content, Event::Text { run: "r".into(), part: 0, offset })
}

fn text_of(view: &ConversationView) -> String {
    let turns = view.turns.get_untracked();
    turns[0].answer.get_untracked().unwrap().markdown()
}

#[test]
fn a_piece_of_text_draws_its_part_again_and_nothing_else() {
    let owner = Owner::new();
    owner.with(|| {
        let view = ConversationView::empty("c".into());
        view.receive(&[asked(1), started(2), text(3, 0, "First.\n\nSecond.\n\nThi")]);
        let turns = view.turns.get_untracked();
        let answer = turns[0].answer.get_untracked().unwrap();
        let parts = answer.parts.get_untracked();
        let PartView::Text(part) = &parts[0] else { panic!("not text") };
        let finished = part.finished.get_untracked();

        let received = view.receive(&[text(4, 20, "rd.\n\nFourth")]);

        assert!(received.changed && !received.gap);
        assert_eq!(text_of(&view), "First.\n\nSecond.\n\nThird.\n\nFourth");
        let again = part.finished.get_untracked();
        assert!(Arc::ptr_eq(&finished[0], &again[0]), "a finished block was made again");
        assert!(again.len() > finished.len());
    });
}

#[test]
fn what_the_views_hold_equals_a_view_made_from_the_transcript() {
    let owner = Owner::new();
    owner.with(|| {
        let view = ConversationView::empty("c".into());
        view.receive(&[asked(1), started(2), text(3, 0, "One ")]);
        view.receive(&[
            frame(4, "", Event::StepReset { run: "r".into(), part: 0 }),
            text(5, 0, "Two, longer than that"),
        ]);
        assert_eq!(text_of(&view), "Two, longer than that");
        let transcript = view.with_transcript(Clone::clone);
        let anew = ConversationView::of_transcript(transcript);
        assert_eq!(text_of(&anew), text_of(&view));
        assert_eq!(anew.running.get_untracked(), view.running.get_untracked());
    });
}

#[test]
fn a_snapshot_replaces_what_was_shown() {
    let owner = Owner::new();
    owner.with(|| {
        let view = ConversationView::empty("c".into());
        view.receive(&[asked(1), started(2), text(3, 0, "Old")]);
        let mut transcript = view.with_transcript(Clone::clone);
        transcript.seq = 9;
        transcript.turns[0].answer = Some(Answer {
            run: "other".into(),
            model: "x".into(),
            stand_in: true,
            started_at: 3,
            parts: vec![Part::Text { text: "New".into() }],
            notice: None,
            end: None,
        });
        view.receive(&[frame(0, "", Event::Snapshot { transcript })]);
        assert_eq!((text_of(&view).as_str(), view.seq()), ("New", 9));
        assert_eq!(view.running.get_untracked(), Some("other".into()));
    });
}

#[test]
fn a_gap_is_reported_and_changes_nothing() {
    let owner = Owner::new();
    owner.with(|| {
        let view = ConversationView::empty("c".into());
        assert_eq!(view.receive(&[asked(2)]), Received { gap: true, ..Received::default() });
        assert!(view.is_empty());
    });
}

#[test]
fn a_sent_question_is_shown_until_the_log_shows_it() {
    let owner = Owner::new();
    owner.with(|| {
        let view = ConversationView::empty("c".into());
        view.pending.set(vec![Pending::new("k".into(), "How many?".into())]);
        view.pending.update(|pending| outbox::acknowledge(pending, &"k".into(), Some(&"m".into())));
        view.settle();
        assert_eq!(view.pending.get_untracked().len(), 1, "acknowledged, but nothing else shows it");
        view.receive(&[asked(1)]);
        view.settle();
        assert!(view.pending.get_untracked().is_empty());
    });
}

#[test]
fn an_answer_that_is_only_a_number_is_shown() {
    Owner::new().with(|| {
        let view = text::TextView::of_text("The number:\n\n4");
        view.show("The number:\n\n42");
        let shown = view.finished.with(Vec::len) + view.open.with(Vec::len);
        assert_eq!(shown, 1, "a number may be the beginning of a list");
        view.finish();
        view.finish();
        assert_eq!(view.finished.with(Vec::len), 2);
        assert!(view.open.with(Vec::is_empty));
    });
}

#[test]
fn a_plan_that_is_decided_and_carried_out_is_not_drawn_anew() {
    Owner::new().with(|| {
        let view = ConversationView::empty("c".into());
        let run = || RunId::from("r");
        let call = Event::ToolUse {
            run: run(),
            part: 0,
            call: "k".into(),
            name: "netbox_change".into(),
            input: serde_json::Value::Null,
        };
        let plan = Plan { reason: "moved".into(), changes: Vec::new() };
        let (approval, digest) = ("a".into(), "d".into());
        let approval = Event::Approval { run: run(), call: "k".into(), approval, digest, plan, expires_at: 9 };
        view.receive(&[asked(1), started(2), frame(3, "change", call), frame(4, "", approval)]);
        let answer = view.turns.get_untracked()[0].answer.get_untracked().unwrap();
        let parts = answer.parts.get_untracked();
        let PartView::Tool(tool) = &parts[0] else { panic!("not a call") };
        let shown = {
            let (parts, plan) = (answer.parts.clone(), tool.approval.clone());
            Memo::new(move |_| (parts.with(Vec::len), plan.id().is_some()))
        };
        assert_eq!(shown.get(), (1, true));
        let told = Memo::new({
            let plan = tool.approval.clone();
            move |_| plan.with(|plan| (plan.decision, plan.applied.clone())).unwrap()
        });
        assert_eq!(told.get(), (None, Vec::new()));

        let decided = Event::Decided { run: run(), approval: "a".into(), decision: Decision::Approved };
        let carried = Carried { status: 200, problem: None, is_unknown: false, link: None };
        let applied = Event::Applied { run: run(), approval: "a".into(), applied: carried.clone() };
        view.receive(&[frame(5, "", decided), frame(6, "", applied)]);

        assert_eq!(shown.get(), (1, true));
        assert_eq!(told.get(), (Some(Decision::Approved), vec![carried]));
    });
}
