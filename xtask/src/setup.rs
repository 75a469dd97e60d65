//! Finds or installs what the chores need beside the compiler: Trunk, wasm-bindgen, browsers, reference servers, npm packages.
//!
//! What is on PATH in the right version is taken. What is missing is built by cargo into a cache beside, not among, your own
//! programs; on Debian, as root or with sudo that asks no password, packages are installed; elsewhere a sentence names them.

use crate::run::{Outcome, cache, capture, command, find, root, run, say};
use crate::wasm::{self, Compiler};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The newest that Rust 1.95 builds.
const TRUNK: &str = "0.21.14";

/// `cargo xtask setup`.
pub fn everything(_: &[String]) -> Outcome<()> {
    page_builder()?;
    reference_servers()?;
    browsers()?;
    npm_packages()?;
    say("Everything is here. Next: cargo xtask serve");
    Ok(())
}

/// What builds the page: a compiler for browsers, Trunk, and the wasm-bindgen that goes with Cargo.lock.
pub fn page_builder() -> Outcome<Compiler> {
    let compiler = wasm::compiler(tools())?;
    cargo_tool("trunk", &["trunk"], TRUNK, true)?;
    // Not with its lock file: that names versions of others which some registries do not carry.
    let version = locked_version("wasm-bindgen")?;
    cargo_tool("wasm-bindgen-cli", &["wasm-bindgen", "wasm-bindgen-test-runner"], &version, false)?;
    Ok(compiler)
}

/// Where tools built here are kept.
fn tools() -> PathBuf {
    cache().join("bin")
}

/// The version of a crate in Cargo.lock.
fn locked_version(name: &str) -> Outcome<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))
        .map_err(|error| format!("Cargo.lock cannot be read ({error})."))?;
    let (_, rest) = lock
        .split_once(&format!("\nname = \"{name}\"\nversion = \""))
        .ok_or_else(|| format!("Cargo.lock does not name {name}: run `cargo metadata` once, then try again."))?;
    Ok(rest.split('"').next().unwrap_or_default().to_string())
}

/// Makes sure that the programs of a crate are there in one version.
fn cargo_tool(package: &str, programs: &[&str], version: &str, locked: bool) -> Outcome<()> {
    let is_right = |path: &Path| {
        capture(command(path).arg("--version")).is_some_and(|said| said.split_whitespace().nth(1) == Some(version))
    };
    let there = |program: &&str| is_right(&tools().join(program)) || find(program).is_some_and(|path| is_right(&path));
    if programs.iter().all(there) {
        return Ok(());
    }
    say(&format!("Building {package} {version}, which makes the page. This is done once and takes some minutes."));
    let mut cargo = command("cargo");
    cargo.args(["install", package, "--version", version, "--root"]).arg(cache());
    cargo.env_remove("CARGO_TARGET_DIR");
    // These tools wait for files and compilers: the time to optimise them never comes back.
    cargo
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    if locked {
        cargo.arg("--locked");
    }
    run(&mut cargo, &format!("Installing {package}")).map_err(|trouble| {
        let flag = if locked { " --locked" } else { "" };
        format!(
            "{trouble}\nInstall it by hand with `cargo install {package} --version {version}{flag}`, then try again."
        )
    })
}

/// The servers that the engines are compared with.
pub fn reference_servers() -> Outcome<()> {
    programs(
        "The tests compare the engines with real servers.",
        &[("redis-server", "redis-server"), ("redis-cli", "redis-tools"), ("memcached", "memcached")],
    )
}

/// Node and npm: they drive the browsers, measure sizes and run benches.
pub fn node() -> Outcome<()> {
    programs("Browsers are driven, and benches run, from Node.", &[("node", "nodejs"), ("npm", "npm")])
}

/// The path of ChromeDriver; `CHROMEDRIVER` names another.
pub fn chromedriver() -> Option<PathBuf> {
    env::var_os("CHROMEDRIVER").map(PathBuf::from).or_else(|| find("chromedriver"))
}

