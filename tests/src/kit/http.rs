//! Requests as a client would send them: status, body, cookie, problem.

use std::io::{BufRead, BufReader};

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::api::problem::Problem;
use ureq::Agent;
use ureq::http::Response;

/// A client of one relay, with its cookie.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    cookie: Option<String>,
    upload_cookie: Option<String>,
    /// The page that asks, as a browser would say.
    pub origin: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The media type.
    pub media: String,
    /// Headers as they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as a problem document, which must say the same status as the reply.
    pub fn problem(&self) -> Problem {
        assert_eq!(self.media, "application/problem+json", "{}", self.text());
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status);
        problem
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    /// A client of the relay at `http://host:port`.
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self {
            agent: config.new_agent(),
            base: base.to_owned(),
            cookie: None,
            upload_cookie: None,
            origin: None,
        }
    }

    /// The cookie, once there is one.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// The cookie that lets photos in, once there is one.
    pub fn upload_cookie(&self) -> Option<&str> {
        self.upload_cookie.as_deref()
    }

    /// `host:port`.
    pub fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// `GET`; `None` when the relay cannot be reached.
    pub fn get(&self, path: &str) -> Option<Reply> {
        let mut request =
            self.agent.get(format!("{}{path}", self.base)).header("accept-encoding", "identity");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        request.call().ok().and_then(reply)
    }

    /// `POST` of bytes; `None` when the relay cannot be reached.
    pub fn post(&mut self, path: &str, media: &str, body: &[u8]) -> Option<Reply> {
        let mut request = self.agent.post(format!("{}{path}", self.base)).header("content-type", media);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(origin) = &self.origin {
            request = request.header("origin", origin);
        }
        let reply = request.send(body).ok().and_then(reply)?;
        for (_, cookie) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = cookie.split(';').next().map(str::to_owned);
            let is_for_uploads = cookie.contains("Path=/api/uploads");
            *(if is_for_uploads { &mut self.upload_cookie } else { &mut self.cookie }) = pair;
        }
        Some(reply)
    }

    /// Any request with any headers; `None` when the relay cannot be reached.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Reply> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = if body.is_empty() {
            self.agent.run(request.body(()).unwrap())
        } else {
            self.agent.run(request.body(body).unwrap())
        };
        sent.ok().and_then(reply)
    }

    /// `POST` of JSON.
    pub fn post_json(&mut self, path: &str, body: &impl Serialize) -> Option<Reply> {
        self.post(path, "application/json", &serde_json::to_vec(body).unwrap())
    }

    /// Server-sent events: each one's data, in order, until the relay ends them.
    pub fn events(&self, path: &str) -> impl Iterator<Item = String> + Send + use<> {
        let cookie = self.cookie.clone().unwrap_or_default();
        let request = self.agent.get(format!("{}{path}", self.base)).header("cookie", cookie);
        let response = request.call().unwrap();
        assert_eq!(response.status(), 200);
        let lines = BufReader::new(response.into_body().into_reader()).lines();
        lines
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("data:").map(|data| data.trim().to_owned()))
    }
}

fn reply(mut response: Response<ureq::Body>) -> Option<Reply> {
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let media = headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.clone());
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(64 << 20).read_to_vec().ok()?;
    Some(Reply { status, media: media.unwrap_or_default(), headers, body })
}
