//! Wrong settings are told at once, each with what to do, and never with a secret.

use clap::Parser;

use super::*;
use crate::server::anthropic::Effort;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    serve: ServeArguments,
}

fn validate(arguments: &[&str]) -> Result<ServeConfig, Vec<Problem>> {
    let all = std::iter::once("netbox-chatbox").chain(arguments.iter().copied());
    Arguments::try_parse_from(all).unwrap().serve.validate()
}

#[test]
fn nothing_configured_is_the_demo_on_loopback() {
    let config = validate(&[]).unwrap();
    assert!(matches!(config.connection.netbox, NetboxSource::Demo));
    assert!(matches!(config.connection.model, ModelSource::StandIn));
    assert!(config.listen.ip().is_loopback());
    assert_eq!(config.connection.answers.budget.rounds, 25);
    assert_eq!(config.drain, Duration::from_secs(10));
}

#[test]
fn everything_wrong_is_told_at_once_with_hints_and_without_secrets() {
    let problems = validate(&[
        "--netbox-url=ftp://netbox.example.com",
        "--netbox-token=Token 0123456789abcdef-secret",
        "--anthropic-api-key=sk-ant-secret with blank",
        "--listen=0.0.0.0:8001",
        "--cors-origins=*,https://portal.example.com/path",
        "--database-url=mysql://user:secret@db/chat",
        "--maximum-rounds=0",
    ])
    .unwrap_err();
    let text = problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n");
    for name in
        ["NETBOX_URL", "NETBOX_TOKEN", "ANTHROPIC_API_KEY", "LISTEN", "CORS_ORIGINS", "DATABASE_URL", "MAXIMUM_ROUNDS"]
    {
        assert!(text.contains(name), "{name} is missing in\n{text}");
    }
    assert!(problems.iter().all(|problem| problem.hint.is_some()));
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn typed_settings_are_told_together_and_blank_ones_are_not_set() {
    let names = ["--netbox-tls-verify", "--maximum-rounds", "--anthropic-authorization", "--drain-seconds", "--listen"];
    let given = |value: &str| names.map(|name| format!("{name}={value}"));
    let wrong = given("maybe");
    let remote = ["--netbox-url=https://n.example.com", "--netbox-token=nbt_a.b", "--anthropic-api-key=sk-ant-x"];
    let text = validate(&wrong.each_ref().map(String::as_str))
        .unwrap_err()
        .iter()
        .map(Problem::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    for name in names {
        let name = name.trim_start_matches("--").replace('-', "_").to_uppercase();
        assert!(text.contains(&name), "{name} is missing in\n{text}");
    }
    assert!(text.contains("bearer or api-key") && text.contains("true or false"), "{text}");
    assert_eq!(text.matches("hint: ").count(), names.len(), "{text}");
    let blank = given(" ");
    let all: Vec<&str> =
        blank.iter().map(String::as_str).chain(["--netbox-ca-file=", "--database-url="]).chain(remote).collect();
    let config = validate(&all).unwrap();
    let NetboxSource::Remote(netbox) = &config.connection.netbox else { panic!("not remote") };
    assert!(netbox.verify_certificate && netbox.certificate_authority.is_none());
    assert_eq!(config.listen.to_string(), LISTEN);
}

#[test]
fn how_far_an_answer_may_go_is_read_and_what_is_wrong_with_it_is_told() {
    let wrong = [
        "--model-effort=extreme",
        "--model-profile=ollama",
        "--model-features=thinking,telepathy",
        "--model-prices=/nowhere/prices.txt",
        "--model-timeout=0",
        "--compact-at-tokens=ten",
        "--maximum-tokens=1",
        "--maximum-cost=-1",
        "--maximum-seconds=0",
    ];
    let model = ["--anthropic-api-key=sk-ant-x"];
    let problems = validate(&[&wrong[..], &model[..]].concat()).unwrap_err();
    let text = problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n");
    for argument in wrong {
        let name = argument.trim_start_matches("--").split('=').next().unwrap().replace('-', "_").to_uppercase();
        assert!(text.contains(&name), "{name} is missing in\n{text}");
    }
    assert_eq!(text.matches("hint: ").count(), wrong.len(), "{text}");
    let given = ["--maximum-cost=0.25", "--maximum-seconds=60", "--maximum-tokens=5000", "--model-effort=High"];
    let answers = validate(&[&given[..], &model[..]].concat()).unwrap().connection.answers;
    assert_eq!((answers.budget.micro_dollars, answers.budget.seconds, answers.budget.tokens), (250_000, 60, 5_000));
    assert_eq!(answers.effort, Effort::High);
}

#[test]
fn a_compatible_server_gets_the_features_that_were_named() {
    let config = validate(&["--anthropic-base-url=http://127.0.0.1:11434", "--model-features=thinking, cache-control"]);
    let ModelSource::Remote(model) = config.unwrap().connection.model else { panic!("not remote") };
    let features = Features { thinking: true, effort: false, cache_control: true };
    assert_eq!(model.profile, ProfileChoice::Probe(features));
}

#[test]
fn the_help_names_defaults_and_possible_values() {
    use clap::CommandFactory;
    let help = Arguments::command().render_long_help().to_string();
    for part in ["[default: 127.0.0.1:8001]", "[default: 25]", "[possible values: bearer, api-key]", "[default: true]"]
    {
        assert!(help.contains(part), "{part} is missing in\n{help}");
    }
}

#[test]
fn addresses_keep_their_path_and_tokens_of_both_kinds_are_taken() {
    for token in
        ["nbt_adminV2key00.adminV2000000000000000000000000000000000", "0123456789abcdef0123456789abcdef01234567"]
    {
        let config =
            validate(&["--netbox-url=https://example.com/netbox", &format!("--netbox-token={token}")]).unwrap();
        let NetboxSource::Remote(netbox) = &config.connection.netbox else { panic!("not remote") };
        assert_eq!(netbox.url.as_str(), "https://example.com/netbox/");
        assert!(!format!("{config:?}").contains(token));
    }
}

#[test]
fn demo_overrides_what_is_configured() {
    let config = validate(&["--demo", "--netbox-url=https://example.com", "--anthropic-api-key=sk-ant-x"]).unwrap();
    assert!(matches!(config.connection.netbox, NetboxSource::Demo));
    assert!(matches!(config.connection.model, ModelSource::StandIn));
}

#[test]
fn a_server_of_ones_own_needs_no_key() {
    let config = validate(&["--anthropic-base-url=http://127.0.0.1:11434", "--anthropic-model=qwen"]).unwrap();
    let ModelSource::Remote(model) = &config.connection.model else { panic!("not remote") };
    assert!(model.key.is_none());
    assert_eq!(model.model, "qwen");
}

#[test]
fn listening_beyond_loopback_needs_the_sentence() {
    assert!(validate(&["--listen=0.0.0.0:80", "--anonymous-access=yes"]).is_err());
    let config = validate(&["--listen=0.0.0.0:80", &format!("--anonymous-access={EVERYONE}")]).unwrap();
    assert!(config.allowed_hosts.is_empty());
}

#[test]
fn an_openid_connect_provider_is_named_whole_and_safely() {
    let told = |arguments: &[&str]| {
        let mode = std::iter::once("--auth-mode=oidc").chain(arguments.iter().copied()).collect::<Vec<_>>();
        let problems = validate(&mode).map(|_| ()).unwrap_err();
        problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
    };
    let text = told(&["--oidc-client-secret=s3cret"]);
    assert!(text.contains("OIDC_ISSUER is missing") && text.contains("OIDC_CLIENT_ID is missing"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    for (issuer, what) in [
        ("id.example.com", "is not an address"),
        ("http://id.example.com", "does not begin with https://"),
        ("http://127.0.0.1.example.com", "does not begin with https://"),
        ("https://id.example.com/.well-known/openid-configuration", "is the address of the provider's description"),
        ("https://user:s3cret@id.example.com", "holds more than an address"),
        ("https://id.example.com/?tenant=1", "holds more than an address"),
    ] {
        let text = told(&[&format!("--oidc-issuer={issuer}"), "--oidc-client-id=chat"]);
        assert!(text.contains(what) && text.contains("hint: ") && !text.contains("s3cret"), "{issuer}: {text}");
    }
    let provider = ["--oidc-issuer=https://id.example.com/realms/a", "--oidc-client-id=chat"];
    let beyond = told(&[provider[0], provider[1], "--listen=0.0.0.0:8001"]);
    assert!(beyond.contains("PUBLIC_URL is missing"), "{beyond}");

    let given = [
        "--auth-mode=oidc",
        provider[0],
        provider[1],
        "--listen=0.0.0.0:8001",
        "--public-url=https://chat.example.com",
    ];
    let more = ["--oidc-allowed-groups=network, noc,", "--admin-groups=admins", "--oidc-scopes=openid  groups"];
    let config = validate(&[&given[..], &more[..]].concat()).unwrap();
    assert_eq!(config.allowed_hosts, ["chat.example.com"], "its own address is one of its names");
    let SignInMode::Oidc(oidc) = config.people.mode else { panic!("another way of signing in") };
    assert_eq!(oidc.issuer, "https://id.example.com/realms/a", "letter for letter");
    assert_eq!(oidc.allowed_groups.unwrap(), ["network", "noc"]);
    assert_eq!(
        (oidc.admin_groups, oidc.scopes),
        (vec!["admins".to_owned()], vec!["openid".to_owned(), "groups".to_owned()])
    );
    assert_eq!((oidc.groups_claim.as_str(), oidc.client_secret.is_some()), ("groups", false));
}

#[test]
fn how_people_sign_in_is_read_and_what_is_wrong_with_it_is_told() {
    let wrong = [
        "--auth-mode=ldap",
        "--session-hours=0",
        "--session-idle-hours=ten",
        "--public-url=https://example.com/chat",
        "--trusted-proxies=10.0.0.0/33,proxy",
        "--secret-key=too-short-secret",
    ];
    let text = validate(&wrong).unwrap_err().iter().map(Problem::to_string).collect::<Vec<_>>().join("\n");
    for argument in wrong {
        let name = argument.trim_start_matches("--").split('=').next().unwrap().replace('-', "_").to_uppercase();
        assert!(text.contains(&name), "{name} is missing in\n{text}");
    }
    assert_eq!(text.matches("hint: ").count(), wrong.len() + 1, "{text}");
    assert!(!text.contains("too-short-secret"), "{text}");
    let text = validate(&["--auth-mode=proxy"]).unwrap_err()[0].to_string();
    assert!(text.contains("TRUSTED_PROXIES"), "{text}");

    let given = ["--auth-mode=Proxy", "--trusted-proxies=10.0.0.5, 10.1.0.0/16", "--admin-groups=netops, "];
    let people = validate(&given).unwrap().people;
    let SignInMode::Proxy(rules) = &people.mode else { panic!("not a proxy: {people:?}") };
    assert_eq!((rules.trusted.len(), rules.user_header.as_str()), (2, "x-forwarded-user"));
    assert_eq!(rules.admin_groups, ["netops"]);
    assert_eq!((people.idle.as_secs(), people.lifetime.as_secs()), (7 * 86_400, 30 * 86_400));
}

#[test]
fn where_people_sign_in_no_token_is_needed_and_others_may_reach_it() {
    let netbox = "--netbox-url=https://netbox.example.com";
    assert!(validate(&[netbox]).is_err());
    let config = validate(&[netbox, "--auth-mode=netbox", "--listen=0.0.0.0:80"]).unwrap();
    let NetboxSource::Remote(remote) = &config.connection.netbox else { panic!("not remote") };
    assert!(remote.token.is_none() && config.people.signs_in());
}

#[test]
fn keys_are_given_or_made_in_the_data_folder_but_not_both_ways() {
    let (one, other) = ("A".repeat(43), "Q".repeat(43));
    let given = format!("--secret-key={one},{other}");
    let keys = |arguments: &[&str]| validate(arguments).map(|config| config.people.keys);
    assert!(matches!(keys(&[&given]), Ok(KeySource::Given(keys)) if keys.len() == 2));
    assert!(matches!(keys(&["--database-url=memory:"]), Ok(KeySource::Passing)));
    let made = keys(&["--data-directory=/var/lib/chat"]);
    assert!(matches!(made, Ok(KeySource::Generated(file)) if file.ends_with("chat/secret.key")));
    assert!(keys(&[&given, "--secret-key-file=/nowhere"]).is_err());
    assert!(keys(&["--secret-key-file=/nowhere"]).is_err());
}
