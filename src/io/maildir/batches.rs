//! Messages handed over in batches of bounded size.

use std::ops::ControlFlow;

use crate::io::mailbox::BATCH;

/// Bytes of messages handed over at once: 500 beginnings of 256 KiB would not fit in a small daemon.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// What waits to be handed to a visitor.
pub(super) struct Batches<'a, T> {
    visit: &'a mut dyn FnMut(Vec<T>) -> ControlFlow<()>,
    batch: Vec<T>,
    bytes: usize,
}

impl<'a, T> Batches<'a, T> {
    pub fn to(visit: &'a mut dyn FnMut(Vec<T>) -> ControlFlow<()>) -> Self {
        Self { visit, batch: Vec::new(), bytes: 0 }
    }

    /// Adds a value that is so many bytes long; a batch that is full is handed over. [`ControlFlow::Break`]: nothing more is wanted.
    pub fn push(&mut self, value: T, bytes: usize) -> ControlFlow<()> {
        self.batch.push(value);
        self.bytes += bytes;
        if self.batch.len() < BATCH && self.bytes < BATCH_BYTES {
            return ControlFlow::Continue(());
        }
        self.bytes = 0;
        (self.visit)(std::mem::take(&mut self.batch))
    }

    /// Hands over the rest.
    pub fn end(self) {
        if !self.batch.is_empty() {
            // The last batch: whether to stop no longer matters.
            let _ = (self.visit)(self.batch);
        }
    }
}
