//! The writing half of a socket.

use std::sync::Arc;
use std::time::Duration;

use futures::{Sink, SinkExt};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::Outgoing;
use crate::wire::command::Resume;
use crate::wire::event::{Event, Frame};

/// How often the client is asked whether it is there. Also keeps proxies from ending a silent connection.
const PING_EVERY: Duration = Duration::from_secs(30);
/// How long the network may take to accept a frame.
const PATIENCE: Duration = Duration::from_secs(30);

/// Writes what waits, until nobody can add to it; then the last frame, if there is one, and the end.
pub(super) async fn write<Output>(
    mut sink: Output,
    mut waiting: mpsc::Receiver<Arc<Frame>>,
    close: oneshot::Receiver<Outgoing>,
) where
    Output: Sink<Outgoing> + Unpin,
{
    let mut ping = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let outgoing = tokio::select! {
            // Pings first: a client that is written to all the time has to answer them too.
            biased;
            _ = ping.tick() => Outgoing::Ping,
            frame = waiting.recv() => match frame.map(|frame| (serde_json::to_string(frame.as_ref()), reached(&frame))) {
                Some((Ok(json), reached)) => Outgoing::Text { json, reached },
                Some((Err(error), _)) => {
                    tracing::error!(error = %error, "a frame could not be written as JSON");
                    continue;
                }
                None => {
                    if let Ok(last) = close.await {
                        let _ = tokio::time::timeout(PATIENCE, sink.send(last)).await;
                    }
                    break;
                }
            },
        };
        if !matches!(tokio::time::timeout(PATIENCE, sink.send(outgoing)).await, Ok(Ok(()))) {
            break;
        }
    }
    drop(waiting);
    let _ = tokio::time::timeout(PATIENCE, sink.close()).await;
}

/// Where whoever has this frame goes on.
fn reached(frame: &Frame) -> Option<Resume> {
    match (&frame.event, &frame.conversation) {
        (Event::Snapshot { transcript }, _) => {
            Some(Resume { conversation: transcript.conversation.clone(), after: transcript.seq })
        }
        (_, Some(conversation)) if frame.seq > 0 => {
            Some(Resume { conversation: conversation.clone(), after: frame.seq })
        }
        _ => None,
    }
}
