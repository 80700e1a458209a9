//! `codesocial export`: what everyone may read, as files. The bytes are those of `/export/`.

use super::{Common, Failure};
use crate::export::{DATASETS, Dataset, Export as Dump, Format, compressed};
use clap::Args;
use clap::builder::PossibleValuesParser;
use codesocial_rdf::vocab;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    common: Common,
    /// What to export
    #[arg(
        long,
        value_name = "NAME",
        default_value = DATASETS[0].name,
        value_parser = PossibleValuesParser::new(DATASETS.iter().map(|dataset| dataset.name))
    )]
    dataset: String,
    /// Only documents that describe an instance of this class: an IRI or a prefixed name
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Syntax to write
    #[arg(long, value_enum, default_value_t = Format::Nquads)]
    format: Format,
    /// File to write; compressed where its name ends in .gz [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.common.config().map_err(Failure::new)?;
        let dataset = Dataset::named(&self.dataset)
            .ok_or_else(|| Failure(format!("there is no dataset {}", self.dataset)))?;
        let state = codesocial_store::read_state(&config.data).map_err(Failure::new)?;
        let mut dump = Dump::of(Arc::new(state), dataset);
        if let Some(class) = &self.class {
            dump = dump.narrowed_to(vocab::expand(class).as_ref());
        }
        match self.write(&dump) {
            // A reader that has seen enough is no failure.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            other => other.map(|()| ExitCode::SUCCESS).map_err(Failure::new),
        }
    }

    fn write(&self, dump: &Dump) -> io::Result<()> {
        let Some(path) = &self.output else {
            let mut output = BufWriter::new(io::stdout().lock());
            dump.write(self.format, &mut output)?;
            return output.flush();
        };
        let mut file = BufWriter::new(File::create(path)?);
        if path.extension().is_some_and(|extension| extension == "gz") {
            compressed(&mut file, |output| dump.write(self.format, output))?;
        } else {
            dump.write(self.format, &mut file)?;
        }
        file.flush()
    }
}
