//! Whole lists, each object folded into small facts as its page comes, so that memory does not grow with what NetBox
//! writes around them; and lists of many ids, in as many requests as their addresses need.

use futures::StreamExt as _;
use futures::stream;
use serde_json::Value;

use super::ask;
use super::call::Call;
use super::filters::Filters;
use super::sweep::sweep;
use crate::server::netbox::{Error, ObjectType, Query};
use crate::wire::problem::Problem;

/// The most that NetBox gives at once.
const PAGE: u64 = 1_000;
/// Groups of ids that are asked for at the same time.
const AT_ONCE: usize = 4;
/// Room for the ids in a request's address, in bytes; the client refuses addresses over 3,500.
const IDS: usize = 2_600;

/// The objects of a list, as what was read of them.
#[derive(Debug)]
pub(super) struct Pages<T> {
    pub(super) rows: Vec<T>,
    /// How many there are in NetBox.
    pub(super) total: u64,
    /// How many of them were read.
    read: u64,
}

impl<T> Pages<T> {
    /// No objects.
    pub(super) fn none() -> Self {
        Self { rows: Vec::new(), total: 0, read: 0 }
    }

    /// Whether all of them were read.
    pub(super) fn is_complete(&self) -> bool {
        self.read >= self.total
    }

    /// The same objects as something else.
    pub(super) fn map<U>(&self, each: impl Fn(&T) -> U) -> Pages<U> {
        Pages { rows: self.rows.iter().map(each).collect(), total: self.total, read: self.read }
    }
}

/// Reads a list from its beginning until `most` objects. What `read` does not understand is left out. The fields of
/// `query` have `id` among them.
///
/// # Errors
/// Those of any of its requests.
pub(super) async fn all<T>(
    call: &Call<'_>,
    path: &str,
    query: &Query,
    most: u64,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Pages<T>, Error> {
    let mut rows = Vec::new();
    let swept = sweep(call, path, query, most, |object| rows.extend(read(&object))).await?;
    Ok(Pages { rows, total: swept.total, read: swept.read })
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
    most: u64,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Pages<T>, Problem> {
    let first =
        ask::list(call, kind, &query.clone().with("ordering", "id").with("limit", PAGE.min(most)), filters).await?;
    let total = first.total().unwrap_or_default();
    let results = first.results();
    if results.len() as u64 >= total {
        return Ok(Pages { rows: results.iter().filter_map(read).collect(), total, read: total });
    }
    drop(first);
    let mut query = query.clone();
    filters.add_to(&mut query);
    all(call, &kind.list_path(), &query, most, read).await.map_err(|error| error.problem())
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
    most: u64,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Pages<T>, Error> {
    let mut found = Pages::none();
    let read = &read;
    let queries: Vec<Query> = groups(name, ids)
        .iter()
        .map(|group| group.iter().fold(query.clone(), |query, id| query.with(name, id)))
        .collect();
    let mut answers =
        stream::iter(queries.into_iter().map(|query| async move { all(call, path, &query, most, read).await }))
            .buffered(AT_ONCE);
    while let Some(pages) = answers.next().await {
        let pages = pages?;
        found.rows.extend(pages.rows);
        found.total += pages.total;
        found.read += pages.read;
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
        assert!(
            groups.iter().all(|group| group.iter().map(|id| format!("&device_id={id}").len()).sum::<usize>() <= IDS)
        );
        assert!(groups.len() <= 6, "{}", groups.len());
    }
}