/// Both browsers and Chromium's driver.
pub fn browsers() -> Outcome<()> {
    chromium()?;
    if env::var_os("FIREFOX").is_none() && find("firefox").is_none() {
        let why = "The page is tested in Firefox (FIREFOX names the binary if it is not on PATH).";
        programs(why, &[("firefox-esr", "firefox-esr")])?;
    }
    Ok(())
}

/// Chromium and its driver.
pub fn chromium() -> Outcome<()> {
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    if env::var_os("CHROMIUM").is_none() && !names.iter().any(|name| find(name).is_some()) {
        let why = "The page is tested in Chromium (CHROMIUM names the binary if it is not on PATH).";
        programs(why, &[("chromium", "chromium fonts-dejavu-core")])?;
    }
    if chromedriver().is_none() {
        let why = "Chromium is driven by ChromeDriver (CHROMEDRIVER names the binary if it is not on PATH).";
        programs(why, &[("chromedriver", "chromium-driver")])?;
    }
    Ok(())
}

/// The npm packages of tests/e2e, as its lock file names them.
pub fn npm_packages() -> Outcome<()> {
    npm_packages_of(&root().join("tests/e2e"))
}

/// The npm packages of a folder, as its lock file names them.
pub fn npm_packages_of(folder: &Path) -> Outcome<()> {
    node()?;
    let written = |path: PathBuf| fs::metadata(path).and_then(|found| found.modified()).ok();
    let installed = written(folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= written(folder.join("package-lock.json")) {
        return Ok(());
    }
    let place = folder.strip_prefix(root()).unwrap_or(folder).display();
    say(&format!("Installing the npm packages of {place}."));
    let mut npm = command("npm");
    npm.current_dir(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(&mut npm, &format!("Installing the npm packages of {place}"))
}

/// Makes sure that programs are on PATH: each with the Debian packages that bring it.
fn programs(why: &str, wanted: &[(&str, &str)]) -> Outcome<()> {
    let missing: Vec<_> = wanted.iter().filter(|(program, _)| find(program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|(program, _)| *program).collect();
    if !Debian::here() {
        return Err(format!(
            "{why}\nNot found on PATH: {}. Install what is missing, then try again.",
            names.join(", ")
        ));
    }
    say(why);
    apt_install(&missing.iter().flat_map(|(_, packages)| packages.split(' ')).collect::<Vec<_>>())
}

/// Installs Debian packages.
pub fn apt_install(packages: &[&str]) -> Outcome<()> {
    say(&format!("Installing Debian packages: {}.", packages.join(" ")));
    let by_hand = || format!("Install them by hand with `apt-get install {}`, then try again.", packages.join(" "));
    let apt = |words: &[&str]| {
        let mut apt = Debian::as_root("env");
        apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]).args(words);
        apt
    };
    // Stale lists name versions that are gone: always ask first. Without a network the packages may still be at hand.
    if run(&mut apt(&["update"]), "Updating Debian's package lists").is_err() {
        say("Debian's package lists could not be updated: trying with what is known.");
    }
    let mut install = apt(&["install", "--no-install-recommends"]);
    run(install.args(packages), "Installing Debian packages").map_err(|trouble| format!("{trouble}\n{}", by_hand()))
}

/// Debian and its children, where packages can be installed without asking anybody.
pub struct Debian;

impl Debian {
    /// Whether packages can be installed here.
    pub fn here() -> bool {
        find("apt-get").is_some() && (Self::is_root() || capture(command("sudo").args(["-n", "true"])).is_some())
    }

    fn is_root() -> bool {
        capture(command("id").arg("-u")).as_deref() == Some("0")
    }

    /// A command that runs as root.
    pub fn as_root(program: &str) -> Command {
        if Self::is_root() {
            return command(program);
        }
        let mut sudo = command("sudo");
        sudo.args(["-n", program]);
        sudo
    }
}
