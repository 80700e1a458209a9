//! Who waits for a worker. Clients take turns, each with its queries in the order in which they
//! came; none holds more places than it may, so that nobody is kept out by somebody else.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How many queries may run and wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct QueueLimits {
    /// Of one client at once.
    pub(super) client_running_max: usize,
    pub(super) client_waiting_max: usize,
    pub(super) waiting_max: usize,
}

/// What waits, by the client that it is of.
pub(super) struct Queue<C, T> {
    limits: QueueLimits,
    turns: Mutex<Turns<C, T>>,
    /// Something came, or a client may have more again.
    changed: Notify,
}

struct Turns<C, T> {
    waiting: HashMap<C, VecDeque<T>>,
    /// The clients of whom something waits, the next first.
    order: VecDeque<C>,
    running: HashMap<C, usize>,
}

/// Of whom something runs, until this is dropped.
pub(super) struct Turn<C: Clone + Eq + Hash, T> {
    queue: Arc<Queue<C, T>>,
    client: C,
}

impl<C: Clone + Eq + Hash, T> Queue<C, T> {
    pub(super) fn new(limits: QueueLimits) -> Self {
        let turns =
            Turns { waiting: HashMap::new(), order: VecDeque::new(), running: HashMap::new() };
        Self { limits, turns: Mutex::new(turns), changed: Notify::new() }
    }

    fn turns(&self) -> MutexGuard<'_, Turns<C, T>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many run and how many wait.
    pub(super) fn load(&self) -> (usize, usize) {
        let turns = self.turns();
        (turns.running.values().sum(), turns.waiting.values().map(VecDeque::len).sum())
    }

    /// Waits for a turn of the client; what is given back has no place. Those for which nobody
    /// waits any more make room.
    pub(super) fn push(&self, client: C, item: T, is_idle: impl Fn(&T) -> bool) -> Result<(), T> {
        let mut turns = self.turns();
        turns.waiting.values_mut().for_each(|own| own.retain(|item| !is_idle(item)));
        let all: usize = turns.waiting.values().map(VecDeque::len).sum();
        let own = turns.waiting.get(&client).map_or(0, VecDeque::len);
        if all >= self.limits.waiting_max || own >= self.limits.client_waiting_max {
            return Err(item);
        }
        if !turns.order.contains(&client) {
            turns.order.push_back(client.clone());
        }
        turns.waiting.entry(client).or_default().push_back(item);
        drop(turns);
        self.changed.notify_one();
        Ok(())
    }

    /// What is next, as soon as there is something.
    pub(super) async fn next(self: &Arc<Self>) -> (Turn<C, T>, T) {
        loop {
            let changed = self.changed.notified();
            if let Some((client, item)) = self.turns().next(self.limits.client_running_max) {
                return (Turn { queue: self.clone(), client }, item);
            }
            changed.await;
        }
    }
}

impl<C: Clone + Eq + Hash, T> Turns<C, T> {
    fn next(&mut self, running_max: usize) -> Option<(C, T)> {
        for _ in 0..self.order.len() {
            let client = self.order.pop_front()?;
            let waiting = self.waiting.entry(client.clone()).or_default();
            let running = self.running.get(&client).copied().unwrap_or_default();
            if running >= running_max && !waiting.is_empty() {
                self.order.push_back(client);
                continue;
            }
            let item = waiting.pop_front();
            if waiting.is_empty() {
                self.waiting.remove(&client);
            } else {
                self.order.push_back(client.clone());
            }
            if let Some(item) = item {
                *self.running.entry(client.clone()).or_default() += 1;
                return Some((client, item));
            }
        }
        None
    }
}

impl<C: Clone + Eq + Hash, T> Drop for Turn<C, T> {
    fn drop(&mut self) {
        let mut turns = self.queue.turns();
        if let Some(running) = turns.running.get_mut(&self.client) {
            *running -= 1;
            if *running == 0 {
                turns.running.remove(&self.client);
            }
        }
        drop(turns);
        self.queue.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: QueueLimits =
        QueueLimits { client_running_max: 1, client_waiting_max: 3, waiting_max: 5 };

    fn queue(items: &str) -> (Arc<Queue<char, String>>, Vec<String>) {
        let queue = Arc::new(Queue::new(LIMITS));
        let refused = items.split_whitespace().filter_map(|item| {
            let client = item.chars().next().expect("an item begins with its client");
            queue.push(client, item.to_owned(), |item| item.ends_with('-')).err()
        });
        let refused = refused.collect();
        (queue, refused)
    }

    /// What has a place, in the order in which it runs where one worker takes all.
    #[track_caller]
    fn check(items: &str, order: &str, refused: &str) {
        let (queue, told) = queue(items);
        assert_eq!(told.join(" "), refused, "refused of {items}");
        let mut taken = Vec::new();
        let take = || queue.turns().next(1);
        while let Some((client, item)) = take() {
            drop(Turn { queue: queue.clone(), client });
            taken.push(item);
        }
        assert_eq!(taken.join(" "), order, "the order of {items}");
        assert_eq!(queue.load(), (0, 0));
    }

    #[test]
    fn clients_take_turns() {
        check("a1 a2 a3 b1 b2", "a1 b1 a2 b2 a3", "");
        check("a1 b1 c1 a2 b2", "a1 b1 c1 a2 b2", "");
    }

    #[test]
    fn no_client_has_more_places_than_it_may_nor_have_all() {
        check("a1 a2 a3 a4 b1 b2 c1", "a1 b1 a2 b2 a3", "a4 c1");
    }

    #[test]
    fn who_waits_no_more_makes_room() {
        check("a1- a2- a3- a4 b1", "a4 b1", "");
    }

    #[test]
    fn a_client_that_runs_as_much_as_it_may_lets_others_pass() {
        let (queue, _) = queue("a1 a2 b1");
        let take = || queue.turns().next(1);
        assert_eq!(take(), Some(('a', "a1".to_owned())));
        assert_eq!(take(), Some(('b', "b1".to_owned())));
        assert_eq!(take(), None);
        assert_eq!(queue.load(), (2, 1));
        drop(Turn { queue: queue.clone(), client: 'a' });
        assert_eq!(take(), Some(('a', "a2".to_owned())));
    }

    #[tokio::test]
    async fn who_waits_is_woken_by_what_comes_and_by_what_ends() {
        let (queue, _) = queue("a1 a2");
        let (turn, first) = queue.next().await;
        let next = tokio::spawn({
            let queue = queue.clone();
            async move { queue.next().await.1 }
        });
        tokio::task::yield_now().await;
        drop(turn);
        assert_eq!((first.as_str(), next.await.expect("it is woken").as_str()), ("a1", "a2"));
    }
}
