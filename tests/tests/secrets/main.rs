//! Secrets, phone numbers, card numbers, people and a merchant's words, planted in every input under names of
//! their own, and looked for in everything that comes out. One program by itself: it listens to all that is
//! logged in its process.

#[cfg(test)]
mod between;
#[cfg(test)]
mod events;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod garden;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod outputs;
#[cfg(test)]
mod place;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod told;
