//! Memory that is used again: buffers for packing, and new tensors.
//!
//! In this crate's tests both are filled with what is not a number, which no kernel may use, and a buffer is no
//! longer than the lines it needs, so that a memory checker knows its end.

use std::cell::RefCell;

use burn::backend::Shape;
use burn::tensor::{Bytes, DType};
use burn_flex::{FlexTensor, Layout};

/// One cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

thread_local! {
    /// Buffers that no call on this thread holds at the moment.
    static FREE: RefCell<Vec<Vec<Line>>> = const { RefCell::new(Vec::new()) };
}

/// Buffers above this size go back to the system.
const KEPT: usize = 16 << 20;

/// Lends a buffer of `length` numbers, aligned to a cache line, with unspecified contents.
pub(crate) fn with_scratch<R>(length: usize, body: impl FnOnce(&mut [f32]) -> R) -> R {
    let mut lines = FREE.with_borrow_mut(Vec::pop).unwrap_or_default();
    let needed = length.div_ceil(16);
    if lines.len() < needed {
        lines.resize(needed, Line([0.0; 16]));
    }
    if cfg!(test) {
        lines.truncate(needed);
        lines.shrink_to_fit();
        lines.fill(Line([f32::NAN; 16]));
    }
    // SAFETY: a line is sixteen numbers without padding, so `needed` lines hold at least `length` numbers.
    let numbers =
        unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast::<f32>(), length) };
    let result = body(numbers);
    if cfg!(test) {
        let mut beyond = lines.iter().flat_map(|line| line.0).skip(length);
        assert!(beyond.all(f32::is_nan), "written past {length}");
    }
    if lines.len() <= KEPT {
        FREE.with_borrow_mut(|free| free.push(lines));
    }
    result
}

/// Tells the C library, once, to keep large blocks that are freed instead of returning them to the system.
///
/// A fresh page costs about as much as computing its contents: a third of a millisecond for each megabyte. By default
/// every tensor above 32 MiB, and many below, would pay that on every call. The process keeps its greatest size.
fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn mallopt(parameter: i32, value: i32) -> i32;
        }
        const TRIM_THRESHOLD: i32 = -1;
        const MMAP_THRESHOLD: i32 = -3;
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            // SAFETY: `mallopt` has this signature in glibc and may be called at any time; a refused value changes
            // nothing.
            unsafe {
                mallopt(MMAP_THRESHOLD, 1 << 30);
                mallopt(TRIM_THRESHOLD, i32::MAX);
            }
        });
    }
}

/// A vector of `length` numbers for a kernel that writes each of them.
#[expect(clippy::uninit_vec, reason = "written in full by the kernel it is for")]
pub(crate) fn unwritten(length: usize) -> Vec<f32> {
    keep_freed_memory();
    let mut data = Vec::with_capacity(length);
    // SAFETY: the capacity is `length`. Every kernel writes all elements before any is read, which the tests of each
    // kernel check against a reference; zeroing first would cost a pass over memory.
    unsafe {
        data.set_len(length);
    }
    if cfg!(test) {
        data.fill(f32::NAN);
    }
    data
}

/// A dense tensor around its numbers.
pub(crate) fn tensor(data: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::new(
        Bytes::from_elems(data),
        Layout::contiguous(shape.into()),
        DType::F32,
    )
}
