use proptest::prelude::*;

use super::{
    Action, CONNECT_LIMIT, Connection, ConnectionState, PING_INTERVAL, PING_LIMIT, PROBE_LIMIT, SILENT_ATTEMPTS,
    SILENT_ATTEMPTS_AFTER_SUCCESS, STABLE_AFTER, Way,
};
use crate::wire::command::{Command, Resume, SendMode, Word};
use crate::wire::event::{Event, Frame};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::Transcript;

fn frame(seq: u64, event: Event) -> Frame {
    Frame { event, seq, conversation: Some("c".into()), content: String::new(), completed: false }
}

fn send(id: &str) -> Command {
    Command::Send {
        id: Some(id.into()),
        conversation: Some("c".into()),
        text: "How many sites?".into(),
        mode: SendMode::Queue,
    }
}

fn ack(id: &str) -> Frame {
    frame(0, Event::Ack { id: Some(id.into()), message: None, duplicate: false })
}

/// What the server says of its views.
fn pong(views: &[Resume]) -> Frame {
    Frame { conversation: None, ..frame(0, Event::Pong { views: views.to_vec() }) }
}

fn not_found() -> Frame {
    let problem = Problem::new(ProblemCode::NotFound, "There is no such conversation");
    frame(0, Event::Error { id: None, problem })
}

fn resume(after: u64) -> Resume {
    Resume { conversation: "c".into(), after }
}

/// Connected at time 0 over socket 1.
fn open() -> Connection {
    let (mut connection, actions) = Connection::start(0);
    assert_eq!(actions, [Action::Connect(1, Way::Socket)]);
    assert_eq!(connection.opened(1, 0), [Action::Report]);
    connection
}

/// Lets the wait pass and opens the next socket, over which something comes; returns what is done then.
fn reopen(connection: &mut Connection, socket: u64) -> Vec<Action> {
    let now = connection.next_tick();
    assert_eq!(connection.tick(now, 0.0), [Action::Connect(socket, Way::Socket), Action::Report]);
    let actions = connection.opened(socket, now);
    connection.received(socket, &Frame { conversation: None, ..frame(0, Event::ConversationsChanged) });
    actions
}

#[test]
fn a_lost_connection_is_resumed_where_it_was() {
    let mut connection = open();
    assert_eq!(connection.subscribe("c".into(), 3), [Action::Send(Command::Subscribe(resume(3)))]);
    for seq in [4, 5, 5, 7] {
        assert!(connection.received(1, &frame(seq, Event::Title)).0);
    }
    assert_eq!(connection.closed(1, STABLE_AFTER, 0.0), [Action::Report]);
    let waiting = ConnectionState { online: false, attempt: 0, retry_in: Some(250), outbox: 0 };
    assert_eq!(connection.state(), waiting);
    // 7 did not follow 5: what is between is asked for again.
    assert_eq!(reopen(&mut connection, 2), [Action::Send(Command::Hello { resume: vec![resume(5)] }), Action::Report]);
    assert!(connection.state().online);
}

#[test]
fn what_may_be_in_no_database_is_not_gone_on_from() {
    let mut connection = open();
    connection.subscribe("c".into(), 3);
    let fails = || Event::Storage { problem: Some(Problem::new(ProblemCode::Storage, "The database does not answer")) };
    for event in [fails(), Event::Storage { problem: None }, Event::Title] {
        connection.received(1, &frame(if matches!(event, Event::Title) { 4 } else { 0 }, event));
    }
    connection.closed(1, 10, 0.0);
    assert!(reopen(&mut connection, 2).contains(&Action::Send(Command::Hello { resume: vec![resume(4)] })));
    connection.received(2, &frame(0, fails()));
    connection.received(2, &frame(5, Event::Title));
    connection.closed(2, 1_000, 0.0);
    assert!(reopen(&mut connection, 3).contains(&Action::Send(Command::Hello { resume: vec![resume(0)] })));
    // Once: the snapshot is what is there.
    let transcript = Transcript { seq: 4, ..Transcript::new("c".into()) };
    connection.received(3, &frame(0, Event::Snapshot { transcript }));
    connection.closed(3, 5_000, 0.0);
    assert!(reopen(&mut connection, 4).contains(&Action::Send(Command::Hello { resume: vec![resume(4)] })));
}

