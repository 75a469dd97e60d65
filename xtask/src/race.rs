//! `redis-benchmark` against the gateway and against redis-server, in turns, side by side.

use crate::conformance::{Server, gateway, start_server};
use crate::run::{Outcome, command, find, say};
use std::fmt::Write as _;
use std::path::Path;

/// Runs of the whole benchmark for each server; the best of each test counts.
const ROUNDS: usize = 3;

/// `cargo xtask race [--requests N] [--check] [redis-benchmark's -t list]`.
pub fn race(words: &[String]) -> Outcome<()> {
    let (mut requests, mut check, mut tests) = ("200000".to_string(), false, None);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--requests" => requests = rest.next().cloned().ok_or("--requests takes a number.")?,
            "--check" => check = true,
            option if option.starts_with('-') => return Err(format!("`race` has no option {option}.")),
            list => tests = Some(list.to_string()),
        }
    }
    let missing =
        |name: &str| format!("There is no {name} on PATH (Debian: apt-get install redis-server redis-tools).");
    let real = find("redis-server").ok_or_else(|| missing("redis-server"))?;
    find("redis-benchmark").ok_or_else(|| missing("redis-benchmark"))?;
    let ours = gateway()?;
    let mut best: Vec<(String, [f64; 2])> = Vec::new();
    for round in 1..=ROUNDS {
        for (place, program) in [&real, &ours].into_iter().enumerate() {
            say(&format!("round {round} of {ROUNDS}: {}", program.display()));
            for (test, rate) in benchmark(program, &requests, tests.as_deref())? {
                match best.iter_mut().find(|(known, _)| *known == test) {
                    Some((_, rates)) => rates[place] = rates[place].max(rate),
                    None => best.push((test, if place == 0 { [rate, 0.0] } else { [0.0, rate] })),
                }
            }
        }
    }
    let mut table =
        format!("{:<44} {:>13} {:>13} {:>7}\n", "requests a second, -P 16", "redis-server", "gateway", "ratio");
    let mut slow = Vec::new();
    for (test, [real, ours]) in &best {
        let ratio = ours / real.max(1.0);
        let _ = writeln!(table, "{test:<44} {real:>13.0} {ours:>13.0} {ratio:>7.2}");
        if ratio < 1.0 {
            slow.push(test.as_str());
        }
    }
    println!("\n{table}");
    if check && !slow.is_empty() { Err(format!("Slower than redis-server: {}.", slow.join(", "))) } else { Ok(()) }
}

/// One run against a fresh server: tests and their rates.
fn benchmark(program: &Path, requests: &str, tests: Option<&str>) -> Outcome<Vec<(String, f64)>> {
    let log = crate::run::target().join("race.log");
    let Server { port, .. } = &start_server(program, &crate::run::target(), &log, &[])?;
    let mut benchmark = command("redis-benchmark");
    benchmark.args(["-p", &port.to_string(), "-P", "16", "-n", requests, "--csv"]);
    if let Some(tests) = tests {
        benchmark.args(["-t", tests]);
    }
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_of_redis_benchmark_is_read() {
        let csv = "\"test\",\"rps\",\"avg_latency_ms\"\n\"LRANGE_100 (first 100 elements)\",\"55555.56\",\"0.459\"\n";
        assert_eq!(super::rates(csv), [("LRANGE_100 (first 100 elements)".to_string(), 55_555.56)]);
    }
}
