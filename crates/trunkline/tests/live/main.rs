//! The model that follows a connection, against the simulator's own state, and against a real FreeSWITCH where
//! `TRUNKLINE_TEST_URL` names one.

mod churn;
mod follow;
mod orders;
mod truth;
