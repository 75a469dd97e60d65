//! How fast: the parts natively, the gateway beside redis-server, the engine as WebAssembly beside ioredis-mock in Node and
//! in the browsers.

use crate::conformance::{Server, gateway, start_server};
use crate::run::{self, Outcome, capture, command, find, root, run, say};
use crate::setup;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// redis-benchmark's default tests, as `-t` names them.
const TESTS: &str = "ping_inline,ping_mbulk,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,lrange_100,\
                     lrange_300,lrange_500,lrange_600,mset";
/// Runs of each test for each server.
const ROUNDS: usize = 7;
/// The line of `cargo bench` that does what `speed.mjs` does inside the engine.
const MIX: &str = "engine: GET and SET by halves";

/// `cargo xtask bench [native | gateway | node | page]`: all four, if none is named.
pub fn bench(words: &[String]) -> Outcome<()> {
    match words.split_first() {
        None => {
            native(&[])?;
            against_redis(&[])?;
            in_node()?;
            in_page()
        }
        Some((kind, rest)) => match kind.as_str() {
            "native" => native(rest),
            "gateway" => against_redis(rest),
            "node" if rest.is_empty() => in_node(),
            "page" if rest.is_empty() => in_page(),
            _ => Err("`bench` takes native, gateway, node or page.".to_string()),
        },
    }
}

fn native(filter: &[String]) -> Outcome<()> {
    run(command("cargo").args(["bench", "--quiet", "--bench", "speed", "--"]).args(filter), "Measuring the parts")
}

/// What a test came to on redis-server and on the gateway.
struct Line {
    test: String,
    /// Requests a second in each round.
    rates: [Vec<f64>; 2],
    /// CPU time of the server for a request in each round, in nanoseconds, if it is known.
    cpu: [Vec<f64>; 2],
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

/// `gateway [--requests N] [--check] [redis-benchmark's -t list]`: each test on one server, then on the other, so that
/// what else the machine does disturbs both; the
/// median of some short runs counts.
fn against_redis(words: &[String]) -> Outcome<()> {
    let (mut requests, mut check, mut tests) = (200_000_u64, false, TESTS);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--requests" => {
                let number = rest.next().and_then(|number| number.parse().ok());
                requests = number.filter(|number| *number >= 1_000).ok_or("--requests takes a number from 1000 on.")?;
            }
            "--check" => check = true,
            option if option.starts_with('-') => return Err(format!("`bench gateway` has no option {option}.")),
            list => tests = list,
        }
    }
    let missing =
        |name: &str| format!("There is no {name} on PATH (Debian: apt-get install redis-server redis-tools).");
    let real = find("redis-server").ok_or_else(|| missing("redis-server"))?;
    find("redis-benchmark").ok_or_else(|| missing("redis-benchmark"))?;
    let ours = gateway()?;
    let mut lines: Vec<Line> = Vec::new();
    for round in 1..=ROUNDS {
        say(&format!("round {round} of {ROUNDS}"));
        let servers = [fresh(&real)?, fresh(&ours)?];
        for test in tests.split(',') {
            // Long replies take their time.
            let requests = if test.starts_with("lrange") { requests / 10 } else { requests };
            for (place, server) in servers.iter().enumerate() {
                let before = server.cpu_time();
                let mut rates = benchmark(server.port, requests, test)?;
                let after = server.cpu_time();
                let is_alone = rates.len() == 1;
                // What a test prepares for itself comes first, and is a test of its own.
                let Some((test, rate)) = rates.pop() else { continue };
                let at = lines.iter().position(|line| line.test == test).unwrap_or(lines.len());
                if at == lines.len() {
                    lines.push(Line { test, rates: Default::default(), cpu: Default::default() });
                }
                let Line { rates, cpu, .. } = &mut lines[at];
                rates[place].push(rate);
                if let (Some(before), Some(after), true) = (before, after, is_alone) {
                    cpu[place].push((after - before) as f64 / requests as f64);
                }
            }
        }
    }
    let mut table = format!(
        "{:<32} {:>12} {:>12} {:>6}   {:>12} {:>12} {:>6}\n",
        "requests a second, -P 16", "redis-server", "gateway", "ratio", "its CPU, ns", "ours, ns", "ratio"
    );
    let mut slow = Vec::new();
    for Line { test, rates, cpu } in &mut lines {
        let [real, ours] = rates.each_mut().map(|figures| median(figures));
        let ratio = ours / real.max(1.0);
        let _ = write!(table, "{test:<32} {real:>12.0} {ours:>12.0} {ratio:>6.2}");
        let [real, ours] = cpu.each_mut().map(|figures| median(figures));
        if ours > 0.0 {
            let _ = write!(table, "   {real:>12.0} {ours:>12.0} {:>6.2}", real / ours);
        }
        table.push('\n');
        if ratio < 1.0 {
            slow.push(test.as_str());
        }
    }
    println!("\n{table}");
    if check && !slow.is_empty() { Err(format!("Slower than redis-server: {}.", slow.join(", "))) } else { Ok(()) }
}

