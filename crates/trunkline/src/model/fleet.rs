//! Several switches: which of them takes a call, and whose fault it was when one did not.
//!
//! [`Fleet`] makes one view and one stream of changes of several models.
//!
//! `LiveFleet` has both over several clients: the view and the changes of all, and calls that go to the next node where one
//! cannot dial.
//!
//! The rest is pure: nodes are told of here ([`Nodes`]), what is known of them is put in, and a [`Policy`] chooses. No
//! clock is read and nothing is sent.
//!
//! ```
//! use trunkline::HangupCause;
//! use trunkline::model::fleet::{Attempts, Fault, LeastSessions, Load, Nodes, Condition, Wanted};
//!
//! let mut nodes = Nodes::new();
//! for (name, sessions) in [("a", 12), ("b", 3), ("c", 40)] {
//!     nodes.add(name).set_load(Load::new(sessions)).set_condition(Condition::Ready);
//! }
//! let mut policy = LeastSessions::new();
//!
//! // One call, to the node that has the fewest, and to the next where that one cannot dial.
//! let mut attempts = Attempts::new(Wanted::any());
//! let first = attempts.next(&nodes, &mut policy)?;
//! assert_eq!(first.node(), "b");
//! assert!(attempts.failed(Fault::of(&HangupCause::GatewayDown)));
//! let second = attempts.next(&nodes, &mut policy)?;
//! assert_eq!(second.node(), "a");
//! // A callee who is busy is busy whoever calls.
//! assert!(!attempts.failed(Fault::of(&HangupCause::UserBusy)));
//! assert!(attempts.next(&nodes, &mut policy).is_err());
//! # Ok::<(), trunkline::model::fleet::NoNode>(())
//! ```

mod attempts;
mod candidate;
mod fault;
mod headroom;
mod least_sessions;
#[cfg(feature = "client")]
mod live;
mod load;
mod merged;
mod nodes;
mod policy;
mod round_robin;
mod sticky;
mod two_choices;
mod wanted;
mod weighted;

pub use attempts::Attempts;
pub use candidate::Candidate;
pub use fault::Fault;
pub use headroom::Headroom;
pub use least_sessions::LeastSessions;
#[cfg(feature = "client")]
pub use live::{FleetChanges, FleetWatched, LiveFleet, Placed, PlacingError};
pub use load::Load;
pub use merged::{Fleet, FleetReader, FleetView, OnNode};
pub use nodes::{Chosen, Condition, InFlight, NoNode, Nodes, Settings};
pub use policy::Policy;
pub use round_robin::RoundRobin;
pub use sticky::Sticky;
pub use two_choices::TwoChoices;
pub use wanted::Wanted;
pub use weighted::Weighted;
