//! Signing in with an OpenID Connect provider: a real one whose pages are walked through as a browser does, and one
//! that lies.

pub mod hostile;
mod provider;
mod surfer;

use std::net::TcpListener;
use std::path::Path;

use hostile::{Answer, Hostile, SECRET, SUBJECT};
use netbox_chatbox::server::config::{
    AnswerConfig, ConnectionConfig, ModelSource, NetboxSource, OidcConfig, PeopleConfig, SignInMode,
};
use netbox_chatbox::server::connections::Connections;
use netbox_chatbox::server::demo::model::Pace;
use netbox_chatbox::server::doctor::{self, Level};
use netbox_chatbox::server::store::Location;
use provider::Provider;
use serde_json::{Value, json};
use surfer::{Page, Surfer};
use url::Url;

use crate::logged;
use crate::stack::Stack;

/// Makes a token of claims.
type Forge<'a> = &'a dyn Fn(&Value) -> String;
/// Describes the provider of this issuer.
type Lie<'a> = &'a dyn Fn(&str) -> Answer;

async fn stack(client: OidcConfig) -> Stack {
    Stack::with_people(NetboxSource::Demo, PeopleConfig { mode: SignInMode::Oidc(client), ..PeopleConfig::nobody() })
        .await
}

fn at(stack: &Stack, path: &str) -> String {
    format!("http://{}{path}", stack.address)
}

/// From our sign-in page through the provider's two forms and back.
async fn sign_in(surfer: &mut Surfer, stack: &Stack, next: &str, login: &str) -> Page {
    let form = surfer.open(&at(stack, &format!("/sign-in/oidc?next={next}"))).await;
    finish(surfer, form, login).await
}

/// The provider's forms: who it is, and whether we may know.
async fn finish(surfer: &mut Surfer, form: Page, login: &str) -> Page {
    assert!(form.html.contains("Enter any login"), "{}: {}", form.url, form.html);
    let consent = surfer.submit(&form, &[("login", login), ("password", "any")]).await;
    // Asked once for each person and browser.
    if consent.html.contains(r#"name="prompt" value="consent""#) {
        return surfer.submit(&consent, &[]).await;
    }
    consent
}

/// Who the server takes this browser for: the person's own page.
async fn settings(surfer: &mut Surfer, stack: &Stack) -> Page {
    surfer.open(&at(stack, "/settings")).await
}

fn assert_refused(page: &Page, status: u16, sentence: &str, hint: &str) {
    assert_eq!(page.status, status, "{}", page.html);
    assert!(page.html.contains(sentence), "`{sentence}` is missing in {}", page.html);
    assert!(page.html.contains(hint), "`{hint}` is missing in {}", page.html);
    assert!(page.url.path().starts_with("/sign-in/oidc"), "{}", page.url);
}

async fn assert_stranger(surfer: &mut Surfer, stack: &Stack) {
    let page = settings(surfer, stack).await;
    assert!(page.url.path().starts_with("/sign-in"), "{} shows {}", page.url, page.html);
}

#[tokio::test]
async fn people_sign_in_at_the_provider_and_their_groups_say_what_they_are() {
    for options in [&[][..], &["--claims-in-id-token"]] {
        let provider = Provider::with(options).await;
        let stack = stack(provider.client()).await;
        let (mut alice, mut bob) = (Surfer::new(), Surfer::new());
        let page = sign_in(&mut alice, &stack, "%2F%3Fquestion%3DWhich%2520sites", "alice").await;
        assert_eq!(
            (page.status, page.url.as_str()),
            (200, at(&stack, "/?question=Which%20sites").as_str()),
            "{}",
            page.html
        );
        let page = settings(&mut alice, &stack).await;
        assert!(page.html.contains("Alice Archer"), "{}", page.html);
        assert!(page.html.contains("Admin"), "{}", page.html);
        sign_in(&mut bob, &stack, "/", "bob").await;
        let page = settings(&mut bob, &stack).await;
        assert!(page.html.contains("Bob Baker") && !page.html.contains("Admin"), "{}", page.html);
        // The same person in another browser.
        let mut elsewhere = Surfer::new();
        sign_in(&mut elsewhere, &stack, "/", "alice").await;
        assert!(settings(&mut elsewhere, &stack).await.html.contains("Alice Archer"));
    }
}

