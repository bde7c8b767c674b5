//! What is written is read back; what does not fit is named; what is hostile is refused.

use std::{collections::BTreeMap, path::Path};

use burn::{module::Param, tensor::Device};
use tubelet_nn::{Linear, LinearConfig, StorageType, WeightError, WeightFile, load, save};

#[expect(clippy::unnecessary_wraps, reason = "the shape of every naming")]
fn same_name(name: &str) -> Option<String> {
    Some(name.to_owned())
}

fn values(layer: &Linear) -> Vec<f32> {
    layer.weight.val().into_data().try_into_vec().unwrap()
}

fn save_as(layer: &Linear, path: &Path, storage: StorageType) {
    let metadata = BTreeMap::from([("seed".to_owned(), "7".to_owned())]);
    save(layer, path, (storage, metadata), str::to_owned).unwrap();
}

#[test]
fn a_saved_module_is_read_back_with_its_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("linear.safetensors");
    let device = Device::flex();
    let layer = LinearConfig::new(5, 3).init(&device);
    save_as(&layer, &path, StorageType::F32);
    let file = WeightFile::open(&path).unwrap();
    assert_eq!(file.metadata()["seed"], "7");
    let (read, report) = load(LinearConfig::new(5, 3).init(&device), &file, same_name).unwrap();
    assert_eq!(report.loaded, 2);
    assert_eq!(values(&read), values(&layer));
}

#[test]
fn half_precision_storage_is_close() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let layer = LinearConfig::new(5, 3).init(&device);
    for (storage, tolerance) in [(StorageType::F16, 1e-3), (StorageType::Bf16, 1e-2)] {
        let path = folder.path().join("half.safetensors");
        save_as(&layer, &path, storage);
        let file = WeightFile::open(&path).unwrap();
        let (read, _) = load(LinearConfig::new(5, 3).init(&device), &file, same_name).unwrap();
        for (left, right) in values(&read).iter().zip(values(&layer)) {
            assert!((left - right).abs() < tolerance, "{left} {right}");
        }
    }
}

#[test]
fn a_pytorch_checkpoint_is_parsed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/linear.pt");
    let file = WeightFile::open(&path).unwrap();
    assert_eq!(file.tensors()["weight"].element_type(), "f16");
    let (layer, _) = load(
        LinearConfig::new(3, 2).init(&Device::flex()),
        &file,
        same_name,
    )
    .unwrap();
    let expected = [
        -0.004_322_052,
        0.309_814_45,
        -0.475_097_66,
        -0.424_804_7,
        -0.222_412_11,
        0.154_785_16,
    ];
    for (left, right) in values(&layer).iter().zip(expected) {
        assert!((left - right).abs() < 1e-4, "{left} {right}");
    }
}

#[test]
fn missing_unexpected_and_misshapen_tensors_are_all_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("linear.safetensors");
    let device = Device::flex();
    save_as(
        &LinearConfig::new(5, 3).init(&device),
        &path,
        StorageType::F32,
    );
    let file = WeightFile::open(&path).unwrap();
    let rename = |name: &str| Some(name.replace("bias", "offset"));
    let error = load(LinearConfig::new(4, 3).init(&device), &file, rename).unwrap_err();
    let WeightError::Mismatch {
        missing,
        unexpected,
        misshapen,
        ..
    } = error
    else {
        panic!("another error: {error}");
    };
    assert_eq!(missing, ["bias"]);
    assert_eq!(unexpected, ["bias"]);
    assert_eq!(misshapen, ["weight: found [3, 5], expected [3, 4]"]);
}

#[test]
fn dimensions_of_one_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("linear.safetensors");
    let device = Device::flex();
    let mut wide = LinearConfig::new(1, 3).init(&device);
    wide.weight = Param::from_tensor(wide.weight.val());
    save_as(&wide, &path, StorageType::F32);
    let file = WeightFile::open(&path).unwrap();
    assert!(load(LinearConfig::new(1, 3).init(&device), &file, same_name).is_ok());
}

#[test]
fn a_truncated_file_names_the_tensor() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("linear.safetensors");
    save_as(
        &LinearConfig::new(5, 3).init(&Device::flex()),
        &path,
        StorageType::F32,
    );
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 4]).unwrap();
    let message = WeightFile::open(&path).unwrap_err().to_string();
    assert!(message.contains("the file ends at"), "{message}");
}

#[test]
fn hostile_and_foreign_files_are_refused_and_never_executed() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("executed");
    let hostile = format!("cos\nsystem\n(S'touch {}'\ntR.", trace.display());
    let huge_header = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    for (name, bytes) in [
        ("hostile.pt", hostile.as_bytes()),
        ("huge.safetensors", &huge_header),
        ("empty.pt", b""),
        ("text.pt", b"these are not weights"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let message = WeightFile::open(&path).unwrap_err().to_string();
        assert!(message.contains(name), "{message}");
    }
    assert!(!trace.exists(), "the pickle was executed");
}
