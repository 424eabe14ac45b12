use proptest::prelude::*;
use serde_json::json;

use super::{Applied, Change, apply, versions};
use crate::wire::change::{Applied as Carried, Decision, Plan};
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CallId, ConversationId, MessageId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::tool::ToolOutcome;
use crate::wire::transcript::{EndReason, Part, Transcript, Turn, Usage};

fn conversation() -> ConversationId {
    "c".into()
}

fn frame(seq: u64, event: Event, content: &str) -> Frame {
    let completed = matches!(event, Event::RunEnd { .. });
    Frame { event, seq, conversation: Some(conversation()), content: content.to_owned(), completed }
}

/// Applies events one after the other, from sequence number 1.
fn play(events: Vec<(Event, &str)>) -> (Transcript, Vec<Applied>) {
    let mut transcript = Transcript::new(conversation());
    let applied = (1..).zip(events).map(|(seq, (event, content))| apply(&mut transcript, &frame(seq, event, content)));
    let applied = applied.collect();
    (transcript, applied)
}

fn message(id: &str) -> Event {
    Event::Message { message: id.into(), instead_of: None, command: None, asked_at: 1, fresh_context: false }
}

fn instead(id: &str, of: &str) -> Event {
    Event::Message { message: id.into(), instead_of: Some(of.into()), command: None, asked_at: 1, fresh_context: false }
}

fn branch(message: &str) -> Event {
    Event::Branch { message: message.into() }
}

fn run_start(run: &str, message: &str) -> Event {
    Event::RunStart { run: run.into(), message: message.into(), model: "claude".into(), stand_in: false, started_at: 2 }
}

fn text(part: usize, offset: usize) -> Event {
    Event::Text { run: "r1".into(), part, offset }
}

fn tool_use(part: usize, call: &str) -> Event {
    let name = "netbox_get_objects".into();
    Event::ToolUse { run: "r1".into(), part, call: call.into(), name, input: json!({"object_type": "dcim.site"}) }
}

fn run_end(run: &str) -> Event {
    Event::RunEnd {
        run: run.into(),
        why: EndReason::Done,
        problem: None,
        milliseconds: 5,
        usage: Usage::default(),
        ungrounded: Vec::new(),
    }
}

fn notice() -> Event {
    Event::Notice { run: "r1".into(), problem: Problem::new(ProblemCode::ModelOverloaded, "overloaded") }
}

fn approval(run: RunId, call: CallId, approval: &str) -> Event {
    let plan = Plan { reason: "Moved".into(), changes: Vec::new() };
    Event::Approval { run, call, approval: approval.into(), digest: "d".into(), plan, expires_at: 9 }
}

#[test]
fn the_first_word_about_a_plan_counts_and_what_was_carried_out_is_kept_in_order() {
    let decided = |decision| Event::Decided { run: "r1".into(), approval: "a1".into(), decision };
    let done = |status| Event::Applied {
        run: "r1".into(),
        approval: "a1".into(),
        applied: Carried { status, problem: None, is_unknown: false, link: None },
    };
    let changed = Applied::Changed(vec![Change::ApprovalChanged { turn: 0, part: 0 }]);
    let (transcript, applied) = play(vec![
        (message("m1"), "Rename it"),
        (run_start("r1", "m1"), ""),
        (tool_use(0, "t1"), "rename"),
        (approval("r1".into(), "t1".into(), "a1"), "would rename"),
        (Event::Decided { run: "r1".into(), approval: "a2".into(), decision: Decision::Approved }, ""),
        (decided(Decision::Approved), ""),
        (decided(Decision::Rejected), ""),
        (done(200), ""),
        (done(412), ""),
        (run_end("r1"), ""),
        (done(200), "too late"),
    ]);
    let ignored = Applied::Ignored;
    assert_eq!(applied[3..7], [changed.clone(), ignored.clone(), changed.clone(), ignored.clone()]);
    assert_eq!(applied[7..9], [changed.clone(), changed]);
    assert_eq!(applied[10], ignored);
    let Part::Tool(tool) = &transcript.turns[0].answer.as_ref().unwrap().parts[0] else { panic!() };
    let approval = tool.approval.as_ref().unwrap();
    assert_eq!(approval.decision, Some(Decision::Approved));
    assert_eq!(approval.applied.iter().map(|applied| applied.status).collect::<Vec<_>>(), [200, 412]);
}

