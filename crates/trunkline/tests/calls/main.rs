//! Calls: handled where the switch asks us to, and controlled by their ids. Against the simulator, and against a real
//! FreeSWITCH where `TRUNKLINE_TEST_URL` names one.

mod by_id;
mod digits;
mod lifecycle;
mod server;
mod support;
