//! How many objects lack a value, field by field.

use super::super::arguments::Arguments;
use super::super::call::Call;
use super::super::frame::{Cell, Frame};
use super::super::output::{Output, Rows};
use super::super::sweep::Swept;
use super::counting;
use super::source::{Item, Listed, Source};
use crate::server::netbox::Query;
use crate::wire::problem::Problem;

pub(super) async fn run(
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    names: &[String],
    top: usize,
) -> Result<Output, Problem> {
    let source = Source::of(call, arguments).await?;
    source.check(call, names).await?;
    source.refuse_paths("missing", names)?;
    let mut counts: Vec<Option<u64>> = vec![None; names.len()];
    let mut swept = None;
    if let Source::Listed(listed) = &source {
        for (count, name) in counts.iter_mut().zip(names) {
            if let Some((filter, value)) = filter_for(listed, name) {
                *count = Some(counting::count(call, listed, &filter, value).await?);
            }
        }
        swept = Some(Swept { total: listed.total, read: listed.total });
    }
    let open: Vec<usize> =
        counts.iter().enumerate().filter(|(_, count)| count.is_none()).map(|(index, _)| index).collect();
    if !open.is_empty() {
        let fields: Vec<String> = open.iter().filter_map(|index| names.get(*index).cloned()).collect();
        let mut missing = vec![0_u64; open.len()];
        let read = source.read(call, &fields, |item: &Item<'_>| {
            for (count, name) in missing.iter_mut().zip(&fields) {
                *count += u64::from(item.cell(name).is_empty());
            }
        });
        swept = Some(read.await?);
        for (index, count) in open.iter().zip(missing) {
            if let Some(slot) = counts.get_mut(*index) {
                *slot = Some(count);
            }
        }
    }
    let swept = swept.unwrap_or_default();
    let mut frame = Frame::new(&["field", "missing", "of"]);
    for (name, count) in names.iter().zip(&counts) {
        let count = count.unwrap_or_default();
        frame.push(vec![Cell::plain(name.as_str()), Cell::plain(count), Cell::plain(swept.total)]);
    }
    let mut output = Output::default();
    source.describe(call, swept, &mut output).await;
    output.summary = match (names, counts.as_slice()) {
        ([name], [Some(count)]) => format!("{} without {name}", source.counted(*count)),
        _ => format!("{} fields of {}", names.len(), source.counted(swept.total)),
    };
    if let ([name], [Some(count)], Source::Listed(listed)) = (names, counts.as_slice(), &source) {
        // The objects themselves, where NetBox can choose them.
        if let Some((filter, value)) = filter_for(listed, name).filter(|_| *count > 0) {
            let page = listed.kind.page().map(|page| {
                let mut query = Query::new().with(filter, value);
                listed.filters.add_to(&mut query);
                call.netbox.address().page(&page, &query).to_string()
            });
            output.page = page.or(output.page);
        }
    }
    output.rows = Some(Rows::whole(frame, top));
    Ok(output)
}

/// The filter that chooses objects without a value of this field, and its value.
fn filter_for(listed: &Listed, name: &str) -> Option<(String, &'static str)> {
    let has = |filter: &str| listed.endpoint.filters.contains_key(filter);
    // A second value of the same filter would widen it: NetBox takes either.
    let free = |filter: &str| !listed.filters.checked.iter().any(|checked| checked.name == filter);
    match name {
        "primary_ip" if has("has_primary_ip") && free("has_primary_ip") => {
            return Some(("has_primary_ip".to_owned(), "false"));
        }
        "primary_ip" | "tags" => return None,
        _ => {}
    }
    let by_id = format!("{name}_id");
    if let Some(filter) = listed.endpoint.filters.get(by_id.as_str())
        && filter.reference.is_some()
    {
        return free(&by_id).then_some((by_id, "null"));
    }
    let filter = listed.endpoint.filters.get(name)?;
    let empty = filter.lookups.split(' ').any(|lookup| lookup == "empty");
    (empty && filter.reference.is_none()).then(|| (format!("{name}__empty"), "true")).filter(|(name, _)| free(name))
}
