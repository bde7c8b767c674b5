//! Mask dictionaries that Python pickled, beside the same as JSON.

use std::fs;

use tubelet_datasets::MaskDictionary;

use crate::shared::stored;

#[test]
fn pickled_masks_are_those_of_the_json_file() {
    let json = MaskDictionary::open(stored("mask_dict.json")).unwrap();
    for name in ["mask_dict_protocol_3.pkl", "mask_dict_protocol_5.pkl"] {
        let pickled = MaskDictionary::open(stored(name)).unwrap();
        assert_eq!(pickled.objects(), 3);
        for key in 0..3 {
            let masks = pickled.masks(key).unwrap();
            assert_eq!(masks, json.masks(key).unwrap());
            assert_eq!(masks.iter().flatten().count(), 3);
        }
        assert!(!pickled.contains(3));
        let error = pickled.masks(3).unwrap_err().to_string();
        assert!(error.ends_with("there is no mask of `3`"), "{error}");
    }
}

#[test]
fn pickled_masks_that_are_none_are_refused_with_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mask_dict.pkl");
    let error = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let masks = MaskDictionary::open(&file).and_then(|masks| masks.masks(0));
        masks.unwrap_err().to_string()
    };
    for (bytes, reason) in [
        (&b"cos\nsystem\n(S'true'\ntR."[..], "opcode GLOBAL"),
        (b"].", "a dictionary of masks is expected"),
        (b"}NNs.", "a key is no text"),
        (b"}S'0'\nNs.", "`0`: a list of masks is expected"),
        (b"}S'0'\n(K\x07ls.", "mask of frame 0: no size"),
        (b"}S'0'\n((dS'size'\n(K\x02K\x03lsls.", "no counts"),
        (
            b"}S'0'\n((dS'size'\n(K\x02K\x03lsS'counts'\n(K\x02lsls.",
            "mask of frame 0: ",
        ),
        (
            b"}S'0'\n((dS'counts'\nS'0123456789'\nsp0\ng0\ng0\ng0\ng0\ng0\ng0\nls.",
            "longer than the file",
        ),
    ] {
        let error = error(bytes);
        assert!(
            error.contains(reason) && error.contains("mask_dict.pkl"),
            "{reason}: {error}"
        );
    }
    // An empty mask, as Python's `if` sees it.
    fs::write(&file, b"}K\x00(Nls.").unwrap();
    let masks = MaskDictionary::open(&file).unwrap();
    assert_eq!(masks.masks(0).unwrap(), [None]);
}
