//! Backups beside a server that is written to, and what becomes of them.

use crate::http::Request;
use crate::server::{Folder, Server};
use crate::stories::organization;
use codesocial_store::{hex, read_entries};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

const CLIENTS: usize = 8;
/// How many writes are acknowledged before the backup begins.
const WRITES_BEFORE: usize = 100;

fn backup(folder: &Folder, to: &Path, more: &[&str]) -> Output {
    let to = to.to_string_lossy();
    folder.run("backup", &[&["--to", to.as_ref()], more].concat())
}

fn restore(from: &Path) -> (Folder, Output) {
    let folder = Folder::new();
    let output = folder.run("restore", &["--from", &from.to_string_lossy()]);
    (folder, output)
}

/// The lines `head` and `digest` of what a command printed, which must have ended well.
#[track_caller]
fn proof(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told[told.find("head ").expect("it tells the head")..].to_owned()
}

#[track_caller]
fn refused(output: &Output, why: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(why), "{told}");
}

/// Writes documents of its own until it is told to stop, and tells each that was acknowledged.
fn write_on(address: &str, client: usize, stop: &AtomicBool, heard: &mpsc::Sender<String>) {
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let path = format!("/sandbox/client-{client}-{n}");
        let request = Request::new(address, "PUT", &path).admin().turtle("<> <a:p> 1 .");
        request.send().expect_status(201);
        heard.send(path).expect("the test listens");
    }
}

#[test]
fn a_backup_of_a_server_that_is_written_to_is_one_moment_of_it() {
    let server = Server::empty();
    let place = server.folder.path().join("backup");
    let (stop, after) = (AtomicBool::new(false), AtomicU32::new(0));
    let (before, copied) = thread::scope(|scope| {
        let (heard, acknowledged) = mpsc::channel();
        for client in 0..CLIENTS {
            let (address, stop, heard) = (&server.address, &stop, heard.clone());
            scope.spawn(move || write_on(address, client, stop, &heard));
        }
        drop(heard);
        let before: Vec<String> = acknowledged.iter().take(WRITES_BEFORE).collect();
        let copied = backup(&server.folder, &place, &[]);
        stop.store(true, Ordering::Relaxed);
        after.store(acknowledged.iter().map(|_| 1).sum(), Ordering::Relaxed);
        (before, copied)
    });
    assert!(after.into_inner() > 0, "writes went on beside the backup");
    let head = proof(&copied);
    let folder = server.stop();
    // The head of the backup is an entry of the journal that was written on.
    let words: Vec<&str> = head.split_whitespace().collect();
    let seq: u64 = words[1].parse().expect("a number");
    let entries = read_entries(&folder.data(), seq - 1, 1).expect("the journal can be read");
    assert_eq!(hex(&entries[0].header.hash()), words[2]);
    let (restored, output) = restore(&place);
    assert_eq!(proof(&output), head);
    assert_eq!(restored.head(), head);
    let copy = restored.serve(&[]);
    for path in before {
        assert_eq!(copy.get(&path).status(), 200, "{path} was acknowledged before the backup");
    }
    // The token is the one of the instance.
    copy.put("/sandbox/after").turtle("<> <a:p> 1 .").send().expect_status(201);
}

/// A backup of a registry with one organisation, and the lines that prove it.
fn backed_up(folder: &Folder, more: &[&str]) -> (PathBuf, String) {
    let place = folder.path().join("backup");
    let proof = proof(&backup(folder, &place, more));
    (place, proof)
}

#[test]
fn what_is_restored_says_the_same() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    server.put("/sandbox/gone").turtle("<> <a:p> 1 .").send().expect_status(201);
    server.delete("/sandbox/gone").send().expect_status(204);
    let folder = server.stop();
    let (place, head) = backed_up(&folder, &[]);
    assert_eq!(head, folder.head());
    let (restored, output) = restore(&place);
    assert_eq!(proof(&output), head);
    let (one, other) = (folder.serve(&[]), restored.serve(&[]));
    for path in ["/organizations/lac", "/organizations", "/sandbox/gone", "/sandbox"] {
        let said = |server: &Server| {
            let answer = server.get(path).send();
            (answer.status, answer.body)
        };
        assert_eq!(said(&one), said(&other), "{path}");
    }
    assert!(restored.data().join("journal.sqlite").exists());
}

#[test]
fn private_keys_leave_on_request_only() {
    const KEYS: [&str; 2] = ["instance.key", "sealing.key"];
    let folder = Server::empty().stop();
    let (place, _) = backed_up(&folder, &[]);
    let with = folder.path().join("with-keys");
    proof(&backup(&folder, &with, &["--with-keys"]));
    let (restored, output) = restore(&with);
    proof(&output);
    for name in KEYS {
        assert!(!place.join(name).exists());
        let key = fs::read(folder.data().join(name)).expect("an instance has its keys");
        for file in fs::read_dir(&place).expect("the backup is a directory") {
            let path = file.expect("it can be listed").path();
            let bytes = fs::read(&path).expect("it can be read");
            assert!(!bytes.windows(key.len()).any(|window| window == key), "{}", path.display());
        }
        assert_eq!(fs::read(restored.data().join(name)).expect("restored"), key);
    }
}

#[test]
fn a_backup_takes_no_place_that_is_taken() {
    let folder = Server::empty().stop();
    let (place, _) = backed_up(&folder, &[]);
    refused(&backup(&folder, &place, &[]), "is there already");
    let absent = Folder::new();
    refused(&backup(&absent, &absent.path().join("backup"), &[]), "no journal");
    assert!(!absent.path().join("backup").exists(), "no backup of nothing");
    assert!(!absent.path().join("backup.partial").exists());
}

#[test]
fn nothing_is_restored_over_an_instance() {
    let server = Server::empty();
    let (place, _) = backed_up(&server.folder, &[]);
    let from = place.to_string_lossy().into_owned();
    refused(&server.folder.run("restore", &["--from", &from]), "in use");
    let folder = server.stop();
    let head = folder.head();
    refused(&folder.run("restore", &["--from", &from]), "holds an instance");
    assert_eq!(folder.head(), head);
    refused(&Folder::new().run("restore", &["--from", "nowhere"]), "nowhere");
}

#[test]
fn a_damaged_backup_is_refused_and_leaves_nothing() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let folder = server.stop();
    let (place, _) = backed_up(&folder, &[]);
    let files = fs::read_dir(&place).expect("the backup is a directory");
    let files: Vec<PathBuf> = files.map(|file| file.expect("it can be listed").path()).collect();
    assert_eq!(files.len(), 3, "journal, checkpoint and sums: {files:?}");
    for file in files {
        let whole = fs::read(&file).expect("it can be read");
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for damaged in [Some(flipped), Some(whole[..whole.len() / 2].to_vec()), None] {
            match damaged {
                Some(bytes) => fs::write(&file, bytes).expect("it can be written"),
                None => fs::remove_file(&file).expect("it can be removed"),
            }
            let (target, output) = restore(&place);
            refused(&output, "");
            let left = fs::read_dir(target.data()).into_iter().flatten();
            let left: Vec<_> = left.map(|file| file.expect("listed").file_name()).collect();
            assert!(left.iter().all(|name| name == "lock"), "{}: {left:?}", file.display());
        }
        fs::write(&file, whole).expect("it can be written");
    }
    proof(&restore(&place).1);
}
