//! The compiler for the browser.
//!
//! Browsers need the target `wasm32-unknown-unknown`. Three ways lead there, tried in this order:
//!
//! 1. a `rustc` of this machine has the target's standard library already;
//! 2. `rustup target add` fetches it;
//! 3. where rustup's server is out of reach, Debian's own Rust serves (`rustc-web`, in `/usr/bin` beside rustup's): it has no
//!    standard library for the target, but `rust-web-src` has its source, and it is built here once.
//!
//! A standard library built here needs two things that are easy to leave out: `-Cembed-bitcode=yes`, or fat LTO fails, and the
//! crate `test`, or the test harness does not link. [`compiles`] asks for the second.

use crate::run::{self, Outcome, capture, command, find, run, say};
use crate::setup::{Debian, apt_install};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
/// The compiler, its cargo, the standard library's source, what links for the target, and the lints.
const DEBIAN_PACKAGES: &[&str] =
    &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22", "rust-web-clippy"];

/// A compiler that makes programs for the browser.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// Debian's: not the one that native builds use.
    debian: bool,
    /// Where the tools are that are not on PATH.
    tools: PathBuf,
}

impl Compiler {
    /// A command for the browser's build: the right compiler, a target folder of its own, the tools on PATH.
    pub fn command(&self, program: &str) -> Command {
        let mut first = vec![self.tools.clone()];
        let mut named = PathBuf::from(program);
        if self.debian {
            first.push(PathBuf::from("/usr/bin"));
            if program == "cargo" {
                named = PathBuf::from("/usr/bin/cargo");
            }
        } else if self.tools.join(program).is_file() {
            named = self.tools.join(program);
        }
        let mut made = command(named);
        made.env("PATH", run::path_with(&first))
            .env("CARGO_TARGET_DIR", run::target().join("wasm"))
            .env("CARGO_ENCODED_RUSTFLAGS", remapped_paths());
        if self.debian {
            made.env("RUSTC", DEBIAN_RUSTC)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "rust-lld")
                .env_remove("RUSTUP_TOOLCHAIN");
        }
        made
    }

    /// `cargo <words> --target wasm32-unknown-unknown`.
    pub fn cargo(&self, words: &[&str]) -> Command {
        let mut made = self.command("cargo");
        made.args(words).args(["--target", TARGET]);
        made
    }

    /// Whether this compiler comes with clippy.
    pub fn has_clippy(&self) -> bool {
        if self.debian {
            Path::new("/usr/bin/cargo-clippy").is_file()
        } else {
            capture(command("cargo").args(["clippy", "--version"])).is_some()
        }
    }
}

/// Panic messages name files: let them be the crates' own names, the same on every machine.
fn remapped_paths() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let Some(sources) = home.map(|home| home.join("registry/src")) else {
        return String::new();
    };
    let mut flags = vec![format!("--remap-path-prefix={}=crates", sources.display())];
    // Each registry has a folder of its own below; its name says nothing to a reader.
    for entry in fs::read_dir(&sources).into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=crates", entry.path().display()));
    }
    flags.join("\u{1f}")
}

/// Finds or makes a compiler for the browser.
pub fn compiler(tools: PathBuf) -> Outcome<Compiler> {
    let ordinary = Compiler { debian: false, tools: tools.clone() };
    let debian = Compiler { debian: true, tools };
    if compiles("rustc") {
        return Ok(ordinary);
    }
    if compiles(DEBIAN_RUSTC) {
        return Ok(debian);
    }
    if find("rustup").is_some() {
        say(&format!("The Rust compiler here cannot build for browsers yet: asking rustup for {TARGET}."));
        let mut rustup = command("rustup");
        if run::ends_well_within(rustup.args(["target", "add", TARGET]), Duration::from_secs(180)) && compiles("rustc")
        {
            return Ok(ordinary);
        }
    }
    if !Debian::here() {
        return Err(format!(
            "The Rust compiler here cannot build for browsers, and its standard library for them could not be fetched.\n\
             Run `rustup target add {TARGET}` where rustup's server can be reached, then try again.\n\
             (On Debian, this would build the library from Debian's packages {}.)",
            DEBIAN_PACKAGES.join(" ")
        ));
    }
    say("The standard library for browsers is not to be had ready-made: Debian's own Rust will build it.");
    apt_install(DEBIAN_PACKAGES)?;
    build_std()?;
    if compiles(DEBIAN_RUSTC) {
        return Ok(debian);
    }
    Err(format!(
        "The standard library for browsers was built, but {DEBIAN_RUSTC} does not accept it.\n\
         Remove `$({DEBIAN_RUSTC} --print target-libdir --target {TARGET})` and try again."
    ))
}

/// Whether this compiler has the target's standard library, the test harness's crate included, and made by itself.
fn compiles(rustc: &str) -> bool {
    let folder = run::target().join("xtask");
    if fs::create_dir_all(&folder).is_err() {
        return false;
    }
    let words = ["--target", TARGET, "--test", "--crate-name", "probe", "--emit", "metadata", "-"];
    let mut probe = command(rustc);
    probe.args(words).arg("-o").arg(folder.join("probe.rmeta"));
    probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Builds the standard library with Debian's compiler and puts it where that compiler looks for it.
fn build_std() -> Outcome<()> {
    say("Building the standard library for browsers. This is done once and takes about 90 s on two cores.");
    let folder = run::cache().join("std");
    let failed = |error: std::io::Error| format!("{} could not be written ({error}).", folder.display());
    fs::create_dir_all(folder.join("src")).map_err(failed)?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest).map_err(failed)?;
    fs::write(folder.join("src/lib.rs"), "").map_err(failed)?;
    let out = folder.join("target");
    let built = out.join(TARGET).join("release/deps");
    // What an older compiler left there must not be mixed with what this one makes.
    let _ = fs::remove_dir_all(&out);
    let mut cargo = command("/usr/bin/cargo");
    cargo
        .current_dir(&folder)
        .args(["build", "--release", "-Zbuild-std=std,panic_abort,test", "--target", TARGET, "--target-dir"])
        .arg(&out)
        .env("PATH", run::path_with(&[PathBuf::from("/usr/bin")]))
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("RUSTUP_TOOLCHAIN");
    run(&mut cargo, "Building the standard library for browsers")?;

    let library = capture(command(DEBIAN_RUSTC).args(["--print", "target-libdir", "--target", TARGET]))
        .ok_or_else(|| format!("{DEBIAN_RUSTC} does not say where it keeps its standard libraries."))?;
    let entries = fs::read_dir(&built).map_err(failed)?;
    let libraries: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .filter(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with("libempty")))
        .collect();
    let what = format!("Copying the standard library to {library}");
    run(Debian::as_root("rm").args(["-rf", &library]), &what)?;
    run(Debian::as_root("mkdir").args(["-p", &library]), &what)?;
    run(Debian::as_root("cp").args(&libraries).arg(&library), &what)?;
    let _ = fs::remove_dir_all(&out);
    Ok(())
}
