//! A browser as far as signing in needs one: cookies for each origin and path, redirects, forms.

use regex::Regex;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use url::Url;

/// A browser.
pub struct Surfer {
    client: reqwest::Client,
    cookies: Vec<Cookie>,
}

struct Cookie {
    origin: String,
    path: String,
    name: String,
    value: String,
}

/// A page that it shows, or an answer on the way to one.
pub struct Page {
    /// Its address.
    pub url: Url,
    /// Its status.
    pub status: u16,
    /// What it says.
    pub html: String,
    /// Where it sends the browser.
    pub location: Option<Url>,
    /// Its headers.
    pub headers: HeaderMap,
}

impl Surfer {
    /// One without any cookies.
    pub fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, cookies: Vec::new() }
    }

    /// Asks for one address and goes nowhere from there.
    pub async fn look(&mut self, address: &str) -> Page {
        let url = Url::parse(address).unwrap();
        let request = self.client.get(url.clone());
        self.send(request, url).await
    }

    /// Opens an address as a person does.
    pub async fn open(&mut self, address: &str) -> Page {
        let page = self.look(address).await;
        self.follow(page).await
    }

    /// Goes where a page sends the browser, until one stays.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..20 {
            let Some(location) = page.location.take() else { return page };
            page = self.look(location.as_str()).await;
        }
        panic!("redirected in a circle at {}", page.url);
    }

    /// Fills in the page's first form, sends it, and goes where that leads.
    pub async fn submit(&mut self, page: &Page, filled: &[(&str, &str)]) -> Page {
        let answer = self.submit_and_stop(page, filled).await;
        self.follow(answer).await
    }

    /// Presses a button of one of our own pages that needs no more than that.
    pub async fn post(&mut self, address: &str) -> Page {
        let url = Url::parse(address).unwrap();
        let request = self.client.post(url.clone()).header(ORIGIN, url.origin().ascii_serialization());
        let answer = self.send(request, url).await;
        self.follow(answer).await
    }

    /// Fills in the page's first form, sends it, and waits there.
    pub async fn submit_and_stop(&mut self, page: &Page, filled: &[(&str, &str)]) -> Page {
        let form = Regex::new(r#"(?s)<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>"#).unwrap();
        let form = form.captures(&page.html).unwrap_or_else(|| panic!("no form at {}: {}", page.url, page.html));
        let hidden = Regex::new(r#"<input type="hidden" name="([^"]+)" value="([^"]*)""#).unwrap();
        let mut fields: Vec<(String, String)> =
            hidden.captures_iter(&form[2]).map(|field| (field[1].to_owned(), field[2].to_owned())).collect();
        fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = page.url.join(&form[1].replace("&#x2F;", "/").replace("&amp;", "&")).unwrap();
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .client
            .post(url.clone())
            .header(ORIGIN, page.url.origin().ascii_serialization())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request, url).await
    }

    /// The cookies that go to an address.
    pub fn cookies_for(&self, url: &Url) -> String {
        let origin = url.origin().ascii_serialization();
        let fits = |cookie: &&Cookie| cookie.origin == origin && url.path().starts_with(&cookie.path);
        let pairs: Vec<_> =
            self.cookies.iter().filter(fits).map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        pairs.join("; ")
    }

    async fn send(&mut self, request: reqwest::RequestBuilder, url: Url) -> Page {
        let request = request.header("accept", "text/html").header(COOKIE, self.cookies_for(&url));
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            self.keep(&url, cookie.to_str().unwrap());
        }
        let location = headers.get(LOCATION).map(|location| url.join(location.to_str().unwrap()).unwrap());
        Page { url, status, html: answer.text().await.unwrap(), location, headers }
    }

    fn keep(&mut self, url: &Url, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let (mut path, mut over) = ("/".to_owned(), value.is_empty());
        for part in parts {
            let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
            match attribute.to_ascii_lowercase().as_str() {
                "path" => value.clone_into(&mut path),
                "max-age" => over |= value == "0",
                _ => {}
            }
        }
        let origin = url.origin().ascii_serialization();
        self.cookies.retain(|cookie| (&cookie.origin, &cookie.path, cookie.name.as_str()) != (&origin, &path, name));
        if !over {
            self.cookies.push(Cookie { origin, path, name: name.to_owned(), value: value.to_owned() });
        }
    }
}
