//! How decisions are carried out. Everything runs unchanged everywhere; only addresses differ.
//!
//! | room | what lives there | may use |
//! |---|---|---|
//! | [`config`], [`logging`] | the process: its variables, its log | nothing of ours |
//! | [`clients`] | one client for each service: the table, Stripe, queues, the bus, schedules | the process, [`domain`](crate::domain) |
//! | [`edge`] | requests and batches in, answers out, and who is asking | the same, and [`clients`] |
//! | [`flows`] | what carries a decision out, over several calls | the same as [`edge`], and not [`edge`] |

pub mod clients;
pub mod config;
pub mod edge;
pub mod flows;
pub mod logging;
