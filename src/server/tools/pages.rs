//! Whole lists: their pages fetched a few at a time, each folded into small facts before the next ones come, so that
//! memory does not grow with what NetBox writes around them.

use futures::StreamExt as _;
use futures::stream;
use serde_json::Value;

use super::call::Call;
use super::filters::Filters;
use super::list;
use crate::server::netbox::{Answer, Error, ObjectType, Query};
use crate::wire::problem::Problem;

/// The most that NetBox gives at once.
const PAGE: usize = 1000;
/// Pages that are fetched at the same time.
const AT_ONCE: usize = 4;
/// Room for the ids in a request's address, in bytes; the client refuses addresses over 3,500.
const IDS: usize = 2_600;

/// The objects of a list, as what was read of them.
#[derive(Debug)]
pub(super) struct Pages<T> {
    pub(super) rows: Vec<T>,
    /// How many there are in NetBox.
    pub(super) total: u64,
}

impl<T> Pages<T> {
    /// Whether all of them are here.
    pub(super) fn is_complete(&self) -> bool {
        self.rows.len() as u64 >= self.total
    }
}

/// Reads a list from its beginning until `most` objects. What `read` does not understand is left out.
///
/// # Errors
/// Those of any of its requests.
pub(super) async fn all<T>(
    call: &Call<'_>,
    path: &str,
    query: &Query,
    most: usize,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Pages<T>, Error> {
    let shaped = shaped(query, most);
    let first = call.list(path, &shaped).await?;
    go_on(call, path, &shaped, first, most, read).await
}

/// Reads a list that filters choose, whose names are looked up.
///
/// # Errors
/// What is wrong with the filters, or why NetBox could not be asked.
pub(super) async fn filtered<T>(
    call: &Call<'_>,
    kind: &'static ObjectType,
    query: &Query,
    filters: &mut Filters,
    most: usize,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Pages<T>, Problem> {
    let mut shaped = shaped(query, most);
    let first = list::list(call, kind, &shaped, filters).await?;
    filters.add_to(&mut shaped);
    go_on(call, &kind.list_path(), &shaped, first, most, read).await.map_err(|error| error.problem())
}

/// By id: any other order may put an object on two pages or on none.
fn shaped(query: &Query, most: usize) -> Query {
    query.clone().with("ordering", "id").with("limit", PAGE.min(most))
}

async fn go_on<T>(
    call: &Call<'_>,
    path: &str,
    shaped: &Query,
    first: Answer,
    most: usize,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Pages<T>, Error> {
    let total = first.total().unwrap_or_default();
    let mut rows: Vec<T> = first.results().iter().filter_map(&read).collect();
    drop(first);
    let end = usize::try_from(total).unwrap_or(usize::MAX).min(most);
    let offsets: Vec<usize> = (PAGE..end).step_by(PAGE).collect();
    let mut pages = stream::iter(offsets.into_iter().map(|offset| {
        let query = shaped.clone().with("offset", offset);
        async move { call.list(path, &query).await }
    }))
    .buffered(AT_ONCE);
    while let Some(page) = pages.next().await {
        rows.extend(page?.results().iter().filter_map(&read));
    }
    Ok(Pages { rows, total })
}

/// Reads the objects whose filter `name` is one of `ids`, in as many requests as their addresses need, until `most`
/// objects of each.
///
/// # Errors
/// Those of any of its requests.
pub(super) async fn of_ids<T>(
    call: &Call<'_>,
    path: &str,
    query: &Query,
    (name, ids): (&str, &[u64]),
    most: usize,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Pages<T>, Error> {
    let mut found = Pages { rows: Vec::new(), total: 0 };
    let read = &read;
    let queries: Vec<Query> =
        groups(name, ids).iter().map(|group| group.iter().fold(query.clone(), |query, id| query.with(name, id))).collect();
    let mut answers = stream::iter(queries.into_iter().map(|query| async move { all(call, path, &query, most, read).await }))
        .buffered(AT_ONCE);
    while let Some(pages) = answers.next().await {
        let pages = pages?;
        found.rows.extend(pages.rows);
        found.total += pages.total;
    }
    Ok(found)
}

/// Ids in groups that fit into one address each.
fn groups<'a>(name: &str, ids: &'a [u64]) -> Vec<&'a [u64]> {
    let longest = ids.iter().max().map_or(1, |id| id.to_string().len());
    let each = (IDS / (name.len() + longest + 2)).max(1);
    ids.chunks(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_fit_into_addresses() {
        let ids: Vec<u64> = (1..=1000).collect();
        let groups = groups("device_id", &ids);
        assert_eq!(groups.iter().map(|group| group.len()).sum::<usize>(), 1000);
        assert!(groups.iter().all(|group| group.iter().map(|id| format!("&device_id={id}").len()).sum::<usize>() <= IDS));
        assert!(groups.len() <= 6, "{}", groups.len());
    }
}
