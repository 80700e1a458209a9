//! What a worker gives up before it reads what strangers wrote: all but memory up to a limit, the
//! processor up to a limit, and the channels that it has. It opens no file, no socket and no
//! process any more, whatever an evaluation may come to; what it would need for that fails.
//!
//! Linux only: <https://docs.kernel.org/userspace-api/seccomp_filter.html>

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition};
use seccompiler::{SeccompFilter, SeccompRule, TargetArch};
use std::collections::BTreeMap;

/// Why a worker that could do too much does nothing.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    #[error("a limit of the system cannot be set: {0}")]
    Limit(#[from] rustix::io::Errno),
    #[error("the system tells not how much memory is used")]
    Memory,
    #[error("calls of the system cannot be refused: {0}")]
    Calls(String),
}

/// More than the channels of a worker, so that reading its own limits still works.
const DESCRIPTORS_MAX: u64 = 16;

/// The calls that evaluating, reading orders and writing answers come to. None of them opens
/// anything, sends anything elsewhere, or starts a process or a thread.
const CALLS: [i64; 36] = [
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_close,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_membarrier,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_rseq,
];

/// Confines the whole process: all its threads, for as long as it lives. It may use so many bytes
/// of memory beside what it uses now.
pub(super) fn confine(memory_bytes: u64) -> Result<(), ConfineError> {
    let address_space = address_space_bytes().ok_or(ConfineError::Memory)?;
    limit(Resource::As, address_space.saturating_add(memory_bytes))?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Nofile, DESCRIPTORS_MAX)?;
    let calls = |error: &dyn std::fmt::Display| ConfineError::Calls(error.to_string());
    let program = program().map_err(|error| calls(&error))?;
    seccompiler::apply_filter_all_threads(&program).map_err(|error| calls(&error))
}

/// Ends the process by itself where it works for more than so many seconds from now on: the server
/// should have ended it before.
pub(super) fn allow_seconds(seconds: u64) -> Result<(), ConfineError> {
    const SPARE: u64 = 2;
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
    let current = Some(used.saturating_add(seconds).saturating_add(SPARE));
    let maximum = getrlimit(Resource::Cpu).maximum;
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum })?)
}

fn limit(resource: Resource, most: u64) -> Result<(), ConfineError> {
    // What the whole service may use can be less.
    let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// How much of its address space the process uses.
fn address_space_bytes() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split(' ').next()?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

fn program() -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        CALLS.into_iter().map(|call| (call, Vec::new())).collect();
    // Limits of its own only: `allow_seconds` lowers and raises the one on time.
    let itself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![itself])?]);
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, refused, SeccompAction::Allow, arch)?.try_into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{ErrorKind, Read as _, Write as _};
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::net::UnixStream;
    use std::process::Command;

    /// What a confined process finds, told by a process of its own: the limits are for ever.
    #[test]
    fn a_confined_process_opens_nothing_and_starts_nothing() {
        let own = std::env::current_exe().expect("a process knows its own file");
        let output = Command::new(own)
            .args(["--exact", "query::confine::tests::confined", "--ignored", "--nocapture"])
            .output()
            .expect("the tests run");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    #[ignore = "run by a_confined_process_opens_nothing_and_starts_nothing"]
    fn confined() {
        let (mut kept, mut other) = UnixStream::pair().expect("a pair");
        let own = std::env::current_exe().expect("a process knows its own file");
        confine(256 * 1024 * 1024).expect("it can be confined");
        allow_seconds(10).expect("time can be limited");
        let denied = |what: &str, error: std::io::Error| {
            assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{what}: {error}");
        };
        denied("connect", UnixStream::connect(&own).expect_err("no socket"));
        denied("listen", TcpListener::bind("127.0.0.1:0").expect_err("no socket"));
        denied("send", UdpSocket::bind("127.0.0.1:0").expect_err("no socket"));
        denied("read", std::fs::read(&own).expect_err("no file"));
        denied("write", std::fs::write("confined.txt", "x").expect_err("no file"));
        denied("remove", std::fs::remove_file(&own).expect_err("no file"));
        denied("run", Command::new(&own).spawn().expect_err("no process"));
        denied("thread", std::thread::Builder::new().spawn(|| ()).expect_err("no thread"));
        let mut much: Vec<u8> = Vec::new();
        assert!(much.try_reserve_exact(512 * 1024 * 1024).is_err(), "no more memory");
        kept.write_all(b"but").expect("the channels that it has");
        let mut heard = [0; 3];
        other.read_exact(&mut heard).expect("work on");
        assert_eq!(&heard, b"but");
    }
}
