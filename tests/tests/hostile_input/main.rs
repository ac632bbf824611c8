//! What strangers can send: a signature header, Stripe's events, the bodies of the API. Nothing panics,
//! nothing loops, and what cannot be understood is refused by name. Every input comes from a seed, so each
//! run sends the same.

#[cfg(test)]
mod api_bodies;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod events;
#[cfg(test)]
mod json;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod signature;
#[cfg(test)]
mod text;
