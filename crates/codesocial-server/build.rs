//! Bundles the browser modules of `ui/` into the program.
//!
//! Node.js is not needed: without it the pages come without their modules, and work. Nothing is
//! written into the source tree but `ui/node_modules`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Each module that pages load, and the file that it is made of: what few pages need stands in one
/// of its own.
const MODULES: [(&str, &str); 2] = [("ui.js", "main.js"), ("editor.js", "editor.js")];

fn main() {
    for input in ["build.rs", "ui/src", "ui/package.json", "ui/package-lock.json"] {
        tell(&format!("rerun-if-changed={input}"));
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let ui = Path::new("ui");
    let installed = install(ui);
    for (module, source) in MODULES {
        let module = out.join(module);
        let bundled = installed.clone().and_then(|()| bundle(ui, source, &module));
        if let Err(reason) = bundled {
            tell(&format!("warning=built without the browser module {source}: {reason}"));
            std::fs::write(&module, "").expect("cargo's folder can be written");
        }
    }
}

fn tell(instruction: &str) {
    writeln!(io::stdout(), "cargo::{instruction}").expect("cargo listens");
}

/// Installs what the modules are made of, where it is not what the lock says.
fn install(ui: &Path) -> Result<(), String> {
    let changed = |path: &str| std::fs::metadata(ui.join(path)).and_then(|about| about.modified());
    // npm writes its own list of what is installed, last.
    let installed = changed("node_modules/.package-lock.json");
    if installed.is_ok_and(|at| changed("package-lock.json").is_ok_and(|lock| lock <= at)) {
        return Ok(());
    }
    run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit"]).current_dir(ui))
}

fn bundle(ui: &Path, source: &str, module: &Path) -> Result<(), String> {
    let mut command = Command::new(ui.join("node_modules/.bin/esbuild"));
    command.arg(ui.join("src").join(source)).arg(format!("--outfile={}", module.display()));
    run(command.args(["--bundle", "--minify", "--format=esm", "--target=es2020"]))
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{program}: {e}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    let reason = error.lines().find(|line| !line.is_empty()).unwrap_or("it failed");
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {reason}")) }
}