#[test]
fn a_snapshot_moves_the_place_and_leaving_forgets_it() {
    let mut connection = open();
    connection.subscribe("c".into(), 90);
    let transcript = Transcript { seq: 12, ..Transcript::new("c".into()) };
    connection.received(1, &frame(0, Event::Snapshot { transcript }));
    connection.received(1, &frame(13, Event::Title));
    connection.closed(1, 10, 0.0);
    assert!(reopen(&mut connection, 2).contains(&Action::Send(Command::Hello { resume: vec![resume(13)] })));
    connection.send(Command::Unsubscribe { conversation: "c".into() });
    connection.closed(2, 1_000, 0.0);
    assert_eq!(reopen(&mut connection, 3), [Action::Report]);
}

#[test]
fn a_question_is_sent_until_it_is_acknowledged() {
    let mut connection = open();
    assert_eq!(connection.send(send("s1")), [Action::Send(send("s1")), Action::Report]);
    connection.closed(1, 10, 0.0);
    assert_eq!(connection.send(send("s2")), [Action::Report]);
    connection.subscribe("c".into(), 0);
    assert_eq!(connection.state().outbox, 2);
    // Before the view: the question makes the conversation that is viewed.
    let hello = Action::Send(Command::Hello { resume: vec![resume(0)] });
    assert_eq!(reopen(&mut connection, 2), [Action::Send(send("s1")), Action::Send(send("s2")), hello, Action::Report]);
    assert_eq!(connection.received(2, &ack("s1")), (true, vec![Action::Report]));
    assert_eq!(connection.received(2, &ack("s1")), (true, vec![]));
    assert_eq!(connection.state().outbox, 1);
}

#[test]
fn commands_without_an_id_are_sent_once_and_only_if_they_mean_the_same_later() {
    let mut connection = open();
    connection.closed(1, 10, 0.0);
    let approve = || Command::Approve {
        conversation: "c".into(),
        approval: "a".into(),
        digest: "d".into(),
        decision: Word::Approve,
    };
    let stop = |run: Option<&str>| Command::Stop { run: run.map(Into::into), conversation: Some("c".into()) };
    assert_eq!(connection.send(stop(None)), []);
    assert_eq!(connection.send(approve()), [], "a plan would be approved that is not as it was shown");
    assert_eq!(connection.send(stop(Some("r1"))), [Action::Report]);
    assert_eq!(reopen(&mut connection, 2), [Action::Send(stop(Some("r1"))), Action::Report]);
    assert_eq!(connection.send(stop(None)), [Action::Send(stop(None))]);
    connection.closed(2, 5_000, 0.0);
    assert_eq!(reopen(&mut connection, 3), [Action::Report]);
}

#[test]
fn a_silent_socket_is_replaced() {
    let mut connection = open();
    assert_eq!(connection.next_tick(), PING_INTERVAL);
    assert_eq!(connection.tick(PING_INTERVAL - 1, 0.0), []);
    assert_eq!(connection.tick(PING_INTERVAL, 0.0), [Action::Send(Command::Ping)]);
    // Any frame is a sign of life.
    connection.received(1, &frame(0, Event::Title));
    assert_eq!(connection.next_tick(), 2 * PING_INTERVAL);
    connection.tick(2 * PING_INTERVAL, 0.0);
    let dead = 2 * PING_INTERVAL + PING_LIMIT;
    assert_eq!(connection.next_tick(), dead);
    assert_eq!(connection.tick(dead, 0.0), [Action::Close(1), Action::Report]);
    assert_eq!(connection.received(1, &pong(&[])), (false, vec![]));
}

#[test]
fn a_socket_over_which_much_comes_is_asked_too() {
    let mut connection = open();
    for _ in 0..9 {
        connection.received(1, &frame(0, Event::ConversationsChanged));
    }
    assert_eq!(connection.next_tick(), PING_INTERVAL);
    assert_eq!(connection.tick(PING_INTERVAL, 0.0), [Action::Send(Command::Ping)]);
}