#[test]
fn an_answer_grows_part_by_part() {
    let outcome = ToolOutcome { summary: "14 sites".into(), ..ToolOutcome::default() };
    let (transcript, applied) = play(vec![
        (message("m1"), "How many sites?"),
        (run_start("r1", "m1"), ""),
        (Event::Thinking { run: "r1".into(), part: 0, offset: 0 }, "Look "),
        (Event::Thinking { run: "r1".into(), part: 0, offset: 5 }, "them up."),
        (tool_use(1, "t1"), "sites"),
        (Event::ToolResult { run: "r1".into(), call: "t1".into(), outcome: outcome.clone() }, "14 sites"),
        (text(2, 0), "Sites in Zürich: "),
        (text(2, 18), "**14**"),
        (run_end("r1"), ""),
        (Event::Title, "Sites"),
    ]);
    let turn = 0;
    let changed = |change| Applied::Changed(vec![change]);
    assert_eq!(
        applied,
        [
            changed(Change::TurnAdded { turn }),
            changed(Change::AnswerStarted { turn }),
            changed(Change::PartAdded { turn, part: 0 }),
            changed(Change::TextAppended { turn, part: 0, offset: 5 }),
            changed(Change::PartAdded { turn, part: 1 }),
            changed(Change::ToolEnded { turn, part: 1 }),
            changed(Change::PartAdded { turn, part: 2 }),
            changed(Change::TextAppended { turn, part: 2, offset: 18 }),
            changed(Change::AnswerEnded { turn }),
            changed(Change::Title),
        ]
    );
    assert_eq!(transcript.seq, 10);
    assert_eq!(transcript.title, "Sites");
    assert_eq!(transcript.running(), None);
    let answer = transcript.turns[0].answer.as_ref().unwrap();
    assert_eq!(answer.parts[0], Part::Thinking { text: "Look them up.".into() });
    assert!(matches!(&answer.parts[1], Part::Tool(tool) if tool.title == "sites" && tool.outcome == Some(outcome)));
    assert_eq!(answer.parts[2], Part::Text { text: "Sites in Zürich: **14**".into() });
}

#[test]
fn text_at_another_offset_is_a_gap_and_changes_nothing() {
    let (before, _) = play(vec![(message("m1"), "?"), (run_start("r1", "m1"), ""), (text(0, 0), "abc")]);
    for (event, content) in [
        (text(0, 2), "d"),
        (text(0, 4), "d"),
        (text(1, 1), "d"),
        (text(2, 0), "d"),
        (text(0, 0), "d"),
        (Event::Thinking { run: "r1".into(), part: 0, offset: 3 }, "d"),
        (tool_use(0, "t1"), ""),
        (tool_use(2, "t1"), ""),
    ] {
        let mut transcript = before.clone();
        assert_eq!(apply(&mut transcript, &frame(4, event.clone(), content)), Applied::Gap, "{event:?}");
        assert_eq!(transcript, before);
    }
}

#[test]
fn old_frames_are_dropped_and_later_ones_wait() {
    let (before, _) = play(vec![(message("m1"), "?"), (Event::Title, "first")]);
    let mut transcript = before.clone();
    assert_eq!(apply(&mut transcript, &frame(1, Event::Title, "again")), Applied::Duplicate);
    assert_eq!(apply(&mut transcript, &frame(2, Event::Title, "again")), Applied::Duplicate);
    assert_eq!(apply(&mut transcript, &frame(4, Event::Title, "later")), Applied::Gap);
    assert_eq!(apply(&mut transcript, &frame(u64::MAX, Event::Title, "later")), Applied::Gap);
    assert_eq!(transcript, before);
}

#[test]
fn frames_outside_this_log_are_ignored() {
    let (before, _) = play(vec![(message("m1"), "?")]);
    let mut transcript = before.clone();
    let other = Frame { conversation: Some("other".into()), ..frame(2, Event::Title, "theirs") };
    let theirs = Event::Snapshot { transcript: Transcript::new("other".into()) };
    let unnamed = Frame { conversation: None, ..frame(0, theirs, "") };
    for outside in [other, unnamed, frame(0, Event::ConversationsChanged, ""), frame(0, Event::Title, "of no log")] {
        assert_eq!(apply(&mut transcript, &outside), Applied::Ignored);
    }
    assert_eq!(transcript, before);
}

