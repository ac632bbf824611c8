//! Tenants: more than ten thousand random calls over all routes, by merchants who try what is another's, by
//! strangers and by an operator. What a merchant is told holds nothing of another's, and what is another's
//! stays as it was, in the table and at Stripe. `SEED=7 CALLS=50000 cargo test -p kembali-tests --test
//! tenants -- --nocapture` makes others, and more.

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod events;
#[cfg(test)]
mod marks;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod random;
#[cfg(test)]
mod state;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod world;
