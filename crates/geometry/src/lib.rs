//! Points, boxes, bit-packed masks, run-length codes and pixel transforms.
