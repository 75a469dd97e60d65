//! Redis's own test suite (Tcl), run against the gateway: fetched from Debian's source package, one fresh server for each
//! unit, a table beside what the real server scores.
//!
//! `tests/conformance/reference.txt` has the real server's figures, `tests/conformance/skip.txt` the tests that are left out
//! and why. Start with [`conformance`].

use crate::run::{self, Outcome, command, find, root, run, say};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const TREE: &str = "redis-7.0.15";
const ARCHIVE: &str = "redis_7.0.15.orig.tar.gz";
/// Where Debian's package lists say they come from.
const SOURCES: &str = "/etc/apt/sources.list.d/debian.sources";
/// Units run at once.
const AT_ONCE: usize = 2;
/// Seconds without a sign of life after which the runner gives a unit up, and after which the runner is given up.
const SILENCE: &str = "120";
const UNIT_MAX: Duration = Duration::from_secs(900);
/// What runs within a minute, for `cargo xtask test`.
const FAST: &[&str] = &[
    "unit/protocol",
    "unit/keyspace",
    "unit/info-command",
    "unit/type/string",
    "unit/type/incr",
    "unit/type/set",
    "unit/type/zset",
    "unit/type/hash",
    "unit/type/stream-cgroups",
    "unit/expire",
    "unit/other",
    "unit/multi",
    "unit/quit",
    "unit/latency-monitor",
    "unit/pubsub",
    "unit/slowlog",
    "unit/introspection",
    "unit/introspection-2",
    "unit/bitops",
    "unit/bitfield",
    "unit/lazyfree",
    "unit/pause",
    "unit/violations",
    "unit/replybufsize",
];
/// Lines of the skip file, at most: it may only shrink.
#[cfg(test)]
const SKIPS_MAX: usize = 42;

/// How the suite is run, and what the server is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Everything.
    A,
    /// One database, encodings and digests not looked at, nothing that needs DEBUG.
    B,
    /// Cluster mode.
    C,
}

impl Mode {
    fn parse(word: &str) -> Outcome<Self> {
        match word {
            "a" | "A" => Ok(Self::A),
            "b" | "B" => Ok(Self::B),
            "c" | "C" => Ok(Self::C),
            _ => Err(format!("There is no mode `{word}`; there are a, b and c.")),
        }
    }

    fn runner_options(self) -> &'static [&'static str] {
        match self {
            Self::A => &["--tags", "-slow"],
            Self::B => &["--singledb", "--ignore-encoding", "--ignore-digest", "--tags", "-slow -needs:debug"],
            Self::C => &["--cluster-mode", "--tags", "-slow"],
        }
    }
}

/// What a unit came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Score {
    passed: usize,
    ignored: usize,
    skipped: usize,
    failed: usize,
    exceptions: usize,
    /// Names of tests that passed.
    names: Vec<String>,
    /// What the runner said of each failure.
    troubles: Vec<String>,
    /// The last line was a failure's first.
    in_trouble: bool,
}

/// What the real server scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figure {
    passed: usize,
    ignored: usize,
}

struct Unit {
    name: String,
    figures: [Figure; 3],
    later: bool,
}

struct Plan {
    mode: Mode,
    /// Run what the skip file leaves out, too.
    unskipped: bool,
    suite: PathBuf,
    server: PathBuf,
    skips: Vec<Skip>,
}

/// A line of the skip file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Skip {
    pattern: String,
    reason: String,
}

/// `cargo xtask conformance [unit…] [--mode a|b|c] [--real] [--skips] [--fast]`.
pub fn conformance(words: &[String]) -> Outcome<()> {
    let (mut mode, mut real, mut unskipped, mut fast, mut named) = (Mode::A, false, false, false, Vec::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--mode" => mode = Mode::parse(rest.next().map_or("", String::as_str))?,
            "--real" => real = true,
            "--skips" => unskipped = true,
            "--fast" => fast = true,
            option if option.starts_with('-') => return Err(format!("`conformance` has no option {option}.")),
            unit => named.push(unit.trim_start_matches("unit/").to_string()),
        }
    }
    let known = reference(&read("tests/conformance/reference.txt")?)?;
    let units: Vec<Unit> = if named.is_empty() {
        known.into_iter().filter(|unit| if fast { FAST.contains(&unit.name.as_str()) } else { !unit.later }).collect()
    } else {
        let mut chosen: Vec<Unit> = Vec::new();
        for name in &named {
            let name = format!("unit/{name}");
            let figures = known.iter().find(|unit| unit.name == name).map(|unit| unit.figures);
            chosen.push(Unit { name, figures: figures.unwrap_or_default(), later: false });
        }
        chosen
    };
    let skips = skips(&read("tests/conformance/skip.txt")?)?;
    let suite = suite()?;
    let server = if real {
        find("redis-server").ok_or("There is no redis-server on PATH (Debian: apt-get install redis-server).")?
    } else {
        gateway()?
    };
    let plan = Plan { mode, unskipped, suite, server, skips };
    let scores = run_all(plan, &units)?;
    report(&units, &scores, mode, real, unskipped)
}

