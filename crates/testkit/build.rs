//! The migrations are embedded: a new one must be seen.
#![expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=../../migrations/server");
}
