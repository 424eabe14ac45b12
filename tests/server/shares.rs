//! A shared conversation is what it was, for whoever has the link, until it is revoked.

use netbox_chatbox::server::config::{LimitConfig, SharingConfig, StorageConfig};
use regex::Regex;
use serde_json::json;

use crate::logged;
use crate::scratch::both;
use crate::stack::{Browser, Model, Stack, USER_HEADER};

/// Presses a button of the page of links; the page after it.
pub async fn press(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let response = browser.submit(path, fields).await;
    let status = response.status().as_u16();
    if status == 303 {
        let location = response.headers()["location"].to_str().unwrap().to_owned();
        return browser.page(&location).await;
    }
    (status, response.text().await.unwrap())
}

/// The paths of the links on a page, newest first, and what names them.
pub fn links(page: &str) -> Vec<(String, String)> {
    let link = Regex::new(r#"(?s)value="http://[^/"]+(/s/[^"]+)".*?name="share" value="([^"]+)""#).unwrap();
    link.captures_iter(page).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

/// The rows of a page's longest table.
fn most_rows(page: &str) -> u64 {
    let rows = Regex::new("(?s)<tbody>(.*?)</tbody>").unwrap();
    rows.captures_iter(page).map(|body| body[1].matches("<tr>").count() as u64).max().unwrap_or_default()
}

async fn shared(stack: &Stack) -> (Browser, String, String, String) {
    let owner = stack.browser().await;
    let mut socket = owner.socket().await;
    socket.ask("How many sites do we have?").await;
    let path = format!("/c/{}", socket.conversation());
    let (status, page) = press(&owner, &format!("{path}/share"), &[]).await;
    assert_eq!(status, 200, "{page}");
    let (link, id) = links(&page).pop().unwrap_or_else(|| panic!("no link on {page}"));
    (owner, path, link, id)
}

#[tokio::test]
async fn a_link_shows_the_conversation_as_it_was_and_nothing_later() {
    let stack = Stack::demo().await;
    let owner = stack.browser().await;
    let mut socket = owner.socket().await;
    let answer = socket.ask("Show me all sites").await;
    assert!(!answer.is_empty());
    let conversation = socket.conversation();
    let path = format!("/c/{conversation}");
    let (_, page) = press(&owner, &format!("{path}/share"), &[]).await;
    let early = links(&page).pop().unwrap().0;
    assert!(page.contains("It shows all of the conversation"), "{page}");
    // The page of the chat has all rows fetched; only then are they kept.
    let (_, now) = owner.call("conversation", json!({"id": conversation})).await;
    let parts = now["turns"][0]["answer"]["parts"].as_array().unwrap();
    let result = parts.iter().map(|part| &part["outcome"]["result"]).find(|result| result.is_object()).unwrap();
    let total = result["total"].as_u64().unwrap();
    let query = json!({"offset": 0, "limit": 10, "ordering": "", "search": ""});
    let arguments = json!({"conversation": conversation, "handle": result["handle"], "query": query});
    assert_eq!(owner.call("result_page", arguments).await.0, 200);
    let (_, page) = press(&owner, &format!("{path}/share"), &[]).await;
    let link = links(&page).into_iter().map(|(link, _)| link).find(|link| *link != early).unwrap();

    socket.ask("And which racks are there?").await;
    let (_, page) = owner.page(&format!("{path}/share")).await;
    assert!(page.contains("It does not show what was said since"), "{page}");

    let reader = stack.browser().await;
    let (status, page) = reader.page(&link).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Show me all sites") && !page.contains("which racks"), "{page}");
    assert_eq!(most_rows(&page), total, "{page}");
    assert!(!page.contains("were not kept"), "{page}");
    let (_, cut) = reader.page(&early).await;
    let kept = most_rows(&cut);
    assert!(kept > 0 && kept < total, "{kept} of {total}: {cut}");
    assert!(cut.contains(&format!("Rows 1 to {kept} of {total}: the others were not kept")), "{cut}");
    // Nothing on it is a way into the conversation: no script of the chat, no form but the sign-out, no other link there.
    for part in ["/pkg/netbox-chatbox.js", "hydrate", &path] {
        assert!(!page.contains(part), "{part} in {page}");
    }
}

#[tokio::test]
async fn a_link_gives_no_way_into_the_conversation_itself() {
    let stack = Stack::demo().await;
    let (_, path, link, id) = shared(&stack).await;
    let reader = stack.browser().await;
    assert_eq!(reader.page(&link).await.0, 200);
    assert_eq!(reader.page(&path).await.0, 404);
    assert_eq!(reader.page(&format!("{path}/share")).await.0, 404);
    assert_eq!(press(&reader, &format!("{path}/share"), &[]).await.0, 404);
    assert_eq!(press(&reader, &format!("{path}/share/revoke"), &[("share", &id)]).await.0, 404);
    let conversation = path.trim_start_matches("/c/");
    let (status, _) =
        reader.call("result_page", json!({"conversation": conversation, "handle": "r1", "query": {}})).await;
    assert_eq!(status, 404);
    assert_eq!(reader.page(&link).await.0, 200, "it still works");
}

#[tokio::test]
async fn a_revoked_link_and_a_guessed_one_are_the_same_nothing() {
    let stack = Stack::demo().await;
    let (owner, path, link, id) = shared(&stack).await;
    let (_, two) = press(&owner, &format!("{path}/share"), &[]).await;
    assert_eq!(links(&two).len(), 2);
    let reader = stack.browser().await;
    let (status, page) = press(&owner, &format!("{path}/share/revoke"), &[("share", &id)]).await;
    assert_eq!((status, links(&page).len()), (200, 1), "{page}");
    let (status, revoked) = reader.page(&link).await;
    assert_eq!(status, 404);
    assert!(!revoked.contains("How many sites"), "{revoked}");
    let (status, _) = press(&owner, &format!("{path}/share/revoke"), &[("share", &id)]).await;
    assert_eq!(status, 404, "it is revoked already");
    let guesses = [
        "/s/a".to_owned(),
        format!("/s/{}", "A".repeat(43)),
        format!("{link}x"),
        format!("/s/{id}"),
        link.replace("/s/", "/s/..%2F"),
    ];
    for guess in guesses {
        let (status, page) = reader.page(&guess).await;
        assert_eq!((status, page.contains("There is no such link")), (404, true), "{guess}: {page}");
    }
    assert_eq!(reader.page(&links(&two)[0].0).await.0, 200, "the other one works");
}

#[tokio::test]
async fn a_deleted_conversation_is_shared_no_more() {
    let stack = Stack::demo().await;
    let (owner, path, link, _) = shared(&stack).await;
    let reader = stack.browser().await;
    assert_eq!(reader.page(&link).await.0, 200);
    let (status, answer) = owner.call("delete_conversation", json!({"id": path.trim_start_matches("/c/")})).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(reader.page(&link).await.0, 404);
}

#[tokio::test]
async fn what_was_written_becomes_no_markup_on_a_shared_page() {
    let stack = Stack::demo().await;
    let owner = stack.browser().await;
    let mut socket = owner.socket().await;
    socket.ask("<img src=x onerror=alert(1)> <script>alert(2)</script>").await;
    let (_, page) = press(&owner, &format!("/c/{}/share", socket.conversation()), &[]).await;
    let (link, _) = links(&page).pop().unwrap();
    let (_, page) = stack.browser().await.page(&link).await;
    assert!(page.contains("&lt;img src=x"), "{page}");
    assert!(!page.contains("<img") && !page.contains("<script>alert"), "{page}");
}

#[tokio::test]
async fn a_link_works_for_as_long_as_was_chosen() {
    let stack = Stack::demo().await;
    let (owner, path, _, _) = shared(&stack).await;
    let (status, page) = press(&owner, &format!("{path}/share"), &[("days", "7")]).await;
    assert!(status == 200 && page.contains(", ends 20"), "{page}");
    let (link, _) = links(&page).remove(0);
    let reader = stack.browser().await;
    assert_eq!(reader.page(&link).await.0, 200);
    let (status, page) = press(&owner, &format!("{path}/share"), &[("days", "365")]).await;
    assert!(status == 400 && page.contains("A link does not end then"), "{page}");
    // A week later it is as if it had never been.
    let week = 7 * 24 * 3_600_000 + 1;
    assert_eq!(stack.database().forget_expired_shares(now() + week).await.unwrap(), 1);
    let (status, over) = reader.page(&link).await;
    let (_, guessed) = reader.page(&format!("/s/{}", "A".repeat(43))).await;
    assert_eq!(status, 404);
    let words = |page: &str| page.split("<main").nth(1).unwrap().to_owned();
    assert_eq!(words(&over), words(&guessed));
    assert_eq!(links(&owner.page(&format!("{path}/share")).await.1).len(), 1, "the other one works");
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_switches_sharing_off_ends_every_link_and_on_again_has_them_back() {
    for scratch in both().await {
        let serve = async |is_on: bool| {
            let limits = LimitConfig { sharing: SharingConfig { is_on }, ..LimitConfig::unlimited() };
            Stack::limited(limits, StorageConfig::at(scratch.location()), Model::default()).await
        };
        let on = serve(true).await;
        let owner = on.with_header(USER_HEADER, "owner");
        let mut socket = owner.socket().await;
        socket.ask("How many sites do we have?").await;
        let path = format!("/c/{}", socket.conversation());
        // A key that is lost with the process seals the link: its page knows no address of it any more.
        let (_, page) = press(&owner, &format!("{path}/share"), &[]).await;
        let (link, _) = links(&page).pop().unwrap();
        let offered = async |owner: &Browser| owner.page(&path).await.1.contains(&format!("{path}/share"));
        assert!(offered(&owner).await);
        on.tell_to_stop();
        on.stopped().await;
        let off = serve(false).await;
        let reader = off.with_header(USER_HEADER, "reader");
        let (status, page) = reader.page(&link).await;
        assert!(status == 404 && page.contains("There is no such link"), "{page}");
        let owner = off.with_header(USER_HEADER, "owner");
        assert!(!offered(&owner).await, "what is refused is not offered");
        let (status, page) = press(&owner, &format!("{path}/share"), &[]).await;
        assert!(status == 403 && page.contains("Sharing is switched off"), "{page}");
        off.tell_to_stop();
        off.stopped().await;
        let on = serve(true).await;
        assert_eq!(on.with_header(USER_HEADER, "reader").page(&link).await.0, 200);
        on.database().close().await;
    }
}

#[tokio::test]
async fn no_log_tells_a_link() {
    let log = logged::log();
    let stack = Stack::demo().await;
    let (_, _, link, _) = shared(&stack).await;
    let secret = link.trim_start_matches("/s/").to_owned();
    let reader = stack.browser().await;
    let signed_out = stack.with_header("accept-language", "en");
    assert_eq!(reader.page(&link).await.0, 200);
    assert_eq!(signed_out.page(&link).await.0, 401);
    for mistyped in [format!("{link}/"), format!("/S/{secret}"), format!("/api/{secret}"), format!("/pkg/{secret}")] {
        assert!(matches!(reader.page(&mistyped).await.0, 404 | 405), "{mistyped}");
    }
    stack.database().close().await;
    assert_eq!(reader.page(&link).await.0, 503);
    let text = log.text();
    for told in ["a request failed", "/s/{secret}", "/c/{conversation}/share"] {
        assert!(text.contains(told), "{told} is missing in {text}");
    }
    let line = text.lines().find(|line| line.contains(&secret));
    assert_eq!(line, None, "the link is in the log");
}
