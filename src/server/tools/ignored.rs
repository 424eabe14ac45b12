//! Filters that an older NetBox does not have. It ignores them and answers with everything, and the catalogue, which
//! is that of a newer one, does not tell.

use futures::future::join_all;

use super::call::Call;
use super::filters::{Checked, Filters, refused};
use crate::server::netbox::{Error, ObjectType, Query, Version};
use crate::wire::problem::Problem;

/// The version that the catalogue is of.
const CATALOGUE: Version = Version::new(4, 7, 0);
/// The first version with `tag__any`.
const TAG_ANY: Version = Version::new(4, 6, 6);

/// Refuses what this NetBox is known to ignore.
pub(super) async fn refuse(call: &Call<'_>, filters: &Filters) -> Result<(), Problem> {
    if !filters.checked.iter().any(|filter| filter.name == "tag__any" || filter.name == "tag_id__any") {
        return Ok(());
    }
    match call.version().await {
        Some(version) if version < TAG_ANY => {
            Err(refused(format!("NetBox {version} ignores the lookup __any, which came with NetBox {TAG_ANY}"))
                .hint("ask once for each tag, or with {\"tag\": [...]} for the objects that have all of them"))
        }
        _ => Ok(()),
    }
}

/// Warns of filters that change nothing, when this NetBox is older than the catalogue. Each is compared once.
pub(super) async fn warn(call: &Call<'_>, kind: &ObjectType, filters: &mut Filters) {
    let new: Vec<&Checked> =
        filters.checked.iter().filter(|filter| !call.netbox.is_effective(kind.endpoint, &filter.name)).collect();
    if new.is_empty() {
        return;
    }
    let Some(version) = call.version().await.filter(|version| *version < CATALOGUE) else { return };
    let count = |query: Query| async move {
        let answer = call.list(&kind.list_path(), &query.with("limit", 1).with("fields", "id")).await?;
        Ok::<_, Error>(answer.total().unwrap_or_default())
    };
    let Ok(everything) = count(Query::new()).await else { return };
    let counts = join_all(new.iter().map(|filter| {
        let query = filter.values.iter().fold(Query::new(), |query, value| query.with(filter.name.as_str(), value));
        count(query)
    }))
    .await;
    let mut warnings = Vec::new();
    for (filter, count) in new.iter().zip(counts) {
        match count {
            Ok(count) if count == everything && everything > 1 => warnings.push(format!(
                "NetBox {version} may not know the filter {}: it gives all {everything} {}, as without it",
                filter.name, kind.plural
            )),
            Ok(count) if count != everything => call.netbox.note_effective(kind.endpoint, &filter.name),
            _ => {}
        }
    }
    filters.warnings.extend(warnings);
}
