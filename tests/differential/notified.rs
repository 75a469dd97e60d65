//! A client that is told of its own commands (RESP3, keyspace notifications): where its reply stands among the messages.
//!
//! Redis writes reply and messages in the order in which a command's code comes to them, which differs from command to command.
//! Left out are the commands that Redis tells of inside their reply: ZPOPMIN and its kin, and what makes a consumer.

use super::ours::Ours;
use super::real::RealServer;

/// Every command with events of its own, on keys that are there and that are not, leaving something and nothing.
const LINES: &str = include_str!("notified.txt");

/// The commands of a line, which bars part.
fn commands(line: &str) -> Vec<Vec<Vec<u8>>> {
    line.split(" | ").map(|command| command.split(' ').map(Vec::from).collect()).collect()
}

#[test]
fn a_client_is_told_of_its_own_commands_in_the_real_servers_order() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    for line in ["hello 3", "config set notify-keyspace-events KEAmn", "psubscribe __key*@*__:*"] {
        let commands = commands(line);
        real.all_from(&commands);
        for argv in &commands {
            ours.tell(0, argv);
        }
        ours.take(0);
    }
    let mut compared = 0;
    for line in LINES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let commands = commands(line);
        let theirs = real.all_from(&commands);
        for argv in &commands {
            ours.tell(0, argv);
        }
        let (ours, _) = ours.take(0);
        assert!(theirs == ours, "{line}\nredis {}\nours  {}", theirs.escape_ascii(), ours.escape_ascii());
        compared += 1;
    }
    assert!(compared > 150, "{compared}");
}
