//! FreeSWITCH's applications as methods, a file a family: each runs the value of [`application`](crate::application) that
//! it is named after.

mod answer;
mod bridge;
mod media;
mod others;
mod tell;
mod transfer;
mod variables;
mod wait;

pub use bridge::Bridged;
