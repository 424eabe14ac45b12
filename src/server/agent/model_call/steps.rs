//! The reply of a call, heard while something else is done.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use crate::server::anthropic::{Error, ReplyEvent, Retrying, Step};
use crate::wire::transcript::Usage;

/// How many steps of a reply are heard ahead of what is written.
const MOST_AHEAD: usize = 4096;

/// The steps of a reply, also those that come while what came before is being written: the database may take its time, and
/// a model that nobody listens to would be taken for one that is silent.
pub(super) struct Steps<'call> {
    retrying: Retrying<'call>,
    come: VecDeque<Option<Result<Step, Error>>>,
}

impl<'call> Steps<'call> {
    /// Of this reply, of which nothing was heard yet.
    pub fn new(retrying: Retrying<'call>) -> Self {
        Self { retrying, come: VecDeque::new() }
    }

    /// The next step. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Step, Error>> {
        match self.come.pop_front() {
            Some(step) => step,
            None => self.retrying.next().await,
        }
    }

    /// Awaits `work`, and listens meanwhile.
    pub async fn beside<Output>(&mut self, work: impl Future<Output = Output>) -> Output {
        let mut work = std::pin::pin!(work);
        loop {
            let Self { retrying, come } = self;
            let listens = come.len() < MOST_AHEAD && !come.back().is_some_and(|step| is_last(step.as_ref()));
            tokio::select! {
                biased;
                output = &mut work => return output,
                step = retrying.next(), if listens => come.push_back(step),
            }
        }
    }

    /// What attempts used that did not come to their end.
    pub fn broken_off(&self) -> Usage {
        self.retrying.broken_off()
    }
}

/// Whether nothing comes after this step.
fn is_last(step: Option<&Result<Step, Error>>) -> bool {
    matches!(step, None | Some(Err(_) | Ok(Step::Reply(ReplyEvent::Done(_)))))
}
