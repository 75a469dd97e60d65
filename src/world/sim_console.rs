//! The `sim>` console: faults, traffic and the operator's tools, one line each.
//!
//! A line is parsed against [`SIM_COMMANDS`]' grammar into a [`SimLine`] before anything happens, so that a line that
//! cannot be understood changes nothing and is not logged.

use super::view::Severity;
use crate::resp::{Bytes, split_args};
use crate::scenario::{Load, Scenario};

/// Every `sim>` command: how it is written, and what it does.
pub const SIM_COMMANDS: &[(&str, &str)] = &[
    ("kill NODE|ZONE", "the machine is gone, its memory with it; a zone: all its cache nodes"),
    ("restart NODE|ZONE", "a dead node comes back, empty"),
    ("pause NODE", "the process hangs (SIGSTOP)"),
    ("resume NODE", "the process goes on (SIGCONT)"),
    ("partition NODE|ZONE", "cuts it off from the rest of the network"),
    ("heal", "mends every partition and opens the firewall"),
    ("firewall block|allow", "the security group drops or lets in port 6379 from the app servers"),
    ("loss PERCENT", "share of messages the network loses; TCP sends them again"),
    ("latency NODE MS", "adds that many milliseconds to each message of a node; 0 takes them away"),
    ("load rate N", "requests a second, all app servers together"),
    ("load reads PERCENT", "share of reads"),
    ("load ttl SECONDS", "time to live of what is cached from now on; 0 is none"),
    ("load skew THETA", "Zipf exponent of the rows' popularity; 0 is uniform"),
    ("load size BYTES", "size of a cached value"),
    ("call COMMAND [ARG ...]", "sends one Redis command to every node, as redis-cli --cluster call does"),
    ("interrupt", "Ctrl-C at redis>: the command that waits there is given up, with its connection"),
    ("help", "this list"),
];

/// A `sim>` line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SimLine {
    Kill(Vec<u16>),
    Restart(Vec<u16>),
    Pause(Vec<u16>),
    Resume(Vec<u16>),
    Partition { nodes: Vec<u16>, zone: Option<u8> },
    Heal,
    Firewall { blocked: bool },
    Loss { permille: u32 },
    Latency { nodes: Vec<u16>, ms: u32 },
    Load(LoadChange),
    Call(Vec<Bytes>),
    Interrupt,
    Help,
}

/// A change of the traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoadChange {
    Rate(u32),
    Reads { permille: u16 },
    Ttl(u32),
    Skew { theta_milli: u16 },
    Size(u32),
}

impl LoadChange {
    /// Changes the load, and says so in a sentence.
    pub fn apply(self, load: &mut Load) -> String {
        match self {
            Self::Rate(rate) => {
                load.requests_per_second = rate;
                format!("{rate} requests a second from now on.")
            }
            Self::Reads { permille } => {
                load.read_permille = permille;
                format!("{}.{} % of requests read from now on.", permille / 10, permille % 10)
            }
            Self::Ttl(0) => {
                load.ttl_seconds = 0;
                "What is cached from now on never expires.".to_owned()
            }
            Self::Ttl(seconds) => {
                load.ttl_seconds = seconds;
                format!("What is cached from now on lives for {seconds} s.")
            }
            Self::Skew { theta_milli } => {
                load.zipf_theta_milli = theta_milli;
                format!(
                    "Popularity follows Zipf's law with exponent {}.{:03} from now on.",
                    theta_milli / 1_000,
                    theta_milli % 1_000
                )
            }
            Self::Size(bytes) => {
                load.value_bytes = bytes;
                format!("A cached value has {bytes} bytes from now on.")
            }
        }
    }
}

/// The name of an availability zone: `us-east-1a`.
pub fn zone_name(zone: u8) -> String {
    format!("us-east-1{}", char::from(b'a' + zone.min(25)))
}

