//! Where to go after signing in: a path here and nowhere else.

/// The path, where it is one of this server; else the start. What a browser could take for another host
/// (`//host`, `/\host`, with control characters in between) is none.
pub fn local_path(wanted: Option<&str>) -> &str {
    wanted.filter(|path| is_local(path)).unwrap_or("/")
}

fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path[1..].starts_with(['/', '\\'])
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !path.starts_with("/sign-")
}

/// The address of the sign-in page that leads back to this path.
pub fn sign_in_path(next: &str) -> String {
    match local_path(Some(next)) {
        "/" => "/sign-in".to_owned(),
        path => {
            let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", path).finish();
            format!("/sign-in?{query}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        for path in ["/", "/c/0123", "/settings?tab=sessions", "/c/a%20b"] {
            assert_eq!(local_path(Some(path)), path);
        }
        for path in [
            "",
            "c/1",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil",
            "/a\nb",
            "/a\\..\\b",
            "/ü",
            "/sign-in",
            "/sign-in?next=/",
            "/sign-out",
        ] {
            assert_eq!(local_path(Some(path)), "/", "{path}");
        }
        assert_eq!(sign_in_path("/c/1?a=b&c=d"), "/sign-in?next=%2Fc%2F1%3Fa%3Db%26c%3Dd");
        assert_eq!(sign_in_path("/"), "/sign-in");
    }
}
