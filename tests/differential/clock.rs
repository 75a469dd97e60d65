//! A clock that the tests turn: a real redis-server's, and ours beside it.
//!
//! The server is started with a small library before the C library (clock.c, compiled by the C compiler that also links
//! the tests) that reads the time from a file.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// 2030-01-01 00:00:00.123456 UTC, in microseconds.
const START: u64 = 1_893_456_000_123_456;

/// A clock that stands until it is turned.
pub struct Clock {
    file: File,
    folder: PathBuf,
    now: u64,
}

impl Clock {
    /// Makes one. `None`, with the reason printed, where that cannot be done; in CI that is a failure.
    pub fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("slotscope-clock-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder for temporary files");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(folder.join("clock.so"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/clock.c"))
            .output();
        let trouble = match compiled {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = trouble {
            assert!(std::env::var_os("CI").is_none(), "a server's clock cannot be turned: {why}");
            eprintln!("skipped: a server's clock cannot be turned here, which needs Linux and a C compiler: {why}");
            return None;
        }
        let file = File::options().write(true).create(true).truncate(true).open(folder.join("now"));
        let mut clock = Self { file: file.expect("a temporary file"), folder, now: START };
        clock.turn(0);
        Some(clock)
    }

    /// What a server is to be started with.
    pub fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [("LD_PRELOAD", self.folder.join("clock.so")), ("SLOTSCOPE_CLOCK", self.folder.join("now"))]
    }

    /// A folder of its own that goes with it.
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// Microseconds since 1970.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Goes on by so many microseconds.
    pub fn turn(&mut self, micros: u64) {
        self.now += micros;
        self.file.write_all_at(&self.now.to_ne_bytes(), 0).expect("the clock's file");
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
