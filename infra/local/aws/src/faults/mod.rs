//! The faults that the services answer with on the wire, in their own words: begin with `peer`.

mod answer;
mod part;
mod peer;

pub use peer::PEER;
