//! `/campaigns`: what is promised in each market, and a form for one more.

mod acts;
mod draft;
mod form;
mod list;
mod trial;

pub(super) use acts::{act, create, run, show, switch};