#[test]
fn an_unknown_event_counts() {
    let unknown: Frame = serde_json::from_value(json!({"type": "telepathy", "seq": 1, "conversation": "c"})).unwrap();
    let mut transcript = Transcript::new(conversation());
    assert_eq!(apply(&mut transcript, &unknown), Applied::Ignored);
    assert_eq!(transcript.seq, 1);
    assert_eq!(apply(&mut transcript, &frame(2, Event::Title, "t")), Applied::Changed(vec![Change::Title]));
}

#[test]
fn a_snapshot_replaces_even_what_is_newer() {
    let (mut transcript, _) = play(vec![(message("m1"), "?"), (message("m2"), "?"), (Event::Title, "lost")]);
    let (server, _) = play(vec![(message("m3"), "!")]);
    let snapshot = frame(0, Event::Snapshot { transcript: server.clone() }, "");
    assert_eq!(apply(&mut transcript, &snapshot), Applied::Changed(vec![Change::Whole]));
    assert_eq!(transcript, server);
}

#[test]
fn a_queued_message_waits_until_it_is_asked() {
    let queued = |id: &str| Event::Queued { message: id.into(), command: None };
    let (transcript, applied) = play(vec![
        (message("m1"), "one"),
        (queued("m2"), "two"),
        (queued("m3"), "three"),
        (queued("m3"), "three"),
        (Event::Unqueued { message: "m2".into() }, ""),
        (message("m3"), "three"),
    ]);
    assert_eq!(applied[3], Applied::Ignored);
    assert_eq!(applied[5], Applied::Changed(vec![Change::Queue, Change::TurnAdded { turn: 1 }]));
    assert!(transcript.queue.is_empty());
    assert_eq!(transcript.turns[1].question, "three");
}

#[test]
fn a_notice_goes_with_the_next_part() {
    for (event, change) in [
        (text(0, 1), Change::TextAppended { turn: 0, part: 0, offset: 1 }),
        (text(1, 0), Change::PartAdded { turn: 0, part: 1 }),
        (tool_use(1, "t"), Change::PartAdded { turn: 0, part: 1 }),
    ] {
        let start =
            vec![(message("m1"), "?"), (run_start("r1", "m1"), ""), (text(0, 0), "a"), (notice(), "overloaded")];
        let (mut transcript, applied) = play(start);
        assert_eq!(applied[3], Applied::Changed(vec![Change::Notice { turn: 0 }]));
        let applied = apply(&mut transcript, &frame(5, event, "b"));
        assert_eq!(applied, Applied::Changed(vec![change, Change::Notice { turn: 0 }]));
        assert_eq!(transcript.turns[0].answer.as_ref().unwrap().notice, None);
    }
}

#[test]
fn a_failed_attempt_is_withdrawn() {
    let (transcript, applied) = play(vec![
        (message("m1"), "?"),
        (run_start("r1", "m1"), ""),
        (tool_use(0, "t1"), ""),
        (text(1, 0), "wrong"),
        (Event::StepReset { run: "r1".into(), part: 1 }, ""),
        (text(1, 0), "right"),
    ]);
    assert_eq!(applied[4], Applied::Changed(vec![Change::PartsWithdrawn { turn: 0, part: 1 }]));
    let parts = &transcript.turns[0].answer.as_ref().unwrap().parts;
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1], Part::Text { text: "right".into() });
}

#[test]
fn an_ended_or_replaced_run_changes_nothing() {
    let start = vec![
        (message("m1"), "?"),
        (run_start("r0", "m1"), ""),
        (run_end("r0"), ""),
        (run_start("r1", "m1"), ""),
        (text(0, 0), "second answer"),
    ];
    let (before, _) = play(start);
    for event in [Event::Text { run: "r0".into(), part: 0, offset: 0 }, run_end("r0"), run_end("unknown")] {
        let mut transcript = before.clone();
        assert_eq!(apply(&mut transcript, &frame(6, event, "late")), Applied::Ignored);
        assert_eq!(transcript, Transcript { seq: 6, ..before.clone() });
    }
    let mut ended = before;
    apply(&mut ended, &frame(6, run_end("r1"), ""));
    assert_eq!(apply(&mut ended, &frame(7, run_end("r1"), "")), Applied::Ignored);
}

