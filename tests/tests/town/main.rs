//! The whole system through its real edges: one program, so that it is linked once and all towns run side by
//! side.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod balances;
#[cfg(test)]
mod books;
#[cfg(test)]
mod books_races;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod bus;
#[cfg(test)]
mod campaigns;
#[cfg(test)]
mod cashback;
#[cfg(test)]
mod checkouts;
#[cfg(test)]
mod conflicts;
#[cfg(test)]
mod counts;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod cunning;
#[cfg(test)]
mod days;
#[cfg(test)]
mod dead_letters;
#[cfg(test)]
mod departures;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod disputes;
#[cfg(test)]
mod dry_run;
#[cfg(test)]
mod enablement;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod http;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod late;
#[cfg(test)]
mod link;
#[cfg(test)]
mod many_refunds;
#[cfg(test)]
mod markets;
#[cfg(test)]
mod matching;
#[cfg(test)]
mod no_page;
#[cfg(test)]
mod operator_input;
#[cfg(test)]
mod payers;
#[cfg(test)]
mod payment;
#[cfg(test)]
mod payouts;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod recovery;
mod refunds;
#[cfg(test)]
mod reviews;
#[cfg(test)]
mod settlement;
#[cfg(test)]
mod simulate;
#[cfg(test)]
mod stop;
#[cfg(test)]
mod tenants;
#[cfg(test)]
mod twice;
#[cfg(test)]
mod unsettled;
#[cfg(test)]
mod wallet;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod wire;
