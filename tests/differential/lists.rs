//! How lists are laid out in nodes, beside a real server: DEBUG OBJECT after every one of many random changes.

use crate::generate::Random;
use crate::ours::Ours;
use crate::real::RealServer;

/// An element: mostly short, now and then one that fills a node by itself.
fn element(random: &mut Random) -> String {
    let filler = ["x", "yz", "1", "-300", "70000", ""][random.below(6)];
    match random.below(40) {
        0 => "L".repeat(random.below(9_000)),
        1..4 => "M".repeat(random.below(600)),
        _ => format!("{filler}{}", random.below(50)),
    }
}

fn change(random: &mut Random) -> Vec<String> {
    let element = element(random);
    let pivot = ["x", "yz", "1", "70000", ""][random.below(5)].to_owned() + &random.below(50).to_string();
    let index = (random.below(60) as i64 - 20).to_string();
    let line: Vec<&str> = match random.below(16) {
        0..5 => vec!["rpush", "l", &element, &pivot, &pivot, &index],
        5..7 => vec!["lpush", "l", &element, &pivot],
        7..10 => vec!["linsert", "l", if random.one_in(2) { "before" } else { "after" }, &pivot, &element],
        10..13 => vec!["lset", "l", &index, &element],
        13 => vec!["lrem", "l", ["0", "1", "-1", "-2"][random.below(4)], &pivot],
        14 => vec![["lpop", "rpop"][random.below(2)], "l", ["1", "2", "7"][random.below(3)]],
        _ if random.one_in(3) => {
            vec!["ltrim", "l", ["1", "0", "-900"][random.below(3)], ["-2", "-1", "900"][random.below(3)]]
        }
        _ => vec!["lmove", "l", "l", "right", "left"],
    };
    line.into_iter().map(str::to_owned).collect()
}

/// What DEBUG OBJECT says of nodes.
fn layout(reply: &[u8]) -> String {
    let reply = String::from_utf8_lossy(reply);
    reply.find("ql_nodes").map_or_else(|| reply.to_string(), |at| reply[at..].to_owned())
}

#[test]
fn nodes_are_filled_split_and_merged_alike() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    let mut random = Random(7);
    for fill in ["-2", "-1", "-5", "-7", "0", "1", "2", "5", "128", "100000"] {
        for large in ["0", "0", "200b", "2b"] {
            let mut both = |argv: &[String]| (real.call(argv), ours.call(0, argv));
            let line = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
            both(&line("del l"));
            both(&line(&format!("config set list-max-listpack-size {fill}")));
            both(&line(&format!("debug quicklist-packed-threshold {large}")));
            for step in 0..400 {
                let argv = change(&mut random);
                let (there, here) = both(&argv);
                assert_eq!(there, here, "{argv:?} at step {step}, fill {fill}, large {large}");
                let (there, here) = both(&line("debug object l"));
                let what = format!("{argv:.60?} at step {step}, fill {fill}, large {large}");
                assert_eq!(layout(&there), layout(&here), "{what}");
            }
            let (there, here) = both(&line("lrange l 0 -1"));
            assert_eq!(there, here, "fill {fill}, large {large}");
        }
    }
}
