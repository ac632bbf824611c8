//! `/checkouts/{shop}/{checkout}`: everything about one checkout.

pub(super) mod actions;
mod one;
mod view;

pub(super) use one::show;
