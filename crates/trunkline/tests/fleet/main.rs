//! Several switches: which of them takes a call.
//!
//! - `choosing`: who may be chosen, and what is told where nobody may
//! - `fairness`: what each policy promises of how calls are spread
//! - `sticky`: the same node for the same key, and what moves when nodes come and go
//! - `attempts`: one call at one node after the other, and never twice
//! - `live`: the same with switches, and all of them as one view

mod attempts;
mod choosing;
mod fairness;
mod live;
mod sticky;
mod support;
