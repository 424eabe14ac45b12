//! What is asked of a result and what came.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::format;
use crate::store::Store;
use crate::wire::problem::Problem;
use crate::wire::result::{Column, ResultPage, ResultQuery, ResultReference};

/// The state of a result's view. Cheap to copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct ResultState {
    /// The page's state.
    pub store: StoredValue<Store>,
    /// Which result.
    pub reference: StoredValue<ResultReference>,
    /// What is asked for.
    pub query: RwSignal<ResultQuery>,
    /// What came last; it stays while another page is fetched.
    pub page: RwSignal<Option<ResultPage>>,
    /// Why nothing came.
    pub problem: RwSignal<Option<Problem>>,
    /// Whether something is being fetched.
    pub loading: RwSignal<bool>,
    /// Names of the columns that are not shown.
    pub hidden: RwSignal<Vec<String>>,
    /// Whether the table is wanted where there is a picture too.
    pub as_table: RwSignal<bool>,
    /// What was done with the rows: copied, saved, or why not.
    pub said: RwSignal<String>,
    /// The picture's place.
    pub figure: NodeRef<html::Figure>,
    /// What is shown.
    pub shown: Memo<Shown>,
    /// That there are more rows than are kept, in words.
    pub incomplete: Memo<Option<String>>,
    attempt: RwSignal<u32>,
}

/// What is shown of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing came yet.
    Nothing,
    /// Why nothing came.
    Problem,
    /// The picture.
    Picture,
    /// That there is nothing.
    Empty,
    /// The table.
    Table,
}

impl ResultState {
    /// The state of a view with so many rows to a page.
    pub fn new(store: Store, reference: ResultReference, rows: u64) -> Self {
        let page = RwSignal::new(None::<ResultPage>);
        let problem = RwSignal::new(None::<Problem>);
        let as_table = RwSignal::new(false);
        let has_failed = Memo::new(move |_| problem.with(Option::is_some));
        // What is there stays while something else does not come.
        let shown = Memo::new(move |_| {
            page.with(|page| match page {
                None if has_failed.get() => Shown::Problem,
                None => Shown::Nothing,
                Some(page) if page.picture.is_some() && !as_table.get() => Shown::Picture,
                Some(page) if page.kept == 0 => Shown::Empty,
                Some(_) => Shown::Table,
            })
        });
        let incomplete = Memo::new(move |_| page.with(|page| page.as_ref().and_then(incomplete)));
        Self {
            store: StoredValue::new(store),
            reference: StoredValue::new(reference),
            query: RwSignal::new(ResultQuery { limit: rows, ..ResultQuery::default() }),
            page,
            problem,
            loading: RwSignal::new(false),
            hidden: RwSignal::new(Vec::new()),
            as_table,
            said: RwSignal::new(String::new()),
            figure: NodeRef::new(),
            shown,
            incomplete,
            attempt: RwSignal::new(0),
        }
    }

    /// Fetches what is asked for, now and whenever it changes. What comes for an older question is not shown.
    pub fn follow(self) {
        Effect::new(move |_| {
            self.attempt.track();
            let asked = self.query.get();
            self.loading.set(true);
            spawn_local(async move {
                let came = self.fetch(&asked).await;
                if self.query.try_with_untracked(|query| *query == asked) != Some(true) {
                    return;
                }
                let (page, problem) = match came {
                    Ok(page) => (Some(page), None),
                    Err(problem) => (None, Some(problem)),
                };
                let _ = self.loading.try_set(false);
                if page.is_some() {
                    let _ = self.page.try_set(page);
                }
                let _ = self.problem.try_set(problem);
            });
        });
    }

    /// Fetches a part of the result.
    pub async fn fetch(self, query: &ResultQuery) -> Result<ResultPage, Problem> {
        let handle = self.reference.try_with_value(|reference| reference.handle.clone());
        match self.store.try_get_value().zip(handle) {
            Some((store, handle)) => store.result_page(&handle, query).await,
            // The view is gone: nobody looks at what comes.
            None => Ok(ResultPage::default()),
        }
    }

    /// Fetches again what did not come.
    pub fn again(self) {
        self.attempt.update(|attempt| *attempt += 1);
    }

    /// Asks for another part of the same rows.
    pub fn go_to(self, offset: u64) {
        self.query.update(|query| query.offset = offset);
    }

    /// Orders by a column: up, then down, then as it came.
    pub fn order_by(self, column: &str) {
        self.query.update(|query| {
            query.ordering = match query.ordering.strip_prefix('-') {
                Some(name) if name == column => String::new(),
                None if query.ordering == column => format!("-{column}"),
                _ => column.to_owned(),
            };
            query.offset = 0;
        });
    }

    /// Keeps the rows that contain something.
    pub fn search(self, words: &str) {
        let words = words.trim().to_owned();
        if self.query.with_untracked(|query| query.search != words) {
            self.query.update(|query| (query.search, query.offset) = (words, 0));
        }
    }

    /// The columns that are shown, with their places in the rows.
    pub fn columns(self) -> Vec<(usize, Column)> {
        let hidden = self.hidden.get();
        self.page.with(|page| {
            let columns = page.iter().flat_map(|page| page.columns.iter().cloned().enumerate());
            columns.filter(|(_, column)| !hidden.contains(&column.name)).collect()
        })
    }
}

/// That there are more rows than are kept.
fn incomplete(page: &ResultPage) -> Option<String> {
    (page.kept < page.total).then(|| {
        format!(
            "The first {} of {} rows are here: narrow the question, or open the list in NetBox",
            format::count(page.kept),
            format::count(page.total)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_result_says_so() {
        let page = ResultPage { kept: 1_000, total: 48_210, ..ResultPage::default() };
        assert!(incomplete(&page).unwrap().starts_with("The first 1,000 of 48,210 rows"));
        assert_eq!(incomplete(&ResultPage { kept: 3, total: 3, ..ResultPage::default() }), None);
    }
}
