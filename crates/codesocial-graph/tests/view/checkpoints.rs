//! Damaged checkpoints are errors.

use crate::world::{Event, World, base, cases, changes, events};
use codesocial_graph::{CheckpointError, Snapshot};
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn encoded(view: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::new();
    view.encode(&mut bytes).expect("memory takes all");
    bytes
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn what_is_read_is_what_was_written(events in events()) {
        let World { view, .. } = World::after(&events);
        let bytes = encoded(&view);
        let read = Snapshot::decode(base(), &mut bytes.as_slice()).expect("our own bytes");
        prop_assert_eq!(read.digest(), view.digest());
        prop_assert_eq!(encoded(&read), bytes);
    }

    #[test]
    fn damaged_bytes_give_an_error_or_a_view_that_can_be_read(
        changes in changes(),
        position in any::<prop::sample::Index>(),
        flip in 1..=u8::MAX,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut world = World::empty();
        world.step(&Event::Accepted(changes));
        let mut bytes = encoded(&world.view);
        prop_assert!(Snapshot::decode(base(), &mut &bytes[..cut.index(bytes.len())]).is_err());
        let position = position.index(bytes.len());
        bytes[position] ^= flip;
        if let Ok(view) = Snapshot::decode(base(), &mut bytes.as_slice()) {
            prop_assert_eq!(view.digest(), view.merged().digest());
        }
    }
}

#[track_caller]
fn check(damage: impl FnOnce(&mut Vec<u8>), expected: &Expect) {
    let mut bytes = encoded(&Snapshot::empty(base()));
    damage(&mut bytes);
    let error: CheckpointError =
        Snapshot::decode(base(), &mut bytes.as_slice()).expect_err("damaged");
    expected.assert_eq(&error.to_string());
}

#[test]
fn the_error_says_what_is_wrong() {
    check(|bytes| bytes[0] = b'x', &expect!["this is no checkpoint"]);
    check(
        |bytes| bytes[8] = 2,
        &expect!["this is a checkpoint of version 2, and only version 1 is known"],
    );
    check(|bytes| bytes[12] = 1, &expect!["the checkpoint cannot be read"]);
    check(
        |bytes| bytes[15] = 0x80,
        &expect!["the view is full: it cannot hold more than 2147483647 terms"],
    );
    check(
        |bytes| {
            bytes[24] = 1;
            bytes.extend([0; 16]);
        },
        &expect!["the checkpoint is damaged: a quad has a term where it cannot stand"],
    );
}
