//! Data sets of sentences about objects, whose masks or boxes are to be found.

pub(crate) mod expressions;
pub(crate) mod mask_dictionary;
mod pickled_masks;

pub(crate) mod a2d_sentences;
pub(crate) mod coco_objects;
pub(crate) mod g_ref_coco;
pub(crate) mod jhmdb_sentences;
pub(crate) mod mevis;
pub(crate) mod ref_coco;
pub(crate) mod ref_davis;
pub(crate) mod ref_youtube_vos;
pub(crate) mod refexp_results;
pub(crate) mod revos;
pub(crate) mod sentence_results;
