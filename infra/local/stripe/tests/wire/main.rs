//! The stand-in as its clients meet it: through HTTP on a loopback port.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod adaptive;
#[cfg(test)]
mod balances;
#[cfg(test)]
mod captures;
#[cfg(test)]
mod connection;
#[cfg(test)]
mod disputes;
#[cfg(test)]
mod fees;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod lab;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod payments;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod transfers;
#[cfg(test)]
mod webhooks;
