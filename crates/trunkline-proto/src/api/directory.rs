//! The user directory.

use super::command::{choice, command};
use super::line::{Line, check_bare, check_without};
use super::output::{Printed, text, truth, value};
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

command! {
    /// `user_exists`: whether the directory has a user with this attribute (`id`) of this value in that domain.
    UserExists = "user_exists" => bool, truth;
    key: String = word,
    user: String = word,
    domain: String = word
}

command! {
    /// `domain_exists`: whether the directory has this domain.
    DomainExists = "domain_exists" => bool, truth;
    domain: String = rest
}

choice! {
    /// Where in the directory something stands.
    DirectoryPart {
        /// Among the variables.
        Variable = "var",
        /// Among the parameters.
        Parameter = "param",
        /// Among the attributes.
        Attribute = "attr",
    }
}

command! {
    /// `user_data`: a variable, parameter (a password!) or attribute of `USER@DOMAIN`. None if there is no such thing,
    /// no such user, or if it is empty.
    UserData = "user_data" => Option<String>, value;
    user: String = word,
    part: DirectoryPart = choice,
    name: String = word
}

command! {
    /// `domain_data`: the same of a domain.
    DomainData = "domain_data" => Option<String>, value;
    domain: String = word,
    part: DirectoryPart = choice,
    name: String = word
}

command! {
    /// `find_user_xml`: a user of the directory, as XML, passwords included.
    FindUserXml = "find_user_xml" => String, text;
    key: String = word,
    user: String = word,
    domain: String = word
}

command! {
    /// `xml_locate`: a piece of the switch's configuration, as XML: in the section `directory`, the tag `domain` whose
    /// attribute `name` is this. None if there is no such piece.
    XmlLocate = "xml_locate" => Option<String>, located;
    section: String = word,
    tag: String = word,
    attribute: String = word,
    value: String = word
}

fn located(printed: Printed<'_>) -> Result<Option<String>, ApiError> {
    if printed.bytes() == b"can't find anything\n" { Ok(None) } else { text(printed).map(Some) }
}

command! {
    /// `xml_flush_cache`: forgets cached users; of all of them, unless one is given. Gives how many were forgotten.
    XmlFlushCache = "xml_flush_cache" => u64, flushed;
    ;
    /// With this attribute (`id`).
    key: String = word,
    /// Of this value.
    user: String = word,
    /// In this domain.
    domain: String = word
}

/// `+OK cleared 3 entries`
fn flushed(printed: Printed<'_>) -> Result<u64, ApiError> {
    let count = printed.after_ok()?.trim().strip_prefix("cleared ").and_then(|rest| {
        let (count, _) = rest.split_once(' ')?;
        count.parse().ok()
    });
    count.ok_or_else(|| printed.unreadable("how many were cleared"))
}

/// `in_group`: whether a user is in a group of the directory.
///
/// The two are parted by a comma (`in_group_function` in `mod_commands.c`); the blank of the usage finds nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct InGroup {
    user: String,
    group: String,
}

impl InGroup {
    /// `USER@DOMAIN`, in that group.
    pub fn new(user: impl Into<String>, group: impl Into<String>) -> Self {
        Self { user: user.into(), group: group.into() }
    }
}

impl ApiCommand for InGroup {
    type Output = bool;

    fn line(&self) -> Result<String, ApiMisuse> {
        for (what, part) in [("user", &self.user), ("group", &self.group)] {
            check_bare(what, part)?;
            check_without(what, part, &[',', '\'', '\\', '^'])?;
        }
        Line::new("in_group").put(Ok(()), &format!("{},{}", self.user, self.group)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<bool, ApiError> {
        truth(Printed::by("in_group", output)?)
    }
}

choice! {
    /// In what order a group is called.
    GroupCallOrder {
        /// All at once.
        All = "A",
        /// One after another.
        First = "F",
        /// All at once, each with a dial string of its own (`:_:`).
        Enterprise = "E",
    }
}

/// `group_call`: a dial string that calls a group of the directory; none if there is nobody to call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct GroupCall {
    group: String,
    domain: Option<String>,
    order: Option<GroupCallOrder>,
}

impl GroupCall {
    /// This group of the switch's own domain, all at once.
    pub fn new(group: impl Into<String>) -> Self {
        Self { group: group.into(), domain: None, order: None }
    }