#[test]
fn what_was_lost_where_nothing_follows_is_asked_for_when_the_pong_tells() {
    let mut connection = open();
    connection.subscribe("c".into(), 3);
    assert_eq!(connection.received(1, &pong(&[resume(3)])), (true, vec![]));
    assert_eq!(connection.received(1, &pong(&[resume(5)])).1, [Action::Send(Command::Subscribe(resume(3)))]);
    for seq in [4, 5] {
        connection.received(1, &frame(seq, Event::Title));
    }
    assert_eq!(connection.received(1, &pong(&[resume(5)])).1, []);
    // The view is not open there at all.
    assert_eq!(connection.received(1, &pong(&[])).1, [Action::Send(Command::Subscribe(resume(5)))]);
    connection.send(Command::Unsubscribe { conversation: "c".into() });
    assert_eq!(connection.received(1, &pong(&[resume(9)])).1, []);
}

#[test]
fn a_conversation_that_is_not_there_is_not_asked_for_again_and_again() {
    let mut connection = open();
    connection.subscribe("c".into(), 0);
    connection.received(1, &not_found());
    assert_eq!(connection.received(1, &pong(&[])).1, []);
    // Somebody made it: its question opened the view.
    assert_eq!(connection.received(1, &pong(&[resume(1)])).1, [Action::Send(Command::Subscribe(resume(0)))]);
    connection.received(1, &frame(1, Event::Title));
    assert_eq!(connection.received(1, &pong(&[])).1, [Action::Send(Command::Subscribe(resume(1)))]);
    connection.received(1, &not_found());
    connection.closed(1, 70, 0.0);
    assert!(reopen(&mut connection, 2).contains(&Action::Send(Command::Hello { resume: vec![resume(1)] })));
}

#[test]
fn a_question_whose_answer_was_lost_is_sent_again_when_the_pong_comes() {
    let mut connection = open();
    connection.send(send("s1"));
    assert_eq!(connection.received(1, &pong(&[])).1, [Action::Send(send("s1"))]);
    connection.received(1, &ack("s1"));
    assert_eq!(connection.received(1, &pong(&[])).1, []);
}

#[test]
fn a_page_that_wakes_up_notices_a_dead_socket_in_two_seconds() {
    let mut connection = open();
    let woken = 3_600_000;
    assert_eq!(connection.wake(woken), [Action::Send(Command::Ping)]);
    assert_eq!(connection.next_tick(), woken + PROBE_LIMIT);
    // Waking again does not give it more time.
    connection.wake(woken + 1_500);
    assert_eq!(connection.tick(woken + PROBE_LIMIT, 0.0), [Action::Close(1), Action::Report]);
    // And while it waits, waking means trying at once.
    assert_eq!(connection.wake(woken + PROBE_LIMIT + 1), [Action::Connect(2, Way::Socket), Action::Report]);
}

#[test]
fn what_a_replaced_socket_says_is_ignored() {
    let mut connection = open();
    connection.closed(1, 10, 0.0);
    reopen(&mut connection, 2);
    let before = connection.state();
    assert_eq!(connection.closed(1, 900, 0.0), []);
    assert_eq!(connection.opened(1, 900), []);
    assert_eq!(connection.received(1, &frame(1, Event::Title)), (false, vec![]));
    assert_eq!(connection.state(), before);
}

#[test]
fn failed_attempts_count_and_back_off() {
    let (mut connection, _) = Connection::start(0);
    for attempt in 1..10 {
        let now = connection.next_tick();
        let socket = u64::from(attempt);
        connection.closed(socket, now, 1.0);
        assert_eq!(connection.state().attempt, attempt);
        let expected = [1_000, 2_000, 4_000, 8_000, 16_000].get(attempt as usize - 1).copied().unwrap_or(30_000);
        assert_eq!(connection.state().retry_in, Some(expected));
        let now = connection.next_tick();
        connection.tick(now, 1.0);
    }
    // It opens, but is thrown out at once: that is no success.
    let now = connection.next_tick();
    connection.opened(10, now);
    connection.closed(10, now + 1, 1.0);
    assert_eq!(connection.state().attempt, 10);
    // This time it lasts.
    let now = connection.next_tick();
    connection.tick(now, 1.0);
    connection.opened(11, now);
    connection.closed(11, now + STABLE_AFTER, 1.0);
    assert_eq!(connection.state().attempt, 0);
}

