//! Every parser of the product with seeded bytes, for a bounded time: none panics, none hangs.
//!
//! The bodies are those of the cargo-fuzz targets (`fuzz/`), which search much further: `cargo fuzz run commands`.
//! `SLOTSCOPE_SOAK=100` goes a hundred times as far here.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../fuzz/bodies.rs"]
mod bodies;

/// The generator `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Calls `body` with bytes made of pieces of what is right, cut, repeated and spoiled.
fn feed(times: u64, right: &[&[u8]], body: fn(&[u8])) {
    let soak: u64 = std::env::var("SLOTSCOPE_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut random = Random(right.len() as u64);
    for _ in 0..times * soak {
        let mut bytes = Vec::new();
        for _ in 0..=random.below(6) {
            let piece = right[random.below(right.len())];
            match random.below(4) {
                0 => bytes.extend_from_slice(&piece[..random.below(piece.len() + 1)]),
                1 => bytes.extend((0..random.below(12)).map(|_| random.next() as u8)),
                _ => bytes.extend_from_slice(piece),
            }
        }
        for _ in 0..random.below(3) {
            if !bytes.is_empty() {
                let at = random.below(bytes.len());
                bytes[at] = random.next() as u8;
            }
        }
        body(&bytes);
    }
}

#[test]
fn any_bytes_are_requests_or_an_error() {
    let right: &[&[u8]] = &[
        b"\x05*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
        b"\x01*1\r\n$4\r\nPING\r\n",
        b"\x40SET a 'b c'\r\n",
        b"*1048576\r\n",
        b"$536870912\r\n",
        b"*-1\r\n",
        b"$0\r\n\r\n",
    ];
    feed(200_000, right, bodies::requests);
}

#[test]
fn any_bytes_are_executed_or_refused() {
    let right: &[&[u8]] = &[
        b"SET k v EX 10\r\n",
        b"*3\r\n$6\r\nAPPEND\r\n$1\r\nk\r\n$3\r\n\x00\xff1\r\n",
        b"MULTI\r\nEXEC\r\n",
        b"LPUSH l a b c\r\nBLPOP l 0\r\n",
        b"ZADD z 1 a 2 b\r\nZRANGE z 0 -1 WITHSCORES\r\n",
        b"SETRANGE k 1048575 x\r\n",
        b"BITFIELD k SET u8 #100000 255\r\n",
        b"XADD s * a 1\r\nXREAD BLOCK 0 STREAMS s $\r\n",
        b"SUBSCRIBE c\r\nPUBLISH c m\r\n",
        b"PFADD p a b c\r\nPFCOUNT p\r\n",
        b"GEOADD g 1 2 m\r\nGEOSEARCH g FROMMEMBER m BYRADIUS 1 km\r\n",
        b"SRANDMEMBER k -9223372036854775807\r\n",
        b"HELLO 3\r\nCLIENT LIST\r\nDEBUG OBJECT k\r\n",
    ];
    feed(30_000, right, bodies::commands);
}

#[test]
fn any_line_is_hinted_at_split_and_executed() {
    let right: &[&[u8]] =
        &[b"SET ", b"\"\\x00\\n\" ", b"'a b' ", b"CLUSTER ", b"\xc3\xa4", b"XADD s * ", b"help @", b"\n"];
    feed(20_000, right, bodies::console_lines);
}

#[test]
fn any_bytes_are_a_reply_or_none() {
    let right: &[&[u8]] = &[
        b"*2\r\n$1\r\na\r\n:1\r\n",
        b"%1\r\n+a\r\n,1.5\r\n",
        b"~1\r\n#t\r\n",
        b"=8\r\ntxt:abcd\r\n",
        b"*2147483647\r\n",
        b">1\r\n_\r\n",
        b"(123456789012345678901\r\n",
        b"*1\r\n",
    ];
    feed(200_000, right, bodies::replies);
}

#[test]
fn any_payload_is_restored_or_refused() {
    let right: &[&[u8]] = &[
        b"\x00\x05hello\x0a\x00\x63\x72\xdf\x76\x65\x34\x20\x0a",
        b"\x00\xc3\x09\x40\xc8\x01\x61\x61\xe0\xbb\x00\x01\x61\x61",
        b"\x02\x01\x01a",
        b"\x04\x02\x01f\x01v\x01g\xc0\x07",
        b"\x10\x12\x12\x00\x00\x00\x04\x00\x81f\x02\x81v\x02\x81g\x02\x0c\x01\xff",
        b"\x11\x1c\x1c\x00\x00\x00\x06\x00\x81a\x02\x01\x01\x81b\x02\x832.5\x04\x81c\x02\x83inf\x04\xff",
        b"\x12\x02\x02\x0a\x0a\x00\x00\x00\x01\x00\x81a\x02\xff\x01\x05large",
        b"\x13\x01\x10\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x01\x1d\x1d\0\0\0\x0a\0\x01\x01\0\x01\x01\x01\x81a\x02\0\x01\x02\x01\0\x01\0\x01\
            \x811\x02\x04\x01\xff\x01\x05\x01\x05\x01\0\0\x01\x01",
        b"\x02g1\x05\x01\x01\x01\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x01\x64\0\0\0\0\0\0\0\x02\x01\x01c\x65\0\0\0\0\0\
            \0\0",
        b"\x01\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x01",
        b"\x0a\x14\x14\0\0\0\x11\0\0\0\x03\0\0\x01a\x03\xfd\x02\xfe\xfe\xff",
        b"\x09\x0f\x02\x01f\x01\x02v??\x01g\x02\x00vv\xff",
        b"\x0b\x10\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00",
        b"\x12\x01\x02",
        b"\x13\x01",
        b"\x05\x01\x01a\x00\x00\x00\x00\x00\x00\xf0\x3f",
        b"\x80\xff\xff\xff\xff",
        b"\x81\xff\xff\xff\xff\xff\xff\xff\xff",
    ];
    feed(30_000, right, bodies::dumps);
}

#[test]
fn any_snapshot_is_loaded_or_refused() {
    let right: &[&[u8]] = &[
        b"REDIS0010",
        b"REDIS0003",
        b"\xfa\x09redis-ver\x067.0.15",
        b"\xfa\x0aredis-bits\xc0\x40",
        b"\xfe\x00\xfb\x01\x00",
        b"\xfe\x0f\xfb\x02\x01",
        b"\xfe\x10",
        b"\x00\x01k\x05hello",
        b"\xfc\0\0\0\0\0\x7f\0\0\x00\x01e\xc0\x07",
        b"\xfc\0\0\0\0\0\0\0\x80\x00\x01e\xc0\x07",
        b"\xfd\0\0\0\x7f\x00\x01f\xc0\x07",
        b"\xf8\x0a\x00\x01i\xc1\x00\x01",
        b"\xf9\xff\x02\x01s\x02\x01a\x01b",
        b"\x12\x01l\x01\x02\x0a\x0a\x00\x00\x00\x01\x00\x81a\x02\xff",
        b"\xf5\x05#!lua",
        b"\xf7\x81\0\0\0\0\0\0\0\0",
        b"\xff\0\0\0\0\0\0\0\0",
        b"\xff",
        b"\xfb\x81\xff\xff\xff\xff\xff\xff\xff\xff",
    ];
    feed(30_000, right, bodies::snapshots);
}

#[test]
fn any_text_is_a_link_or_a_sentence() {
    let links: Vec<&[u8]> =
        include_str!("golden/links.txt").lines().filter(|line| !line.starts_with('#')).map(str::as_bytes).collect();
    let mut right: Vec<&[u8]> = vec![b"#1", b"1", b"AAAA", b"_-"];
    right.extend(links.iter().flat_map(|line| line.split(u8::is_ascii_whitespace)));
    right.retain(|piece| !piece.is_empty());
    feed(100_000, &right, bodies::links);
}

#[test]
fn any_text_is_settings_or_a_sentence() {
    let right: &[&[u8]] = &[
        b"seed 1\n",
        b"rate 6000\n",
        b"maxmemory 4mb\n",
        b"maxmemory-policy allkeys-lru\n",
        b"ttl -1\n",
        b"\n",
        b"zones 3\n",
    ];
    feed(100_000, right, bodies::scenarios);
}
