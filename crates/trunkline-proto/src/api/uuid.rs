//! `uuid_…`: commands about one call. All are of `mod_commands.c`.

mod broadcast;
mod call;
mod dtmf;
mod dump;
mod file;
mod media;
mod message;
mod transfer;
mod video;

pub use broadcast::*;
pub use call::*;
pub use dtmf::*;
pub use dump::*;
pub use file::*;
pub use media::*;
pub use message::*;
pub use transfer::*;
pub use video::*;
