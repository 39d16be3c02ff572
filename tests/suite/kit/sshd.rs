//! OpenSSH's own server on loopback, with keys made for one test: what administrators really come through.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::command::Said;
use super::outside;
use super::pty::{Line, Program, Terminal};

/// The programs it takes.
pub const PROGRAMS: [&str; 3] = ["sshd", "ssh", "ssh-keygen"];

/// A server at work.
pub struct Sshd {
    server: Child,
    port: u16,
    folder: tempfile::TempDir,
    user: String,
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary directories have plain names")
}

/// The name of the account that runs the tests.
fn user() -> String {
    let uid = rustix::process::geteuid().as_raw().to_string();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find(|line| line.split(':').nth(2) == Some(&uid));
    line.and_then(|line| line.split(':').next())
        .unwrap_or("root")
        .to_owned()
}

/// A port nobody listens on just now.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a port to spare");
    listener.local_addr().expect("it has an address").port()
}

impl Sshd {
    /// Starts a server that nobody may enter yet.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory can be made");
        let dir = folder.path();
        make_key(&dir.join("host"));
        fs::write(dir.join("authorized_keys"), "").expect("it can be written");
        fs::create_dir(dir.join("home")).expect("it can be made");
        if rustix::process::geteuid().is_root() {
            // Where sshd, as root, shuts in what speaks to strangers.
            fs::create_dir_all("/run/sshd").expect("root may make it");
        }
        for _ in 0..5 {
            let port = free_port();
            if let Some(server) = serve(dir, port) {
                return Self {
                    server,
                    port,
                    folder,
                    user: user(),
                };
            }
            // Somebody was quicker to take the port.
        }
        let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
        panic!("sshd does not start: {log}");
    }

    /// A folder of its own, gone with the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A key for this name, whose holder gets this forced command and a terminal, and nothing else.
    pub fn key(&self, name: &str, command: &str) {
        let key = self.folder().join(name);
        make_key(&key);
        let public = fs::read_to_string(key.with_extension("pub")).expect("a key has a public half");
        // What the programs of a session write of their own accord stays in the test's folder.
        let home = self.folder().join("home");
        let line = format!(
            "restrict,pty,command=\"HOME={0} XDG_STATE_HOME={0}/state {command}\" {public}",
            text(&home)
        );
        let mut keys = fs::OpenOptions::new()
            .append(true)
            .open(self.folder().join("authorized_keys"))
            .expect("it is there");
        keys.write_all(line.as_bytes()).expect("it can be written");
    }

    /// A key that opens cohort on a directory as this admin, as the README says it.
    pub fn admin(&self, name: &str, data: &Path) {
        let cohort = env!("CARGO_BIN_EXE_cohort");
        self.key(name, &format!("{cohort} --data {} --as {name} ssh", text(data)));
    }

    /// What `ssh` is called with for the holder of a key.
    fn arguments(&self, name: &str) -> Vec<String> {
        let key = self.folder().join(name);
        let mut all: Vec<String> = ["-F", "/dev/null", "-o", "StrictHostKeyChecking=no"]
            .map(str::to_owned)
            .to_vec();
        for option in [
            "UserKnownHostsFile=/dev/null",
            "GlobalKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "LogLevel=ERROR",
            "EscapeChar=none",
        ] {
            all.extend(["-o".to_owned(), option.to_owned()]);
        }
        all.extend(["-i".to_owned(), text(&key).to_owned()]);
        all.extend(["-p".to_owned(), self.port.to_string()]);
        all.push(format!("{}@127.0.0.1", self.user));
        all
    }

    /// The holder of a key at a terminal of this size.
    pub fn sit_down(&self, name: &str, columns: u16, rows: u16) -> Terminal {
        let arguments = self.arguments(name);
        let mut all = vec!["-tt"];
        all.extend(arguments.iter().map(String::as_str));
        let ssh = outside::place("ssh").expect("it was looked for");
        Line::open(columns, rows).run(&Program::at(&ssh, &all))
    }

    /// What the holder of a key is answered to one command, without a terminal.
    pub fn ask(&self, name: &str, command: &str) -> Said {
        let out = Command::new(outside::place("ssh").expect("it was looked for"))
            .arg("-T")
            .args(self.arguments(name))
            .arg(command)
            .stdin(Stdio::null())
            .output()
            .expect("ssh runs");
        Said {
            code: out.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&out.stdout).into_owned(),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        // Sessions that are still open end with their terminals.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Starts sshd on this port; nothing when it does not come to listen there.
fn serve(dir: &Path, port: u16) -> Option<Child> {
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nPidFile none\n\
         AuthorizedKeysFile {0}/authorized_keys\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n\
         PrintMotd no\nPrintLastLog no\nMaxStartups 100\nUseDNS no\n",
        text(dir)
    );
    fs::write(dir.join("config"), config).expect("it can be written");
    let mut server = Command::new(outside::place("sshd").expect("it was looked for"))
        .arg("-D")
        .arg("-f")
        .arg(dir.join("config"))
        .arg("-E")
        .arg(dir.join("log"))
        .stdin(Stdio::null())
        .spawn()
        .expect("sshd starts");
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(server);
        }
        if !matches!(server.try_wait(), Ok(None)) {
            return None;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    let _ = server.kill();
    let _ = server.wait();
    None
}

/// A key of its own, without a passphrase.
fn make_key(path: &Path) {
    let made = Command::new(outside::place("ssh-keygen").expect("it was looked for"))
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"])
        .arg(path)
        .stdin(Stdio::null())
        .status()
        .expect("ssh-keygen runs");
    assert!(made.success(), "a key can be made");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("it is ours");
}
