//! The program as a process: started on a free port and a fresh folder, ended when dropped.

use crate::http::{Request, TOKEN};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tempfile::TempDir;

/// Not the address in use, so that a test fails where one is taken for the other.
pub const BASE: &str = "http://registre.example/";

const LOG: &str = "stderr.txt";

/// The program, built beside the tests.
pub fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("a process knows its own file");
    let folder = tests.ancestors().nth(2).expect("tests are built into <target>/<profile>/deps");
    let program = folder.join("codesocial");
    assert!(
        program.is_file(),
        "{} is missing: run `cargo build --release -p codesocial-server` first",
        program.display()
    );
    program
}

/// A line of measurements, shown whether the test passes or not.
pub fn figures(line: &str) {
    // The test harness captures what macros print, and only that.
    writeln!(std::io::stderr(), "    {line}").expect("standard error is open");
}

/// Asks a process to end: whether it was there.
pub fn terminate(child: &Child) -> bool {
    // The shell's own kill: a minimal system has no kill(1).
    let order = format!("kill {}", child.id());
    let asked = Command::new("sh").arg("-c").arg(order).status();
    asked.is_ok_and(|status| status.success())
}

/// A data directory that goes when the last test that uses it ends.
#[derive(Clone)]
pub struct Folder(Arc<TempDir>);

impl Folder {
    #[expect(clippy::new_without_default, reason = "each is another folder")]
    pub fn new() -> Self {
        Self(Arc::new(TempDir::new().expect("a temporary folder can be created")))
    }

    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A command of the program on this directory.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(program());
        command.arg(name).arg("--data").arg(self.data());
        command.env("CODESOCIAL_ADMIN_TOKEN", TOKEN).env("RUST_LOG", "warn");
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Output {
        self.command(name).args(arguments).output().expect("the program runs")
    }

    /// What a command of two words shows, which must end well.
    #[track_caller]
    pub fn told(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(program());
        command.args(arguments).arg("--data").arg(self.data());
        let output = command.output().expect("the program runs");
        let failure = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {failure}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The lines `head SEQ HASH` and `digest HEX` of `codesocial verify`, which must pass.
    #[track_caller]
    pub fn head(&self) -> String {
        let output = self.run("verify", &[]);
        assert!(output.status.success(), "verify: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let proof = text.find("head ").expect("it tells the head");
        text[proof..].to_owned()
    }

    #[track_caller]
    pub fn serve(&self, arguments: &[&str]) -> Server {
        self.try_serve(arguments).unwrap_or_else(|error| unreachable!("serve: {error}"))
    }

    /// A server for the token that the directory holds.
    #[track_caller]
    pub fn serve_as_stored(&self) -> Server {
        let mut command = self.command("serve");
        command.env_remove("CODESOCIAL_ADMIN_TOKEN");
        self.started(command).unwrap_or_else(|error| unreachable!("serve: {error}"))
    }

    /// A server that listens, or what the program said before it ended.
    pub fn try_serve(&self, arguments: &[&str]) -> Result<Server, String> {
        let mut command = self.command("serve");
        command.args(arguments);
        self.started(command)
    }

    fn started(&self, command: Command) -> Result<Server, String> {
        let (mut child, mut output) = self.spawn(command);
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            if let Some(address) = line.trim_end().strip_prefix("listening on http://") {
                let address = address.to_owned();
                return Ok(Server { folder: self.clone(), address, child, _output: output });
            }
            line.clear();
        }
        let ended = child.wait().map_err(|error| error.to_string())?;
        Err(format!("{ended}: {}", self.log()))
    }

    fn spawn(&self, mut command: Command) -> (Child, BufReader<ChildStdout>) {
        let log = File::create(self.path().join(LOG)).expect("the folder can be written");
        command.args(["--listen", "127.0.0.1:0"]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program runs");
        let output = child.stdout.take().expect("its output is piped");
        (child, BufReader::new(output))
    }

    /// What the last server on this directory logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path().join(LOG)).expect("the log is text")
    }
}

/// Somebody who asks a server by a token of theirs.
#[derive(Debug, Clone)]
pub struct Person {
    address: String,
    pub webid: String,
    pub token: String,
}

impl Person {
    /// The path of their profile.
    pub fn profile(&self) -> String {
        let path = self.webid.strip_prefix(BASE).unwrap_or_else(|| unreachable!("{}", self.webid));
        format!("/{path}")
    }

    pub fn ask(&self, method: &'static str, path: &str) -> Request {
        Request::new(&self.address, method, path).bearer(&self.token)
    }

