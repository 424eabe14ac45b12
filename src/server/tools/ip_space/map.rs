//! A prefix as a picture: what of it is used, and by what.

use super::intervals::Intervals;
use super::network::Network;
use crate::server::tools::call::Call;
use crate::server::tools::finding::shown;
use crate::server::tools::frame::Object;
use crate::wire::result::{Block, Picture, PrefixMap};

/// More blocks than this are no picture any more.
const MOST_BLOCKS: usize = 500;

/// A part of a prefix.
pub(super) struct Part {
    pub(super) network: Network,
    /// The prefix that it is, where it is one.
    pub(super) id: Option<u64>,
    /// `free`, `prefix`, `range` or `address`.
    pub(super) kind: &'static str,
    /// More about it; may be empty.
    pub(super) detail: String,
}

/// The picture of a prefix with these parts, which do not overlap; what is left is `rest`.
pub(super) fn picture(
    call: &Call<'_>,
    network: Network,
    id: u64,
    mut parts: Vec<Part>,
    rest: &'static str,
    percent: f64,
) -> Option<Picture> {
    let whole: Intervals = [network.interval()].into_iter().collect();
    let known: Intervals = parts.iter().map(|part| part.network.interval()).collect();
    let left = whole.without(&known).networks(network.family);
    parts.extend(left.into_iter().map(|network| Part { network, id: None, kind: rest, detail: String::new() }));
    parts.sort_by_key(|part| part.network);
    if parts.len() > MOST_BLOCKS {
        return None;
    }
    let blocks = parts.into_iter().map(|part| {
        let object = part.id.map(|id| Object { endpoint: "ipam/prefixes", id });
        Block {
            label: shown(call, part.network.to_string(), object),
            share: share(part.network, network),
            kind: part.kind.to_owned(),
            detail: part.detail,
        }
    });
    Some(Picture::PrefixMap(PrefixMap {
        prefix: shown(call, network.to_string(), Some(Object { endpoint: "ipam/prefixes", id })),
        used: hundredths(percent),
        blocks: blocks.collect(),
    }))
}

/// What share of a network another is, in millionths.
fn share(part: Network, whole: Network) -> u32 {
    1_000_000_u32.checked_shr(u32::from(part.length.saturating_sub(whole.length))).unwrap_or(0)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10,000")]
fn hundredths(percent: f64) -> u32 {
    (percent * 100.0).clamp(0.0, 10_000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_whole() {
        let network = |text: &str| Network::parse(text).unwrap();
        assert_eq!(share(network("10.0.0.0/26"), network("10.0.0.0/24")), 250_000);
        assert_eq!(share(network("10.0.0.0/24"), network("10.0.0.0/24")), 1_000_000);
        assert_eq!(share(network("2001:db8::1/128"), network("2001:db8::/64")), 0);
        assert_eq!((hundredths(12.345), hundredths(100.0)), (1235, 10_000));
    }
}
