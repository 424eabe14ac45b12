//! How an event gets into the log: to the store first, then to the state, then to every view.

use std::sync::Arc;

use super::Conversation;
use super::live::Live;
use crate::chat::text::without_nul;
use crate::wire::deployment::ConversationSummary;
use crate::wire::event::{Event, Frame};
use crate::wire::problem::Problem;
use crate::wire::transcript::Transcript;

impl Conversation {
    /// The events after `seq`.
    pub(super) async fn log_after(&self, live: &Live, seq: u64) -> Result<Vec<Arc<Frame>>, Problem> {
        let mut frames = self.shared.store.after(&self.id, seq).await?;
        frames.extend(live.unsaved.iter().filter(|frame| frame.seq > seq).cloned());
        Ok(frames)
    }

    /// Adds the next event. When the store fails, nobody hears of it.
    pub(super) async fn append(&self, live: &mut Live, event: Event, content: String) -> Result<(), Problem> {
        let frame = self.next_frame(live, event, content);
        self.save(live, &frame).await?;
        self.tell(live, &frame);
        self.summarise(live, &frame).await
    }

    /// Adds the next event even if the store fails: whoever looks has to hear how a run ended.
    pub(super) async fn append_regardless(&self, live: &mut Live, event: Event, content: String) {
        let frame = self.next_frame(live, event, content);
        if let Err(problem) = self.save(live, &frame).await {
            tracing::error!(conversation = %self.id, seq = frame.seq, problem = %problem.message, "an event could not be stored yet");
            live.unsaved.push(Arc::clone(&frame));
        }
        self.tell(live, &frame);
        if let Err(problem) = self.summarise(live, &frame).await {
            tracing::error!(conversation = %self.id, problem = %problem.message, "the list could not be brought up to date");
        }
    }

    fn next_frame(&self, live: &Live, event: Event, content: String) -> Arc<Frame> {
        let completed = matches!(event, Event::RunEnd { .. });
        let seq = live.transcript.seq + 1;
        let content = without_nul(&content).into_owned();
        Arc::new(Frame { event, seq, conversation: Some(self.id.clone()), content, completed })
    }

    async fn save(&self, live: &mut Live, frame: &Arc<Frame>) -> Result<(), Problem> {
        while let Some(unsaved) = live.unsaved.first().cloned() {
            self.shared.store.append(&self.id, unsaved).await?;
            live.unsaved.remove(0);
        }
        self.shared.store.append(&self.id, Arc::clone(frame)).await
    }

    fn tell(&self, live: &mut Live, frame: &Arc<Frame>) {
        live.apply(frame);
        // Nobody looking is fine.
        let _ = self.frames.send(Arc::clone(frame));
    }

    async fn summarise(&self, live: &Live, frame: &Frame) -> Result<(), Problem> {
        if !matches!(frame.event, Event::Title | Event::Message { .. } | Event::RunStart { .. } | Event::RunEnd { .. })
        {
            return Ok(());
        }
        self.shared
            .store
            .summarise(&ConversationSummary {
                id: self.id.clone(),
                title: live.transcript.title.clone(),
                updated_at: updated_at(&live.transcript).unwrap_or_else(now),
                running: live.run.is_some() && !frame.completed,
            })
            .await?;
        let _ = self.shared.list_changes.send(self.owner.clone());
        Ok(())
    }
}

/// When something was last asked or answered; another title is neither.
fn updated_at(transcript: &Transcript) -> Option<i64> {
    let turn = transcript.turns.last()?;
    let answered = turn.answer.as_ref().map(|answer| {
        let milliseconds = answer.end.as_ref().map_or(0, |end| end.milliseconds);
        answer.started_at.saturating_add_unsigned(milliseconds)
    });
    Some(answered.unwrap_or(turn.asked_at))
}

pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

pub(super) fn snapshot(transcript: &Transcript) -> Arc<Frame> {
    Arc::new(Frame {
        event: Event::Snapshot { transcript: transcript.clone() },
        seq: 0,
        conversation: Some(transcript.conversation.clone()),
        content: String::new(),
        completed: false,
    })
}
