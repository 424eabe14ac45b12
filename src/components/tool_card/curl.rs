//! A request as a command to type.

use crate::wire::tool::NetboxRequest;

/// The command that makes the same request. The token is never in it: the shell puts it in, with the word in front
/// that its kind needs (version 2 tokens begin with `nbt_` and are sent as `Bearer`, version 1 as `Token`).
pub fn command(request: &NetboxRequest) -> String {
    let method = if request.method == "GET" { String::new() } else { format!(" -X {}", request.method) };
    let scheme = r#"$(case "$NETBOX_TOKEN" in nbt_*) echo Bearer;; *) echo Token;; esac)"#;
    format!(
        r#"curl -sS{method} -H "Authorization: {scheme} $NETBOX_TOKEN" -H "Accept: application/json" {}"#,
        quoted(&request.url)
    )
}

/// Text as one word for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn request(url: &str) -> NetboxRequest {
        NetboxRequest { method: "GET".into(), url: url.into(), status: 200, ..NetboxRequest::default() }
    }

    /// Lets a real shell take the command apart.
    fn words(command: &str, token: &str) -> Vec<String> {
        let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}\n{command}");
        let output = Command::new("sh").arg("-c").arg(script).env("NETBOX_TOKEN", token).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_shell_reads_the_request_as_it_was_made() {
        let url = "https://netbox.example.com/api/dcim/sites/?q=O'Hare $(id)&limit=50";
        let words = words(&command(&request(url)), "nbt_a.b");
        assert_eq!(words.last().unwrap(), url);
        assert!(words.contains(&"Authorization: Bearer nbt_a.b".to_owned()), "{words:?}");
    }

    #[test]
    fn an_old_token_is_sent_the_old_way() {
        let words = words(&command(&request("http://127.0.0.1:8000/api/")), "0123abcd");
        assert!(words.contains(&"Authorization: Token 0123abcd".to_owned()), "{words:?}");
    }
}
