//! Clips of rigs: written and read back, put together from videos, and real ones.

mod described;
mod drawn;
mod real;
mod written;
