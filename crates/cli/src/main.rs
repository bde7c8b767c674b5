//! The tubelet command line.

fn main() {}
