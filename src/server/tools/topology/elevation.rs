//! `elevation`: what is in a rack and where it has room, or which racks of a site have.

mod draw;
mod many;
mod one;
mod units;

use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::finding::Finding;
use crate::wire::problem::Problem;

use super::port;

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let kind = match port::asked_kind(call, arguments)? {
        Some(kind) => kind,
        None => port::kind("dcim.rack")?,
    };
    match kind.name {
        "dcim.rack" => one::run(call, arguments).await,
        "dcim.site" | "dcim.location" | "dcim.region" | "dcim.sitegroup" => many::run(call, arguments, kind).await,
        _ => Err(arguments.wrong("Racks are told by dcim.rack, dcim.site, dcim.location or dcim.region, and a name")),
    }
}
