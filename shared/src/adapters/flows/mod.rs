//! What carries a decision out, over several calls, and may be killed between any two of them. It may use the
//! clients, and not the [edge](super::edge). Begin with [`commit`]: nothing else writes a checkout.

pub mod books;
pub mod commit;
pub mod dead_letters;
pub mod effects;
pub mod empty_balances;
pub mod matching;
pub mod purchases;
pub mod refunds;