#[test]
fn a_question_asked_in_another_way_stands_beside_the_one_it_was() {
    let (mut transcript, applied) = play(vec![
        (message("m1"), "sites?"),
        (message("m2"), "racks?"),
        (message("m3"), "devices?"),
        (instead("m4", "m2"), "racks in Ohio?"),
        (message("m5"), "and cables?"),
    ]);
    let shown = |transcript: &Transcript| -> Vec<String> {
        transcript.turns.iter().map(|turn| turn.message.to_string()).collect()
    };
    let at = |turn| Change::TurnAdded { turn };
    assert_eq!(applied[3], Applied::Changed(vec![Change::TurnsPutAside { turn: 1 }, at(1)]));
    assert_eq!(shown(&transcript), ["m1", "m4", "m5"]);
    assert_eq!(versions(&transcript, 1), [&MessageId::from("m2"), &MessageId::from("m4")]);
    assert_eq!(versions(&transcript, 2).len(), 1, "m3 stands under another question");

    let applied = apply(&mut transcript, &frame(6, branch("m2"), ""));
    assert_eq!(applied, Applied::Changed(vec![Change::TurnsPutAside { turn: 1 }, at(1), at(2)]));
    assert_eq!(shown(&transcript), ["m1", "m2", "m3"], "with what was asked under it");
    apply(&mut transcript, &frame(7, branch("m5"), ""));
    assert_eq!(shown(&transcript), ["m1", "m4", "m5"]);
    assert_eq!(apply(&mut transcript, &frame(8, branch("m5"), "")), Applied::Ignored, "it is shown");

    apply(&mut transcript, &frame(9, instead("m6", "m1"), "regions?"));
    assert_eq!(shown(&transcript), ["m6"]);
    apply(&mut transcript, &frame(10, branch("m3"), ""));
    assert_eq!(shown(&transcript), ["m1", "m2", "m3"], "a turn far from where the branches part");
}

#[test]
fn of_two_that_were_asked_under_one_the_newer_is_shown() {
    let at = |id: &str, of: Option<&str>, asked_at| Event::Message {
        message: id.into(),
        instead_of: of.map(MessageId::from),
        command: None,
        asked_at,
        fresh_context: false,
    };
    let (transcript, _) = play(vec![
        (at("m1", None, 1), ""),
        (at("z", None, 2), ""),
        (at("a", Some("z"), 3), ""),
        (at("m4", Some("m1"), 4), ""),
        (branch("m1"), ""),
    ]);
    assert_eq!(transcript.turns.last().unwrap().message, "a".into());
}

/// A server in small: it makes a log that a real run could make, out of arbitrary bytes.
fn log(choices: &[(u8, u8)]) -> Vec<(Frame, Transcript)> {
    let mut transcript = Transcript::new(conversation());
    let mut log = Vec::new();
    for (index, &(choice, detail)) in choices.iter().enumerate() {
        let (event, content) = next_event(&transcript, index, choice, detail);
        let frame = frame(transcript.seq + 1, event, &content);
        let applied = apply(&mut transcript, &frame);
        assert!(!matches!(applied, Applied::Gap | Applied::Duplicate), "{frame:?} gave {applied:?}");
        log.push((frame, transcript.clone()));
    }
    log
}