#[tokio::test]
async fn a_public_client_needs_no_secret() {
    let provider = Provider::start().await;
    let stack = stack(OidcConfig::new(&provider.issuer, "public-chatbox")).await;
    let mut eve = Surfer::new();
    sign_in(&mut eve, &stack, "/", "eve").await;
    assert!(settings(&mut eve, &stack).await.html.contains("eve"), "without ALLOWED_GROUPS everybody may");
}

#[tokio::test]
async fn who_is_in_no_allowed_group_stays_outside() {
    let provider = Provider::start().await;
    let stack = stack(provider.client()).await;
    let mut eve = Surfer::new();
    let page = sign_in(&mut eve, &stack, "/", "eve").await;
    assert_refused(&page, 403, "You are not in a group that may use this", "sk the administrator");
    assert_stranger(&mut eve, &stack).await;
}

#[tokio::test]
async fn who_says_no_at_the_provider_is_told_so() {
    let provider = Provider::start().await;
    let stack = stack(provider.client()).await;
    let mut surfer = Surfer::new();
    let form = surfer.open(&at(&stack, "/sign-in/oidc")).await;
    let page = surfer.open(&format!("{}/abort", form.url)).await;
    assert_refused(&page, 403, "The sign-in provider denied access", "ign in again");
    assert_stranger(&mut surfer, &stack).await;
}

#[tokio::test]
async fn two_tabs_sign_in_at_once() {
    let provider = Provider::start().await;
    let stack = stack(provider.client()).await;
    let mut surfer = Surfer::new();
    let first = surfer.open(&at(&stack, "/sign-in/oidc?next=/settings")).await;
    let second = surfer.open(&at(&stack, "/sign-in/oidc?next=/")).await;
    assert_eq!(finish(&mut surfer, second, "alice").await.url.path(), "/");
    let page = finish(&mut surfer, first, "alice").await;
    assert_eq!((page.status, page.url.path()), (200, "/settings"), "{}", page.html);
}

#[tokio::test]
async fn an_answer_counts_once_and_in_its_own_browser_only() {
    let provider = Provider::start().await;
    let stack = stack(provider.client()).await;
    let (mut victim, mut attacker) = (Surfer::new(), Surfer::new());
    // The attacker stops before the answer is delivered, and has somebody else deliver it.
    let form = attacker.open(&at(&stack, "/sign-in/oidc")).await;
    attacker.open(&at(&stack, "/sign-in/oidc")).await;
    let mut page = attacker.submit_and_stop(&form, &[("login", "bob"), ("password", "any")]).await;
    while page.location.as_ref().is_some_and(|location| !location.path().ends_with("/callback"))
        || page.location.is_none()
    {
        page = match page.location.take() {
            Some(location) => attacker.look(location.as_str()).await,
            None => attacker.submit_and_stop(&page, &[]).await,
        };
    }
    let callback = page.location.take().unwrap();
    let page = victim.open(callback.as_str()).await;
    assert_refused(&page, 400, "This browser has no sign-in that belongs to this answer", "in this browser");
    assert_stranger(&mut victim, &stack).await;
    // Neither does a sign-in of one's own help.
    victim.open(&at(&stack, "/sign-in/oidc")).await;
    assert_eq!(victim.open(callback.as_str()).await.status, 400);
    assert_eq!(attacker.open(callback.as_str()).await.status, 200);
    let again = attacker.open(callback.as_str()).await;
    assert_refused(&again, 400, "This browser has no sign-in that belongs to this answer", "ign in again");
    assert!(!again.html.contains(callback.query().unwrap()), "{}", again.html);
}

