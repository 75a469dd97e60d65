//! Builds, serves, photographs and measures the page.

use crate::run::{self, Outcome, capture, command, root, run, say};
use crate::setup;
use crate::wasm::Compiler;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

const PORT: u16 = 8080;

/// `cargo xtask serve [--port N] [--release]`.
pub fn serve(words: &[String]) -> Outcome<()> {
    let mut release = false;
    let mut asked = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--release" => release = true,
            "--port" => {
                let number = words.next().and_then(|number| number.parse().ok());
                asked = Some(number.ok_or("`--port` wants a number from 1 to 65535, such as `--port 8080`.")?);
            }
            other => {
                return Err(format!("`serve` does not know `{other}`; it takes --port N and --release."));
            }
        }
    }
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let port = match asked {
        Some(port) if is_free(&port) => port,
        Some(port) => {
            return Err(format!("Port {port} is taken by another program: choose another with --port N."));
        }
        None => (PORT..PORT + 100).find(is_free).ok_or("No port from 8080 on is free: name one with --port N.")?,
    };
    let compiler = setup::page_builder()?;
    let mut trunk = trunk(&compiler, "serve", &serve_folder(), release);
    trunk.args([
        "--address",
        "127.0.0.1",
        "--port",
        &port.to_string(),
        "--serve-base",
        "/",
        "--disable-address-lookup",
    ]);
    for watched in ["src", "www", "index.html", "Trunk.toml", "Cargo.toml"] {
        if root().join(watched).exists() {
            trunk.args(["--watch", watched]);
        }
    }
    let speed = if release { "as it is published" } else { "without the last optimisations (--release has them)" };
    say(&format!("Building the page {speed}. The first time takes a minute or two."));
    println!("\n    http://127.0.0.1:{port}/    once it says \"success\"; Ctrl-C ends it\n");
    run::become_program(&mut trunk, "Serving the page")
}

/// `cargo xtask dist`.
pub fn dist(_: &[String]) -> Outcome<()> {
    let compiler = setup::page_builder()?;
    build_dist(&compiler)
}

/// Builds dist/ and prints the sizes of what is in it.
pub fn build_dist(compiler: &Compiler) -> Outcome<()> {
    say("Building the page for publishing into dist/: link-time optimisation takes its time.");
    let folder = root().join("dist");
    run(&mut trunk(compiler, "build", &folder, true), "Building the page")?;
    write_embedding_module(&folder)?;
    println!();
    if run::find("node").is_some() {
        run(command("node").arg("tests/e2e/sizes.mjs").arg(&folder), "Measuring the sizes")?;
    } else {
        list_raw_sizes(&folder)?;
    }
    println!("\ndist/ is the whole site: any file server serves it, under any path.");
    Ok(())
}

/// Trunk names the page's files after their content. Pages that embed the JavaScript API need a name that stays:
/// `slotscope.js`, whose default export starts the program and which hands on the rest.
fn write_embedding_module(folder: &Path) -> Outcome<()> {
    let unreadable = |error| format!("{} cannot be read ({error}).", folder.display());
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let one = |ending: &str| {
        names
            .iter()
            .find(|name| name.starts_with("slotscope-") && name.ends_with(ending))
            .ok_or_else(|| format!("Trunk left no slotscope-*{ending} in {}.", folder.display()))
    };
    let (script, program) = (one(".js")?, one("_bg.wasm")?);
    let module = format!(
        "// Slotscope for pages of your own: import init, {{ Playground }} from \"./slotscope.js\"; await init();\n\
         import start from \"./{script}\";\n\
         export {{ Playground }} from \"./{script}\";\n\
         export default () => start({{ module_or_path: new URL(\"./{program}\", import.meta.url) }});\n"
    );
    let path = folder.join("slotscope.js");
    std::fs::write(&path, module).map_err(|error| format!("{} cannot be written ({error}).", path.display()))
}

fn list_raw_sizes(folder: &Path) -> Outcome<()> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{} cannot be read ({error}).", folder.display()))?;
    for entry in entries.flatten() {
        let bytes = entry.metadata().map_or(0, |found| found.len());
        println!("{:>10} B  {}", bytes, entry.file_name().to_string_lossy());
    }
    println!("(With Node installed, the sizes as gzip and brotli are here too.)");
    Ok(())
}

fn serve_folder() -> PathBuf {
    run::target().join("page")
}

fn trunk(compiler: &Compiler, verb: &str, folder: &Path, release: bool) -> Command {
    let mut trunk = compiler.command("trunk");
    // NO_COLOR=1 is what people set; Trunk wants a truth value of its own there.
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
    trunk.arg(verb).arg("--dist").arg(folder);
    if release {
        trunk.arg("--release");
    }
    trunk
}

/// `cargo xtask shots [--release] [options of tests/e2e/shots.mjs]`.
pub fn shots(words: &[String]) -> Outcome<()> {
    let compiler = setup::page_builder()?;
    setup::npm_packages()?;
    setup::browsers()?;
    let release = words.iter().any(|word| word == "--release");
    let folder = if release {
        root().join("dist")
    } else {
        // Not the folder of `serve`: what that builds waits for its own server to tell it of changes.
        run::target().join("page-for-shots")
    };
    if !words.iter().any(|word| word == "--url") {
        run(&mut trunk(&compiler, "build", &folder, release), "Building the page")?;
    }
    let mut node = command("node");
    node.arg("tests/e2e/shots.mjs").args(words.iter().filter(|word| *word != "--release"));
    node.env("DIST", &folder).env("SHOTS", run::target().join("shots"));
    run(&mut node, "Taking screenshots")
}

/// `cargo xtask measure [options of tests/e2e/measure.mjs]`.
pub fn measure(words: &[String]) -> Outcome<()> {
    let compiler = setup::page_builder()?;
    setup::npm_packages()?;
    setup::chromium()?;
    run(&mut trunk(&compiler, "build", &root().join("dist"), true), "Building the page")?;
    if let Some(load) = capture(command("cat").arg("/proc/loadavg")) {
        let busy = load.split_whitespace().next().and_then(|first| first.parse::<f64>().ok()).unwrap_or(0.0);
        if busy > 1.0 {
            say(&format!("This machine is busy (load {busy}): the frame times below are longer than they need be."));
        }
    }
    run(command("node").arg("tests/e2e/measure.mjs").args(words), "Measuring the page")
}