/// The fast part; `Ok(None)` where the suite cannot be had, with the reason.
pub fn fast() -> Result<Outcome<()>, String> {
    suite()?;
    Ok(conformance(&["--fast".to_string()]))
}

fn read(path: &str) -> Outcome<String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path} cannot be read ({error})."))
}

/// The suite's tree below target/suites, fetched where it is not there yet.
fn suite() -> Outcome<PathBuf> {
    let home = run::target().join("suites");
    let tree = home.join(TREE);
    if tree.join("runtest").is_file() {
        return Ok(tree);
    }
    if ["tclsh8.5", "tclsh8.6", "tclsh8.7"].iter().all(|name| find(name).is_none()) {
        return Err("Redis's suite needs Tcl (Debian: apt-get install tcl).".to_string());
    }
    let archive = home.join(ARCHIVE);
    if !archive.is_file() {
        fetch(&home)?;
    }
    run(command("tar").arg("xzf").arg(&archive).arg("-C").arg(&home), "Unpacking Redis's source package")?;
    Ok(tree)
}

/// Debian's source package, without touching the system's own package lists.
fn fetch(home: &Path) -> Outcome<()> {
    const ELSEWHERE: &str = "Redis's suite comes with Debian's source package `redis` 7.0.15. ";
    let by_hand = format!("{ELSEWHERE}Put {ARCHIVE} into {} by hand.", home.display());
    if find("apt-get").is_none() {
        return Err(format!("There is no apt-get here. {by_hand}"));
    }
    let sources = fs::read_to_string(SOURCES).map_err(|_| format!("There is no {SOURCES}. {by_hand}"))?;
    say("fetching Redis's test suite from Debian's source package");
    let trouble = |error: std::io::Error| format!("{} cannot be written ({error}).", home.display());
    fs::create_dir_all(home.join("etc")).map_err(trouble)?;
    fs::create_dir_all(home.join("lists/partial")).map_err(trouble)?;
    let sources: Vec<&str> =
        sources.lines().map(|line| if line == "Types: deb" { "Types: deb-src" } else { line }).collect();
    fs::write(home.join("etc/src.sources"), sources.join("\n") + "\n").map_err(trouble)?;
    let apt = |words: &[&str]| {
        let mut apt = command("apt-get");
        apt.current_dir(home).args(["-qq", "-o", "Dir::Etc::sourcelist=/dev/null", "-o"]);
        apt.arg(format!("Dir::Etc::sourceparts={}", home.join("etc").display()));
        apt.arg("-o").arg(format!("Dir::State::lists={}", home.join("lists").display())).args(words);
        apt
    };
    run(&mut apt(&["update"]), "Reading Debian's list of source packages").map_err(|why| format!("{why} {by_hand}"))?;
    run(&mut apt(&["source", "--download-only", "redis"]), "Fetching Redis's source package")
        .map_err(|why| format!("{why} {by_hand}"))
}

/// The gateway, built for speed.
pub fn gateway() -> Outcome<PathBuf> {
    say("building the gateway");
    run(
        command("cargo").args(["build", "--quiet", "--profile", "gateway", "--example", "gateway"]),
        "Building the gateway",
    )?;
    Ok(run::target().join("gateway/examples/gateway"))
}