fn fresh(program: &Path) -> Outcome<Server> {
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    start_server(program, &run::target(), &run::target().join(format!("bench-{name}.log")), &[])
}

/// One test: its lines and their rates.
fn benchmark(port: u16, requests: u64, test: &str) -> Outcome<Vec<(String, f64)>> {
    let mut benchmark = command("redis-benchmark");
    benchmark.args(["-p", &port.to_string(), "-P", "16", "-n", &requests.to_string(), "--csv", "-t", test]);
    let output = benchmark.output().map_err(|error| format!("redis-benchmark could not be started ({error})."))?;
    if !output.status.success() {
        return Err(format!("redis-benchmark failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(rates(&String::from_utf8_lossy(&output.stdout)))
}

/// The first two columns of redis-benchmark's table.
fn rates(csv: &str) -> Vec<(String, f64)> {
    let line = |line: &str| {
        let mut columns = line.trim_matches('"').split("\",\"");
        let (test, rate) = (columns.next()?, columns.next()?);
        Some((test.to_string(), rate.parse().ok()?))
    };
    csv.lines().filter_map(line).collect()
}

/// The folder of the races against ioredis-mock, with its packages; and where the engine for `target` of wasm-bindgen now is,
/// below `folder`. It is made for speed and not, as the page is, for its size.
fn engine_for(target: &str, folder: &str) -> Outcome<(PathBuf, PathBuf)> {
    let compiler = setup::page_builder()?;
    let races = root().join("benches/node");
    setup::npm_packages_of(&races)?;
    say("building the engine for JavaScript");
    let out = run::target().join("node");
    let mut cargo = compiler.cargo(&["build", "--quiet", "--release", "--package", "slotscope-node"]);
    cargo
        .env("CARGO_TARGET_DIR", &out)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3")
        .env("CARGO_PROFILE_RELEASE_LTO", "thin");
    run(&mut cargo, "Building the engine for JavaScript")?;
    let program = out.join("wasm32-unknown-unknown/release/slotscope_node.wasm");
    let glue = out.join(folder);
    let mut bindgen = compiler.command("wasm-bindgen");
    bindgen.args(["--target", target, "--out-dir"]).arg(&glue).arg(&program);
    run(&mut bindgen, "Binding the engine to JavaScript")?;
    Ok((races, glue))
}

/// Beside ioredis-mock and its native self.
fn in_node() -> Outcome<()> {
    let (races, glue) = engine_for("nodejs", "glue")?;
    say("measuring the engine natively");
    let said = capture(command("cargo").args(["bench", "--quiet", "--bench", "speed", "--", MIX])).unwrap_or_default();
    let native = time_of(&said, MIX).ok_or("The native bench does not say how long it took: see `cargo bench`.")?;
    say("racing in Node");
    let mut node = command("node");
    node.current_dir(&races).arg("speed.mjs").arg(&glue).arg(native);
    run(&mut node, "The race in Node")
}

/// The same race in Chromium and in Firefox, or in what BROWSERS names.
fn in_page() -> Outcome<()> {
    setup::browsers()?;
    setup::npm_packages()?;
    let (races, glue) = engine_for("web", "page/glue")?;
    say("racing in the browsers");
    let mut node = command("node");
    node.current_dir(&races).arg("page.mjs").args(glue.parent());
    run(&mut node, "The race in the browsers")
}

/// The nanoseconds of a line of `cargo bench`.
fn time_of<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    said.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_of_redis_benchmark_is_read() {
        let csv = "\"test\",\"rps\",\"avg_latency_ms\"\n\"LRANGE_100 (first 100 elements)\",\"55555.56\",\"0.459\"\n";
        assert_eq!(super::rates(csv), [("LRANGE_100 (first 100 elements)".to_string(), 55_555.56)]);
    }

    #[test]
    fn the_time_of_a_bench_is_read() {
        let said = "yardstick: multiply, rotate       1.0 ns\nengine: a thing      143.2 ns    140.0 yardsticks\n";
        assert_eq!(super::time_of(said, "engine: a thing"), Some("143.2"));
    }
}