fn next_event(transcript: &Transcript, index: usize, choice: u8, detail: u8) -> (Event, String) {
    let word = ["", "a", "Zürich ", "**14** sites\n\n", "日本", "\u{1f600}"][usize::from(detail) % 6].to_owned();
    let Some(run) = transcript.running().cloned() else {
        let some =
            |turns: &[Turn]| turns.get(usize::from(detail) % turns.len().max(1)).map(|turn| turn.message.clone());
        return match transcript.turns.last() {
            Some(turn) if turn.answer.is_none() || choice.is_multiple_of(6) => {
                (run_start(&format!("r{index}"), turn.message.as_str()), String::new())
            }
            _ if choice % 6 == 1 => (Event::Title, word),
            _ if choice % 6 == 2 => (Event::Reset, String::new()),
            _ => match (choice % 6, some(&transcript.turns), some(&transcript.aside)) {
                (3, Some(of), _) => (instead(&format!("m{index}"), of.as_str()), word),
                (4, _, Some(other)) => (branch(other.as_str()), String::new()),
                _ => (message(&format!("m{index}")), word),
            },
        };
    };
    let parts = &transcript.turns.last().unwrap().answer.as_ref().unwrap().parts;
    let next = parts.len();
    let waits = parts.iter().find_map(|part| match part {
        Part::Tool(tool) => tool.approval.as_ref().map(|approval| approval.approval.clone()),
        _ => None,
    });
    match choice % 12 {
        10 => match (
            waits,
            parts.iter().find_map(|part| if let Part::Tool(tool) = part { Some(tool.call.clone()) } else { None }),
        ) {
            (None, Some(call)) => (approval(run, call, &format!("a{index}")), word),
            (Some(approval), _) => {
                let decision = if detail.is_multiple_of(2) { Decision::Approved } else { Decision::Expired };
                (Event::Decided { run, approval, decision }, word)
            }
            (None, None) => (Event::Text { run, part: next, offset: 0 }, word),
        },
        11 => {
            let applied = Carried { status: 200, problem: None, is_unknown: false, link: None };
            (Event::Applied { run, approval: waits.unwrap_or_default(), applied }, word)
        }
        0 => (Event::Queued { message: format!("q{index}").into(), command: None }, word),
        1 => match transcript.queue.first() {
            Some(queued) => (Event::Unqueued { message: queued.message.clone() }, String::new()),
            None => (Event::Title, word),
        },
        2 => {
            let (call, name) = (format!("t{index}").into(), "netbox_search_objects".into());
            (Event::ToolUse { run, part: next, call, name, input: json!({"q": detail}) }, word)
        }
        3 => match parts.iter().find_map(|part| match part {
            Part::Tool(tool) if tool.outcome.is_none() => Some(tool.call.clone()),
            _ => None,
        }) {
            Some(call) => (Event::ToolResult { run, call, outcome: ToolOutcome::default() }, word),
            None => (Event::Thinking { run, part: next, offset: 0 }, word),
        },
        4 => (Event::StepReset { run, part: usize::from(detail) % (next + 1) }, String::new()),
        5 => (Event::Notice { run, problem: Problem::new(ProblemCode::ModelOverloaded, word.clone()) }, word),
        6 if detail.is_multiple_of(4) => {
            let (why, usage) = (EndReason::Done, Usage::default());
            (Event::RunEnd { run, why, problem: None, milliseconds: 9, usage, ungrounded: Vec::new() }, String::new())
        }
        _ => match parts.last() {
            Some(Part::Text { text }) => (Event::Text { run, part: next - 1, offset: text.len() }, word),
            Some(Part::Thinking { text }) => (Event::Thinking { run, part: next - 1, offset: text.len() }, word),
            _ => (Event::Text { run, part: next, offset: 0 }, word),
        },
    }
}

fn choices() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec(any::<(u8, u8)>(), 1..80)
}

fn snapshot(transcript: Transcript) -> Frame {
    frame(0, Event::Snapshot { transcript }, "")
}

