//! `tubelet models`: what is known, what a file holds, and the same weights in another form.

use std::{collections::BTreeMap, path::PathBuf};

use burn::tensor::Device;
use serde::Serialize;
use tubelet_nn::StorageType;
use tubelet_segmentation::{EmbeddedModel, Naming, SavedFormat, Segmenter, SegmenterConfig};

use crate::{
    failure::Failure,
    models::{
        arguments::{
            ModelsCommand, ModelsConvertArguments, ModelsInfoArguments, NamesArgument,
            StorageArgument,
        },
        known::{ASK, KNOWN},
        locate, open,
    },
    print::Printer,
};

/// Lists, inspects or converts.
///
/// # Errors
/// When a model is not there, does not fit, or cannot be written.
pub(crate) fn run(command: &ModelsCommand, printer: Printer) -> Result<(), Failure> {
    match command {
        ModelsCommand::List(arguments) => list(arguments.json),
        ModelsCommand::Info(arguments) => info(arguments),
        ModelsCommand::Convert(arguments) => convert(arguments, printer),
    }
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    checkpoint: Option<&'static str>,
    million_parameters: Option<f32>,
    here: Option<String>,
}

fn list(json: bool) -> Result<(), Failure> {
    let embedded = EmbeddedModel::ALL.into_iter().map(EmbeddedModel::name);
    let embedded = embedded.chain([ASK]).map(|name| Listed {
        name,
        checkpoint: None,
        million_parameters: None,
        here: Some("in the program".to_owned()),
    });
    let published = KNOWN.iter().map(|known| Listed {
        name: known.hub_id,
        checkpoint: Some(known.checkpoint),
        million_parameters: Some(known.million_parameters),
        here: locate::cached(known.hub_id).map(|path| path.display().to_string()),
    });
    let models: Vec<_> = embedded.chain(published).collect();
    if json {
        return Printer::json(&models);
    }
    for model in models {
        let size = model
            .million_parameters
            .map_or(String::new(), |millions| format!("{millions:.1} M"));
        let place = model
            .here
            .unwrap_or_else(|| "not here; fetched on first use".to_owned());
        Printer::result(&format!("{:34} {size:>8}  {place}", model.name))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Described {
    path: PathBuf,
    tensors: usize,
    parameters: usize,
    names: String,
    /// `None` where these are no weights of a segmenter.
    image_size: Option<usize>,
    fits: bool,
    metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    shapes: BTreeMap<String, Vec<usize>>,
}

fn info(arguments: &ModelsInfoArguments) -> Result<(), Failure> {
    let file = open::weights(&arguments.model)?;
    let config = SegmenterConfig::of(&file);
    let side = config.as_ref().ok().map(|config| config.image_size);
    let fits = config.and_then(|config| Segmenter::load(&config, &file, &Device::flex()));
    let shapes: BTreeMap<_, _> = file
        .tensors()
        .iter()
        .map(|(name, tensor)| (name.clone(), tensor.shape().to_vec()))
        .collect();
    let described = Described {
        path: file.path().to_owned(),
        tensors: shapes.len(),
        parameters: shapes
            .values()
            .map(|shape| shape.iter().product::<usize>())
            .sum(),
        names: Naming::of(&file).map_or("unknown".to_owned(), |naming| format!("{naming:?}")),
        image_size: side,
        fits: fits.is_ok(),
        metadata: file.metadata().clone(),
        shapes: if arguments.tensors {
            shapes
        } else {
            BTreeMap::new()
        },
    };
    if arguments.json {
        Printer::json(&described)?;
    } else {
        Printer::result(&format!(
            "{}\n{} tensors, {} parameters, {} names{}",
            described.path.display(),
            described.tensors,
            described.parameters,
            described.names,
            side.map_or(String::new(), |side| format!(", images of {side}×{side}"))
        ))?;
        for (key, value) in &described.metadata {
            Printer::result(&format!("{key}: {value}"))?;
        }
        for (name, shape) in &described.shapes {
            Printer::result(&format!("{name}: {shape:?}"))?;
        }
    }
    fits.map(|_| ()).map_err(Failure::from)
}

fn convert(arguments: &ModelsConvertArguments, printer: Printer) -> Result<(), Failure> {
    let mut model = open::open(&arguments.model, &Device::flex())?;
    let mut notes = BTreeMap::from([("source".to_owned(), model.name.clone())]);
    if let Some(side) = arguments.image_size {
        let own = model.config.image_size;
        notes.insert("source image size".to_owned(), own.to_string());
        model.config = model.config.with_image_size(side);
        model.config.check()?;
    }
    let format = SavedFormat {
        naming: match arguments.names {
            NamesArgument::HuggingFace => Naming::HuggingFace,
            NamesArgument::Official => Naming::Official,
        },
        storage: match arguments.dtype {
            StorageArgument::F32 => StorageType::F32,
            StorageArgument::F16 => StorageType::F16,
            StorageArgument::Bf16 => StorageType::Bf16,
        },
        notes,
    };
    model
        .segmenter
        .save(&model.config, &arguments.output, format)?;
    if arguments.json {
        return Printer::json(&serde_json::json!({
            "written": arguments.output,
            "names": format!("{:?}", arguments.names),
            "image_size": model.config.image_size,
        }));
    }
    printer.note(&format!("written: {}", arguments.output.display()));
    Ok(())
}
