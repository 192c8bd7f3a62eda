//! The kinds of object there are: a line each.

use std::sync::Arc;

use super::call::Call;
use super::change::{Altered, Change, Removal};
use super::channel::Channel;
use super::conference::Conference;
use super::draft::Draft;
use super::gateway::Gateway;
use super::job::Job;
use super::member::Member;
use super::node::Node;
use super::object::{Object, sealed};
use super::objects::Objects;
use super::parked::Parked;
use super::recording::Recording;
use super::registration::Registration;
use super::view::View;

/// Lists them: where in [`Tables`] each is, and what it is called in [`Kind`] and [`Change`].
macro_rules! kinds {
    ($($(#[$doc:meta])* $table:ident: $type:ident,)*) => {
        /// A kind of object.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $type,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$type,)*];
        }

        /// All objects there are.
        #[derive(Debug, Clone, Default)]
        pub(in crate::model) struct Tables {
            $($table: Objects<$type>,)*
        }

        /// What takes everything of a kind away, for each.
        pub(in crate::model) const CLEAR: &[fn(&mut Draft, &Removal)] = &[$(Draft::clear_kind::<$type>,)*];

        /// Getters for each kind.
        impl View {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $table(&self) -> &Objects<$type> {
                    &self.tables.$table
                }
            )*
        }

        impl View {
            /// Every object, as one that was found.
            pub(in crate::model) fn as_found(&self) -> Vec<Change> {
                let mut changes = Vec::new();
                $(
                    let found = |after: &Arc<$type>| Altered::Created { after: after.clone(), while_away: true };
                    changes.extend(self.$table().iter().map(|object| Change::$type(found(object))));
                )*
                changes
            }

            /// Every object, as one that is gone.
            pub(in crate::model) fn as_gone(&self, cause: &Removal) -> Vec<Change> {
                let mut changes = Vec::new();
                $(
                    let gone = |last: &Arc<$type>| {
                        Altered::Removed { last: last.clone(), cause: cause.clone(), while_away: true }
                    };
                    changes.extend(self.$table().iter().map(|object| Change::$type(gone(object))));
                )*
                changes
            }
        }

        $(
            impl Place<$type> for View {
                fn place(&self) -> &Objects<$type> {
                    &self.tables.$table
                }
            }

            impl sealed::Plumbing for $type {
                fn of_mut(view: &mut View) -> &mut Objects<Self> {
                    &mut view.tables.$table
                }

                fn change(altered: Altered<Self>) -> Change {
                    Change::$type(altered)
                }

                fn told(change: &Change) -> Option<&Altered<Self>> {
                    match change {
                        Change::$type(altered) => Some(altered),
                        _ => None,
                    }
                }

                fn altered(change: &mut Change) -> Option<&mut Altered<Self>> {
                    match change {
                        Change::$type(altered) => Some(altered),
                        _ => None,
                    }
                }
            }
        )*
    };
}

/// Where in a view the objects of a kind are.
pub(in crate::model) trait Place<T: Object> {
    fn place(&self) -> &Objects<T>;
}

kinds! {
    /// Channels: the legs of calls.
    channels: Channel,
    /// Calls: legs that belong together.
    calls: Call,
    /// Conferences.
    conferences: Conference,
    /// Members of conferences, by their numbers.
    members: Member,
    /// Telephones that are registered.
    registrations: Registration,
    /// Gateways.
    gateways: Gateway,
    /// Channels that are parked.
    parked: Parked,
    /// Recordings of channels.
    recordings: Recording,
    /// Background jobs that were begun here.
    jobs: Job,
    /// The switch itself; none until it has told of itself.
    nodes: Node,
}
