//! Which channels belong to one call.

use std::collections::BTreeSet;

use trunkline_proto::ChannelUuid;

use super::objects::Known;

/// Why two channels belong to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::model) enum Link {
    /// The one was made for the other.
    Originated,
    /// They are bridged.
    Bridged,
    /// They are the halves of a loopback.
    Loopback,
    /// They were joined, and neither has gone elsewhere since.
    Past,
}

/// The links between channels, both ways. The other end of one need not be known yet.
#[derive(Debug, Default)]
pub(in crate::model) struct Links {
    of: Known<ChannelUuid, Vec<(ChannelUuid, Link)>>,
}

impl Links {
    /// Links two, or has another reason for the link they have.
    pub(in crate::model) fn link(&mut self, a: &ChannelUuid, b: &ChannelUuid, link: Link) {
        if a == b {
            return;
        }
        for (from, to) in [(a, b), (b, a)] {
            let links = self.of.entry(from.clone()).or_default();
            match links.iter_mut().find(|(other, _)| other == to) {
                Some((_, known)) => *known = link,
                None => links.push((to.clone(), link)),
            }
        }
    }

    /// Takes a link away.
    pub(in crate::model) fn cut(&mut self, a: &str, b: &str) {
        for (from, to) in [(a, b), (b, a)] {
            if let Some(links) = self.of.get_mut(from) {
                links.retain(|(other, _)| other.as_str() != to);
                if links.is_empty() {
                    self.of.remove(from);
                }
            }
        }
    }

    /// Why these two are linked, if they are.
    pub(in crate::model) fn between(&self, a: &str, b: &str) -> Option<Link> {
        self.of.get(a)?.iter().find(|(other, _)| other.as_str() == b).map(|(_, link)| *link)
    }

    /// Those a channel is linked to.
    pub(in crate::model) fn of(&self, id: &str) -> &[(ChannelUuid, Link)] {
        self.of.get(id).map_or(&[], Vec::as_slice)
    }

    /// Takes a channel out. Those it joined stay joined.
    pub(in crate::model) fn remove(&mut self, id: &str) {
        let Some(links) = self.of.remove(id) else { return };
        let others: Vec<ChannelUuid> = links.into_iter().map(|(other, _)| other).collect();
        for other in &others {
            if let Some(links) = self.of.get_mut(other.as_str()) {
                links.retain(|(it, _)| it.as_str() != id);
                if links.is_empty() {
                    self.of.remove(other.as_str());
                }
            }
        }
        for pair in others.windows(2) {
            if let [a, b] = pair
                && self.between(a.as_str(), b.as_str()).is_none()
            {
                self.link(a, b, Link::Past);
            }
        }
    }

    /// A channel has another id.
    pub(in crate::model) fn rename(&mut self, from: &str, to: &ChannelUuid) {
        let Some(links) = self.of.remove(from) else { return };
        for (other, link) in links {
            self.cut(other.as_str(), from);
            self.link(to, &other, link);
        }
    }

    /// All that are joined to this one, and itself, for as far as `is_there` knows them.
    pub(in crate::model) fn component(
        &self,
        id: &ChannelUuid,
        is_there: impl Fn(&ChannelUuid) -> bool,
    ) -> BTreeSet<ChannelUuid> {
        let mut found = BTreeSet::from([id.clone()]);
        let mut next = vec![id.clone()];
        while let Some(id) = next.pop() {
            for (other, _) in self.of(id.as_str()) {
                if is_there(other) && found.insert(other.clone()) {
                    next.push(other.clone());
                }
            }
        }
        found
    }

    pub(in crate::model) fn clear(&mut self) {
        self.of.clear();
    }
}
