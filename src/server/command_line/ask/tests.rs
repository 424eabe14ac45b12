use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream;
use serde_json::{Value, json};

use super::*;
use crate::wire::id::{CallId, RunId};
use crate::wire::tool::ToolOutcome;
use crate::wire::transcript::Usage;

const TERMINAL: Options = Options { json: false, output_is_terminal: true, error_is_terminal: true };
const PIPES: Options = Options { json: false, output_is_terminal: false, error_is_terminal: false };
const JSON: Options = Options { json: true, ..PIPES };

fn frame(event: Event, content: &str) -> Frame {
    let completed = matches!(event, Event::RunEnd { .. });
    Frame { event, seq: 1, conversation: None, content: content.to_owned(), completed }
}

fn text(part: usize, content: &str) -> Frame {
    frame(Event::Text { run: RunId::default(), part, offset: 0 }, content)
}

fn call(title: &str) -> Frame {
    let (run, call) = (RunId::default(), CallId::default());
    frame(Event::ToolUse { run, part: 1, call, name: "netbox_get_objects".to_owned(), input: json!({}) }, title)
}

fn result(summary: &str, is_error: bool) -> Frame {
    let outcome = ToolOutcome { is_error, summary: summary.to_owned(), milliseconds: 12, ..ToolOutcome::default() };
    frame(Event::ToolResult { run: RunId::default(), call: CallId::default(), outcome }, summary)
}

fn end(why: EndReason, problem: Option<Problem>) -> Frame {
    frame(
        Event::RunEnd {
            run: RunId::default(),
            why,
            problem,
            milliseconds: 5,
            usage: Usage::default(),
            ungrounded: Vec::new(),
        },
        "",
    )
}

fn answer() -> Vec<Frame> {
    vec![
        text(0, "Let me "),
        text(0, "look."),
        call("sites in Ohio"),
        result("3 of 14 sites", false),
        text(2, "There are **3**"),
        text(2, " sites."),
        end(EndReason::Done, None),
    ]
}

/// What is printed to both streams, and the outcome.
async fn printed(frames: Vec<Frame>, options: Options) -> (String, String, Outcome) {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let run = CancellationToken::new();
    let never = stream::pending();
    let outcome = print(stream::iter(frames), options, &run, never, &mut output, &mut errors).await;
    (String::from_utf8(output).unwrap(), String::from_utf8(errors).unwrap(), outcome)
}

#[tokio::test]
async fn a_script_gets_the_answer_and_nothing_else() {
    let (output, errors, outcome) = printed(answer(), PIPES).await;
    assert_eq!(output, "Let me look.\n\nThere are **3** sites.\n");
    assert_eq!((errors.as_str(), outcome), ("", Outcome::Answered));
}

#[tokio::test]
async fn a_person_sees_the_tools_on_lines_of_their_own() {
    let (output, errors, _) = printed(answer(), TERMINAL).await;
    // The line feed that ends `look.` on the screen is the one before the tool's line.
    assert_eq!(output, "Let me look.\nThere are **3** sites.\n");
    assert_eq!(errors, "\n> sites in Ohio\n< 3 of 14 sites (12 ms)\n");
}

#[tokio::test]
async fn json_is_one_frame_a_line_up_to_the_last() {
    let frames = [answer(), vec![text(9, "after the end")]].concat();
    let (output, errors, outcome) = printed(frames, JSON).await;
    let rows: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), answer().len());
    assert_eq!((&rows[0]["type"], &rows[0]["content"]), (&json!("text"), &json!("Let me ")));
    let completed: Vec<_> = rows.iter().map(|row| row["completed"] == true).collect();
    assert_eq!(completed.iter().position(|&completed| completed), Some(rows.len() - 1));
    assert_eq!((errors.as_str(), outcome), ("", Outcome::Answered));
}

#[tokio::test]
async fn a_failure_says_what_to_do() {
    let mut problem = Problem::new(ProblemCode::ModelKey, "The key was refused").hint("Check ANTHROPIC_API_KEY");
    problem.request_id = Some("req_1".to_owned());
    for options in [PIPES, JSON] {
        let frames = vec![text(0, "So far"), end(EndReason::Failed, Some(problem.clone()))];
        let (output, errors, outcome) = printed(frames, options).await;
        assert!(output.starts_with(if options.json { "{" } else { "So far\n" }));
        assert_eq!(errors, "error: The key was refused\nhint: Check ANTHROPIC_API_KEY\nrequest: req_1\n");
        assert_eq!(outcome, Outcome::Failed);
    }
}

