//! The directory: domains, groups and users (`switch_xml_locate_user` and others in `switch_xml.c`).

use std::sync::Arc;

use crate::config::User;
use crate::text::is_true;
use crate::xml::Node;

/// Domains with their groups and users, as FreeSWITCH's `directory/*.xml` has them; none by default.
#[derive(Debug, Clone, Default)]
pub struct Directory(Arc<Node>);

/// A user, and what it belongs to.
pub(crate) struct Place<'a> {
    pub(crate) domain: &'a Node,
    pub(crate) group: Option<&'a Node>,
    pub(crate) user: &'a Node,
}

/// What a user takes from its group and its domain: the container, and what is in it.
const INHERITED: [(&str, &str); 3] =
    [("params", "param"), ("variables", "variable"), ("profile-variables", "variable")];

impl Directory {
    pub(crate) fn of_section(section: &Node) -> Self {
        Self(Arc::new(section.clone()))
    }

    pub(crate) fn domain(&self, name: &str) -> Option<&Node> {
        self.0.find("domain", "name", name)
    }

    pub(crate) fn domains(&self) -> impl Iterator<Item = &Node> {
        self.0.all("domain")
    }

    pub(crate) fn group(&self, domain: &str, name: &str) -> Option<&Node> {
        self.domain(domain)?.child("groups")?.find("group", "name", name)
    }

    /// A user with what it takes from its group and its domain; `keys` are attributes it may be known by, with colons
    /// between them.
    pub(crate) fn user(&self, keys: &str, name: &str, domain: &str) -> Option<Node> {
        let domain = self.domain(domain)?;
        keys.split(':').find_map(|key| Some(locate(domain, key, name)?.merged()))
    }

    /// The users of a domain that are listed: those outside of groups only where there are none.
    pub(crate) fn listed<'a>(&self, domain: &'a Node) -> impl Iterator<Item = Place<'a>> {
        let has_groups = domain.child("groups").is_some();
        places(domain).filter(move |place| !has_groups || place.group.is_some())
    }

    /// Everybody who may come in by `userauth`.
    pub(crate) fn event_socket_users(&self) -> Vec<User> {
        let places = self.domains().flat_map(places).filter(|place| !is_pointer(place.user));
        places.filter_map(|place| place.event_socket_user()).collect()
    }
}

/// All users of a domain.
fn places(domain: &Node) -> impl Iterator<Item = Place<'_>> {
    let grouped =
        domain.child("groups").into_iter().flat_map(|groups| groups.all("group")).flat_map(|group| {
            let users = group.child("users").into_iter().flat_map(|users| users.all("user"));
            users.map(move |user| (Some(group), user))
        });
    let own = domain.child("users").unwrap_or(domain).all("user").map(|user| (None, user));
    grouped.chain(own).map(move |(group, user)| Place { domain, group, user })
}

fn locate<'a>(domain: &'a Node, key: &str, name: &str) -> Option<Place<'a>> {
    places(domain)
        .find(|place| {
            let is = |attribute: &str| {
                place.user.attribute(attribute).is_some_and(|value| value.eq_ignore_ascii_case(name))
            };
            is(key) || (key.eq_ignore_ascii_case("id") && is("number-alias"))
        })
        .filter(|place| !is_pointer(place.user))
}

/// Whether it only says that a user of the domain belongs to the group, too.
pub(crate) fn is_pointer(user: &Node) -> bool {
    user.attribute_or_empty("type").eq_ignore_ascii_case("pointer")
}

impl Place<'_> {
    fn merged(&self) -> Node {
        // It is written out and read again first, which changes the blanks in it.
        let mut user = crate::xml::parse(&self.user.to_xml()).unwrap_or_else(|_| self.user.clone());
        for from in self.group.into_iter().chain([self.domain]) {
            for (container, element) in INHERITED {
                inherit(&mut user, from, container, element);
            }
        }
        let domain = self.domain.attribute_or_empty("name");
        if !domain.is_empty() {
            user.set_attribute("domain-name", domain);
        }
        user
    }

    fn event_socket_user(&self) -> Option<User> {
        let levels = [Some(self.domain), self.group, Some(self.user)];
        let mut found = User::new(self.user.attribute("id")?, self.domain.attribute_or_empty("name"), "");
        // What is nearer to the user is read later.
        for (name, value) in levels.into_iter().flatten().flat_map(|level| level.pairs("params", "param")) {
            match name.to_ascii_lowercase().as_str() {
                "esl-password" => value.clone_into(&mut found.password),
                "esl-allowed-log" => found.allowed_log = is_true(value.as_bytes()),
                "esl-allowed-events" => found.allowed_events = Some(value.to_owned()),
                "esl-allowed-api" => found.allowed_api = Some(value.to_owned()),
                _ => {}
            }
        }
        Some(found).filter(|user| !user.password.is_empty())
    }
}

/// Adds what a user does not say itself.
fn inherit(user: &mut Node, from: &Node, container: &str, element: &str) {
    user.change_child(container, |own| {
        for (name, value) in from.pairs(container, element) {
            let says =
                |pair: &Node| pair.attribute("name").is_some_and(|known| known.eq_ignore_ascii_case(name));
            if !own.all(element).any(says) {
                let mut pair = Node::new(element);
                pair.set_attribute("name", name);
                pair.set_attribute("value", value);
                own.insert(pair, 0);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRECTORY: &str = r#"<section name="directory">
      <domain name="d">
        <params><param name="dial-string" value="null/${dialed_user}"/><param name="p" value="domain"/></params>
        <groups>
          <group name="g"><params><param name="P" value="group"/></params><users>
            <user id="1" number-alias="100"><params><param name="esl-password" value="x"/></params></user>
            <user id="2" type="pointer"/>
          </users></group>
        </groups>
        <users><user id="2"><params><param name="p" value="own"/></params></user></users>
      </domain>
    </section>"#;

    #[test]
    fn users_take_from_groups_and_domains() {
        let directory = Directory::of_section(&crate::xml::parse(DIRECTORY).unwrap());
        let value = |user: Option<Node>, name: &str| {
            let user = user?;
            user.pairs("params", "param").find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
        };
        let user = |name: &str| directory.user("id:number-alias", name, "D");
        assert_eq!(value(user("1"), "P").as_deref(), Some("group"));
        assert_eq!(value(user("100"), "dial-string").as_deref(), Some("null/${dialed_user}"));
        assert_eq!(user("100").unwrap().attribute("domain-name"), Some("d"));
        assert_eq!(user("3"), None);
        assert_eq!(directory.user("id", "1", "other"), None);
        assert!(directory.group("d", "G").is_some());
        let users = directory.event_socket_users();
        assert_eq!(users.len(), 1);
        assert_eq!((users[0].id.as_str(), users[0].password.as_str()), ("1", "x"));
    }
}
