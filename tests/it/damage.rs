//! Damaged and foreign files: refused or reported, never served.

use crate::server::{BASE, Folder, Server};
use crate::stories::organization;
use std::fs;
use std::path::{Path, PathBuf};

/// A stopped registry with one organisation and a checkpoint.
fn stopped() -> Folder {
    let server = Server::empty();
    let label = "Organisation qui sera abimee";
    server.put("/organizations/lac").turtle(organization(label)).send().expect_status(201);
    server.stop()
}

fn checkpoint(folder: &Folder) -> PathBuf {
    let files = fs::read_dir(folder.data()).expect("the data directory is there");
    let paths = files.map(|file| file.expect("its entries can be read").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .max()
        .expect("a stopped server leaves a checkpoint")
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("the file is there");
    bytes[at] ^= 0x01;
    fs::write(path, bytes).expect("the file can be written");
}

/// After the damage the registry serves what it held, rebuilt from the journal.
#[track_caller]
fn check_rebuilt(damage: impl Fn(&Path)) {
    let folder = stopped();
    let head = folder.head();
    damage(&checkpoint(&folder));
    assert_eq!(folder.head(), head, "verify falls back on the journal");
    let server = folder.serve(&[]);
    let read = server.get("/organizations/lac").send().expect_status(200);
    assert!(read.body.contains("Organisation qui sera abimee"), "{read:?}");
    let log = folder.log();
    assert!(log.contains("checkpoint is not used"), "the administrator hears of it: {log}");
}

#[test]
fn a_torn_checkpoint_is_rebuilt() {
    for kept in [0, 1, 3, 9] {
        check_rebuilt(|path| {
            let bytes = fs::read(path).expect("the file is there");
            fs::write(path, &bytes[..bytes.len() * kept / 10]).expect("the file can be written");
        });
    }
}

#[test]
fn a_flipped_bit_in_a_checkpoint_is_seen() {
    for tenth in [0, 5, 9] {
        check_rebuilt(|path| {
            let length = fs::read(path).expect("the file is there").len();
            flip(path, length * tenth / 10 + 1);
        });
    }
}

#[test]
fn a_damaged_row_of_the_journal_is_reported_and_never_served() {
    let folder = stopped();
    let journal = folder.data().join("journal.sqlite");
    let bytes = fs::read(&journal).expect("the journal is there");
    let needle = b"Organisation qui sera abimee";
    let places: Vec<usize> =
        (0..bytes.len() - needle.len()).filter(|n| bytes[*n..].starts_with(needle)).collect();
    assert!(!places.is_empty(), "the journal is one file once the server has stopped");
    flip(&journal, places[0] + 5);
    let output = folder.run("verify", &[]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("entry"), "it says which entry: {told}");
    // Without a checkpoint the server would have to read that row: it does not start.
    fs::remove_file(checkpoint(&folder)).expect("it was just listed");
    let refused = folder.try_serve(&[]).map(|_| ()).expect_err("it must not serve damaged data");
    assert!(refused.contains("entry"), "{refused}");
}

#[test]
fn a_journal_cut_at_its_end_is_no_shorter_journal() {
    let folder = stopped();
    let journal = folder.data().join("journal.sqlite");
    let bytes = fs::read(&journal).expect("the journal is there");
    fs::write(&journal, &bytes[..bytes.len() / 2]).expect("the file can be written");
    assert_eq!(folder.run("verify", &[]).status.code(), Some(2));
    assert!(folder.try_serve(&[]).is_err(), "half a journal must not be served");
}

#[test]
fn a_journal_that_is_behind_its_checkpoint_has_lost_entries() {
    // A younger copy of the same instance's journal, put beside the older one's checkpoint.
    let folder = Server::empty().stop();
    let journal = folder.data().join("journal.sqlite");
    let before = fs::read(&journal).expect("the journal is there");
    let server = folder.serve(&[]);
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let folder = server.stop();
    fs::write(&journal, before).expect("the file can be written");
    let output = folder.run("verify", &[]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && told.contains("entries were lost"), "{told}");
    let refused = folder.try_serve(&[]).map(|_| ()).expect_err("acknowledged writes are missing");
    assert!(refused.contains("entries were lost"), "{refused}");
    fs::remove_file(&journal).expect("the file is there");
    let refused = folder.try_serve(&[]).map(|_| ()).expect_err("no new instance over an old one");
    assert!(refused.contains("empty journal"), "{refused}");
}

#[test]
fn a_second_process_on_the_directory_is_refused() {
    let server = Server::empty();
    let refused = server.folder.try_serve(&[]).map(|_| ()).expect_err("one process at a time");
    assert!(refused.contains("in use by another process"), "{refused}");
    let import = server.folder.run("import", &["none.ttl"]);
    assert_eq!(import.status.code(), Some(2));
    assert_eq!(server.get("/healthz").status(), 200, "the first one serves on");
}

#[test]
fn another_base_is_refused_with_the_one_that_was_fixed() {
    let folder = Server::empty().stop();
    let refused = folder.try_serve(&["--base", "http://elsewhere.example/"]).map(|_| ());
    let told = refused.expect_err("IRIs are for ever");
    assert!(told.contains("http://registre.example"), "{told}");
    // With or without the final slash it is the same base.
    folder.serve(&["--base", BASE.trim_end_matches('/')]).stop();
}

#[test]
fn without_a_journal_nothing_is_verified() {
    let folder = Folder::new();
    let output = folder.run("verify", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.data().join("journal.sqlite").exists(), "verify writes nothing");
}

/// A small file system of its own, where this process may mount one.
struct SmallDisk(Folder);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = Folder::new();
        fs::create_dir_all(folder.data()).expect("a folder can be made");
        let mount = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
            .arg(folder.data())
            .output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmount = std::process::Command::new("umount").arg("-l").arg(self.0.data()).status();
        assert!(unmount.is_ok_and(|status| status.success()), "the test leaves no mount behind");
    }
}

#[test]
fn a_full_disk_refuses_writes_serves_reads_and_recovers() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("    skipped: a file system can be mounted by root only");
        return;
    };
    let server = disk.0.try_serve(&[]).expect("there is room to start");
    let ballast = disk.0.data().join("ballast");
    fs::write(&ballast, vec![0; 2 << 20]).expect("there is room for a ballast");
    let text = "x".repeat(20_000);
    let write = |n: usize| {
        let body = format!("<> <a:p> \"{n} {text}\" .");
        server.put(&format!("/sandbox/full-{n}")).turtle(body).status()
    };
    let mut answers = (0..2_000).map(|n| (n, write(n)));
    let (full, refusal) = answers.find(|(_, answer)| *answer != 201).expect("the disk fills up");
    assert!(full > 10, "some writes went well");
    assert_eq!(refusal, 507);
    // The journal may find room again in what it has taken already: a later write then goes well.
    for (n, answer) in [(full, refusal)].into_iter().chain(answers.take(20)) {
        let read = server.get(&format!("/sandbox/full-{n}")).status();
        assert!(matches!((answer, read), (201, 200) | (507, 404)), "{n}: {answer}, then {read}");
    }
    assert_eq!(server.get(&format!("/sandbox/full-{}", full - 1)).status(), 200);
    fs::remove_file(&ballast).expect("the ballast is there");
    assert_eq!(write(full), 201, "there is room again, and no restart was needed");
    assert_eq!(disk.0.run("verify", &[]).status.code(), Some(0));
}