#[tokio::test]
async fn a_person_sees_what_it_took_and_that_more_would_have_been_needed() {
    let problem = Problem::new(ProblemCode::BudgetLimit, "It would have needed more").hint("Ask for less");
    let usage = Usage {
        calls: 2,
        input_tokens: 1_024,
        cache_read_input_tokens: 4_096,
        output_tokens: 87,
        cost_micro_dollars: 4_200,
        ..Usage::default()
    };
    let why = EndReason::Done;
    let ended = Event::RunEnd {
        run: RunId::default(),
        why,
        problem: Some(problem),
        milliseconds: 5,
        usage,
        ungrounded: Vec::new(),
    };
    let frames = vec![text(0, "14"), frame(ended, "")];
    let (_, errors, outcome) = printed(frames.clone(), TERMINAL).await;
    let told = "note: It would have needed more\nhint: Ask for less\n";
    let used = "= 2 calls, 5120 tokens read (4096 from the cache), 87 written, about $0.0042\n";
    assert_eq!((errors.trim_start(), outcome), (format!("{told}{used}").as_str(), Outcome::Answered));
    assert_eq!(printed(frames, PIPES).await.1, told);
}

#[tokio::test]
async fn every_end_but_the_good_one_fails() {
    let cases = [
        (EndReason::Done, Outcome::Answered),
        (EndReason::Stopped, Outcome::Stopped),
        (EndReason::Length, Outcome::Failed),
        (EndReason::Refused, Outcome::Failed),
        (EndReason::Failed, Outcome::Failed),
        (EndReason::Interrupted, Outcome::Failed),
    ];
    for (why, expected) in cases {
        let (_, errors, outcome) = printed(vec![end(why, None)], PIPES).await;
        assert_eq!(outcome, expected, "{why:?}");
        assert_eq!(errors.contains("hint: "), expected == Outcome::Failed, "{why:?}: {errors}");
    }
    let (_, errors, outcome) = printed(vec![text(0, "So")], PIPES).await;
    assert!(errors.contains("broke off") && outcome == Outcome::Failed);
}

#[tokio::test]
async fn a_refused_command_fails() {
    let problem = Problem::new(ProblemCode::TooLarge, "The question is too long");
    let frames = vec![frame(Event::Error { id: None, problem }, "The question is too long")];
    let (_, errors, outcome) = printed(frames, PIPES).await;
    assert_eq!((errors.as_str(), outcome), ("error: The question is too long\n", Outcome::Failed));
}

#[tokio::test]
async fn waits_are_told_everywhere_and_withdrawn_text_is_marked() {
    let problem = Problem::new(ProblemCode::ModelOverloaded, "Overloaded, trying again in 2 s (1 of 2)");
    let frames = vec![
        text(0, "Wrong"),
        frame(Event::StepReset { run: RunId::default(), part: 0 }, ""),
        frame(Event::Notice { run: RunId::default(), problem }, ""),
        text(0, "Right"),
        end(EndReason::Done, None),
    ];
    let (output, errors, _) = printed(frames, PIPES).await;
    assert_eq!(output, "Wrong\nRight\n");
    assert_eq!(errors, "(withdrawn: the answer begins anew below)\nOverloaded, trying again in 2 s (1 of 2)\n");
}

#[tokio::test]
async fn the_terminal_is_not_driven_by_what_netbox_holds() {
    let frames = vec![
        text(0, "name \u{1b}]0;owned\u{7}\u{9b}31m\n"),
        call("devices \u{1b}[2Jwhere\nname is x"),
        end(EndReason::Done, None),
    ];
    let (output, errors, _) = printed(frames.clone(), TERMINAL).await;
    assert_eq!(output, "name ]0;owned31m\n");
    assert_eq!(errors, "> devices [2Jwhere name is x\n");
    let (output, _, _) = printed(frames, PIPES).await;
    assert!(output.contains('\u{1b}'), "a file gets the answer as it is");
}

#[tokio::test]
async fn one_interrupt_stops_the_run_and_a_second_leaves() {
    let run = CancellationToken::new();
    let cancelled = run.clone();
    let frames = stream::once(async move {
        cancelled.cancelled().await;
        end(EndReason::Stopped, None)
    });
    let interrupts = stream::iter([()]).chain(stream::pending());
    let outcome = print(frames, PIPES, &run, interrupts, &mut Vec::new(), &mut Vec::new()).await;
    assert_eq!(outcome, Outcome::Stopped);

    let run = CancellationToken::new();
    let interrupts = stream::iter([(), ()]).chain(stream::pending());
    let stuck = stream::pending::<Frame>();
    assert_eq!(print(stuck, PIPES, &run, interrupts, &mut Vec::new(), &mut Vec::new()).await, Outcome::Stopped);
    assert!(run.is_cancelled());
}

/// A pipe that nobody reads, or a full disk.
struct Broken(io::ErrorKind);

impl AsyncWrite for Broken {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(self.0.into()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn nobody_reading_stops_the_run() {
    for (kind, expected) in
        [(io::ErrorKind::BrokenPipe, Outcome::Answered), (io::ErrorKind::StorageFull, Outcome::Failed)]
    {
        let (run, mut errors) = (CancellationToken::new(), Vec::new());
        let frames = stream::iter(answer()).chain(stream::pending());
        let outcome = print(frames, PIPES, &run, stream::pending(), &mut Broken(kind), &mut errors).await;
        assert_eq!(outcome, expected);
        assert!(run.is_cancelled());
        assert_eq!(errors.is_empty(), expected == Outcome::Answered);
    }
}
