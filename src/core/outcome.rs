//! How one attempt to deliver a digest ended.

/// Whether a refusal may change by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Try again later (a 4yz reply, a NO with a passing cause).
    Transient,
    /// Trying the same again is useless until a person changes something.
    Permanent,
}

/// What is known after an attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took responsibility for the digest.
    Accepted,
    /// Certainly not delivered.
    Refused {
        /// Whether trying again makes sense.
        refusal: Refusal,
        /// What the server said, sanitised.
        text: String,
    },
    /// The connection ended between the offer and the answer: it may or may not be delivered.
    Uncertain {
        /// What happened, sanitised.
        text: String,
    },
}
