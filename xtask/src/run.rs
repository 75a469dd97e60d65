//! Starts other programs: finds them, cleans their environment, counts what test runners report.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// A failure is a sentence that says what happened and what to do next.
pub type Outcome<T> = Result<T, String>;

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where builds go; the builds for the browser go to `wasm` below it, because another compiler may make them.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |named| root().join(named))
}

/// What outlives a clone: the tools built for every clone on this machine. `SLOTSCOPE_CACHE` names another place.
pub fn cache() -> PathBuf {
    if let Some(named) = env::var_os("SLOTSCOPE_CACHE") {
        return PathBuf::from(named);
    }
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    base.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .unwrap_or_else(target)
        .join("slotscope")
}

/// Says what is being done, so that a long wait explains itself.
pub fn say(words: &str) {
    println!("· {words}");
}

/// The path of a program on PATH.
pub fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// PATH with `first` in front.
pub fn path_with(first: &[PathBuf]) -> OsString {
    let rest = env::var_os("PATH").unwrap_or_default();
    env::join_paths(first.iter().cloned().chain(env::split_paths(&rest))).unwrap_or(rest)
}

/// A command that runs in the repository's root, without what `cargo run` put into our own environment.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env_remove("LD_LIBRARY_PATH");
    for (key, _) in env::vars_os() {
        let name = key.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO" {
            command.env_remove(&key);
        }
    }
    command
}

/// Runs to the end; `what` completes the sentence "… failed".
pub fn run(command: &mut Command, what: &str) -> Outcome<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{what} failed; its own words are above.")),
        Err(error) => Err(could_not_start(command, what, &error)),
    }
}

/// Runs in our own place, so that whatever ends us ends it, and nothing keeps running behind.
#[cfg(unix)]
pub fn become_program(command: &mut Command, what: &str) -> Outcome<()> {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(could_not_start(command, what, &error))
}

/// Runs to the end.
#[cfg(not(unix))]
pub fn become_program(command: &mut Command, what: &str) -> Outcome<()> {
    run(command, what)
}

fn could_not_start(command: &Command, what: &str, error: &std::io::Error) -> String {
    format!("{what} failed: `{}` could not be started ({error}).", command.get_program().to_string_lossy())
}

/// What the program prints, if it ends well.
pub fn capture(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Whether the program ended well within `limit`; one that did not end is stopped.
pub fn ends_well_within(command: &mut Command, limit: Duration) -> bool {
    let Ok(mut child) = command.stdin(Stdio::null()).spawn() else {
        return false;
    };
    let begin = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if begin.elapsed() < limit => thread::sleep(Duration::from_millis(50)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// Tests that passed and failed, as their runner counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
}

/// Runs to the end, shows all output as it comes, and adds up the closing lines of the test runners in it.
pub fn run_counting(command: &mut Command) -> (bool, Count) {
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    let Ok(mut child) = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() else {
        println!("{}", could_not_start(command, "This step", &std::io::Error::last_os_error()));
        return (false, Count::default());
    };
    let (sender, lines) = mpsc::channel();
    let pipes: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
    ];
    for pipe in pipes.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            let mut reader = BufReader::new(pipe);
            let mut line = Vec::new();
            while matches!(reader.read_until(b'\n', &mut line), Ok(read) if read > 0) {
                let _ = sender.send(std::mem::take(&mut line));
            }
        });
    }
    drop(sender);
    let mut count = Count::default();
    // Nextest repeats what a failed test printed, the closing line of its process included: its own summary is what counts.
    let mut summary = None;
    for line in lines {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(&line).and_then(|()| out.flush());
        let line = without_colours(&String::from_utf8_lossy(&line));
        let more = counted(&line);
        if line.trim_start().starts_with("Summary [") {
            summary = Some(more);
        }
        count.passed += more.passed;
        count.failed += more.failed;
    }
    (child.wait().is_ok_and(|status| status.success()), summary.unwrap_or(count))
}

/// What one line of output adds: the closing lines of cargo test, nextest and node's runner count, others do not.
fn counted(line: &str) -> Count {
    let plain = line.trim();
    let closing = plain
        .strip_prefix("test result:")
        .or_else(|| plain.strip_prefix("Summary [").and_then(|rest| rest.split_once("run:")).map(|(_, rest)| rest));
    if let Some(closing) = closing {
        let mut count = Count::default();
        for part in closing.split([',', ';', '.']) {
            let mut words = part.split_whitespace();
            let Some(Ok(number)) = words.next().map(str::parse::<u64>) else {
                continue;
            };
            match words.next() {
                Some("passed") => count.passed += number,
                Some("failed" | "timed") => count.failed += number,
                _ => {}
            }
        }
        return count;
    }
    let mut words = plain.split_whitespace();
    match (words.next(), words.next(), words.next().map(str::parse::<u64>), words.next()) {
        (Some("#" | "ℹ"), Some("pass"), Some(Ok(passed)), None) => Count { passed, failed: 0 },
        (Some("#" | "ℹ"), Some("fail" | "cancelled"), Some(Ok(failed)), None) => Count { passed: 0, failed },
        _ => Count::default(),
    }
}

fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_each_runner_are_counted() {
        for (line, passed, failed) in [
            ("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s", 3, 0),
            ("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out", 2, 1),
            ("     Summary [   0.512s] 35 tests run: 33 passed (1 slow), 2 failed, 4 skipped", 33, 2),
            ("\u{1b}[32;1m     Summary\u{1b}[0m [   0.512s] 1 test run: 1 passed, 0 skipped", 1, 0),
            ("     Summary [ 300.1s] 3/9 tests run: 1 passed, 1 failed, 1 timed out, 0 skipped", 1, 2),
            ("# pass 12", 12, 0),
            ("ℹ fail 2", 0, 2),
            ("# Subtest: pass 12 gates", 0, 0),
            ("12 passed", 0, 0),
        ] {
            assert_eq!(counted(&without_colours(line)), Count { passed, failed }, "{line}");
        }
    }
}
