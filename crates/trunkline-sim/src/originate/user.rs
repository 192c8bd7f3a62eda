//! `user/<id>[@<domain>]` and `group/<name>[@<domain>]`: whom the directory knows is called by its dial string
//! (`user_outgoing_channel` in `mod_dptools.c`).

use super::OriginateId;
use super::parse::LegSpec;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::Draft;

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

impl Core {
    /// Legs, with those of users replaced by what these are called by. What is to be tried after that waits before all
    /// other groups.
    pub(super) fn without_users(&mut self, id: OriginateId, group: Vec<LegSpec>) -> Vec<LegSpec> {
        let caller = self.originates.get(&id).and_then(|originate| originate.asker.channel());
        let mut now = Vec::with_capacity(group.len());
        let mut later = Vec::new();
        for leg in group {
            match self.legs_of_group(&leg).or_else(|| self.legs_of_user(&leg, caller)) {
                Some(groups) => {
                    let mut groups = groups.into_iter();
                    now.extend(groups.next().unwrap_or_default());
                    later.extend(groups);
                }
                None => now.push(leg),
            }
        }
        if let Some(originate) = self.originates.get_mut(&id) {
            for group in later.into_iter().rev() {
                originate.groups.push_front(group);
            }
        }
        now
    }

    /// What `group_call` says of a leg to a group; nothing for any other leg (`group_outgoing_channel` in `mod_dptools.c`).
    fn legs_of_group(&mut self, leg: &LegSpec) -> Option<Vec<Vec<LegSpec>>> {
        let group = leg.dial.strip_prefix(b"group/")?.to_vec();
        let dial = self.run_inner(b"group_call", &group)?;
        leg.means(&dial)
    }

    /// What the directory has for a leg to a user; nothing for any other leg, or if it has nothing.
    fn legs_of_user(&mut self, leg: &LegSpec, caller: Option<ChannelId>) -> Option<Vec<Vec<LegSpec>>> {
        let address = String::from_utf8_lossy(leg.dial.strip_prefix(b"user/")?).into_owned();
        let own = || (address.clone(), self.domain());
        let (name, domain) =
            address.split_once('@').map_or_else(own, |(name, domain)| (name.to_owned(), domain.to_owned()));
        let user = self.config.directory.user("id", &name, &domain)?;
        let name = user.attribute_or_empty("id").to_owned();
        let params = || user.pairs("params", "param");
        let (_, dial) = params().filter(|(param, _)| param.eq_ignore_ascii_case("dial-string")).last()?;
        let dial = self.dial_string(dial, [("dialed_user", &name), ("dialed_domain", &domain)], leg, caller);
        // It would call itself.
        if dial.to_ascii_lowercase().contains(&format!("user/{}", name.to_ascii_lowercase())) {
            return None;
        }
        let mut variables: Pairs = Vec::new();
        let mut set = |name: &str, value: &str| {
            variables.retain(|(known, _)| !known.eq_ignore_ascii_case(name.as_bytes()));
            variables.push((name.into(), value.into()));
        };
        for (name, value) in params() {
            if let Some(name) =
                name.get(..9).filter(|head| head.eq_ignore_ascii_case("dial-var-")).and(name.get(9..))
            {
                set(name, value);
            }
        }
        set("dialed_user", &name);
        set("dialed_domain", &domain);
        if !dial.contains("presence_id=") {
            set("presence_id", &format!("{name}@{domain}"));
        }
        for (name, value) in user.pairs("variables", "variable") {
            set(name, value);
        }
        let leg = LegSpec { dial: leg.dial.clone(), variables: [leg.variables.clone(), variables].concat() };
        leg.means(dial.as_bytes())
    }

    /// A user's dial string with what stands for others put in: the variables of the channel that calls, or else the
    /// leg's own.
    fn dial_string(
        &mut self,
        text: &str,
        dialed: [(&str, &str); 2],
        leg: &LegSpec,
        caller: Option<ChannelId>,
    ) -> String {
        let expanded = match caller {
            Some(caller) => {
                if let Some(channel) = self.channels.get_mut(caller) {
                    dialed.iter().for_each(|(name, value)| channel.variables.set(name, value));
                }
                self.expand(caller, text.as_bytes())
            }
            None => {
                let headers =
                    dialed.iter().fold(Draft::new(), |headers, (name, value)| headers.header(*name, *value));
                let own = leg.variables.iter().filter(|(name, _)| !name.starts_with(b"dialed_"));
                let headers = own.fold(headers, |headers, (name, value)| headers.header(name, value));
                self.expand_headers(&headers, text.as_bytes())
            }
        };
        String::from_utf8_lossy(&expanded).into_owned()
    }
}
