//! Postfix on loopback, with a directory, a certificate and a password of its own: a mail server as offices have it.
//!
//! Only root can start it, since its parts take other accounts. What it takes it puts into one mail box.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::pty::wait_for;
use super::{outside, tool};

/// The services that take mail and put it into a box.
const SERVICES: &str = "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
    rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n\
    virtual unix - n n - - virtual\ntlsmgr unix - - n 1000? 1 tlsmgr\nanvil unix - - n - 1 anvil\n\
    error unix - - n - - error\nretry unix - - n - - error\npostlog unix-dgram n - n - 1 postlogd\n";

/// A server at work; it ends when it is dropped.
pub struct Postfix {
    program: PathBuf,
    home: PathBuf,
    /// The port on which it takes mail.
    pub port: u16,
}

fn run(command: &mut Command) {
    let done = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("it was looked for");
    assert!(done.success(), "{command:?}");
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("a file can be written");
}

/// Gives a file or directory to an account.
fn give(path: &Path, account: &str) {
    run(Command::new("chown").arg(account).arg(path));
}

/// The number of an account, or of its group.
fn number(of: &str, account: &str) -> String {
    let out = Command::new("id").args([of, account]).output();
    String::from_utf8_lossy(&out.expect("id is everywhere").stdout)
        .trim()
        .to_owned()
}

impl Postfix {
    /// Starts one in a directory that holds `host.pem` and `host.key`; it knows one user. None where its parts are
    /// not installed, or we are not root.
    pub fn start(home: &Path, user: &str, password: &str) -> Option<Self> {
        if !outside::have_root() {
            return None;
        }
        let program = tool::program("postfix")?;
        let passwords = tool::program("saslpasswd2")?;
        // Its parts pass through; nobody reads the directory.
        fs::set_permissions(home, fs::Permissions::from_mode(0o711)).expect("it is ours");
        for dir in ["etc", "etc/sasl", "queue", "data", "inbox"] {
            fs::create_dir(home.join(dir)).expect("a directory can be made");
            fs::set_permissions(home.join(dir), fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
        give(&home.join("data"), "postfix");
        give(&home.join("inbox"), "nobody");
        let users = home.join("users");
        let mut asked = Command::new(&passwords)
            .args(["-p", "-c", "-u", "localhost", "-f"])
            .arg(&users)
            .arg(user)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it was looked for");
        let mut line = asked.stdin.take().expect("its input is ours");
        std::io::Write::write_all(&mut line, password.as_bytes()).expect("it listens");
        drop(line);
        assert!(asked.wait().expect("it ends").success(), "a user can be made");
        give(&users, "postfix");
        // Debian's looks for it beside its settings.
        let sasl = format!(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\nsasldb_path: {}\n",
            users.display()
        );
        write(&home.join("etc/sasl/smtpd.conf"), &sasl);
        let free = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a port to spare");
        let port = free.local_addr().expect("it has an address").port();
        drop(free);
        write(
            &home.join("etc/master.cf"),
            &format!("127.0.0.1:{port} inet n - n - - smtpd\n{SERVICES}"),
        );
        write(&home.join("etc/main.cf"), &settings(home));
        let server = Self {
            program,
            home: home.to_owned(),
            port,
        };
        run(&mut server.told("start"));
        Some(server)
    }

    fn told(&self, what: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(self.home.join("etc")).arg(what);
        command.stdin(Stdio::null());
        command
    }

    /// The messages in its box.
    pub fn messages(&self) -> Vec<String> {
        let found = fs::read_dir(self.home.join("inbox/new"));
        let files = found.into_iter().flatten().flatten();
        files
            .map(|file| fs::read_to_string(file.path()).expect("mail is ASCII"))
            .collect()
    }

    /// Its messages, once there are so many.
    pub fn await_messages(&self, count: usize) -> Vec<String> {
        wait_for("the mail", || {
            Some(self.messages()).filter(|all| all.len() >= count)
        })
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // It may have ended by itself.
        let mut stop = self.told("abort");
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn settings(home: &Path) -> String {
    let home = home.display();
    let (uid, gid) = (number("-u", "nobody"), number("-g", "nobody"));
    format!(
        "compatibility_level = 3.6\nqueue_directory = {home}/queue\ndata_directory = {home}/data\n\
         myhostname = localhost\nmydestination =\nmynetworks =\ninet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\nalias_maps =\nalias_database =\nlocal_recipient_maps =\nvirtual_alias_maps =\n\
         canonical_maps =\nmaillog_file = {home}/mail.log\nmaillog_file_prefixes = {home}\n\
         virtual_mailbox_domains = static:all\nvirtual_mailbox_base = {home}\n\
         virtual_mailbox_maps = static:inbox/\nvirtual_uid_maps = static:{uid}\nvirtual_gid_maps = static:{gid}\n\
         smtpd_tls_cert_file = {home}/host.pem\nsmtpd_tls_key_file = {home}/host.key\n\
         smtpd_tls_security_level = encrypt\nsmtpd_tls_received_header = yes\nsmtpd_sasl_auth_enable = yes\n\
         smtpd_sasl_type = cyrus\nsmtpd_sasl_path = smtpd\nsmtpd_sasl_local_domain = localhost\n\
         smtpd_sasl_authenticated_header = yes\nsmtpd_error_sleep_time = 0\n\
         smtpd_relay_restrictions = permit_sasl_authenticated, reject\n\
         smtpd_recipient_restrictions = permit_sasl_authenticated, reject\n"
    )
}