#[tokio::test]
async fn new_keys_of_the_provider_are_learnt_at_the_next_sign_in() {
    let provider = Provider::start().await;
    let stack = stack(provider.client()).await;
    for login in ["alice", "bob"] {
        let mut surfer = Surfer::new();
        sign_in(&mut surfer, &stack, "/", login).await;
        assert_eq!(settings(&mut surfer, &stack).await.url.path(), "/settings");
        provider.rotate().await;
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_as_one() {
    let provider = Provider::start().await;
    let stack = stack(OidcConfig { client_secret: Some("wrong".to_owned().into()), ..provider.client() }).await;
    let mut surfer = Surfer::new();
    let page = sign_in(&mut surfer, &stack, "/", "alice").await;
    assert_refused(
        &page,
        502,
        "The sign-in provider does not accept this server (invalid_client)",
        "OIDC_CLIENT_SECRET",
    );
    assert_stranger(&mut surfer, &stack).await;
}

#[tokio::test]
async fn the_doctor_finds_what_a_sign_in_needs() {
    let provider = Provider::start().await;
    let public_url = Some("https://chat.example.com/".parse().unwrap());
    let people = PeopleConfig { mode: SignInMode::Oidc(provider.client()), public_url, ..PeopleConfig::nobody() };
    let config =
        ConnectionConfig { netbox: NetboxSource::Demo, model: ModelSource::StandIn, answers: AnswerConfig::default() };
    let connections = Connections::open(config, Pace::Instant).await.unwrap();
    let listen = ([127, 0, 0, 1], 8001).into();
    let report = doctor::run(&connections, &people, &Location::Memory, listen, Path::new(".")).await;
    let own = |subject: &str| subject.starts_with("Sign-in") || subject.starts_with("Redirect");
    let checks: Vec<_> = report.checks.iter().filter(|check| own(check.subject)).collect();
    assert_eq!(checks.len(), 5, "{report}");
    assert!(checks.iter().all(|check| check.level == Level::Good), "{report}");
    let text = report.to_string();
    for told in
        [&provider.issuer, "token, user info, sign-out", "S256", "https://chat.example.com/sign-in/oidc/callback"]
    {
        assert!(text.contains(told), "{told}: {report}");
    }
}

#[tokio::test]
async fn a_provider_that_is_away_is_told_as_that() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let away = stack(OidcConfig::new(&format!("http://{free}"), "chatbox")).await;
    let page = Surfer::new().open(&at(&away, "/sign-in/oidc")).await;
    assert_refused(&page, 502, "The sign-in provider cannot be reached", "ry again");
    // One that goes away while somebody is on the way back.
    let mut provider = Provider::start().await;
    let stack = stack(provider.client()).await;
    let mut surfer = Surfer::new();
    let begun = surfer.look(&at(&stack, "/sign-in/oidc")).await;
    provider.stop().await;
    let page =
        surfer.open(&at(&stack, &format!("/sign-in/oidc/callback?code=a&state={}", parameter(&begun, "state")))).await;
    assert_refused(&page, 502, "The sign-in provider cannot be reached", "ry again");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_leads_to_the_providers_own() {
    let provider = Provider::start().await;
    let stack = stack(provider.client()).await;
    let mut surfer = Surfer::new();
    sign_in(&mut surfer, &stack, "/", "alice").await;
    let page = surfer.post(&at(&stack, "/sign-out")).await;
    assert_stranger(&mut surfer, &stack).await;
    let link = regex::Regex::new(&format!(r#"href="({}/session/end[^"]*)""#, provider.issuer)).unwrap();
    let link =
        link.captures(&page.html).unwrap_or_else(|| panic!("{} leads not to the provider: {}", page.url, page.html));
    let question = surfer.open(&link[1].replace("&amp;", "&")).await;
    assert!(question.html.contains("Do you want to sign-out"), "{}", question.html);
    let home = surfer.submit(&question, &[("logout", "yes")]).await;
    assert!(home.url.as_str().starts_with(&at(&stack, "/")), "{}", home.url);
    // The provider has forgotten them too: it asks again.
    assert!(surfer.open(&at(&stack, "/sign-in/oidc")).await.html.contains("Enter any login"));
}

#[tokio::test]
async fn nobody_is_led_elsewhere_after_signing_in() {
    let provider = Provider::start().await;
    let stack = stack(provider.client()).await;
    for next in ["https%3A%2F%2Fevil.example.com%2F", "%2F%2Fevil.example.com", "%2F%5Cevil.example.com"] {
        let page = sign_in(&mut Surfer::new(), &stack, next, "bob").await;
        assert_eq!(page.url.as_str(), at(&stack, "/"), "{next}");
    }
}

/// A parameter of the address that a browser is sent to.
fn parameter(page: &Page, name: &str) -> String {
    let location = page.location.as_ref().unwrap_or_else(|| panic!("nowhere: {}", page.html));
    location
        .query_pairs()
        .find(|(key, _)| key == name)
        .unwrap_or_else(|| panic!("no {name} in {location}"))
        .1
        .into_owned()
}

/// A browser on its way back from the lying provider, which answers with these tokens.
async fn come_back(stack: &Stack, provider: &Hostile, tokens: impl FnOnce(&str) -> Answer) -> (Surfer, Page) {
    let mut surfer = Surfer::new();
    let begun = surfer.look(&at(stack, "/sign-in/oidc")).await;
    let tokens = tokens(&parameter(&begun, "nonce"));
    provider.lie(|answers| answers.tokens = tokens);
    let state = parameter(&begun, "state");
    let page = surfer.open(&at(stack, &format!("/sign-in/oidc/callback?code=the-code&state={state}"))).await;
    (surfer, page)
}

#[tokio::test]
async fn the_request_is_bound_to_the_browser_and_proves_itself() {
    let provider = Hostile::start().await;
    let stack = stack(provider.client()).await;
    let mut surfer = Surfer::new();
    let begun = surfer.look(&at(&stack, "/sign-in/oidc?next=/c/0123")).await;
    assert_eq!(parameter(&begun, "code_challenge_method"), "S256");
    assert_eq!(parameter(&begun, "scope"), "openid profile email");
    assert_eq!(parameter(&begun, "redirect_uri"), at(&stack, "/sign-in/oidc/callback"));
    let cookie = begun.headers["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/;", "Max-Age=600"] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
    for secret in ["state", "nonce", "code_challenge"] {
        assert!(!cookie.contains(&parameter(&begun, secret)), "{cookie} shows {secret}");
    }
    // The same in every respect but what must never repeat.
    let again = surfer.look(&at(&stack, "/sign-in/oidc")).await;
    for once in ["state", "nonce", "code_challenge"] {
        assert_ne!(parameter(&begun, once), parameter(&again, once), "{once}");
    }
    let claims = provider.claims(&parameter(&again, "nonce"));
    provider.lie(|answers| answers.tokens = hostile::tokens(&hostile::signed(&claims)));
    let state = parameter(&again, "state");
    let page = surfer.look(&at(&stack, &format!("/sign-in/oidc/callback?code=the-code&state={state}"))).await;
    assert_eq!(page.status, 303, "{}", page.html);
    let redeemed = provider.answers.lock().unwrap().asked.iter().find(|(path, _)| path == "/token").unwrap().1.clone();
    assert!(redeemed.contains("code_verifier=") && redeemed.contains("code=the-code"), "{redeemed}");
    assert!(!redeemed.contains("client_secret"), "it goes into the header: {redeemed}");
}

#[tokio::test]
async fn an_id_token_that_is_not_right_in_everything_is_not_believed() {
    let provider = Hostile::start().await;
    let stack = stack(provider.client()).await;
    let (_, page) =
        come_back(&stack, &provider, |nonce| hostile::tokens(&hostile::signed(&provider.claims(nonce)))).await;
    assert_eq!((page.status, page.url.path()), (200, "/"), "the honest token: {}", page.html);

    let hour = 3_600;
    let now = jiff::Timestamp::now().as_second();
    let changes: [(&str, Value); 14] = [
        ("another issuer", json!({"iss": "https://id.example.com"})),
        ("no issuer", json!({"iss": null})),
        ("another client", json!({"aud": "somebody-else"})),
        ("others too", json!({"aud": ["chatbox", "somebody-else"]})),
        ("nobody", json!({"aud": []})),
        ("another party", json!({"azp": "somebody-else"})),
        ("another sign-in", json!({"nonce": "another"})),
        ("no sign-in", json!({"nonce": null})),
        ("expired", json!({"iat": now - 2 * hour, "exp": now - hour})),
        ("never expiring", json!({"exp": null})),
        ("from the future", json!({"iat": now + hour, "exp": now + 2 * hour})),
        ("no subject", json!({"sub": null})),
        ("another access token", json!({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"})),
        ("no claims", Value::Null),
    ];
    for (name, change) in changes {
        let (mut surfer, page) = come_back(&stack, &provider, |nonce| {
            let mut claims = provider.claims(nonce);
            match change.as_object() {
                Some(change) => claims.as_object_mut().unwrap().extend(change.clone()),
                None => claims = json!("nothing"),
            }
            hostile::tokens(&hostile::signed(&claims))
        })
        .await;
        assert!(matches!(page.status, 400 | 502), "{name}: {} {}", page.status, page.html);
        let clock = page.html.contains("The clocks of this server and of the sign-in provider differ");
        assert_eq!(clock, matches!(name, "expired" | "from the future"), "{name}: {}", page.html);
        assert_stranger(&mut surfer, &stack).await;
    }
}

#[tokio::test]
async fn only_the_providers_own_signature_counts() {
    let provider = Hostile::start().await;
    let stack = stack(provider.client()).await;
    let keys: Value = serde_json::from_str(&provider.answers.lock().unwrap().keys.2).unwrap();
    let public = keys["keys"][0]["x"].as_str().unwrap().to_owned();
    let forge: [(&str, Forge<'_>); 7] = [
        ("another key under its name", &hostile::forged),
        ("a key that it does not name", &hostile::foreign),
        ("none", &|claims| hostile::assembled(&json!({"alg": "none"}), claims, |_| Vec::new())),
        ("none, with a signature", &|claims| {
            hostile::assembled(&json!({"alg": "none", "kid": "own"}), claims, |_| vec![1; 64])
        }),
        ("its public key as a secret", &|claims| {
            hostile::assembled(&json!({"alg": "HS256", "kid": "own"}), claims, |message| {
                hmac(public.as_bytes(), message)
            })
        }),
        // Whoever knows the client's secret is not the provider for that: it names no such algorithm.
        ("the client's secret", &|claims| {
            hostile::assembled(&json!({"alg": "HS256"}), claims, |message| hmac(SECRET.as_bytes(), message))
        }),
        ("no token", &|_| "not.a.token".to_owned()),
    ];
    for (name, forge) in forge {
        let (mut surfer, page) =
            come_back(&stack, &provider, |nonce| hostile::tokens(&forge(&provider.claims(nonce)))).await;
        assert!(matches!(page.status, 400 | 502), "{name}: {} {}", page.status, page.html);
        assert_stranger(&mut surfer, &stack).await;
    }
    let none = Answer::json(&json!({"access_token": "an access token", "token_type": "Bearer"}));
    let (mut surfer, page) = come_back(&stack, &provider, |_| none).await;
    assert_refused(&page, 400, "word is not believed", "log");
    assert_stranger(&mut surfer, &stack).await;
}

/// HMAC-SHA256 (RFC 2104), which nothing else here needs.
fn hmac(secret: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let mut block = [0_u8; 64];
    block[..secret.len()].copy_from_slice(secret);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<_>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[tokio::test]
async fn what_the_provider_says_of_itself_is_checked() {
    let elsewhere = "http://192.0.2.1";
    let with = |issuer: &str, change: Value| {
        let mut description = hostile::description(issuer);
        description.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        Answer::json(&description)
    };
    let lies: [(&str, Lie<'_>); 7] = [
        ("another's name", &|_| Answer::json(&hostile::description("https://id.example.com"))),
        ("keys in the clear", &|issuer| with(issuer, json!({"jwks_uri": format!("{elsewhere}/jwks")}))),
        ("keys on the disk", &|issuer| with(issuer, json!({"jwks_uri": "file:///etc/passwd"}))),
        ("no keys", &|issuer| with(issuer, json!({"jwks_uri": null}))),
        ("a page", &|_| Answer(200, "text/html", "<h1>Sign in</h1>".to_owned())),
        ("nothing", &|_| Answer(404, "application/json", "{}".to_owned())),
        ("too much", &|issuer| with(issuer, json!({"more": "x".repeat(3_000_000)}))),
    ];
    for (name, lie) in lies {
        let provider = Hostile::start().await;
        provider.lie(|answers| answers.description = lie(&provider.issuer));
        let stack = stack(provider.client()).await;
        let page = Surfer::new().open(&at(&stack, "/sign-in/oidc")).await;
        assert_eq!(page.status, 502, "{name}: {}", page.html);
        assert!(!page.html.contains("<h1>Sign in</h1>"), "{name}: {}", page.html);
        // What is mended is seen at the next attempt.
        provider.lie(|answers| answers.description = with(&provider.issuer, json!({})));
        assert_eq!(Surfer::new().look(&at(&stack, "/sign-in/oidc")).await.status, 303, "{name}");
    }
}

#[tokio::test]
async fn neither_code_nor_secret_follow_a_redirect() {
    let thief = Hostile::start().await;
    for path in ["/.well-known/openid-configuration", "/jwks", "/token", "/me"] {
        let provider = Hostile::start().await;
        let stack = stack(provider.client()).await;
        let to = format!("{}{path}", thief.issuer);
        provider.lie(|answers| answers.redirect = Some((path, to)));
        let page = if matches!(path, "/token" | "/me") {
            let without_groups = |nonce: &str| {
                let mut claims = provider.claims(nonce);
                claims.as_object_mut().unwrap().remove("groups");
                hostile::tokens(&hostile::signed(&claims))
            };
            come_back(&stack, &provider, without_groups).await.1
        } else {
            Surfer::new().open(&at(&stack, "/sign-in/oidc")).await
        };
        assert_eq!(page.status, 502, "{path}: {}", page.html);
        assert!(provider.was_asked(path), "{path}");
        assert!(!thief.was_asked(path), "{path} was followed");
    }
}

#[tokio::test]
async fn answers_of_the_token_endpoint_are_told_apart() {
    let provider = Hostile::start().await;
    let stack = stack(provider.client()).await;
    let error = |status, code: &str| {
        let said = "the code the-code is <b>bad</b>, call 555-0100";
        Answer(status, "application/json", json!({"error": code, "error_description": said}).to_string())
    };
    for (answer, status, sentence) in [
        (error(400, "invalid_grant"), 400, "does not accept its own answer any more"),
        (error(401, "invalid_client"), 502, "does not accept this server (invalid_client)"),
        (error(400, "<script>alert(1)</script>"), 502, "(scriptalert1script)"),
        (Answer(500, "text/html", "<h1>Oops</h1>".to_owned()), 502, "answer cannot be used"),
        (Answer(503, "text/plain", String::new()), 502, "answer cannot be used"),
        (Answer(200, "application/json", "{".to_owned()), 502, "answer cannot be used"),
        (Answer(200, "application/json", format!("\"{}\"", "x".repeat(3_000_000))), 502, "answer is too large"),
    ] {
        let (mut surfer, page) = come_back(&stack, &provider, |_| answer).await;
        assert_refused(&page, status, sentence, "");
        for leak in ["the-code", "<b>", "555-0100", "<h1>Oops", SECRET] {
            assert!(!page.html.contains(leak), "{leak} in {}", page.html);
        }
        assert_stranger(&mut surfer, &stack).await;
    }
}

#[tokio::test]
async fn what_comes_back_in_the_address_is_not_trusted() {
    let provider = Hostile::start().await;
    let stack = stack(provider.client()).await;
    let evil = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for (query, status, sentence) in [
        ("error=access_denied&error_description=call%20555-0100&state=STATE", 403, "denied access"),
        ("error=temporarily_unavailable&state=STATE", 400, "(temporarily_unavailable)"),
        ("code=a&iss=https%3A%2F%2Fid.example.com&state=STATE", 400, "another sign-in provider"),
        ("state=STATE", 400, "(no_code)"),
        ("code=&state=STATE", 400, "(no_code)"),
        ("code=a", 400, "no sign-in that belongs"),
        ("code=a&state=another-state-of-22-ch", 400, "no sign-in that belongs"),
        ("code=a&state=STATE&state=STATE", 400, "no sign-in that belongs"),
        ("error=access_denied", 400, "no sign-in that belongs"),
    ] {
        let mut surfer = Surfer::new();
        let state = parameter(&surfer.look(&at(&stack, "/sign-in/oidc")).await, "state");
        let query = query.replace("STATE", &state);
        let page = surfer.open(&at(&stack, &format!("/sign-in/oidc/callback?{query}"))).await;
        assert_refused(&page, status, sentence, "ign in again");
        assert!(!page.html.contains("555-0100"), "{}", page.html);
        assert!(!provider.was_asked("/token"), "{query}");
    }
    let page =
        Surfer::new().open(&at(&stack, &format!("/sign-in/oidc/callback?error={evil}&state={evil}&code={evil}"))).await;
    assert_eq!(page.status, 400);
    assert!(!page.html.contains("<script>alert"), "{}", page.html);
}

#[tokio::test]
async fn user_info_of_somebody_else_is_not_believed() {
    let provider = Hostile::start().await;
    let stack = stack(provider.client()).await;
    let bare = |nonce: &str| {
        let mut claims = provider.claims(nonce);
        claims.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "groups" | "name"));
        hostile::tokens(&hostile::signed(&claims))
    };
    let (mut surfer, page) = come_back(&stack, &provider, bare).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(settings(&mut surfer, &stack).await.html.contains(SUBJECT), "a subject is a name where there is no other");
    provider.lie(|answers| answers.person = Answer::json(&json!({"sub": "alice", "groups": ["network"]})));
    let (mut surfer, page) = come_back(&stack, &provider, bare).await;
    assert_refused(&page, 400, "word is not believed", "log");
    assert_stranger(&mut surfer, &stack).await;
}

#[tokio::test]
async fn a_cookie_that_was_changed_or_is_anothers_is_no_sign_in() {
    let provider = Hostile::start().await;
    let stack = stack(provider.client()).await;
    let mut surfer = Surfer::new();
    let begun = surfer.look(&at(&stack, "/sign-in/oidc")).await;
    let callback =
        Url::parse(&at(&stack, &format!("/sign-in/oidc/callback?code=a&state={}", parameter(&begun, "state"))))
            .unwrap();
    let cookie = surfer.cookies_for(&callback);
    let (name, value) = cookie.split_once('=').unwrap();
    let last = if value.ends_with('A') { 'B' } else { 'A' };
    let changed = format!("{}{last}", &value[..value.len() - 1]);
    for changed in [String::new(), value[1..].to_owned(), changed, "v1.00000000.AAAA".to_owned()] {
        let answer = crate::stack::http_client().get(callback.clone()).header("cookie", format!("{name}={changed}"));
        let answer = answer.header("accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 400, "{changed}");
        assert!(!provider.was_asked("/token"));
    }
}

#[tokio::test]
async fn no_log_tells_a_code_a_token_or_a_secret() {
    let log = logged::log();
    let provider = Hostile::start().await;
    let stack = stack(provider.client()).await;
    let mut secrets = vec!["the-code".to_owned(), "an access token".to_owned(), SECRET.to_owned()];
    for forge in [hostile::signed, hostile::forged] {
        let mut kept = String::new();
        let (surfer, _) = come_back(&stack, &provider, |nonce| {
            kept = forge(&provider.claims(nonce));
            secrets.push(nonce.to_owned());
            hostile::tokens(&kept)
        })
        .await;
        secrets.extend(kept.split('.').map(str::to_owned));
        let cookies = surfer.cookies_for(&Url::parse(&at(&stack, "/")).unwrap());
        secrets.extend(cookies.split("; ").filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())));
    }
    let refused = json!({"error": "invalid_grant", "error_description": "the-code is spent"}).to_string();
    come_back(&stack, &provider, |_| Answer(400, "application/json", refused)).await;

    let text = log.text();
    for told in ["somebody signed in", "somebody could not sign in", "none of the provider's keys made its signature"] {
        assert!(text.contains(told), "{told} is missing in {text}");
    }
    for secret in secrets.iter().filter(|secret| secret.len() > 6) {
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} is in the log");
    }
}
