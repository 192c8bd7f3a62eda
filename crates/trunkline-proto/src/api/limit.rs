//! Limits: how many calls share a resource. A backend is `hash`, `db` or another that is loaded.

use super::command::command;
use super::line::Line;
use super::output::{Printed, done, number, text};
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// `uuid_limit`: counts a call as one that uses a resource. Over the limit it is sent elsewhere; the switch says `+OK`
/// all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidLimit {
    uuid: ChannelUuid,
    resource: [String; 3],
    max: Option<(u32, Option<u32>)>,
    exceeded: Vec<String>,
}

impl UuidLimit {
    /// This call, by this backend, in this realm, of that resource. Counts only.
    pub fn new(
        uuid: impl Into<ChannelUuid>,
        backend: impl Into<String>,
        realm: impl Into<String>,
        resource: impl Into<String>,
    ) -> Self {
        let resource = [backend.into(), realm.into(), resource.into()];
        Self { uuid: uuid.into(), resource, max: None, exceeded: Vec::new() }
    }

    /// At most so many at a time; over it, to the extension `limit_exceeded`.
    pub fn max(mut self, max: u32) -> Self {
        self.max = Some((max, None));
        self
    }

    /// At most so many in so many seconds.
    pub fn rate(mut self, max: u32, seconds: u32) -> Self {
        self.max = Some((max, Some(seconds)));
        self
    }

    /// Over the limit, to this extension instead, of this dialplan and context. `!USER_BUSY` hangs up for that cause.
    /// Only with a limit.
    pub fn exceeded(mut self, extension: &str, dialplan: &str, context: &str) -> Self {
        self.exceeded = [extension, dialplan, context].map(str::to_owned).to_vec();
        self
    }
}

impl ApiCommand for UuidLimit {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let [backend, realm, resource] = &self.resource;
        let mut line = Line::new("uuid_limit")
            .uuid("uuid", &self.uuid)
            .word("backend", backend)
            .word("realm", realm)
            .word("resource", resource);
        match self.max {
            None => {
                let misuse = || ApiMisuse::Empty { what: "the limit beyond which the call goes elsewhere" };
                return line.require(self.exceeded.is_empty(), misuse).finish();
            }
            Some((max, None)) => line = line.number("max", &max),
            Some((max, Some(seconds))) => line = line.keyword(&format!("{max}/{seconds}")),
        }
        self.exceeded.iter().fold(line, |line, word| line.word("where to go", word)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_limit", output)?)
    }
}

command! {
    /// `uuid_limit_release`: no longer counts a call as one that uses a resource; of this backend any, unless one is
    /// given.
    UuidLimitRelease = "uuid_limit_release" => (), done;
    uuid: ChannelUuid = uuid,
    backend: String = word;
    /// Of this realm.
    realm: String = word,
    /// That resource.
    resource: String = word
}

/// `limit_usage`: how many use a resource. A backend that does not exist says 0.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct LimitUsage {
    resource: [String; 3],
}

impl LimitUsage {
    /// By this backend, in this realm, of that resource.
    pub fn new(backend: impl Into<String>, realm: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { resource: [backend.into(), realm.into(), resource.into()] }
    }
}

/// What [`LimitUsage`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// How many use it.
    pub count: u32,
    /// How many there were in its interval, if it has one.
    pub rate: u32,
}

impl ApiCommand for LimitUsage {
    type Output = Usage;

    fn line(&self) -> Result<String, ApiMisuse> {
        let [backend, realm, resource] = &self.resource;
        Line::new("limit_usage")
            .word("backend", backend)
            .word("realm", realm)
            .word("resource", resource)
            .keyword("rate")
            .finish()
    }

    /// `3/7`, or `3` if it was asked without `rate`.
    fn read(&self, output: &[u8]) -> Result<Usage, ApiError> {
        let printed = Printed::by("limit_usage", output)?.or_failed()?;
        let text = printed.text();
        let (count, rate) = text.trim().split_once('/').unwrap_or((text.trim(), "0"));
        match (count.parse(), rate.parse()) {
            (Ok(count), Ok(rate)) => Ok(Usage { count, rate }),
            _ => Err(printed.unreadable("how many use it")),
        }
    }
}

command! {
    /// `limit_hash_usage`: as [`LimitUsage`] of the backend `hash`; deprecated by FreeSWITCH.
    LimitHashUsage = "limit_hash_usage" => u32, number::<u32>;
    realm: String = word,
    resource: String = word
}

command! {
    /// `limit_status`: what a backend says of itself. Not every one does.
    LimitStatus = "limit_status" => String, text;
    backend: String = word
}

command! {
    /// `limit_reset`: forgets all a backend has counted, **of every resource**. Not every one can.
    LimitReset = "limit_reset" => (), done;
    backend: String = word
}

command! {
    /// `limit_interval_reset`: begins a resource's interval anew.
    LimitIntervalReset = "limit_interval_reset" => (), done;
    backend: String = word,
    realm: String = word,
    resource: String = word
}
