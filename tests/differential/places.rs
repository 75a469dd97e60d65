//! Geo commands on sets of many places: which are found, in which order, and every digit.

use crate::generate::Random;
use crate::ours::Ours;
use crate::real::{Connection, RealServer};
use slotscope::resp::{Value, decode};

/// A coordinate up to `limit` degrees: anywhere, near a middle, on a coarse grid (so that distances are equal), at an end.
fn coordinate(random: &mut Random, middle: f64, limit: f64) -> f64 {
    let part = random.below(2_000_001) as f64 / 1_000_000.0 - 1.0;
    match random.below(8) {
        0 => part * limit,
        1 => (part * 8.0).round() * limit / 8.0,
        2 => limit * part.signum(),
        3 => limit * (1.0 - part.abs() / 1_000.0) * part.signum(),
        4 => (middle + (part * 4.0).round() * 0.01).clamp(-limit, limit),
        _ => (middle + part * 0.3).clamp(-limit, limit),
    }
}

fn query(random: &mut Random, (longitude, latitude): (f64, f64)) -> Vec<String> {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let unit = ["m", "km", "ft", "MI"][random.below(4)];
    let far = |random: &mut Random| {
        let power = [1.0, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8][random.below(8)];
        if random.one_in(20) { 0.0 } else { random.below(1_000) as f64 / 100.0 * power }
    };
    let member = format!("m{}", random.below(120));
    let place = format!("{} {}", coordinate(random, longitude, 180.0), coordinate(random, latitude, 85.051_128_78));
    let mut line = match random.below(5) {
        0 => format!("georadius g {place} {} {unit}", far(random)),
        1 => format!("georadiusbymember_ro g {member} {} {unit}", far(random)),
        2 => format!("geosearch g frommember {member} bybox {} {} {unit}", far(random), far(random)),
        3 => format!("geosearch g fromlonlat {place} bybox {} {} {unit}", far(random), far(random)),
        _ => format!("geosearch g byradius {} {unit} fromlonlat {place}", far(random)),
    };
    for option in ["withdist", "withhash", "withcoord", "asc", "desc"] {
        if random.one_in(3) {
            line.push(' ');
            line.push_str(option);
        }
    }
    if random.one_in(2) {
        line.push_str(" count ");
        line.push_str(&random.below(30).to_string());
        if random.one_in(2) {
            line.push_str(" any");
        }
    }
    if line.starts_with("georadius ") && random.one_in(2) {
        line.push_str(if random.one_in(2) { " store t" } else { " storedist t" });
    }
    words(&line)
}

/// Members and scores.
fn scores(reply: &[u8]) -> Vec<(Value, f64)> {
    let Some((Value::Array(items), _)) = decode(reply) else { return Vec::new() };
    let number = |value: &Value| match value {
        Value::Bulk(text) => String::from_utf8_lossy(text).parse().expect("a score"),
        Value::Double(score) => *score,
        other => panic!("{other:?}"),
    };
    let pairs = items.iter().flat_map(|item| match item {
        Value::Array(pair) => pair.clone(),
        other => vec![other.clone()],
    });
    let flat: Vec<Value> = pairs.collect();
    flat.chunks(2).map(|pair| (pair[0].clone(), number(&pair[1]))).collect()
}

/// Sines may differ in their last bit: libm is not glibc.
fn is_near(real: &(Value, f64), ours: &(Value, f64)) -> bool {
    real.0 == ours.0 && (real.1 - ours.1).abs() <= 1e-12 * real.1.abs().max(1.0)
}

/// Another seed for every soak.
fn soak_seed() -> u64 {
    u64::from(std::process::id())
}

#[test]
fn places_are_found_as_the_real_server_finds_them() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    let soak: u64 = std::env::var("SLOTSCOPE_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut random = Random(if soak > 1 { soak_seed() } else { 11 });
    for round in 0..40 * soak {
        // What HELLO answers besides is each server's own.
        let hello = ["hello", if round % 2 == 0 { "2" } else { "3" }];
        real.call(&hello);
        ours.call(0, &hello);
        let both = |real: &mut Connection, ours: &mut Ours, line: &[String]| {
            let (real, ours) = (real.call(line), ours.call(0, line));
            let line = line.join(" ");
            assert!(real == ours, "{line}\nredis {}\nours  {}", real.escape_ascii(), ours.escape_ascii());
        };
        let middle = (coordinate(&mut random, 0.0, 180.0), coordinate(&mut random, 0.0, 85.051_128_78));
        both(&mut real, &mut ours, &["flushall".to_owned()]);
        for member in 0..[3, 30, 100, 200][random.below(4)] {
            let longitude = coordinate(&mut random, middle.0, 180.0);
            let latitude = coordinate(&mut random, middle.1, 85.051_128_78);
            let words = ["geoadd", "g", &longitude.to_string(), &latitude.to_string(), &format!("m{member}")];
            both(&mut real, &mut ours, &words.map(str::to_owned));
        }
        for _ in 0..60 {
            let line = query(&mut random, middle);
            both(&mut real, &mut ours, &line);
            if line.last().is_some_and(|word| word == "t") {
                let line = ["zrange", "t", "0", "-1", "withscores"];
                let (theirs, found) = (scores(&real.call(&line)), scores(&ours.call(0, &line)));
                assert!(
                    theirs.len() == found.len() && theirs.iter().zip(&found).all(|(one, other)| is_near(one, other))
                );
                both(&mut real, &mut ours, &["object", "encoding", "t"].map(str::to_owned));
            }
            let members = [random.below(120), random.below(120)].map(|member| format!("m{member}"));
            both(&mut real, &mut ours, &["geodist", "g", &members[0], &members[1], "km"].map(str::to_owned));
            both(&mut real, &mut ours, &["geopos", "g", &members[0]].map(str::to_owned));
            both(&mut real, &mut ours, &["geohash", "g", &members[0], &members[1]].map(str::to_owned));
        }
    }
}
