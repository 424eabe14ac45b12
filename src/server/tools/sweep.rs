//! Reads a whole list of NetBox: the first page tells how many there are, the others come side by side. Rows are
//! handed on page by page, so that what is only counted is never held as a whole.

use std::collections::HashSet;

use futures::StreamExt;
use futures::stream;
use serde_json::Value;

use super::call::Call;
use super::frame::Frame;
use super::results::{Maker, Source, Stored};
use super::{changelog, related};
use crate::server::netbox::{Error, Query};
use crate::wire::problem::Problem;

/// NetBox's own largest page (`MAX_PAGE_SIZE`); a NetBox with a smaller one clamps it, which is noticed.
const PAGE: u64 = 1_000;
/// Pages of one sweep that are asked for at once: other people ask too.
const AT_ONCE: usize = 4;
/// Rows that are read to be shown or kept.
pub(super) const MOST_KEPT: u64 = 10_000;
/// Rows that are read to be counted.
pub(super) const MOST_COUNTED: u64 = 500_000;

/// How a sweep went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Swept {
    /// How many objects there are in all, as NetBox said first.
    pub(super) total: u64,
    /// How many different ones were read.
    pub(super) read: u64,
}

impl Swept {
    /// What is to be said when not all was read; none when it was.
    pub(super) fn warning(self, most: u64) -> Option<String> {
        if self.total > most {
            Some(format!("Only the first {} of {} were read: narrow with filters", self.read, self.total))
        } else if self.read != self.total {
            Some(format!("NetBox changed while it was read: {} of {} objects", self.read, self.total))
        } else {
            None
        }
    }
}

/// Reads a list to keep it: in NetBox's own order where the query has none, as its first page was shown. That order is
/// not whole for every type: where a page repeats what another had, the list is read again by ids.
///
/// # Errors
/// Those of the first page that fails.
pub(super) async fn kept(call: &Call<'_>, path: &str, query: &Query) -> Result<(Vec<Value>, Swept), Error> {
    let mut objects = Vec::new();
    let swept = pages(call, path, query, MOST_KEPT, |object| objects.push(object)).await?;
    if swept.read == swept.total.min(MOST_KEPT) || is_ordered(query) {
        return Ok((objects, swept));
    }
    objects.clear();
    let swept = sweep(call, path, query, MOST_KEPT, |object| objects.push(object)).await?;
    Ok((objects, swept))
}

fn is_ordered(query: &Query) -> bool {
    query.pairs().any(|(name, _)| name == "ordering")
}

/// Reads the list at `path`, at most `most` objects of it, in the order of `query` or of ids, and hands every object
/// on once. `query` holds filters and fields, with `id` among them, and no page.
///
/// # Errors
/// Those of the first page that fails.
pub(super) async fn sweep(
    call: &Call<'_>,
    path: &str,
    query: &Query,
    most: u64,
    each: impl FnMut(Value),
) -> Result<Swept, Error> {
    let query = if is_ordered(query) { query.clone() } else { query.clone().with("ordering", "id") };
    pages(call, path, &query, most, each).await
}

async fn pages(
    call: &Call<'_>,
    path: &str,
    base: &Query,
    most: u64,
    mut each: impl FnMut(Value),
) -> Result<Swept, Error> {
    let page = |offset: u64, limit: u64| {
        let query = base.clone().with("limit", limit);
        let query = if offset == 0 { query } else { query.with("offset", offset) };
        async move { call.list(path, &query).await }
    };
    let first = page(0, PAGE.min(most.max(1))).await?;
    let total = first.total().unwrap_or_default();
    let size = first.results().len() as u64;
    let mut seen = HashSet::new();
    let mut take = |body: Value| {
        let Value::Object(mut body) = body else { return };
        let Some(Value::Array(results)) = body.shift_remove("results") else { return };
        for object in results {
            let id = object.get("id").and_then(Value::as_u64);
            if id.is_none_or(|id| seen.insert(id)) {
                each(object);
            }
        }
    };
    take(first.body);
    if size > 0 && size < total.min(most) {
        let end = total.min(most);
        let offsets = (1..).map(|number| number * size).take_while(move |offset| *offset < end);
        let mut pages = stream::iter(offsets.map(|offset| page(offset, size.min(end - offset)))).buffered(AT_ONCE);
        while let Some(answer) = pages.next().await {
            take(answer?.body);
        }
    }
    Ok(Swept { total, read: seen.len() as u64 })
}

/// The result with all its rows, read from NetBox where they are not here; at most [`MOST_KEPT`].
///
/// # Errors
/// NetBox does not answer.
pub(super) async fn complete(call: &Call<'_>, stored: &Stored) -> Result<Option<Stored>, Problem> {
    let Some(Source { kind, query, fields, maker, .. }) = stored.source.as_ref().filter(|_| !stored.is_whole()) else {
        return Ok(None);
    };
    let (objects, swept) = kept(call, &kind.list_path(), query).await.map_err(|error| error.problem())?;
    if swept.total != stored.total {
        call.warn(format!("NetBox changed since: there were {}, and there are {} now", stored.total, swept.total));
    }
    let frame = match maker {
        Maker::Changes => changelog::frame(&objects),
        Maker::Fields => {
            let mut frame = Frame::of_objects(kind, &objects, fields);
            related::add(call, &mut frame, fields).await?;
            frame
        }
    };
    // What is read now is what the handle means from now on.
    Ok(Some(Stored { frame, offset: 0, total: swept.total, source: None, ..stored.clone() }))
}
