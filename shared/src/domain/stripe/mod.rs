//! What Stripe says, read into our words: signatures, events, objects. It may use
//! [`checkout`](super::checkout) and what stands below it. Begin with [`event`].

pub mod event;
pub mod object;
pub mod recovery;
pub mod signature;
