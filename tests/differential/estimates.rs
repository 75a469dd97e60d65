//! `HyperLogLog`s with many elements: the strings themselves, byte for byte.

use crate::generate::Random;
use crate::ours::Ours;
use crate::real::RealServer;

#[test]
fn hyperloglogs_of_every_size_are_the_same_strings() {
    let Some(server) = RealServer::start() else {
        return;
    };
    let (mut real, mut ours) = (server.connect(), Ours::new(1));
    let mut random = Random(7);
    for max_sparse in ["3000", "100", "20", "16000"] {
        let mut both = |line: &[&[u8]]| {
            let (real, ours) = (real.call(line), ours.call(0, line));
            assert!(real == ours, "{:?}", line.iter().map(|word| word.escape_ascii().to_string()).collect::<Vec<_>>());
        };
        both(&[b"config", b"set", b"hll-sparse-max-bytes", max_sparse.as_bytes()]);
        both(&[b"flushall"]);
        for round in 0..150 {
            let elements: Vec<Vec<u8>> = (0..=round / 2)
                .map(|_| {
                    let text = random.next().to_le_bytes();
                    text[..random.below(9)].to_vec()
                })
                .collect();
            let key: &[u8] = if round % 3 == 0 { b"one" } else { b"two" };
            let mut line: Vec<&[u8]> = vec![b"pfadd", key];
            line.extend(elements.iter().map(Vec::as_slice));
            both(&line);
            both(&[b"get", key]);
            both(&[b"memory", b"usage", key]);
            if round % 5 == 0 {
                both(&[b"pfcount", key]);
                both(&[b"pfcount", b"one", b"two", b"all"]);
                both(&[b"pfmerge", b"all", b"one", b"two"]);
                both(&[b"get", b"all"]);
                both(&[b"memory", b"usage", b"all"]);
                both(&[b"pfdebug", b"encoding", b"one"]);
                both(&[b"pfdebug", b"decode", b"one"]);
            }
        }
        both(&[b"pfdebug", b"getreg", b"all"]);
    }
}
