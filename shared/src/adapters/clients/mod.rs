//! The services outside, one client each. A client knows how a service is asked; it decides nothing. It may
//! use the process and the domain. Begin with [`store`]: the one table.

pub mod aws;
pub mod bus;
pub mod items;
pub mod keys;
pub mod messages;
pub mod queue;
pub mod schedule;
pub mod store;
pub mod stripe;
