//! The command line: the gateway's own options, and redis-server's parameters as overrides.

use super::clock::Clock;

/// What `--help` prints.
pub const HELP: &str = "\
The simulated server, or the simulated cluster, on ports of this machine (127.0.0.1 only).

  --port N            listen on N (default 6379; 0: any free port); further nodes on N+1, N+2, …
  --cluster-nodes N   a cluster of N primaries, formed, slots dealt evenly
  --replicas R        … each with R replicas
  --cluster-enabled yes
                      one node in cluster mode that owns no slots yet
  --clock real        the machine's time (default)
  --clock stepped     a clock that moves by a fixed step with each command, and by the control port's STEP
  --step-us N         that step in microseconds (default 100)
  --seed N            of all chance (default 1)
  --control-port N    listen there for lines about the simulation, as `redis-cli -p N STEP 1500` sends them:
                      STEP <milliseconds>, and in a cluster KILL, RESTART, PAUSE, RESUME <node>
  --<parameter> …     any parameter of Redis 7.0, as redis-server takes it: --maxmemory 10mb --save \"\"
  --help
";

/// What the command line asks for.
pub enum Start {
    /// An explanation.
    Help,
    /// A server.
    Serve(Options),
}

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// The first node's port.
    pub port: u16,
    /// Primaries of a formed cluster; 0: no such cluster.
    pub cluster_nodes: u16,
    /// Replicas of each.
    pub replicas: u16,
    /// One node in cluster mode without slots.
    pub cluster_enabled: bool,
    /// A stepped clock's step, in microseconds; none: the machine's clock.
    pub step_us: Option<u64>,
    /// Of all chance.
    pub seed: u64,
    /// Where lines about the simulation are taken.
    pub control_port: Option<u16>,
    /// Redis's parameters, in order.
    pub settings: Vec<(String, String)>,
}

/// Nodes of a cluster at most, replicas included.
const NODES_MAX: u32 = 250;

/// Reads the command line.
pub fn read(words: &[String]) -> Result<Start, String> {
    let mut options = Options {
        port: 6_379,
        cluster_nodes: 0,
        replicas: 0,
        cluster_enabled: false,
        step_us: None,
        seed: 1,
        control_port: None,
        settings: Vec::new(),
    };
    let (mut stepped, mut step_us) = (false, 100);
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        let Some(name) = word.strip_prefix("--").filter(|name| !name.is_empty()) else {
            return Err(format!("'{word}' is not an option; options begin with --. See --help."));
        };
        if name == "help" {
            return Ok(Start::Help);
        }
        let count = after.iter().position(|word| word.starts_with("--")).unwrap_or(after.len());
        let (values, others) = after.split_at(count);
        rest = others;
        if values.is_empty() {
            return Err(format!("--{name} needs a value. See --help."));
        }
        let value = values.join(" ");
        match name {
            "port" => options.port = number(name, &value)?,
            "cluster-nodes" => options.cluster_nodes = number(name, &value)?,
            "replicas" => options.replicas = number(name, &value)?,
            "seed" => options.seed = number(name, &value)?,
            "control-port" => options.control_port = Some(number(name, &value)?),
            "step-us" => step_us = number(name, &value)?,
            "clock" => {
                stepped = match value.as_str() {
                    "real" => false,
                    "stepped" => true,
                    _ => return Err(format!("--clock is real or stepped, not '{value}'.")),
                }
            }
            "cluster-enabled" => options.cluster_enabled = value == "yes",
            _ => set(&mut options.settings, name, value),
        }
    }
    let nodes = u32::from(options.cluster_nodes) * (u32::from(options.replicas) + 1);
    if nodes > NODES_MAX {
        return Err(format!("{nodes} nodes are more than the {NODES_MAX} that can be served."));
    }
    if options.replicas > 0 && options.cluster_nodes == 0 {
        return Err("--replicas says how many replicas each of --cluster-nodes has.".to_string());
    }
    options.step_us = stepped.then_some(step_us);
    Ok(Start::Serve(options))
}

/// A parameter given twice counts as given last, but for save points, which add up.
fn set(settings: &mut Vec<(String, String)>, name: &str, value: String) {
    match settings.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, old)) if name.eq_ignore_ascii_case("save") && !old.is_empty() && !value.is_empty() => {
            old.push(' ');
            old.push_str(&value);
        }
        Some((_, old)) => *old = value,
        None => settings.push((name.to_string(), value)),
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("--{name} takes a number it can hold, not '{value}'."))
}

/// `STEP milliseconds` of the control port.
pub fn step(clock: &mut Clock, millis: &[u8]) -> Result<(), String> {
    if clock.is_real() {
        return Err("the machine's clock moves by itself; start with --clock stepped".to_string());
    }
    let millis: u64 =
        String::from_utf8_lossy(millis).parse().map_err(|_| "STEP takes a number of milliseconds".to_string())?;
    clock.advance(millis.saturating_mul(1_000));
    Ok(())
}
