//! A real redis-server of version 7.0 in a process of its own, or the gateway in its place, and connections to it.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::clock::Clock;

/// A server that ends with this value.
pub struct RealServer {
    child: Child,
    port: u16,
}

impl RealServer {
    /// Starts one. `None`, with the reason printed, where there is none to start; in CI that is a failure.
    pub fn start() -> Option<Self> {
        Self::start_with(None)
    }

    /// Starts one whose time is that of a clock.
    pub fn start_at(clock: &Clock) -> Option<Self> {
        Self::start_with(Some(clock))
    }

    /// Starts the gateway, which serves our engine.
    pub fn start_gateway() -> Self {
        let tests = std::env::current_exe().expect("a test has a path");
        let gateway =
            tests.ancestors().nth(2).map(|profile| profile.join("examples/gateway")).expect("a target folder");
        let port = free_port();
        let mut command = Command::new(&gateway);
        command.args(["--port", &port.to_string(), "--enable-debug-command", "yes"]);
        let spawned = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = spawned.unwrap_or_else(|error| {
            panic!("{} does not start ({error}); cargo build --example gateway makes it", gateway.display())
        });
        Self { child, port }.ready()
    }

    fn start_with(clock: Option<&Clock>) -> Option<Self> {
        let port = free_port();
        let mut command = Command::new("redis-server");
        command
            .args(["--port", &port.to_string(), "--save", "", "--enable-debug-command", "yes", "--dir"])
            .arg(folder_of(port));
        std::fs::create_dir_all(folder_of(port)).expect("a folder for temporary files");
        if let Some(clock) = clock {
            command.envs(clock.environment()).arg("--unixsocket").arg(clock.folder().join("socket"));
        }
        let spawned = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = match spawned {
            Ok(child) => child,
            Err(error) if error.kind() == ErrorKind::NotFound && std::env::var_os("CI").is_none() => {
                eprintln!("skipped: no redis-server on PATH (Debian: apt-get install redis-server)");
                return None;
            }
            Err(error) => panic!("redis-server does not start: {error}"),
        };
        Some(Self { child, port }.ready())
    }

    /// Waits until it answers.
    fn ready(self) -> Self {
        let port = self.port;
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                let info = self.connect().call(&["INFO", "server"]);
                let info = String::from_utf8_lossy(&info).into_owned();
                assert!(info.contains("redis_version:7.0."), "the reference is Redis 7.0, not this:\n{info}");
                return self;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("redis-server does not answer on port {port}");
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn connect(&self) -> Connection {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("redis-server is listening");
        stream.set_nodelay(true).expect("a TCP stream");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a TCP stream");
        Connection { reader: BufReader::new(stream) }
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(folder_of(self.port));
    }
}

/// A port that nobody listens on. It is none of those that the kernel gives away by itself, and each process of tests has a
/// place of its own to begin at: until the server listens, nobody else may take it.
fn free_port() -> u16 {
    const FIRST: u32 = 10_000;
    const PORTS: u32 = 20_000;
    const APART: u32 = 61;
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    for _ in 0..PORTS {
        let taken = TAKEN.fetch_add(1, Ordering::Relaxed);
        let port = (FIRST + std::process::id().wrapping_mul(APART).wrapping_add(taken) % PORTS) as u16;
        // Were it bound here to try it, another thread's child could hold on to it for a moment.
        if TcpStream::connect(("127.0.0.1", port)).is_err() {
            return port;
        }
    }
    panic!("no port is free");
}

/// The folder of a server's files: what it sends a replica first goes through one, whose name all servers share.
pub fn folder_of(port: u16) -> PathBuf {
    std::env::temp_dir().join(format!("slotscope-test-{port}"))
}

/// A command as it is sent.
fn request(argv: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut request = format!("*{}\r\n", argv.len()).into_bytes();
    for arg in argv {
        request.extend_from_slice(format!("${}\r\n", arg.as_ref().len()).as_bytes());
        request.extend_from_slice(arg.as_ref());
        request.extend_from_slice(b"\r\n");
    }
    request
}

/// A connection to it.
pub struct Connection {
    reader: BufReader<TcpStream>,
}

impl Connection {
    /// Sends a command and answers its reply, as it came.
    pub fn call(&mut self, argv: &[impl AsRef<[u8]>]) -> Vec<u8> {
        let request = self.send(argv);
        let mut reply = Vec::new();
        self.read_reply(&mut reply);
        let more = self.reader.buffer();
        assert!(
            more.is_empty(),
            "{}: answered {} and {}",
            request.escape_ascii(),
            reply.escape_ascii(),
            more.escape_ascii()
        );
        reply
    }

    /// Sends a command and does not wait for its reply; answers what was sent.
    pub fn send(&mut self, argv: &[impl AsRef<[u8]>]) -> Vec<u8> {
        let request = request(argv);
        self.reader.get_mut().write_all(&request).expect("redis-server takes requests");
        request
    }

    /// Sends commands and answers all that comes before the reply to the next one: their replies, and messages.
    pub fn all_from(&mut self, commands: &[Vec<Vec<u8>>]) -> Vec<u8> {
        const LAST: &[u8] = b"$4\r\nover\r\n";
        let mut request = commands.iter().flat_map(|argv| request(argv)).collect::<Vec<u8>>();
        request.extend_from_slice(b"*2\r\n$4\r\nPING\r\n$4\r\nover\r\n");
        self.reader.get_mut().write_all(&request).expect("redis-server takes requests");
        let mut all = Vec::new();
        loop {
            let start = all.len();
            self.read_reply(&mut all);
            if &all[start..] == LAST {
                all.truncate(start);
                return all;
            }
        }
    }

    fn read_reply(&mut self, into: &mut Vec<u8>) {
        let start = into.len();
        self.reader.read_until(b'\n', into).expect("redis-server answers");
        let line = &into[start..];
        assert!(!line.is_empty(), "redis-server closed the connection");
        let number = || -> i64 { String::from_utf8_lossy(&line[1..]).trim().parse().expect("a length") };
        match line[0] {
            b'$' | b'=' | b'!' => {
                let length = number();
                if let Ok(length) = u64::try_from(length) {
                    let wanted = length + 2;
                    let read = self.reader.by_ref().take(wanted).read_to_end(into).expect("redis-server answers");
                    assert_eq!(read as u64, wanted);
                }
            }
            b'*' | b'~' | b'>' => (0..number()).for_each(|_| self.read_reply(into)),
            b'%' => (0..number() * 2).for_each(|_| self.read_reply(into)),
            _ => {}
        }
    }
}
