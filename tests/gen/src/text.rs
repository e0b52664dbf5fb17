//! The HTTP that connections carry.

use crate::random::Random;

const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
    "curl/8.6.0",
    "python-requests/2.31.0",
    "okhttp/4.12.0",
];
const FOLDERS: &[&str] = &[
    "static",
    "images",
    "api/v1",
    "assets/css",
    "assets/js",
    "news/2024",
    "p",
    "users",
];
const ENDINGS: &[&str] = &[".html", ".css", ".js", ".png", ".json", "", "/", ".svg"];
/// Types whose bodies no dissector decodes further: the text below is no valid PNG or JSON.
const TYPES: &[&str] = &[
    "text/html; charset=utf-8",
    "text/css",
    "text/plain",
    "application/octet-stream",
    "application/pdf",
];
const SERVERS: &[&str] = &[
    "nginx/1.24.0",
    "Apache/2.4.58 (Debian)",
    "cloudflare",
    "Microsoft-IIS/10.0",
    "envoy",
];
const WORDS: &[&str] = &[
    "the",
    "of",
    "packet",
    "segment",
    "window",
    "and",
    "to",
    "handshake",
    "<p>",
    "</p>",
    "<div class=\"row\">",
    "</div>",
    "data",
    "close",
    "flag",
    "in",
];
const DATE: &str = "Tue, 05 Mar 2024 09:26:40 GMT";

/// The value of `Connection`.
fn persistence(keep_alive: bool) -> &'static str {
    if keep_alive { "keep-alive" } else { "close" }
}

/// A GET of 300 to 600 bytes, the cookie fills it up.
pub(crate) fn request(random: &mut Random, keep_alive: bool, out: &mut Vec<u8>) {
    let want = random.range((300, 600)) as usize;
    let mut head = format!(
        "GET /{}/{:x}{}?id={} HTTP/1.1\r\nHost: www{}.example.com\r\nUser-Agent: {}\r\n\
         Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n\
         Accept-Encoding: gzip, deflate, br\r\nConnection: {}\r\n",
        random.pick(FOLDERS),
        random.next() >> 24,
        random.pick(ENDINGS),
        random.below(100_000),
        random.below(50),
        random.pick(AGENTS),
        persistence(keep_alive),
    );
    let fixed = head.len() + "Cookie: sid=\r\n\r\n".len();
    if fixed < want {
        head += "Cookie: sid=";
        for _ in fixed..want {
            head.push(char::from(random.pick(b"0123456789abcdef")));
        }
        head += "\r\n";
    }
    head += "\r\n";
    out.extend_from_slice(head.as_bytes());
}

/// The head of a 200; without a length its body is chunked.
pub(crate) fn response_head(random: &mut Random, length: Option<u64>, keep_alive: bool, out: &mut Vec<u8>) {
    let mut head = format!(
        "HTTP/1.1 200 OK\r\nDate: {DATE}\r\nServer: {}\r\nContent-Type: {}\r\nLast-Modified: {DATE}\r\n\
         ETag: \"{:x}\"\r\nCache-Control: max-age={}\r\nVary: Accept-Encoding\r\n",
        random.pick(SERVERS),
        random.pick(TYPES),
        random.next(),
        random.below(86_400),
    );
    head += &match length {
        Some(length) => format!("Content-Length: {length}\r\n"),
        None => "Transfer-Encoding: chunked\r\n".to_owned(),
    };
    head += &format!("Connection: {}\r\n\r\n", persistence(keep_alive));
    out.extend_from_slice(head.as_bytes());
}

/// Text that bodies are cut from, a ring.
pub(crate) struct Pool(Vec<u8>);

impl Pool {
    const BYTES: usize = 1 << 20;

    pub(crate) fn new(random: &mut Random) -> Self {
        let mut text = Vec::with_capacity(Self::BYTES + 32);
        while text.len() < Self::BYTES {
            text.extend_from_slice(random.pick(WORDS).as_bytes());
            text.push(if random.below(12) == 0 { b'\n' } else { b' ' });
        }
        text.truncate(Self::BYTES);
        Self(text)
    }

    /// Where a body may begin.
    pub(crate) fn place(random: &mut Random) -> usize {
        random.below(Self::BYTES as u64) as usize
    }

    /// Appends `n` bytes from `at` on and returns where they end.
    pub(crate) fn cut(&self, mut at: usize, mut n: usize, out: &mut Vec<u8>) -> usize {
        while n > 0 {
            at %= Self::BYTES;
            let run = n.min(Self::BYTES - at);
            out.extend_from_slice(&self.0[at..at + run]);
            at += run;
            n -= run;
        }
        at
    }
}

/// Appends `length` bytes of a body in chunks of up to 4000.
pub(crate) fn chunks(random: &mut Random, pool: &Pool, at: usize, length: u64, out: &mut Vec<u8>) {
    let mut done = 0;
    while done < length {
        let chunk = random.range((1, 4_000)).min(length - done);
        out.extend_from_slice(format!("{chunk:x}\r\n").as_bytes());
        pool.cut(at + done as usize, chunk as usize, out);
        out.extend_from_slice(b"\r\n");
        done += chunk;
    }
    out.extend_from_slice(b"0\r\n\r\n");
}