#[test]
fn a_socket_that_never_opens_is_given_up() {
    let (mut connection, _) = Connection::start(0);
    assert_eq!(connection.tick(CONNECT_LIMIT, 0.0), [Action::Close(1), Action::Report]);
    assert_eq!(connection.state().attempt, 1);
}

#[test]
fn a_goodbye_says_when_to_come_back() {
    let mut connection = open();
    let bye = Event::Bye { code: "drain".into(), retry_milliseconds: 3_000 };
    connection.received(1, &frame(0, bye));
    connection.closed(1, 20, 0.5);
    assert_eq!(connection.state(), ConnectionState { online: false, attempt: 0, retry_in: Some(4_500), outbox: 0 });
}

#[test]
fn a_socket_that_got_too_old_is_replaced_at_once_and_goes_on() {
    let mut connection = open();
    connection.subscribe("c".into(), 3);
    connection.send(send("s1"));
    connection.received(1, &frame(0, Event::Bye { code: "renew".into(), retry_milliseconds: 0 }));
    connection.closed(1, STABLE_AFTER, 1.0);
    assert_eq!(connection.state(), ConnectionState { online: false, attempt: 0, retry_in: Some(500), outbox: 1 });
    let hello = Action::Send(Command::Hello { resume: vec![resume(3)] });
    assert_eq!(reopen(&mut connection, 2), [Action::Send(send("s1")), hello, Action::Report]);
}

/// Lets the next attempt begin: over which way.
fn next_way(connection: &mut Connection) -> Way {
    let now = connection.next_tick();
    match connection.tick(now, 0.0).as_slice() {
        [Action::Connect(_, way), Action::Report] => *way,
        other => panic!("{other:?}"),
    }
}

/// Attempts fail, from this socket on, until the other way is taken: how many that were.
fn attempts_until_other_way(connection: &mut Connection, mut socket: u64, way: Way) -> u32 {
    for attempt in 1.. {
        connection.closed(socket, connection.next_tick(), 0.0);
        socket += 1;
        if next_way(connection) != way {
            return attempt;
        }
    }
    0
}

#[test]
fn where_sockets_never_say_anything_a_stream_is_taken_and_kept() {
    let (mut connection, _) = Connection::start(0);
    assert_eq!(attempts_until_other_way(&mut connection, 1, Way::Socket), SILENT_ATTEMPTS);
    let mut now = connection.next_tick() - 1;
    connection.opened(3, now);
    connection.received(3, &pong(&[]));
    // It is asked whether it lives, like a socket, and nothing else is tried.
    for _ in 0..5 {
        now = connection.next_tick();
        assert_eq!(connection.tick(now, 0.0), [Action::Send(Command::Ping)]);
        connection.received(3, &pong(&[]));
    }
    // What was heard once and is lost comes back the same way.
    connection.closed(3, now, 0.0);
    assert_eq!(next_way(&mut connection), Way::Stream);
    // But where that is the broken one, sockets get another chance.
    assert_eq!(attempts_until_other_way(&mut connection, 4, Way::Stream), SILENT_ATTEMPTS);
}

#[test]
fn a_socket_that_opens_and_says_nothing_is_none_either() {
    let (mut connection, _) = Connection::start(0);
    for socket in [1, 2] {
        connection.opened(socket, connection.next_tick() - 1);
        connection.closed(socket, connection.next_tick(), 0.0);
        let expected = if socket == 1 { Way::Socket } else { Way::Stream };
        assert_eq!(next_way(&mut connection), expected);
    }
}

