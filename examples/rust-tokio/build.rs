//! Compiles the Go package, links it, and writes Rust functions for its exported ones.

fn main() {
    oxigo_build::Package::new("go").compile("work");
}
