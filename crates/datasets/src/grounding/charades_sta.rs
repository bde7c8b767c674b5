//! Charades-STA: sentences and the part of an indoor video that they describe (Gao et al., ICCV 2017).
//!
//! In: `charades_sta_train.txt` and `charades_sta_test.txt`, lines `VIDEO START END##SENTENCE`; `Charades_v1_*.csv` for
//! the videos' lengths; the re-annotations of Otani et al. (BMVC 2020), five people for each query. Out: moments, as
//! they stand: what evaluators do to them (2D-TAN cuts at the video's end and drops lines that do not begin before they
//! end) is said by [`CharadesMoment::within`].

use std::collections::BTreeMap;
use std::path::Path;

use tubelet_geometry::Span;

use crate::error::Result;
use crate::formats::tables::Table;
use crate::formats::text::{finite, in_line, numbered, read_text, shortened};
use crate::names::check_name;

/// A sentence and its part of the video.
#[derive(Clone, Debug, PartialEq)]
pub struct CharadesMoment {
    /// Name of the video.
    pub video: String,
    /// The words, without the full stop that ends a line.
    pub text: String,
    /// The part, in seconds; in a few lines it ends before it begins, or after the video.
    pub span: Span,
}

impl CharadesMoment {
    /// Reads the lines of a split.
    ///
    /// # Errors
    /// [`DatasetError::Line`](crate::DatasetError::Line) for a line of another form.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let text = read_text(path)?;
        numbered(&text)
            .map(|(line, text)| parse(path, line, text))
            .collect()
    }

    /// The moment as 2D-TAN uses it: cut at the video's end; `None` where nothing is left.
    pub fn within(&self, video_seconds: f64) -> Option<Self> {
        let span = Span::new(self.span.start, self.span.end.min(video_seconds));
        (span.start < span.end).then(|| Self {
            span,
            ..self.clone()
        })
    }
}

fn parse(path: &Path, line: usize, text: &str) -> Result<CharadesMoment> {
    let refuse = |reason: String| in_line(path, line, reason);
    let Some((place, sentence)) = text.split_once("##") else {
        return Err(refuse(format!("`{}` has no `##`", shortened(text))));
    };
    let mut parts = place.split_whitespace();
    let (Some(video), Some(start), Some(end), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(refuse(format!(
            "`{}` is no video, start and end",
            shortened(place)
        )));
    };
    check_name(video).map_err(|error| refuse(error.to_string()))?;
    Ok(CharadesMoment {
        video: video.to_owned(),
        text: sentence.trim().trim_end_matches('.').to_owned(),
        span: Span::new(finite(path, line, start)?, finite(path, line, end)?),
    })
}

/// Lengths of videos in seconds, by their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CharadesLengths {
    seconds: BTreeMap<String, f64>,
}

impl CharadesLengths {
    /// Reads a `Charades_v1_*.csv`.
    ///
    /// # Errors
    /// [`DatasetError::Line`](crate::DatasetError::Line) for a row of another form.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let table = Table::read(path.as_ref())?;
        let (id, length) = (table.column("id")?, table.column("length")?);
        let seconds = table
            .rows()
            .map(|row| Ok((row.text(id).to_owned(), row.finite(length)?)));
        Ok(Self {
            seconds: seconds.collect::<Result<_>>()?,
        })
    }

    /// Adds the videos of another file.
    pub fn add(&mut self, other: Self) {
        self.seconds.extend(other.seconds);
    }

    /// Number of videos.
    pub fn videos(&self) -> usize {
        self.seconds.len()
    }

    /// Length of a video; `None` where it is not listed.
    pub fn seconds(&self, video: &str) -> Option<f64> {
        self.seconds.get(video).copied()
    }
}

/// A query with the parts that several people gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct CharadesReannotation {
    /// Name of the video.
    pub video: String,
    /// The words.
    pub text: String,
    /// The parts, as shares of the video's length, 0 to 1: the file holds percent.
    pub parts: Vec<Span>,
}

impl CharadesReannotation {
    /// Reads a file of re-annotations; rows of one task, video and query belong together.
    ///
    /// # Errors
    /// [`DatasetError::Line`](crate::DatasetError::Line) for a row of another form.
    pub fn read_all(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let table = Table::read(path)?;
        let task = table.column("HITId")?;
        let video = table.column("video_id")?;
        let query = table.column("description")?;
        let (start, end) = (table.column("start")?, table.column("end")?);
        let mut queries: Vec<Self> = Vec::new();
        let mut places = BTreeMap::new();
        for row in table.rows() {
            let name = row.text(video).trim_end_matches(".mp4");
            check_name(name).map_err(|error| in_line(path, row.line, error.to_string()))?;
            let part = Span::new(row.finite(start)? / 100.0, row.finite(end)? / 100.0);
            let key = (row.text(task), name, row.text(query));
            let place = *places.entry(key).or_insert(queries.len());
            match queries.get_mut(place) {
                Some(known) => known.parts.push(part),
                None => queries.push(Self {
                    video: name.to_owned(),
                    text: row.text(query).to_owned(),
                    parts: vec![part],
                }),
            }
        }
        Ok(queries)
    }
}
