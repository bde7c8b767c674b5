//! Find anything in video: the library face.