proptest! {
    #[test]
    fn a_torn_connection_ends_where_the_whole_one_does(
        choices in choices(),
        deliveries in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4), 0..200),
    ) {
        let log = log(&choices);
        let (last, whole) = log.last().unwrap();
        let mut transcript = Transcript::new(conversation());
        for (index, kind) in deliveries {
            let index = index.index(log.len());
            match kind {
                // The next frame in order, perhaps again.
                0 => {
                    let next = usize::try_from(transcript.seq).unwrap().min(log.len() - 1);
                    apply(&mut transcript, &log[next].0);
                }
                // Any frame, early or late. A gap is answered from the log, or with a snapshot.
                1 | 2 => {
                    let before = transcript.clone();
                    match apply(&mut transcript, &log[index].0) {
                        Applied::Gap if kind == 1 => {
                            prop_assert_eq!(&transcript, &before);
                            for (frame, _) in &log[usize::try_from(before.seq).unwrap()..=index] {
                                apply(&mut transcript, frame);
                            }
                        }
                        Applied::Gap => { apply(&mut transcript, &snapshot(log[index].1.clone())); }
                        _ => {}
                    }
                }
                // A snapshot of any age.
                _ => { apply(&mut transcript, &snapshot(log[index].1.clone())); }
            }
            // At every moment it is a state that the server had.
            let empty = Transcript::new(conversation());
            let at = usize::try_from(transcript.seq).unwrap();
            prop_assert_eq!(&transcript, at.checked_sub(1).map_or(&empty, |at| &log[at].1));
        }
        for (frame, _) in &log {
            apply(&mut transcript, frame);
        }
        prop_assert_eq!(transcript.seq, last.seq);
        prop_assert_eq!(&transcript, whole);
    }

    #[test]
    fn a_frame_applied_again_changes_nothing(choices in choices()) {
        let mut transcript = Transcript::new(conversation());
        for (frame, _) in log(&choices) {
            apply(&mut transcript, &frame);
            let before = transcript.clone();
            prop_assert_eq!(apply(&mut transcript, &frame), Applied::Duplicate);
            prop_assert_eq!(&transcript, &before);
        }
    }

    #[test]
    fn what_is_called_changed_exists(choices in choices()) {
        let mut transcript = Transcript::new(conversation());
        for (frame, _) in log(&choices) {
            let Applied::Changed(changes) = apply(&mut transcript, &frame) else { continue };
            for change in changes {
                let parts = |turn: usize| transcript.turns[turn].answer.as_ref().map_or(0, |answer| answer.parts.len());
                match change {
                    Change::Whole | Change::Title | Change::Queue => {}
                    Change::TurnsPutAside { turn } => prop_assert!(turn <= transcript.turns.len()),
                    Change::TurnAdded { turn } => prop_assert!(turn < transcript.turns.len()),
                    Change::AnswerStarted { turn } => prop_assert_eq!(parts(turn), 0),
                    Change::PartAdded { turn, part } => prop_assert_eq!(part + 1, parts(turn)),
                    Change::PartsWithdrawn { turn, part } => prop_assert_eq!(part, parts(turn)),
                    Change::ToolEnded { turn, part }
                    | Change::ApprovalChanged { turn, part }
                    | Change::TextAppended { turn, part, .. } => {
                        prop_assert!(part < parts(turn));
                    }
                    Change::Notice { turn } | Change::AnswerEnded { turn } => {
                        prop_assert!(transcript.turns[turn].answer.is_some());
                    }
                }
            }
        }
    }

    /// Whatever is asked in another way and whichever branch is shown: nothing is lost, and every branch is one.
    #[test]
    fn a_tree_keeps_every_turn_in_its_place(choices in choices()) {
        let mut known: Vec<(MessageId, Option<MessageId>)> = Vec::new();
        for (frame, transcript) in log(&choices) {
            for (index, turn) in transcript.turns.iter().enumerate() {
                let parent = index.checked_sub(1).map(|before| &transcript.turns[before].message);
                prop_assert_eq!(turn.parent.as_ref(), parent);
                prop_assert!(versions(&transcript, index).contains(&&turn.message));
            }
            let all: Vec<_> = transcript.turns.iter().chain(&transcript.aside).collect();
            let is_kept = known.iter().all(|(message, parent)| {
                all.iter().filter(|turn| turn.message == *message && turn.parent == *parent).count() == 1
            });
            prop_assert!(is_kept, "a turn is lost, doubled or under another one");
            let has_parent = |turn: &&Turn| turn.parent.is_none() || all.iter().any(|other| Some(&other.message) == turn.parent.as_ref());
            prop_assert!(all.iter().all(has_parent));
            if let Event::Branch { message } = &frame.event {
                prop_assert!(transcript.turns.iter().any(|turn| turn.message == *message));
            }
            known = all.iter().map(|turn| (turn.message.clone(), turn.parent.clone())).collect();
        }
    }

    /// Frames that no server would send: any order of events, any sequence number.
    #[test]
    fn nonsense_never_panics_nor_changes_what_it_should_not(
        choices in choices(),
        numbers in prop::collection::vec((any::<prop::sample::Index>(), any::<u64>(), any::<usize>()), 1..80),
    ) {
        let log = log(&choices);
        let mut transcript = Transcript::new(conversation());
        for (index, seq, number) in numbers {
            let mut frame = log[index.index(log.len())].0.clone();
            frame.seq = if seq % 2 == 0 { transcript.seq + 1 } else { seq };
            match &mut frame.event {
                Event::Text { part, offset, .. } | Event::Thinking { part, offset, .. } if seq % 3 == 0 => {
                    (*part, *offset) = (number, number);
                }
                Event::StepReset { part, .. } => *part = number,
                _ => {}
            }
            let before = transcript.clone();
            match apply(&mut transcript, &frame) {
                Applied::Changed(_) => prop_assert_eq!(transcript.seq, before.seq + 1),
                Applied::Duplicate | Applied::Gap => prop_assert_eq!(&transcript, &before),
                Applied::Ignored => prop_assert_eq!(&transcript.turns, &before.turns),
            }
        }
    }
}
