//! FreeSWITCH's applications as methods, a file a family. Each runs its application by
//! [`execute`](super::Call::execute) and reads what came of it from its CHANNEL_EXECUTE_COMPLETE.

mod answer;
mod playback;
