//! The switch's half, for whoever plays the switch: how it cuts a client's bytes into packets, which command it
//! takes a packet for, and how it writes what it says. Named and ordered as in `mod_event_socket.c`, with its
//! oddities, since clients live with them.

mod packet;
mod request;
mod write;

pub use packet::{Packet, PacketDecoder, PacketError};
pub use request::{Request, Standing};
pub use write::{
    GOODBYE, LOST_EVENTS, LOST_LOG_LINES, SHUTTING_DOWN, api_response, auth_request, command_reply,
    disconnect_notice, linger_notice, log_data, rude_rejection, session_disconnect_notice,
};
