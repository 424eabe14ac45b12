//! Markdown that grows, as signals: finished blocks never change, the open tail does.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;

use crate::chat::markdown::{Block, Document};

/// A text part. Clones are the same one.
#[derive(Clone)]
pub struct TextView {
    /// Blocks that will not change any more.
    pub finished: ArcRwSignal<Vec<Arc<Block>>>,
    /// The tail that more text may still change.
    pub open: ArcRwSignal<Vec<Block>>,
    written: Arc<Mutex<Written>>,
}

struct Written {
    source: String,
    document: Document,
    /// Nothing more comes.
    done: bool,
}

impl TextView {
    /// The view of a text.
    pub fn of_text(text: &str) -> Self {
        let mut document = Document::default();
        document.push(text);
        Self {
            finished: ArcRwSignal::new(document.finished().iter().cloned().map(Arc::new).collect()),
            open: ArcRwSignal::new(document.open().to_vec()),
            written: Arc::new(Mutex::new(Written { source: text.to_owned(), document, done: false })),
        }
    }

    /// The Markdown itself.
    pub fn source(&self) -> String {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).source.clone()
    }

    /// What tells this view from another one of the same text.
    pub fn identity(&self) -> usize {
        Arc::as_ptr(&self.written).addr()
    }

    /// Nothing more comes: the tail is what it looks like. Until then a last line that may be the beginning of
    /// something, like a number, is not shown.
    pub fn finish(&self) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut written.done, true) {
            return;
        }
        written.document.finish();
        self.carry_over(&written.document);
    }

    /// Shows a text: what it is longer is pushed; a text that is not a continuation replaces the old one.
    pub fn show(&self, text: &str) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(added) = text.strip_prefix(written.source.as_str()) else {
            let mut document = Document::default();
            document.push(text);
            *written = Written { source: text.to_owned(), document, done: false };
            self.finished.set(written.document.finished().iter().cloned().map(Arc::new).collect());
            self.open.set(written.document.open().to_vec());
            return;
        };
        if added.is_empty() {
            return;
        }
        written.source.push_str(added);
        written.document.push(added);
        self.carry_over(&written.document);
    }

    /// Shows the blocks that were finished since, and the open tail.
    fn carry_over(&self, document: &Document) {
        let known = self.finished.with_untracked(Vec::len);
        if let Some(new) = document.finished().get(known..).filter(|new| !new.is_empty()) {
            self.finished.update(|blocks| blocks.extend(new.iter().cloned().map(Arc::new)));
        }
        self.open.set(document.open().to_vec());
    }
}
