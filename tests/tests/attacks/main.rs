//! Attacks on cashback, and what each of them gains.
//!
//! Every attack is driven through the real edges. What its people gained is told from outside: money back and goods kept,
//! less what they paid, less what an honest buyer of the same goods has. It is never above zero, but where a merchant
//! and a payer trade with each other for the platform's reward: that cannot be told from a purchase, and the table says what
//! bounds it.
//!
//! `cargo test -p kembali-tests --test attacks -- --nocapture` prints the table.

#[cfg(test)]
mod collusion;
#[cfg(test)]
mod credit;
#[cfg(test)]
mod disputes;
#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod gain;
#[cfg(test)]
mod occasions;
#[cfg(test)]
mod people;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod street;
#[cfg(test)]
mod table;
#[cfg(test)]
mod terms;
