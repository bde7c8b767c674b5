//! Pages whose dictionaries hold what they claim to.
//!
//! In: the decoder's reader of a file. Out: the same, but a dictionary of more values than it has bytes is an error. The decoder
//! makes room for as many values as a page claims before it looks at any; twelve kilobytes asked for 3.8 GB.

use parquet::bloom_filter::Sbbf;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::parquet_file::BoundedFile;

/// The decoder's reader of a file; see the module docs.
pub(super) struct CheckedFile(pub(super) SerializedFileReader<BoundedFile>);

struct CheckedRowGroup<'a>(Box<dyn RowGroupReader + 'a>);

struct CheckedPages(Box<dyn PageReader>);

/// A page as it is, unless it is a dictionary that claims too much.
fn checked(page: Page) -> Result<Page> {
    if let Page::DictionaryPage {
        buf, num_values, ..
    } = &page
        && *num_values as usize > buf.len()
    {
        let reason = format!("a dictionary of {num_values} values in {} bytes", buf.len());
        return Err(ParquetError::General(reason));
    }
    Ok(page)
}

impl FileReader for CheckedFile {
    fn metadata(&self) -> &ParquetMetaData {
        self.0.metadata()
    }

    fn num_row_groups(&self) -> usize {
        self.0.num_row_groups()
    }

    fn get_row_group(&self, index: usize) -> Result<Box<dyn RowGroupReader + '_>> {
        Ok(Box::new(CheckedRowGroup(self.0.get_row_group(index)?)))
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_file(projection, self)
    }
}

impl RowGroupReader for CheckedRowGroup<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.0.metadata()
    }

    fn num_columns(&self) -> usize {
        self.0.num_columns()
    }

    fn get_column_page_reader(&self, column: usize) -> Result<Box<dyn PageReader>> {
        Ok(Box::new(CheckedPages(
            self.0.get_column_page_reader(column)?,
        )))
    }

    fn get_column_bloom_filter(&self, column: usize) -> Option<&Sbbf> {
        self.0.get_column_bloom_filter(column)
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_row_group(projection, self)
    }
}

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.0.get_next_page()?.map(checked).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.0.at_record_boundary()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parquet::basic::Encoding;

    use super::*;

    fn dictionary(num_values: u32) -> Page {
        Page::DictionaryPage {
            buf: Bytes::from_static(&[0; 8]),
            num_values,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        }
    }

    #[test]
    fn a_dictionary_cannot_hold_more_values_than_bytes() {
        assert!(checked(dictionary(8)).is_ok());
        let refusal = checked(dictionary(469_203_911)).map(|_| ());
        let reason = refusal.map_err(|error| error.to_string());
        assert_eq!(
            reason,
            Err("Parquet error: a dictionary of 469203911 values in 8 bytes".to_owned())
        );
    }
}
