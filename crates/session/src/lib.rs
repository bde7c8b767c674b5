//! The one mutable thing at inference: objects, prompts, memory.
