//! What the switch answers to a command: `command/reply` or `api/response`, matched by order alone.

mod answer;
mod refusal;

use std::borrow::Cow;

use bytes::Bytes;

pub use answer::Answer;
pub use refusal::Refusal;

use crate::frame::Frame;
use crate::header::{Headers, lossy};
use crate::ids::JobUuid;

/// The answer to one command. Which of the two types comes depends on the outcome as much as on the command: a
/// refused `api` is answered by a `command/reply`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// A `command/reply`.
    Command(CommandReply),
    /// An `api/response`.
    Api(ApiResponse),
}

impl Reply {
    /// The Reply-Text, or the body of an `api/response`, as text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Command(reply) => reply.text(),
            Self::Api(response) => response.text(),
        }
    }

    /// The reason, if this is a `command/reply` that refuses: to be matched on, where
    /// [`refusal`](Self::refusal) is to be read. The value `getvar` returns may look like one.
    #[must_use]
    pub fn reason(&self) -> Option<Refusal> {
        match self {
            Self::Command(reply) => reply.reason(),
            Self::Api(_) => None,
        }
    }

    /// The reason as text, if this is a `command/reply` that refuses. What an `api` command printed is never a refusal
    /// by the event socket, whatever it says: see [`ApiResponse::error`].
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        match self {
            Self::Command(reply) => reply.error(),
            Self::Api(_) => None,
        }
    }
}

/// A `command/reply`: headers, of which Reply-Text is the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandReply {
    headers: Headers,
    body: Option<Bytes>,
}

impl CommandReply {
    pub(crate) fn from_frame(frame: &Frame) -> Self {
        Self { headers: frame.headers(), body: frame.body() }
    }

    pub(crate) fn from_headers(headers: Headers) -> Self {
        Self { headers, body: None }
    }

    /// A copy that shares no memory with the network buffer, for one that is kept.
    #[must_use]
    pub fn detach(&self) -> Self {
        let body = self.body.as_deref().map(Bytes::copy_from_slice);
        Self { headers: self.headers.detach(), body }
    }

    /// The Reply-Text, such as `+OK accepted`; empty if there is none.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self.headers.get("Reply-Text") {
            Some(Cow::Borrowed(text)) => Cow::Borrowed(text.trim_end_matches('\n')),
            Some(Cow::Owned(text)) => Cow::Owned(text.trim_end_matches('\n').to_owned()),
            None => Cow::Borrowed(""),
        }
    }

    /// Whether it begins with `+OK`.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.text().starts_with("+OK")
    }

    /// What follows `-ERR`, if it begins so. (The value `getvar` returns may begin so, too.)
    #[must_use]
    pub fn error(&self) -> Option<String> {
        self.text().strip_prefix("-ERR").map(|reason| reason.trim().to_owned())
    }

    /// The same to be matched on.
    #[must_use]
    pub fn reason(&self) -> Option<Refusal> {
        self.error().map(|words| Refusal::from(&*words))
    }

    /// The Job-UUID of a reply to `bgapi`.
    #[must_use]
    pub fn job_uuid(&self) -> Option<JobUuid> {
        self.headers.get("Job-UUID").map(|id| JobUuid::from(id.into_owned()))
    }

    /// All headers. For the reply to `connect`, the whole channel.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body. FreeSWITCH never sends one with a `command/reply`.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }
}

/// An `api/response`: what the command printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResponse {
    body: Bytes,
}

impl ApiResponse {
    pub(crate) fn from_frame(frame: &Frame) -> Self {
        Self { body: frame.body().unwrap_or_default() }
    }

    /// A copy that shares no memory with the network buffer, for one that is kept.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { body: Bytes::copy_from_slice(&self.body) }
    }

    /// What the command printed, exactly.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// What the command printed; bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        lossy(Cow::Borrowed(&self.body))
    }

    /// What follows `-ERR` or `-USAGE:`, if the output begins so: by FreeSWITCH's custom, the command failed.
    /// Commands that print what they are asked for (`eval`, `uuid_getvar`) can print such a text, too.
    ///
    /// `-ERR no reply` is how the switch says that a command printed nothing; most that do so have done their
    /// work.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        api_error(&self.body)
    }
}

/// What a command printed, as it arrived in a BACKGROUND_JOB.
impl From<Bytes> for ApiResponse {
    fn from(body: Bytes) -> Self {
        Self { body }
    }
}

impl From<ApiResponse> for String {
    fn from(response: ApiResponse) -> Self {
        response.text().into_owned()
    }
}

/// The failure an api command's output tells of, by FreeSWITCH's custom.
#[must_use]
pub fn api_error(output: &[u8]) -> Option<String> {
    let reason = output.strip_prefix(b"-ERR").or_else(|| output.starts_with(b"-USAGE").then_some(output))?;
    Some(String::from_utf8_lossy(reason.trim_ascii()).into_owned())
}
