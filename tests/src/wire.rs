//! The line between the functions and Stripe and the table, on which a test has requests go wrong by name.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kembali_local::Options;
use local_wire::{Asked, Clock, Fault, Faults};

use crate::{DAWN, Town};

/// The line. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Wire(Arc<Mutex<Vec<Cut>>>);

#[derive(Debug)]
struct Cut {
    request: String,
    fault: Fault,
    times: usize,
}

impl Town {
    /// A town with a line that can be cut. Its sweep is as rare as in [`unswept`](Self::unswept).
    pub async fn on_a_wire() -> (Self, Wire) {
        let mut options = Options::new(Clock::fixed(DAWN));
        options.template = crate::rarely(&options.template);
        let wire = Wire::on(&options.faults);
        (Self::with(options).await, wire)
    }

    /// The same with a sweep every half hour.
    pub async fn on_a_swept_wire() -> (Self, Wire) {
        let options = Options::new(Clock::fixed(DAWN));
        let wire = Wire::on(&options.faults);
        (Self::with(options).await, wire)
    }
}

impl Wire {
    fn on(faults: &Faults) -> Self {
        let wire = Self(Arc::default());
        let decides = wire.clone();
        faults.decide(move |asked| decides.hit(asked));
        wire
    }

    /// Has the next `times` requests go wrong that are `request`: the name of an operation, such as `POST
    /// /v1/refunds` or `PutItem`, or of a service, such as `stripe`.
    pub fn cut(&self, request: &str, fault: Fault, times: usize) {
        self.lock().push(Cut { request: request.to_owned(), fault, times });
    }

    /// Ends every cut.
    pub fn mend(&self) {
        self.lock().clear();
    }

    fn hit(&self, asked: &Asked) -> Option<Fault> {
        let mut cuts = self.lock();
        let is_meant = |cut: &&mut Cut| cut.request == asked.operation || cut.request == asked.service;
        let cut = cuts.iter_mut().filter(|cut| cut.times > 0).find(is_meant)?;
        cut.times -= 1;
        Some(cut.fault)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Cut>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