impl SimLine {
    /// How the time line takes it.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Kill(_) | Self::Partition { .. } | Self::Pause(_) | Self::Firewall { blocked: true } => Severity::Bad,
            Self::Loss { permille } if *permille > 0 => Severity::Warning,
            Self::Latency { ms, .. } if *ms > 0 => Severity::Warning,
            _ => Severity::Info,
        }
    }

    /// Understands a line, or says in a sentence why not.
    pub fn parse(line: &str, scenario: &Scenario) -> Result<Self, String> {
        let args = split_args(line.as_bytes()).ok_or("The quotes in that line do not match.")?;
        let words: Vec<String> = args.iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some((&verb, rest)) = words.split_first() else { return Err("Nothing was typed.".to_owned()) };
        let targets = || {
            let [name] = rest else {
                return Err(format!("{verb} takes the name of one node or zone, such as 0002-001 or us-east-1b."));
            };
            nodes_called(name, scenario)
        };
        match verb.to_ascii_lowercase().as_str() {
            "kill" => targets().map(Self::Kill),
            "restart" => targets().map(Self::Restart),
            "pause" => targets().map(Self::Pause),
            "resume" => targets().map(Self::Resume),
            "partition" => {
                let nodes = targets()?;
                let zones = scenario.deployment.zones.max(1);
                let zone = (0..zones)
                    .find(|zone| rest.first().is_some_and(|name| name.eq_ignore_ascii_case(&zone_name(*zone))));
                Ok(Self::Partition { nodes, zone })
            }
            "heal" if rest.is_empty() => Ok(Self::Heal),
            "firewall" => match rest {
                ["block"] => Ok(Self::Firewall { blocked: true }),
                ["allow"] => Ok(Self::Firewall { blocked: false }),
                _ => Err("firewall takes `block` or `allow`.".to_owned()),
            },
            "loss" => match rest {
                [percent] => Ok(Self::Loss { permille: permille(percent, 1_000)?.into() }),
                _ => Err("loss takes a percentage, such as 2 or 0.5.".to_owned()),
            },
            "latency" => match rest {
                [name, ms] => Ok(Self::Latency {
                    nodes: nodes_called(name, scenario)?,
                    ms: number(ms, 0, 10_000, "milliseconds")?,
                }),
                _ => Err("latency takes a node and a number of milliseconds, such as latency 0002-001 20.".to_owned()),
            },
            "load" => Self::parse_load(rest),
            "call" if !rest.is_empty() => Ok(Self::Call(args.get(1..).unwrap_or_default().to_vec())),
            "call" => Err("call takes a Redis command, such as call CONFIG SET maxmemory 4mb.".to_owned()),
            "interrupt" if rest.is_empty() => Ok(Self::Interrupt),
            "help" => Ok(Self::Help),
            _ => Err(format!("There is no sim command called {verb}. Try help.")),
        }
    }

    fn parse_load(rest: &[&str]) -> Result<Self, String> {
        match rest {
            ["rate", n] => Ok(Self::Load(LoadChange::Rate(number(n, 1, 100_000, "requests a second")?))),
            ["reads", percent] => Ok(Self::Load(LoadChange::Reads { permille: permille(percent, 1_000)? })),
            ["ttl", seconds] => Ok(Self::Load(LoadChange::Ttl(number(seconds, 0, 31_536_000, "seconds")?))),
            ["skew", theta] => Ok(Self::Load(LoadChange::Skew { theta_milli: permille_of_one(theta)? })),
            ["size", bytes] => Ok(Self::Load(LoadChange::Size(number(bytes, 1, 1_000_000, "bytes")?))),
            _ => Err("load takes rate, reads, ttl, skew or size with a number, such as load rate 4000.".to_owned()),
        }
    }
}

/// The nodes that a name means: one node, or all nodes of a zone.
fn nodes_called(name: &str, scenario: &Scenario) -> Result<Vec<u16>, String> {
    let deployment = &scenario.deployment;
    let mut nodes = Vec::new();
    let mut index = 0;
    for shard in 0..deployment.shards {
        for node in 0..=u16::from(deployment.replicas) {
            let zone = super::lane::zone_of_node(shard, node, deployment.zones.max(1));
            if name.eq_ignore_ascii_case(&zone_name(zone)) || name == format!("{:04}-{:03}", shard + 1, node + 1) {
                nodes.push(index);
            }
            index += 1;
        }
    }
    if nodes.is_empty() {
        let example = "0001-001";
        return Err(format!(
            "There is no node or zone called {name}. Nodes are called {example} and so on, zones {}.",
            zone_name(0)
        ));
    }
    Ok(nodes)
}

fn number(text: &str, min: u32, max: u32, unit: &str) -> Result<u32, String> {
    match text.parse::<u32>() {
        Ok(n) if (min..=max).contains(&n) => Ok(n),
        _ => Err(format!("{text} is not a whole number of {unit} from {min} to {max}.")),
    }
}

/// A percentage with at most one decimal, as thousandths.
fn permille(text: &str, max: u16) -> Result<u16, String> {
    let error = || format!("{text} is not a percentage from 0 to {} with at most one decimal.", max / 10);
    let text = text.trim_end_matches('%');
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    let whole: u16 = whole.parse().map_err(|_| error())?;
    let tenth: u16 = if tenth.len() == 1 { tenth.parse().map_err(|_| error())? } else { return Err(error()) };
    match whole.checked_mul(10).and_then(|n| n.checked_add(tenth)) {
        Some(n) if n <= max => Ok(n),
        _ => Err(error()),
    }
}

/// A number from 0 to 3 with at most three decimals, as thousandths.
fn permille_of_one(text: &str) -> Result<u16, String> {
    let error = || format!("{text} is not a number from 0 to 3 with at most three decimals.");
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 {
        return Err(error());
    }
    let whole: u16 = whole.parse().map_err(|_| error())?;
    let decimals: u16 = format!("{decimals:0<3}").parse().map_err(|_| error())?;
    match whole.checked_mul(1_000).and_then(|n| n.checked_add(decimals)) {
        Some(n) if n <= 3_000 => Ok(n),
        _ => Err(error()),
    }
}
