//! All checks in order, and the table at their end.

use crate::conformance;
use crate::page;
use crate::run::{self, Count, Outcome, capture, command, root, run, run_counting, say};
use crate::setup;
use crate::wasm::Compiler;
use std::process::Command;
use std::time::{Duration, Instant};

const PARTS: &[(&str, &str)] = &[
    ("fast", "format, lints and native tests"),
    ("native", "native tests and the examples in the documentation"),
    ("wasm", "lints and tests of what only a browser runs"),
    ("e2e", "the built page in Chromium and Firefox"),
];

/// How a step ended.
enum Ending {
    /// It ran: well or not, and with so many tests.
    Ran(bool, Count),
    /// It could not be run, for this reason; that is not a failure.
    Skipped(String),
    /// It should have run and could not.
    Failed(String),
}

struct Step {
    name: &'static str,
    ending: Ending,
    took: Duration,
}

/// The steps taken so far.
#[derive(Default)]
struct Run {
    steps: Vec<Step>,
}

impl Run {
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Ending) {
        println!("\n── {name} ──");
        let begin = Instant::now();
        let ending = work();
        if let Ending::Failed(why) | Ending::Skipped(why) = &ending {
            println!("{why}");
        }
        self.steps.push(Step { name, ending, took: begin.elapsed() });
    }

    /// Prints the table; an error if any step failed.
    fn close(self) -> Outcome<()> {
        println!("\n── summary ──");
        let mut total = Count::default();
        for Step { name, ending, took } in &self.steps {
            let (passed, failed, words) = match ending {
                // A step without tests of its own, or one that ended badly before any was counted, is itself the test.
                Ending::Ran(well, count) if *count == Count::default() => {
                    (u64::from(*well), u64::from(!*well), String::new())
                }
                Ending::Ran(well, Count { passed, failed }) => {
                    (*passed, (*failed).max(u64::from(!*well)), format!("{passed} passed, {failed} failed"))
                }
                Ending::Skipped(why) => (0, 0, format!("skipped: {why}")),
                Ending::Failed(why) => (0, 1, why.lines().next().unwrap_or_default().to_string()),
            };
            total.passed += passed;
            total.failed += failed;
            let mark = if failed > 0 {
                "FAILED"
            } else if matches!(ending, Ending::Skipped(_)) {
                "–"
            } else {
                "ok"
            };
            println!("{name:<34} {mark:<7} {:>6.1} s   {words}", took.as_secs_f64());
        }
        println!("\n{} passed, {} failed", total.passed, total.failed);
        if total.failed > 0 {
            Err("Not everything passed; the table above says what did not.".to_string())
        } else {
            Ok(())
        }
    }
}

/// `cargo xtask test [fast|native|wasm|e2e]`.
pub fn test(words: &[String]) -> Outcome<()> {
    let part = words.first().map(String::as_str);
    if let Some(part) = part.filter(|part| !PARTS.iter().any(|(name, _)| name == part)) {
        let known: Vec<_> = PARTS.iter().map(|(name, about)| format!("  {name:<8} {about}")).collect();
        return Err(format!(
            "`test` has no part `{part}`. Without one it runs everything; the parts are:\n{}",
            known.join("\n")
        ));
    }
    let wants = |parts: &[&str]| part.is_none_or(|part| parts.contains(&part));
    let mut run = Run::default();
    if wants(&["fast"]) {
        run.step("format", format_check);
        run.step("lints", lints);
    }
    if wants(&["fast", "native"]) {
        run.step("native tests", || match setup::reference_servers() {
            Ok(()) => ran(&mut native_tests(&[])),
            Err(why) => Ending::Failed(why),
        });
        run.step("Redis's own suite, the fast part", || match conformance::fast() {
            Ok(Ok(())) => Ending::Ran(true, Count::default()),
            Ok(Err(why)) => Ending::Failed(why),
            Err(why) => Ending::Skipped(why),
        });
        run.step("examples in the documentation", || {
            ran(command("cargo").args(["test", "--doc", "--package", "slotscope"]))
        });
    }
    if wants(&["wasm", "e2e"]) {
        let mut compiler = None;
        run.step("compiler and tools for browsers", || match setup::page_builder() {
            Ok(found) => {
                compiler = Some(found);
                Ending::Ran(true, Count::default())
            }
            Err(why) => Ending::Failed(why),
        });
        if let Some(compiler) = &compiler {
            in_browsers(&mut run, compiler, wants(&["wasm"]), wants(&["e2e"]));
        }
    }
    run.close()
}