/// Runs all units, some at once, each runner in a copy of the tree of its own.
fn run_all(plan: Plan, units: &[Unit]) -> Outcome<Vec<Score>> {
    let queue: Arc<Mutex<Vec<(usize, String)>>> =
        Arc::new(Mutex::new(units.iter().enumerate().map(|(at, unit)| (at, unit.name.clone())).rev().collect()));
    let plan = Arc::new(plan);
    let (sender, results) = mpsc::channel();
    for worker in 0..AT_ONCE.min(units.len()) {
        let home = copy_of_tree(&plan.suite, worker)?;
        let (queue, plan, sender) = (queue.clone(), plan.clone(), sender.clone());
        thread::spawn(move || {
            loop {
                let Some((at, name)) = queue.lock().ok().and_then(|mut queue| queue.pop()) else { return };
                let begin = Instant::now();
                let score = run_unit(&plan, &home.0, &name);
                if sender.send((at, name, score, begin.elapsed())).is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    let mut scores = vec![Score::default(); units.len()];
    for (at, name, score, took) in results {
        match score {
            Ok(score) => {
                let Score { passed, failed, exceptions, ignored, skipped, .. } = &score;
                println!(
                    "{name:<24} {passed:>4} passed {failed:>3} failed {exceptions:>2} broke off {skipped:>3} skipped \
                     {ignored:>3} ignored {:>6.1} s",
                    took.as_secs_f64()
                );
                for trouble in &score.troubles {
                    println!("    {trouble}");
                }
                scores[at] = score;
            }
            Err(why) => {
                println!("{name:<24} {why}");
                scores[at] = Score { exceptions: 1, troubles: vec![why], ..Score::default() };
            }
        }
    }
    Ok(scores)
}

/// What runners write into goes with its owner.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A copy of what runners write into; the rest is linked.
fn copy_of_tree(suite: &Path, worker: usize) -> Outcome<Copy> {
    let home = suite.with_file_name(format!("run-{}-{worker}", std::process::id()));
    fs::create_dir_all(&home).map_err(|error| format!("{} cannot be made ({error}).", home.display()))?;
    let mut cp = command("cp");
    cp.arg("-r").arg(suite.join("tests")).arg(suite.join("runtest")).arg(&home);
    run(&mut cp, "Copying the suite")?;
    for linked in ["src", "utils"] {
        let mut ln = command("ln");
        ln.arg("-sfn").arg(suite.join(linked)).arg(home.join(linked));
        run(&mut ln, "Linking the suite")?;
    }
    Ok(Copy(home))
}

/// A server that ends with its owner.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    /// CPU time it has taken, in nanoseconds, where the system says so (Linux).
    pub fn cpu_time(&self) -> Option<u64> {
        let said = fs::read_to_string(format!("/proc/{}/schedstat", self.child.id())).ok()?;
        said.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a server that saves nothing, and waits until it answers.
pub fn start_server(program: &Path, home: &Path, log: &Path, options: &[&str]) -> Outcome<Server> {
    let port = free_port()?;
    let file = File::create(log).map_err(|error| format!("No log can be written ({error})."))?;
    let errors = file.try_clone().map_err(|error| format!("No log can be written ({error})."))?;
    let mut server = Command::new(program);
    server.current_dir(home).args(["--port", &port.to_string(), "--save", ""]).args(options);
    let child = server.stdin(Stdio::null()).stdout(file).stderr(errors).spawn();
    let child = child.map_err(|error| format!("{} could not be started ({error}).", program.display()))?;
    let server = Server { child, port };
    let begin = Instant::now();
    while say_to(port, "PING").is_none() {
        if begin.elapsed() > Duration::from_secs(20) {
            let log = fs::read_to_string(log).unwrap_or_default();
            return Err(format!("The server does not answer. {}", log.lines().last().unwrap_or_default()));
        }
        thread::sleep(Duration::from_millis(30));
    }
    Ok(server)
}

fn start(plan: &Plan, home: &Path) -> Outcome<Server> {
    let mut options = vec!["--enable-protected-configs", "yes", "--enable-debug-command", "yes"];
    options.extend(["--enable-module-command", "yes"]);
    if plan.mode == Mode::C {
        options.extend(["--cluster-enabled", "yes"]);
    }
    // A real server in cluster mode remembers what it was.
    let _ = fs::remove_file(home.join("nodes.conf"));
    let server = start_server(&plan.server, home, &home.join("server.log"), &options)?;
    if plan.mode == Mode::C {
        let begin = Instant::now();
        say_to(server.port, "CLUSTER ADDSLOTSRANGE 0 16383");
        while !say_to(server.port, "CLUSTER INFO").is_some_and(|info| info.contains("cluster_state:ok")) {
            if begin.elapsed() > Duration::from_secs(30) {
                return Err("The cluster's state does not become ok.".to_string());
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(server)
}

fn free_port() -> Outcome<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("No port is free ({error})."))?;
    Ok(listener.local_addr().map_err(|error| format!("No port is free ({error})."))?.port())
}

/// The first bytes of the answer to one line.
fn say_to(port: u16, line: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(format!("{line}\r\n").as_bytes()).ok()?;
    let mut answer = vec![0; 4_096];
    let length = stream.read(&mut answer).ok().filter(|length| *length > 0)?;
    Some(String::from_utf8_lossy(&answer[..length]).into_owned())
}

fn run_unit(plan: &Plan, home: &Path, unit: &str) -> Outcome<Score> {
    let server = start(plan, home)?;
    let skip_file = home.join("skip.txt");
    let patterns: Vec<&str> = plan.skips.iter().map(|skip| skip.pattern.as_str()).collect();
    let patterns = if plan.unskipped { Vec::new() } else { patterns };
    fs::write(&skip_file, patterns.join("\n") + "\n")
        .map_err(|error| format!("No skip file can be written ({error})."))?;
    let mut runner = Command::new("./runtest");
    runner.current_dir(home).env("TERM", "dumb").args(["--host", "127.0.0.1", "--port", &server.port.to_string()]);
    runner.args(["--single", unit, "--durable", "--timeout", SILENCE, "--baseport", &free_port()?.to_string()]);
    runner.args(plan.mode.runner_options()).arg("--skipfile").arg(&skip_file);
    let mut child = runner
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("The suite's runner could not be started ({error})."))?;
    let Some(output) = child.stdout.take() else {
        return Err("The suite's runner says nothing.".to_string());
    };
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    let begin = Instant::now();
    let mut score = Score::default();
    let mut all = Vec::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => {
                score.take(&line);
                all.push(line);
            }
            Err(mpsc::RecvTimeoutError::Timeout) if begin.elapsed() < UNIT_MAX => {}
            Err(mpsc::RecvTimeoutError::Timeout) => {
                score.exceptions += 1;
                score.troubles.push("it did not end".to_string());
                break;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    let log = run::target().join("suites").join(format!("{}.log", unit.replace('/', "-")));
    let _ = fs::write(log, all.join("\n"));
    Ok(score)
}

impl Score {
    /// Counts one line of the runner's output.
    fn take(&mut self, line: &str) {
        /// Letters of an explanation that are shown.
        const SHOWN: usize = 200;
        let line = line.trim_end();
        let explains = std::mem::replace(&mut self.in_trouble, line.starts_with("[err]: "));
        if explains && !line.starts_with('[') {
            if let Some(trouble) = self.troubles.last_mut() {
                trouble.push_str(": ");
                trouble.extend(line.chars().take(SHOWN));
            }
            return;
        }
        if let Some(rest) = line.strip_prefix("[ok]: ") {
            self.passed += 1;
            let name = rest.rfind(" (").map_or(rest, |end| &rest[..end]);
            self.names.push(name.to_string());
        } else if let Some(rest) = line.strip_prefix("[err]: ") {
            self.failed += 1;
            self.troubles.push(rest.to_string());
        } else if line.starts_with("[ignore]: ") {
            self.ignored += 1;
        } else if line.starts_with("[skip]: ") {
            self.skipped += 1;
        } else if let Some(rest) = line.strip_prefix("[exception]: ") {
            self.exceptions += 1;
            self.troubles.push(rest.to_string());
        } else if line.starts_with("[TIMEOUT]") || line.starts_with("[timeout]") {
            self.exceptions += 1;
            self.troubles.push(line.to_string());
        }
    }
}

/// The table, and what is to be said of it.
fn report(units: &[Unit], scores: &[Score], mode: Mode, real: bool, unskipped: bool) -> Outcome<()> {
    println!(
        "\n{:<24} {:>6} {:>6} {:>8} {:>8} {:>10}   {:>10}",
        "unit", "ok", "err", "skipped", "ignored", "exceptions", "real server"
    );
    let (mut total, mut reference, mut wrong) = (Score::default(), Figure::default(), Vec::new());
    for (unit, score) in units.iter().zip(scores) {
        let figure = unit.figures[mode as usize];
        let due = figure.passed.saturating_sub(score.skipped);
        let well = score.failed == 0 && score.exceptions == 0 && (score.passed >= due || figure == Figure::default());
        println!(
            "{:<24} {:>6} {:>6} {:>8} {:>8} {:>10}   {:>6} ({:>3}){}",
            unit.name,
            score.passed,
            score.failed,
            score.skipped,
            score.ignored,
            score.exceptions,
            figure.passed,
            figure.ignored,
            if well { "" } else { "   ←" }
        );
        if !well {
            wrong.push(unit.name.clone());
        }
        total.passed += score.passed;
        total.failed += score.failed;
        total.skipped += score.skipped;
        total.ignored += score.ignored;
        total.exceptions += score.exceptions;
        reference.passed += figure.passed;
        reference.ignored += figure.ignored;
    }
    println!(
        "{:<24} {:>6} {:>6} {:>8} {:>8} {:>10}   {:>6} ({:>3})",
        "all",
        total.passed,
        total.failed,
        total.skipped,
        total.ignored,
        total.exceptions,
        reference.passed,
        reference.ignored
    );
    if unskipped {
        let skips = skips(&read("tests/conformance/skip.txt")?)?;
        let passed = |skip: &&Skip| scores.iter().any(|score| score.names.contains(&skip.pattern));
        let needless: Vec<String> = skips.iter().filter(passed).map(|skip| format!("  {}", skip.pattern)).collect();
        return if needless.is_empty() {
            println!("\nNothing that tests/conformance/skip.txt leaves out by name would pass.");
            Ok(())
        } else {
            Err(format!("These would pass; take them out of tests/conformance/skip.txt:\n{}", needless.join("\n")))
        };
    }
    if wrong.is_empty() || real {
        return Ok(());
    }
    Err(format!(
        "Not at the real server's figure: {}. What the runner said is in target/suites/*.log.",
        wrong.join(", ")
    ))
}

/// The lines of reference.txt.
fn reference(text: &str) -> Outcome<Vec<Unit>> {
    let mut units = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let bad = || format!("tests/conformance/reference.txt: {line}");
        let [name, a, b, c, rest @ ..] = words.as_slice() else { return Err(bad()) };
        let figures = [figure(a), figure(b), figure(c)];
        let [Some(a), Some(b), Some(c)] = figures else { return Err(bad()) };
        units.push(Unit { name: (*name).to_string(), figures: [a, b, c], later: rest == ["later"] });
    }
    Ok(units)
}

/// `74(1)`: passed and ignored.
fn figure(word: &str) -> Option<Figure> {
    let (passed, ignored) = word.strip_suffix(')').and_then(|word| word.split_once('(')).unwrap_or((word, "0"));
    Some(Figure { passed: passed.parse().ok()?, ignored: ignored.parse().ok()? })
}

/// The lines of skip.txt: each has a reason, and there are no more than there were.
fn skips(text: &str) -> Outcome<Vec<Skip>> {
    let mut skips = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (pattern, reason) = line
            .rsplit_once(" # ")
            .filter(|(pattern, reason)| !pattern.trim().is_empty() && !reason.trim().is_empty())
            .ok_or_else(|| format!("tests/conformance/skip.txt: no reason is given: {line}"))?;
        skips.push(Skip { pattern: pattern.trim().to_string(), reason: reason.trim().to_string() });
    }
    Ok(skips)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_skip_file_gives_reasons_and_only_shrinks() {
        let skips = skips(&read("tests/conformance/skip.txt").unwrap()).unwrap();
        assert!(skips.len() <= SKIPS_MAX, "{} lines, {SKIPS_MAX} allowed", skips.len());
        assert!(super::skips("A test without a reason\n").is_err());
        assert_eq!(
            super::skips("/^A # test # why\n").unwrap(),
            vec![Skip { pattern: "/^A # test".into(), reason: "why".into() }]
        );
    }

    #[test]
    fn the_reference_can_be_read_and_has_the_fast_units() {
        let units = reference(&read("tests/conformance/reference.txt").unwrap()).unwrap();
        assert!(FAST.iter().all(|name| units.iter().any(|unit| unit.name == *name)));
        assert_eq!(figure("74(1)"), Some(Figure { passed: 74, ignored: 1 }));
        assert_eq!(figure("x"), None);
    }

    #[test]
    fn lines_of_the_runner_are_counted() {
        let mut score = Score::default();
        for line in [
            "[ok]: SET and GET an item (3 ms)",
            "[err]: GETEX with (brackets) in tests/unit/type/string.tcl",
            "Expected [r get x] to be equal to 'y'",
            "[ignore]: large memory flag not provided",
            "[skip]: left out",
            "[exception]: Executing test client: ERR unknown command.",
        ] {
            score.take(line);
        }
        assert_eq!((score.passed, score.failed, score.ignored, score.skipped, score.exceptions), (1, 1, 1, 1, 1));
        assert_eq!(score.names, ["SET and GET an item"]);
    }
}
