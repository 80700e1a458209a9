//! Bundles the browser modules of `ui/` into the program.
//!
//! Node.js is not needed: without it the pages come without their modules, and work. Nothing is
//! written into the source tree but `ui/node_modules`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn main() {
    for input in ["build.rs", "ui/src", "ui/package.json", "ui/package-lock.json"] {
        tell(&format!("rerun-if-changed={input}"));
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("ui.js");
    if let Err(reason) = bundle(Path::new("ui"), &out) {
        tell(&format!("warning=built without the browser modules: {reason}"));
        std::fs::write(&out, "").expect("cargo's folder can be written");
    }
}

fn tell(instruction: &str) {
    writeln!(io::stdout(), "cargo::{instruction}").expect("cargo listens");
}

fn bundle(ui: &Path, out: &Path) -> Result<(), String> {
    let esbuild = ui.join("node_modules/.bin/esbuild");
    if !esbuild.exists() {
        run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit"]).current_dir(ui))?;
    }
    let mut command = Command::new(esbuild);
    command.arg(ui.join("src/main.js")).arg(format!("--outfile={}", out.display()));
    run(command.args(["--bundle", "--minify", "--format=esm", "--target=es2020"]))
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{program}: {e}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    let reason = error.lines().find(|line| !line.is_empty()).unwrap_or("it failed");
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {reason}")) }
}