fn in_browsers(run: &mut Run, compiler: &Compiler, wasm: bool, e2e: bool) {
    if wasm {
        run.step("lints for browsers", || {
            if !compiler.has_clippy() {
                return Ending::Skipped(
                    "the compiler for browsers has no clippy (Debian: rust-web-clippy).".to_string(),
                );
            }
            let mut clippy =
                compiler.cargo(&["clippy", "--package", "slotscope", "--lib", "--bins", "--test", "browser*"]);
            ran(clippy.args(["--", "-D", "warnings"]))
        });
        run.step("tests in headless Chromium", || match setup::chromium() {
            Ok(()) => {
                let mut cargo = compiler.cargo(&["test", "--package", "slotscope", "--test", "browser*"]);
                cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
                if let Some(driver) = setup::chromedriver() {
                    cargo.env("CHROMEDRIVER", driver);
                }
                ran(&mut cargo)
            }
            Err(why) => Ending::Failed(why),
        });
    }
    if e2e {
        let mut built = false;
        run.step("the page, built for publishing", || match page::build_dist(compiler) {
            Ok(()) => {
                built = true;
                Ending::Ran(true, Count::default())
            }
            Err(why) => Ending::Failed(why),
        });
        run.step("the page in Chromium and Firefox", || {
            if !built {
                return Ending::Skipped("there is no page to test.".to_string());
            }
            match setup::npm_packages().and_then(|()| setup::browsers()).and_then(|()| end_to_end()) {
                Ok(mut node) => ran(&mut node),
                Err(why) => Ending::Failed(why),
            }
        });
    }
}

fn ran(command: &mut Command) -> Ending {
    let (well, count) = run_counting(command);
    Ending::Ran(well, count)
}

fn format_check() -> Ending {
    if capture(command("cargo").args(["fmt", "--version"])).is_none() {
        return Ending::Skipped("this Rust comes without rustfmt.".to_string());
    }
    let (well, _) = run_counting(command("cargo").args(["fmt", "--all", "--check"]));
    if well {
        Ending::Ran(true, Count::default())
    } else {
        Ending::Failed("`cargo fmt` has something to say.".to_string())
    }
}

fn lints() -> Ending {
    if capture(command("cargo").args(["clippy", "--version"])).is_none() {
        return Ending::Skipped("this Rust comes without clippy.".to_string());
    }
    ran(command("cargo").args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// All native tests, by nextest where it is installed.
fn native_tests(filter: &[String]) -> Command {
    let mut cargo = command("cargo");
    if capture(command("cargo").args(["nextest", "--version"])).is_some() {
        cargo.args(["nextest", "run", "--workspace", "--no-tests", "pass"]);
    } else {
        cargo.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    }
    cargo.args(filter);
    cargo
}

fn end_to_end() -> Outcome<Command> {
    let folder = root().join("tests/e2e");
    let entries =
        std::fs::read_dir(&folder).map_err(|error| format!("{} cannot be read ({error}).", folder.display()))?;
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    let mut node = command("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files);
    node.env("DIST", root().join("dist")).env("SHOTS", run::target().join("shots"));
    Ok(node)
}

/// `cargo xtask bless [FILTER]`.
pub fn bless(words: &[String]) -> Outcome<()> {
    setup::reference_servers()?;
    say("Running the native tests; each snapshot that differs is rewritten.");
    let mut tests = native_tests(words);
    let (well, _) = run_counting(tests.env("UPDATE_EXPECT", "1").env("SLOTSCOPE_BLESS", "1"));
    println!("\nChanged files (read them before you commit them):");
    run(command("git").args(["--no-pager", "diff", "--stat"]), "Listing what changed")?;
    if well { Ok(()) } else { Err("Some tests fail for other reasons than a snapshot; see above.".to_string()) }
}
