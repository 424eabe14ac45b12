//! Prints a run: the answer to standard output as it comes, everything about it to standard error.

mod screen;
#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::io;
use std::process::ExitCode;

use futures::{Stream, StreamExt};
use tokio::io::AsyncWrite;
use tokio_util::sync::CancellationToken;

use crate::server::agent::budget::dollars;
use crate::wire::event::{Event, Frame};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{EndReason, Usage};

use screen::Screen;

/// What shells say of a program that ended with Ctrl-C: 128 and the number of SIGINT.
const STOPPED: u8 = 130;

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Every frame as a line of JSON instead of the answer's text.
    pub json: bool,
    /// Standard output is a terminal: control characters in the answer are left out.
    pub output_is_terminal: bool,
    /// Standard error is a terminal: tool calls are told while they happen. Elsewhere only waits and failures are,
    /// so that a script's log holds nothing that it did not ask for.
    pub error_is_terminal: bool,
}

/// How a run ended, for the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer is whole.
    Answered,
    /// There is no answer, or only a part; standard error says why.
    Failed,
    /// A person stopped it.
    Stopped,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Answered => Self::SUCCESS,
            Outcome::Failed => Self::FAILURE,
            Outcome::Stopped => Self::from(STOPPED),
        }
    }
}

/// Prints frames until the one that ends the run.
///
/// The first item of `interrupts` (Ctrl-C) cancels `run` and still prints how it ends; the second leaves at once.
/// When nobody reads the output any more (`| head`), the run is cancelled and counts as answered.
pub async fn print(
    frames: impl Stream<Item = impl Borrow<Frame>>,
    options: Options,
    run: &CancellationToken,
    interrupts: impl Stream<Item = ()>,
    output: &mut (impl AsyncWrite + Unpin),
    errors: &mut (impl AsyncWrite + Unpin),
) -> Outcome {
    let mut frames = std::pin::pin!(frames);
    let mut interrupts = std::pin::pin!(interrupts.fuse());
    let mut screen = Screen::new(options, output, errors);
    let outcome = loop {
        tokio::select! {
            frame = frames.next() => match frame {
                Some(frame) => match show(&mut screen, options, frame.borrow()).await {
                    Ok(None) => {}
                    Ok(Some(outcome)) => break Ok(outcome),
                    Err(error) => break Err(error),
                },
                None => break screen.problem(&ended_early()).await.map(|()| Outcome::Failed),
            },
            Some(()) = interrupts.next() => {
                if run.is_cancelled() {
                    break Ok(Outcome::Stopped);
                }
                run.cancel();
            }
        }
    };
    match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            run.cancel();
            if error.kind() == io::ErrorKind::BrokenPipe {
                return Outcome::Answered;
            }
            let problem = Problem::new(ProblemCode::Internal, format!("The answer cannot be written: {error}"));
            // If standard error is gone too, the exit code is all that is left.
            let _ = screen.problem(&problem).await;
            Outcome::Failed
        }
    }
}

/// Ctrl-C, each time it is pressed.
pub fn interrupts() -> impl Stream<Item = ()> {
    futures::stream::unfold((), |()| async { tokio::signal::ctrl_c().await.ok().map(|()| ((), ())) })
}

/// Prints one frame; gives the outcome when it ends the run.
async fn show(
    screen: &mut Screen<'_, impl AsyncWrite + Unpin, impl AsyncWrite + Unpin>,
    options: Options,
    frame: &Frame,
) -> io::Result<Option<Outcome>> {
    if options.json {
        screen.json(frame).await?;
    } else {
        show_text(screen, frame).await?;
    }
    match &frame.event {
        Event::RunEnd { why, problem, usage, .. } => {
            let outcome = outcome(*why);
            match problem.clone().or_else(|| unfinished(*why)) {
                // An answer that was written with what there was.
                Some(problem) if *why == EndReason::Done => {
                    screen.note(&format!("note: {}", problem.message)).await?;
                    if let Some(hint) = &problem.hint {
                        screen.note(&format!("hint: {hint}")).await?;
                    }
                }
                Some(problem) => screen.problem(&problem).await?,
                None => {}
            }
            if usage.calls > 0 && !options.json {
                screen.progress(&used(usage)).await?;
            }
            Ok(Some(outcome))
        }
        Event::Error { problem, .. } => {
            screen.problem(problem).await?;
            Ok(Some(Outcome::Failed))
        }
        _ => Ok(None),
    }
}

async fn show_text(
    screen: &mut Screen<'_, impl AsyncWrite + Unpin, impl AsyncWrite + Unpin>,
    frame: &Frame,
) -> io::Result<()> {
    match &frame.event {
        Event::Text { part, .. } => screen.text(*part, &frame.content).await,
        Event::ToolUse { name, .. } => {
            let title = if frame.content.is_empty() { name } else { &frame.content };
            screen.progress(&format!("> {title}")).await
        }
        Event::ToolResult { outcome, .. } => {
            let mark = if outcome.is_error { "!" } else { "<" };
            screen.progress(&format!("{mark} {} ({} ms)", outcome.summary, outcome.milliseconds)).await
        }
        Event::Notice { problem, .. } => screen.note(&problem.message).await,
        Event::StepReset { .. } => screen.withdraw().await,
        Event::RunEnd { .. } => screen.end_text().await,
        _ => Ok(()),
    }
}

/// What an answer took: `2 calls, 5120 tokens read (4096 from the cache), 87 written, about $0.0042`.
fn used(usage: &Usage) -> String {
    let calls = if usage.calls == 1 { "1 call".to_owned() } else { format!("{} calls", usage.calls) };
    let cost = match usage.cost_micro_dollars {
        0 => String::new(),
        cost => format!(", about {}", dollars(cost)),
    };
    format!(
        "= {calls}, {} tokens read ({} from the cache), {} written{cost}",
        usage.all_input_tokens(),
        usage.cache_read_input_tokens,
        usage.output_tokens,
    )
}

fn outcome(why: EndReason) -> Outcome {
    match why {
        EndReason::Done => Outcome::Answered,
        EndReason::Stopped => Outcome::Stopped,
        EndReason::Length | EndReason::Refused | EndReason::Failed | EndReason::Interrupted => Outcome::Failed,
    }
}

/// What to say of an end that brought no problem of its own.
fn unfinished(why: EndReason) -> Option<Problem> {
    let (code, message, hint) = match why {
        EndReason::Done | EndReason::Stopped => return None,
        EndReason::Length => (
            ProblemCode::ModelRequest,
            "The answer is cut off at the model's length limit",
            "Ask for less at once, for example for one site",
        ),
        EndReason::Refused => (ProblemCode::ModelRefused, "The model declined to answer", "Ask in other words"),
        EndReason::Failed | EndReason::Interrupted => return Some(ended_early()),
    };
    Some(Problem::new(code, message).hint(hint))
}

fn ended_early() -> Problem {
    Problem::new(ProblemCode::Internal, "The answer broke off before its end").hint("Ask again")
}
