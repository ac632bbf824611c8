//! What a payer's bank does, on the handle.

use crate::acts::{dispute, inquiry};
use crate::error::Error;
use crate::stripe::Stripe;

impl Stripe {
    /// A payer disputes a charge: all of it, or what is left of it after earlier disputes and refunds.
    /// Returns the dispute's id.
    ///
    /// # Errors The charge does not exist, did not succeed, is refunded in full, was disputed in full before,
    /// or is a PayNow payment.
    pub fn dispute(&self, charge: &str) -> Result<String, Error> {
        self.act(|act| dispute::open(act, charge))
    }

    /// A payer disputes part of a charge. Returns the dispute's id.
    ///
    /// # Errors
    /// As for [`dispute`](Self::dispute), or this and the disputes that are open or lost pass the charge.
    pub fn dispute_part(&self, charge: &str, amount_minor: i64) -> Result<String, Error> {
        self.act(|act| dispute::open_part(act, charge, amount_minor))
    }

    /// A dispute is resolved before it becomes one: it is `prevented` from its first moment. With
    /// `takes_money` the network takes the whole amount, otherwise nothing moves.
    ///
    /// # Errors
    /// As for [`dispute_part`](Self::dispute_part).
    pub fn prevent_dispute(&self, charge: &str, takes_money: bool) -> Result<String, Error> {
        self.act(|act| dispute::prevent(act, charge, takes_money))
    }

    /// The bank decides a dispute, for the first time or after an appeal.
    ///
    /// # Errors
    /// The dispute does not exist, is closed or is an inquiry.
    pub fn close_dispute(&self, dispute: &str, won: bool) -> Result<(), Error> {
        self.act(|act| dispute::close(act, dispute, won))
    }

    /// The decision of a dispute is appealed: it is under review until it is closed again.
    ///
    /// # Errors
    /// The dispute is neither won nor lost, or other disputes hold its part of the charge by now.
    pub fn appeal(&self, dispute: &str) -> Result<(), Error> {
        self.act(|act| dispute::appeal(act, dispute))
    }

    /// The bank decides the other way after all: what was won is lost, what was lost is won.
    ///
    /// # Errors
    /// As for [`appeal`](Self::appeal).
    pub fn reverse_verdict(&self, dispute: &str) -> Result<(), Error> {
        self.act(|act| dispute::reverse_verdict(act, dispute))
    }

    /// A bank asks about a charge and takes nothing. Returns the dispute's id.
    ///
    /// # Errors
    /// The charge does not exist, did not succeed, is refunded in full, or is a PayNow payment.
    pub fn inquire(&self, charge: &str) -> Result<String, Error> {
        self.act(|act| inquiry::open(act, charge))
    }

    /// An open inquiry becomes a dispute.
    ///
    /// # Errors
    /// It is no open inquiry, or disputes hold part of the charge by now.
    pub fn escalate(&self, dispute: &str) -> Result<(), Error> {
        self.act(|act| inquiry::escalate(act, dispute))
    }

    /// An open inquiry ends without a dispute.
    ///
    /// # Errors
    /// It is no open inquiry.
    pub fn close_inquiry(&self, dispute: &str) -> Result<(), Error> {
        self.act(|act| inquiry::close(act, dispute))
    }
}
