//! Where businesses are, what they charge in, and how people there pay. It may use the ground. Begin with
//! [`Country`]; a new way to pay begins with [`Method`].

mod channel;
mod country;
mod method;
mod platform;
mod tender;

pub use channel::Channel;
pub use country::Country;
pub use method::{Capability, Method, NoMethod};
pub use platform::Movement;
pub use tender::{CardFunding, NoTender, Tender};
