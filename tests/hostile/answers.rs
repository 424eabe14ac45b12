//! Servers that are no NetBox, or one that somebody stands in front of: each answer is a clear problem within a bounded
//! time and bounded memory.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use netbox_chatbox::server::netbox::{Address, Client, Credentials, Error, Query, Settings};
use netbox_chatbox::wire::problem::ProblemCode;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server that answers every connection with these bytes; `write` is given the number of the connection.
pub async fn server(write: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for number in 0.. {
            let Ok((mut socket, _)) = listener.accept().await else { return };
            let bytes = write(number);
            tokio::spawn(async move {
                heard(&mut socket).await;
                let _ = socket.write_all(&bytes).await;
                let _ = socket.shutdown().await;
            });
        }
    });
    url
}

/// A server that goes on writing these bytes with these pauses after its first.
async fn dripping(first: &'static str, then: &'static [u8], pause: Duration) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                heard(&mut socket).await;
                let _ = socket.write_all(first.as_bytes()).await;
                while socket.write_all(then).await.is_ok() {
                    if pause.is_zero() {
                        tokio::task::yield_now().await;
                    } else {
                        tokio::time::sleep(pause).await;
                    }
                }
            });
        }
    });
    url
}

async fn heard(socket: &mut TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match socket.read(&mut buffer).await {
            Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
}

fn json_head(length: usize, more: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{more}content-length: {length}\r\n\r\n")
}

fn answer(body: &[u8], more: &str) -> Vec<u8> {
    [json_head(body.len(), more).as_bytes(), body].concat()
}

async fn failure(url: &str) -> Error {
    let mut settings = Settings::new(Address::parse(url).unwrap());
    settings.read_timeout = Duration::from_millis(800);
    settings.answer_timeout = Duration::from_millis(2_500);
    settings.pause = Duration::from_millis(1);
    let client = Client::new(settings).unwrap();
    let credentials = Credentials::new(&SecretString::from("nbt_key.secret-token"));
    let started = Instant::now();
    let exchange = client.get(&credentials, "dcim/sites/", &Query::new()).await;
    // Three attempts of at most the limit, on a machine that is busy.
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    let error = exchange.answer.unwrap_err();
    let shown = format!("{} {error:?}", error.problem());
    assert!(error.problem().hint.is_some(), "{shown}");
    for secret in ["secret-token", "<html", "secret page"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.len() < 3_000, "{shown:.500}");
    error
}

#[tokio::test]
async fn bodies_that_are_none_are_told() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    for body in [
        &b"{\"count\": 1, \"results\": [\"\xff\xfe\"]}"[..],
        &b"\xc3\x28"[..],
        deep.as_bytes(),
        nested.as_bytes(),
        b"",
        b"{\"count\":1}{\"count\":2}",
        b"NaN",
        b"\"\\ud800\"",
        b"{\"count\":1e999}",
        b"\xef\xbb\xbf{}",
    ] {
        let whole = answer(body, "");
        let url = server(move |_| whole.clone()).await;
        let error = failure(&url).await;
        assert!(
            matches!(error, Error::Malformed { .. }),
            "{:?}: {error:?}",
            String::from_utf8_lossy(&body[..body.len().min(40)])
        );
        assert_eq!(error.problem().code, ProblemCode::NetboxAnswer);
    }
}

#[tokio::test]
async fn cut_bodies_are_told() {
    for bytes in [
        [json_head(1_000, "").as_bytes(), b"{\"count\": 1"].concat(),
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"cou".to_vec(),
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        answer(b"\x1f\x8b\x08\x00not gzip at all", "content-encoding: gzip\r\n"),
    ] {
        let url = server(move |_| bytes.clone()).await;
        let error = failure(&url).await;
        assert!(matches!(error, Error::Cut { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_told() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
        b"",
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"HTTP/1.1 999999 What\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    ] {
        let url = server(move |_| bytes.to_vec()).await;
        let error = failure(&url).await;
        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn pages_and_other_types_are_never_read() {
    for kind in [
        "text/html; charset=utf-8",
        "text/plain",
        "application/octet-stream",
        "image/svg+xml",
        "",
        "multipart/x-mixed-replace",
    ] {
        let text = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: 36\r\n\r\n<html><body>secret page</body></html>"
        );
        let url = server(move |_| text.clone().into_bytes()).await;
        let error = failure(&url).await;
        assert!(matches!(error, Error::NotNetbox { .. }), "{kind}: {error:?}");
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_at_the_limit() {
    let bomb = bomb(400 * 1024 * 1024);
    assert!(bomb.len() < 4 * 1024 * 1024, "{} bytes on the wire", bomb.len());
    let before = peak_memory();
    let whole = answer(&bomb, "content-encoding: gzip\r\n");
    let url = server(move |_| whole.clone()).await;
    let error = failure(&url).await;
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
    let grown = peak_memory().saturating_sub(before);
    assert!(grown < 128 * 1024 * 1024, "{grown} bytes of memory");
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_at_the_limit() {
    static CHUNK: [u8; 4096 + 8] = {
        let mut chunk = [b' '; 4096 + 8];
        let frame = *b"1000\r\n";
        let mut index = 0;
        while index < 6 {
            chunk[index] = frame[index];
            index += 1;
        }
        chunk[4096 + 6] = b'\r';
        chunk[4096 + 7] = b'\n';
        chunk
    };
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let url = dripping(head, &CHUNK, Duration::ZERO).await;
    let error = failure(&url).await;
    assert!(matches!(error, Error::TooLarge { .. } | Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn what_trickles_in_for_ever_ends() {
    let pause = Duration::from_millis(100);
    for (first, then) in [
        ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n", &b" "[..]),
        ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n", b"x-more: 1\r\n"),
        ("", b"HTTP/1.1 102 Processing\r\n\r\n"),
        ("", b"H"),
    ] {
        let url = dripping(first, then, pause).await;
        let error = failure(&url).await;
        assert!(
            matches!(error, Error::Timeout { .. } | Error::Unreachable { .. } | Error::Cut { .. }),
            "{first}: {error:?}"
        );
    }
}

#[tokio::test]
async fn headers_without_an_end_are_cut() {
    let url = dripping(
        "HTTP/1.1 200 OK\r\n",
        b"x-more: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
        Duration::ZERO,
    )
    .await;
    let error = failure(&url).await;
    assert!(matches!(error, Error::Unreachable { .. } | Error::Timeout { .. }), "{error:?}");
}

/// So many blanks as gzip (RFC 1951, a block with fixed codes: one letter, then copies of 258 letters).
fn bomb(size: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b011, 3);
    bits.push_code(0x30 + 0x20, 8);
    for _ in 0..size / 258 {
        // The length 258 and the distance 1.
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    bytes.extend(bits.bytes);
    // A checksum that is wrong: nobody gets so far.
    bytes.extend([0; 8]);
    bytes
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u8,
}

impl Bits {
    fn push(&mut self, value: u16, length: u8) {
        for place in 0..length {
            if self.used == 0 {
                self.bytes.push(0);
            }
            let bit = u8::from(value >> place & 1 == 1);
            *self.bytes.last_mut().unwrap() |= bit << self.used;
            self.used = (self.used + 1) % 8;
        }
    }

    /// Codes begin with their highest bit.
    fn push_code(&mut self, code: u16, length: u8) {
        for place in (0..length).rev() {
            self.push(code >> place & 1, 1);
        }
    }
}

/// The most memory that this process has had, in bytes (Linux).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() * 1024
}
