//! The one table, by what is kept in it. Every write is conditional. It may use the table's keys and items.
//! Begin with [`Store`].

mod books;
mod budgets;
mod campaigns;
mod checkouts;
mod commits;
mod conflicts;
mod merchants;
mod payers;
mod positions;
mod reviews;
mod table;
mod transaction;
mod unsettled;

pub use books::{BookDay, DayState, JournalPage, Scanned, TablePage};
pub use budgets::need;
pub use campaigns::Changed;
pub use checkouts::{DuePage, PageEnd, Seen};
pub use commits::Committed;
pub use positions::Position;
pub use reviews::{ReviewEnd, ReviewPage};
pub use table::{Store, Written};
pub use unsettled::{UnsettledEnd, UnsettledPage};
