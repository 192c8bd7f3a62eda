//! mod_sofia's events: registrations, gateways, transfers.

mod gateway;
mod other;
mod registration;
mod transfer;

pub use gateway::{Gateway, GatewayEvent, GatewayState, PingStatus};
pub use other::{NotifyRefer, ProfileStart, SipUserState, SofiaError, WatchedHeader, WrongCallState};
pub use registration::{AuthResult, Registration, RegistrationEvent, RegistrationType};
pub use transfer::{Transfer, TransferEvent};
