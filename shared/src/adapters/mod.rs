//! How decisions are carried out: concrete clients for AWS and Stripe. They run unchanged everywhere; only addresses
//! differ.

pub mod aws;
pub mod books;
pub mod bus;
pub mod commit;
pub mod config;
pub mod dead_letters;
pub mod effects;
pub mod http;
pub mod items;
pub mod keys;
pub mod logging;
pub mod matching;
pub mod merchant_auth;
pub mod messages;
pub mod purchases;
pub mod queue;
pub mod refunds;
pub mod schedule;
pub mod sqs_batch;
pub mod store;
pub mod stripe;
pub mod words;
