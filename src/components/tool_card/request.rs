//! One request to NetBox, exactly as it was made, or the answer that was kept of an equal one.

use leptos::prelude::*;

use crate::components::erase::{Erase, Erased};
use crate::components::format;
use crate::components::plain::folded;
use crate::wire::tool::NetboxRequest;

/// A request: method and address, then status, how many of how many, time and size.
#[component]
pub fn RequestLine(
    /// The request.
    request: NetboxRequest,
) -> impl IntoView {
    let facts = facts(&request);
    // A comma means the same with and without escape; it is only easier to read.
    let address = request.url.replace("%2C", ",");
    let is_failure = !(200..300).contains(&request.status);
    view! {
        <li class="request-line" data-failed=is_failure.then_some("")>
            <code class="request-address">
                <b>{request.method}</b>
                " "
                {address}
            </code>
            <span class="quiet">{facts}</span>
        </li>
    }
}

/// The requests of a call; more than `shown` are folded.
pub fn requests(requests: Vec<NetboxRequest>, shown: usize) -> Erased {
    let count = requests.len();
    let lines: Vec<_> = requests.into_iter().map(|request| view! { <RequestLine request /> }).collect();
    let lines = view! { <ul class="request-lines">{lines}</ul> };
    if count <= shown {
        return lines.erase();
    }
    folded("tool-arguments", format!("{count} requests to NetBox").erase(), lines.erase())
}

fn facts(request: &NetboxRequest) -> String {
    let status = match request.status {
        0 => "no answer".to_owned(),
        status => status.to_string(),
    };
    let rows = match (request.returned, request.total) {
        (Some(returned), Some(total)) => Some(format!("{} of {}", format::count(returned), format::count(total))),
        _ => None,
    };
    let mut facts = vec![status];
    facts.extend(rows);
    facts.push(match request.kept_milliseconds {
        Some(age) => format!("kept from {} ago", format::duration(age)),
        None => format::duration(request.milliseconds),
    });
    if request.bytes > 0 {
        facts.push(format::bytes(request.bytes));
    }
    facts.join(" \u{b7} ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(status: u16) -> NetboxRequest {
        NetboxRequest {
            method: "GET".into(),
            url: "https://netbox.example.com/api/dcim/sites/".into(),
            page: None,
            status,
            milliseconds: 87,
            bytes: 11_001,
            total: Some(1_212),
            returned: Some(38),
            kept_milliseconds: None,
        }
    }

    #[test]
    fn a_kept_answer_says_how_old_it_is() {
        let kept = NetboxRequest { kept_milliseconds: Some(12_000), milliseconds: 0, ..request(200) };
        assert_eq!(facts(&kept), "200 \u{b7} 38 of 1,212 \u{b7} kept from 12.0 s ago \u{b7} 12 kB");
    }

    #[test]
    fn facts_say_how_many_of_how_many() {
        assert_eq!(facts(&request(200)), "200 \u{b7} 38 of 1,212 \u{b7} 87 ms \u{b7} 12 kB");
    }

    #[test]
    fn a_request_without_an_answer_says_so() {
        let unanswered = NetboxRequest { total: None, returned: None, bytes: 0, ..request(0) };
        assert_eq!(facts(&unanswered), "no answer \u{b7} 87 ms");
    }
}
