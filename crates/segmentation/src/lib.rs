//! SAM 2 family: encode, recall, predict, remember.