    pub fn get(&self, path: &str) -> Request {
        self.ask("GET", path)
    }
}

/// A server that answers.
pub struct Server {
    pub folder: Folder,
    pub address: String,
    child: Child,
    /// Held open, so that the program never writes into nowhere.
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// A registry that holds what every instance holds, and no more.
    pub fn empty() -> Self {
        Folder::new().serve(&["--base", BASE])
    }

    /// The same, in a folder of the caller's.
    pub fn empty_in(folder: &Folder) -> Self {
        folder.serve(&["--base", BASE])
    }

    /// A registry with both fixture sets, shared by the tests that run at the same time: each
    /// writes only under names of its own.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        Self::kept(&SHARED, &["source", "demo"])
    }

    /// A registry with the source set alone, as it is delivered: nobody writes to it.
    pub fn source() -> Arc<Self> {
        static SOURCE: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        Self::kept(&SOURCE, &["source"])
    }

    /// A registry with both sets: nobody writes to it.
    pub fn demo() -> Arc<Self> {
        static DEMO: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        Self::kept(&DEMO, &["source", "demo"])
    }

    /// The server that other tests hold, or a new one with these sets.
    fn kept(held: &Mutex<Weak<Self>>, sets: &[&str]) -> Arc<Self> {
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        held.upgrade().unwrap_or_else(|| {
            let load = sets.iter().flat_map(|set| ["--load", set]);
            let arguments: Vec<&str> = ["--base", BASE].into_iter().chain(load).collect();
            let server = Arc::new(Folder::new().serve(&arguments));
            *held = Arc::downgrade(&server);
            server
        })
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// Somebody with an account and a token that lets do all that they may.
    #[track_caller]
    pub fn person(&self, handle: &str) -> Person {
        self.person_with(handle, "read,write,control")
    }

    /// The same with a token of that scope.
    #[track_caller]
    pub fn person_with(&self, handle: &str, scope: &str) -> Person {
        let shown = self.folder.told(&["user", "add", handle]);
        let webid = shown.lines().next().expect("the WebID is shown").to_owned();
        let shown = self.folder.told(&["token", "add", handle, "--scope", scope]);
        let token = shown.trim_end().rsplit(' ').next().expect("it is shown").to_owned();
        Person { address: self.address.clone(), webid, token }
    }

    pub fn get(&self, path: &str) -> Request {
        Request::new(&self.address, "GET", path)
    }

    pub fn head(&self, path: &str) -> Request {
        Request::new(&self.address, "HEAD", path)
    }

    pub fn options(&self, path: &str) -> Request {
        Request::new(&self.address, "OPTIONS", path)
    }

    /// As the administrator, as all writes but those of [`Server::anonymous`].
    pub fn put(&self, path: &str) -> Request {
        self.anonymous("PUT", path).admin()
    }

    pub fn post(&self, path: &str) -> Request {
        self.anonymous("POST", path).admin()
    }

    pub fn patch(&self, path: &str) -> Request {
        self.anonymous("PATCH", path).admin()
    }

    pub fn delete(&self, path: &str) -> Request {
        self.anonymous("DELETE", path).admin()
    }

    pub fn anonymous(&self, method: &'static str, path: &str) -> Request {
        Request::new(&self.address, method, path)
    }

    /// A query to the SPARQL endpoint.
    pub fn query(&self, text: &str) -> Request {
        self.anonymous("POST", "/sparql").body("application/sparql-query", text)
    }

    pub fn update(&self, text: &str) -> Request {
        self.post("/sparql").body("application/sparql-update", text)
    }

    /// The rows of a `SELECT` as tab-separated values, without the variables.
    #[track_caller]
    pub fn rows(&self, query: &str) -> String {
        let answer = self.query(query).accept("text/tab-separated-values").send();
        let body = answer.expect_status(200).body;
        body.split_once('\n').map_or("", |(_, rows)| rows).to_owned()
    }

    #[track_caller]
    pub fn ask(&self, query: &str) -> bool {
        let answer = self.query(query).accept("application/sparql-results+json").send();
        answer.expect_status(200).json()["boolean"].as_bool().expect("an answer to ASK")
    }

    /// As the power cut does.
    pub fn kill(&mut self) {
        self.child.kill().expect("the child is ours");
        self.child.wait().expect("the child is ours");
    }

    /// Waits for a process that dies by itself: whether it died of a crash.
    pub fn has_crashed(&mut self) -> bool {
        self.child.wait().expect("the child is ours").code().is_none()
    }

    /// Asks the process to end and waits until it has written its last checkpoint.
    pub fn stop(mut self) -> Folder {
        assert!(terminate(&self.child), "the process was there");
        let status = self.child.wait().expect("the child is ours");
        assert!(status.success(), "a server that is asked to stop ends well: {status}");
        self.folder.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
