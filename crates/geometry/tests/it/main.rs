//! Tests of the public interface against other implementations.

mod run_length;
