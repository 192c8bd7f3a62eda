//! Quoting, done right once: dial strings, variables and arguments for the switch, and back.
//!
//! What is said to FreeSWITCH passes through layers that each take away quotes, backslashes and separators of their
//! own; which ones depends on the way it goes. The types here hold plain values and write them for a way:
//!
//! | what | way | layers |
//! |---|---|---|
//! | [`Originate`] | `api originate …` | spaces; `:_:`; `{}`: `,` `=`; legs: `\|` `,` and their `[]`: `;` `=`; the argument of an application: `${}` |
//! | [`Bridge`] | the application `bridge` | `${}`; then as a dial string above |
//! | [`DialString`] | none: what those two agree on | |
//! | [`uuid_setvar`], [`uuid_setvar_multi`] | API commands | spaces; `;` |
//! | [`application_argument`], [`set_argument`] | `sendmsg`'s `execute-app-arg` | `${}` once; twice |
//! | [`multiset_argument`] | the same | `${}`; `;`; `${}` |
//!
//! What goes in comes out on the switch, byte for byte, or is refused with the reason ([`DialStringError`]): there
//! are things that no quoting can say, such as an unbalanced `}` in a `{}` block or a `)` in the argument of an
//! application of `originate`. And `${` is refused everywhere, since the switch runs what is in it
//! ([`Application::expanding`] is for your own).
//!
//! `FromStr` reads a text as the switch does, so hand-written ones as well as our own.
//!
//! ```
//! use trunkline_proto::dialstring::{DialString, Endpoint, Leg, Originate};
//!
//! let desk = Leg::new(Endpoint::user("1000")?).variable("alert", "Ring, ring")?;
//! let both = DialString::new(desk).fork(Endpoint::gateway("carrier", "18005551234")?)?;
//! let originate = Originate::new(both).variable("customer", "O'Brien & Sons")?.extension("1234", "XML", "default")?;
//!
//! let read: Originate = originate.to_string().parse()?;
//! assert_eq!(read.dial_string().groups()[0].variables().get("customer"), Some("O'Brien & Sons"));
//!
//! let written: Originate = "{ignore_early_media=true}sofia/internal/1000@10.0.0.1 &park()".parse()?;
//! assert_eq!(written.dial_string().groups()[0].variables().get("ignore_early_media"), Some("true"));
//! # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
//! ```

mod application;
mod block;
mod bridge;
mod dial_string;
mod endpoint;
mod error;
mod expansion;
mod leg;
mod leg_uuids;
mod originate;
mod originate_parse;
mod parse;
mod setvar;
pub mod tokenizer;
mod variables;

pub use application::{Application, application_argument, multiset_argument, set_argument};
pub use bridge::Bridge;
pub use dial_string::DialString;
pub use endpoint::{Endpoint, EndpointKind};
pub use error::DialStringError;
pub use leg::{Group, Leg};
pub use originate::{Originate, Target};
pub(crate) use setvar::check_uuid;
pub use setvar::{uuid_setvar, uuid_setvar_multi};
pub use variables::Variables;