/// Connected over a stream, after sockets that worked did not any more. The stream's number.
fn on_a_stream_after_sockets_worked() -> (Connection, u64) {
    let mut connection = open();
    connection.received(1, &pong(&[]));
    connection.closed(1, STABLE_AFTER, 0.0);
    assert_eq!(next_way(&mut connection), Way::Socket);
    assert_eq!(attempts_until_other_way(&mut connection, 2, Way::Socket), SILENT_ATTEMPTS_AFTER_SUCCESS);
    let stream = 2 + u64::from(SILENT_ATTEMPTS_AFTER_SUCCESS);
    connection.opened(stream, connection.next_tick() - 1);
    connection.received(stream, &pong(&[]));
    (connection, stream)
}

#[test]
fn a_server_that_was_away_is_no_reason_to_stay_with_a_stream() {
    let (mut connection, stream) = on_a_stream_after_sockets_worked();
    // Not while something is on its way.
    connection.send(send("s1"));
    let now = connection.next_tick();
    assert_eq!(connection.tick(now, 0.0), [Action::Send(Command::Ping)]);
    connection.received(stream, &ack("s1"));
    let now = connection.next_tick();
    let expected = [Action::Close(stream), Action::Connect(stream + 1, Way::Socket), Action::Report];
    assert_eq!(connection.tick(now, 0.0), expected);
    connection.opened(stream + 1, now);
    connection.received(stream + 1, &pong(&[]));
    connection.closed(stream + 1, now + STABLE_AFTER, 0.0);
    assert_eq!(next_way(&mut connection), Way::Socket);
}

#[test]
fn a_network_that_has_begun_to_break_sockets_is_tried_once() {
    let (mut connection, stream) = on_a_stream_after_sockets_worked();
    let now = connection.next_tick();
    connection.tick(now, 0.0);
    connection.closed(stream + 1, now + 1, 0.0);
    assert_eq!(next_way(&mut connection), Way::Stream);
    connection.opened(stream + 2, now + 2);
    connection.received(stream + 2, &pong(&[]));
    let now = connection.next_tick();
    assert_eq!(connection.tick(now, 0.0), [Action::Send(Command::Ping)]);
}

proptest! {
    /// Whatever happens, a question is sent on every new socket until the server answered it, and never after.
    #[test]
    fn nothing_is_lost(happenings in prop::collection::vec((0_u8..8, 0_u64..40_000, 0.0..1.0_f64), 1..120)) {
        let (mut connection, _) = Connection::start(0);
        let (mut now, mut socket, mut sent, mut answered) = (0, 1_u64, Vec::<String>::new(), Vec::<String>::new());
        for (index, (kind, passed, chance)) in happenings.into_iter().enumerate() {
            now += passed;
            let mut actions = match kind {
                0 => connection.opened(socket, now),
                1 => connection.closed(socket, now, chance),
                2 => connection.closed(socket.saturating_sub(1), now, chance),
                3 => connection.wake(now),
                4 => {
                    sent.push(format!("s{index}"));
                    connection.send(send(&format!("s{index}")))
                }
                5 if connection.state().online => match sent.iter().find(|id| !answered.contains(id)).cloned() {
                    Some(id) => {
                        let actions = connection.received(socket, &ack(&id)).1;
                        answered.push(id);
                        actions
                    }
                    None => Vec::new(),
                },
                _ => Vec::new(),
            };
            let open: Vec<_> = sent.iter().filter(|id| !answered.contains(id)).map(|id| Action::Send(send(id))).collect();
            if kind == 0 && !actions.is_empty() {
                let again: Vec<_> = actions.iter().filter(|action| matches!(action, Action::Send(_))).cloned().collect();
                prop_assert_eq!(&again, &open);
            }
            prop_assert_eq!(connection.state().outbox, open.len());
            actions.extend(connection.tick(now, chance));
            for action in &actions {
                if let Action::Connect(number, _) = action {
                    prop_assert!(*number == socket + 1);
                    socket = *number;
                }
            }
            prop_assert!(connection.next_tick() > now, "a timer that never rests");
        }
    }
}
