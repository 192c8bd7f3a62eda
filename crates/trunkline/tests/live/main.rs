//! The model that follows a connection, against the simulator's own state, and against a real FreeSWITCH where
//! `TRUNKLINE_TEST_URL` names one.

mod calls;
mod churn;
mod faults;
mod follow;
mod jobs;
mod load;
mod once;
mod orders;
mod signs;
mod slow;
mod soak;
mod state;
mod truth;
