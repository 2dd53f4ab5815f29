//! The use cases of the desktop program, over a small host
