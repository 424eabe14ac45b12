//! Results that tools found: kept on the server, fetched page by page.

use leptos::prelude::*;
use serde_json::json;

use super::Store;
use super::request::call;
use crate::wire::problem::Problem;
use crate::wire::result::{ResultPage, ResultQuery, ResultReference};
use crate::wire::transcript::Part;

/// How many pages are remembered, so that what is opened again is there at once.
const REMEMBERED: usize = 24;

/// Pages that were fetched, each under what was asked for; the newest last.
#[derive(Clone, Debug, Default)]
pub struct FetchedPages(Vec<(String, ResultPage)>);

impl FetchedPages {
    fn get(&self, asked: &str) -> Option<ResultPage> {
        self.0.iter().find(|(known, _)| known == asked).map(|(_, page)| page.clone())
    }

    fn put(&mut self, asked: String, page: ResultPage) {
        self.0.retain(|(known, _)| *known != asked);
        if self.0.len() >= REMEMBERED {
            self.0.remove(0);
        }
        self.0.push((asked, page));
    }
}

impl Store {
    /// The result of the open conversation with this handle. Of several, the newest: a handle is given once.
    pub fn result(&self, handle: &str) -> Option<ResultReference> {
        self.current()?.with_transcript(|transcript| {
            let parts =
                transcript.turns.iter().rev().filter_map(|turn| turn.answer.as_ref()).flat_map(|answer| &answer.parts);
            let references = parts.filter_map(|part| match part {
                Part::Tool(tool) => tool.outcome.as_ref()?.result.as_ref(),
                Part::Text { .. } | Part::Thinking { .. } => None,
            });
            references.into_iter().find(|reference| reference.handle == handle).cloned()
        })
    }

    /// Fetches a part of a result of the open conversation, unless it is remembered.
    pub async fn result_page(&self, handle: &str, query: &ResultQuery) -> Result<ResultPage, Problem> {
        let conversation = self.current().map(|view| view.id.clone()).unwrap_or_default();
        let arguments = json!({ "conversation": conversation, "handle": handle, "query": query });
        let asked = arguments.to_string();
        if let Some(page) = self.fetched.try_with_value(|fetched| fetched.get(&asked)).flatten() {
            return Ok(page);
        }
        let page: ResultPage = call("result_page", arguments).await?;
        let _ = self.fetched.try_update_value(|fetched| fetched.put(asked, page.clone()));
        Ok(page)
    }

    /// Opens a result beside the conversation.
    pub fn open_panel(&self, reference: ResultReference) {
        self.panel.set(Some(reference));
    }

    /// Closes what is beside the conversation.
    pub fn close_panel(&self) {
        if self.panel.with_untracked(Option::is_some) {
            self.panel.set(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_page_is_forgotten_first() {
        let mut fetched = FetchedPages::default();
        for number in 0..=REMEMBERED {
            fetched.put(number.to_string(), ResultPage::default());
        }
        assert!(fetched.get("0").is_none());
        assert!(fetched.get("1").is_some() && fetched.get(&REMEMBERED.to_string()).is_some());
    }
}
