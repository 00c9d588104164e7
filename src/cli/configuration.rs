//! `config …`: an example, and the check of yours.

use std::io::Write;

use clap::Subcommand;
use serde_json::json;

use super::output::Out;
use super::{Args, Ending};
use crate::config::{self, Config};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Print every key with its default and a remark
    Example,
    /// Report every fault of the configuration at once
    Check,
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    match command {
        Command::Example => {
            let text = config::example();
            out.answer(&json!({ "example": text }), |to| to.write_all(text.as_bytes()))?;
        }
        Command::Check => {
            let path = config::find(args.config.as_deref())?;
            match Config::load(&path) {
                Ok(config) => {
                    let file = config.file.display().to_string();
                    out.answer(&json!({ "file": file, "faults": [] }), |to| {
                        writeln!(to, "{file} is in order")
                    })?;
                }
                Err(faults) => {
                    if out.is_json() {
                        let rows: Vec<_> = faults
                            .0
                            .iter()
                            .map(|fault| {
                                json!({
                                    "line": fault.place.map(|(line, _)| line),
                                    "column": fault.place.map(|(_, column)| column),
                                    "message": fault.message,
                                })
                            })
                            .collect();
                        let file = path.display().to_string();
                        out.answer(&json!({ "file": file, "faults": rows }), |_| Ok(()))?;
                    }
                    return Err(faults.into());
                }
            }
        }
    }
    Ok(Ending::Done)
}
