//! A server that is rewound and given back what it lost, over rows in memory.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, also in its helpers")]

mod book;
mod contradictions;
mod orders;
mod unanswered;