    /// Of this domain.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// In this order.
    pub fn order(mut self, order: GroupCallOrder) -> Self {
        self.order = Some(order);
        self
    }
}

impl ApiCommand for GroupCall {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        check_bare("group", &self.group)?;
        check_without("group", &self.group, &['@', '+'])?;
        let mut argument = self.group.clone();
        if let Some(domain) = &self.domain {
            check_bare("domain", domain)?;
            check_without("domain", domain, &['+'])?;
            argument.extend(["@", domain]);
        }
        if let Some(order) = self.order {
            argument.extend(["+", order.as_str()]);
        }
        Line::new("group_call").put(Ok(()), &argument).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        let dial_string = text(Printed::by("group_call", output)?)?;
        Ok((dial_string != "error/NO_ROUTE_DESTINATION").then_some(dial_string))
    }
}

/// `list_users`: users of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a command does nothing until it is run"]
pub struct ListUsers {
    filters: Vec<(&'static str, String)>,
}

/// A user, as [`ListUsers`] gives it. What is not set is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ListedUser {
    /// Who.
    pub userid: String,
    /// The context of calls from there.
    pub context: String,
    /// The domain.
    pub domain: String,
    /// A group. Who is in several is listed for each.
    pub group: String,
    /// How to dial it, or `error/user_not_registered`.
    pub contact: String,
    /// The pickup group.
    pub callgroup: String,
    /// The name others see.
    pub effective_caller_id_name: String,
    /// The number others see.
    pub effective_caller_id_number: String,
}

impl ListUsers {
    /// All of them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of this group.
    pub fn group(self, group: impl Into<String>) -> Self {
        self.filter("group", group.into())
    }

    /// Of this domain.
    pub fn domain(self, domain: impl Into<String>) -> Self {
        self.filter("domain", domain.into())
    }

    /// This one.
    pub fn user(self, user: impl Into<String>) -> Self {
        self.filter("user", user.into())
    }

    /// Whose calls are in this context.
    pub fn context(self, context: impl Into<String>) -> Self {
        self.filter("context", context.into())
    }

    fn filter(mut self, key: &'static str, value: String) -> Self {
        self.filters.retain(|(known, _)| *known != key);
        self.filters.push((key, value));
        self
    }
}

impl ApiCommand for ListUsers {
    type Output = Vec<ListedUser>;

    fn line(&self) -> Result<String, ApiMisuse> {
        let write = |line: Line, (key, value): &(&'static str, String)| {
            // The switch looks for its words everywhere, also among values.
            line.keyword(key).reserve(key, value, &["group", "domain", "user", "context"]).word(key, value)
        };
        self.filters.iter().fold(Line::new("list_users"), write).finish()
    }

    /// A line of names, a line for each user, an empty line and `+OK`. The contact, in the middle, may have `|`.
    fn read(&self, output: &[u8]) -> Result<Vec<ListedUser>, ApiError> {
        let printed = Printed::by("list_users", output)?.or_failed()?;
        let text = printed.text();
        let list = text.strip_suffix("\n\n+OK\n").or_else(|| text.strip_suffix("\n+OK\n"));
        let users = list.and_then(|list| {
            let mut lines = list.lines();
            lines.next()?.strip_prefix("userid|context|domain|group|contact|")?;
            lines.map(ListedUser::parse).collect()
        });
        users.ok_or_else(|| printed.unreadable("a list of users"))
    }
}

impl ListedUser {
    fn parse(line: &str) -> Option<Self> {
        let mut first = line.splitn(5, '|').map(str::to_owned);
        let (userid, context, domain, group) = (first.next()?, first.next()?, first.next()?, first.next()?);
        let rest = first.next()?;
        let mut last = rest.rsplitn(4, '|').map(str::to_owned);
        let (effective_caller_id_number, effective_caller_id_name) = (last.next()?, last.next()?);
        let (callgroup, contact) = (last.next()?, last.next()?);
        Some(Self {
            userid,
            context,
            domain,
            group,
            contact,
            callgroup,
            effective_caller_id_name,
            effective_caller_id_number,
        })
    }
}
