//! A real redis-server of version 7.0 in a process of its own, and connections to it.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
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

    fn start_with(clock: Option<&Clock>) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let mut command = Command::new("redis-server");
        command
            .args(["--port", &port.to_string(), "--save", "", "--enable-debug-command", "yes", "--dir"])
            .arg(std::env::temp_dir());
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
        let server = Self { child, port };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                let info = server.connect().call(&["INFO", "server"]);
                let info = String::from_utf8_lossy(&info).into_owned();
                assert!(info.contains("redis_version:7.0."), "the reference is Redis 7.0, not this:\n{info}");
                return Some(server);
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
    }
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
