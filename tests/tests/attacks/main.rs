//! Attacks on cashback, and what each of them gains.
//!
//! Every attack is driven through the real edges. What its people gained is told from outside: money back and
//! goods kept, less what they paid, less what an honest buyer of the same goods has. It is never above zero.
//!
//! Where a merchant and a payer trade with each other for the platform's reward, or one purchase is paid in
//! parts, there is nothing to tell it from purchases by. A second table says what that brings, exactly what
//! as many honest purchases bring, and which rule bounds it.
//!
//! `cargo test -p kembali-tests --test attacks -- --nocapture` prints both tables.

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
