//! One node: a command engine, its view of the cluster, its part in replication, its queue, and the process they live in.
//!
//! [`NodeState`] is everything but the engine and the queue, so that the engine can call back into it (see `redirect`)
//! while it executes a command. Its behaviour is spread by concept: `bus`, `failure`, `election`, `replication`.
//!
//! Start with [`Node::handle`].

use super::bus_message::{BusBody, Counters};
use super::election::{Election, ManualFailover};
use super::key_migration::{KeyMigrationMessage, KeyMigrations};
use super::redirect::NodeHost;
use super::replication::{LinkState, Replication};
use super::service::Service;
use super::settings::Settings;
use super::view::{Ms, Peer, Roster, View, hex_id};
use super::{Event, Liveness, NodeIndex, NodeStatus, Note, Output, Role, Timer};
use crate::engine::{ClientId, Engine};
use crate::resp::Bytes;
use crate::sim::{Nanos, Rng, draw};
use std::collections::VecDeque;
use std::rc::Rc;

/// Time between two ticks (`hz 10`).
const TICK: Nanos = Nanos::from_millis(100);
/// Ticks between two rounds of replication's own.
const TICKS_PER_SECOND: u64 = 10;
/// How many messages a hanging process keeps; later ones find its socket buffers full.
const DEFERRED_MAX: usize = 10_000;

/// The moment at which something is handled, and where what follows from it goes.
pub(super) struct Ctx<'a> {
    /// Time since the run began.
    pub now: Nanos,
    /// The same as Unix milliseconds.
    pub ms: Ms,
    /// The same as Unix microseconds.
    pub unix_us: u64,
    /// What the node wants of the world.
    pub out: &'a mut Vec<Output>,
    /// The process that handles it.
    pub incarnation: u32,
}

impl<'a> Ctx<'a> {
    /// Time `now` of a run that began at `epoch_us`.
    pub fn new(now: Nanos, epoch_us: u64, incarnation: u32, out: &'a mut Vec<Output>) -> Self {
        let unix_us = epoch_us + now.as_micros();
        Self { now, ms: unix_us / 1_000, unix_us, out, incarnation }
    }

    /// Something for the time line.
    pub fn note(&mut self, node: NodeIndex, note: Note) {
        self.out.push(Output::Note { node, note });
    }

    /// Wakes `node` at `at`.
    pub fn timer(&mut self, node: NodeIndex, at: Nanos, timer: Timer) {
        let event = Event::Timer { node, incarnation: self.incarnation, timer };
        self.out.push(Output::Schedule { at, event });
    }
}

/// What is to be done before the node rests.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Todo {
    pub update_state: bool,
    pub election_step: bool,
    /// Somebody waits for replicas (WAIT): REPLCONF GETACK goes into the stream.
    pub ask_for_acknowledgements: bool,
}

/// Everything a node is besides its engine and its queue.
#[derive(Clone, Debug)]
pub(super) struct NodeState {
    pub me: NodeIndex,
    pub roster: Rc<Roster>,
    pub settings: Settings,
    pub view: View,
    pub replication: Replication,
    pub election: Election,
    pub manual: ManualFailover,
    pub key_migrations: KeyMigrations,
    pub counters: Counters,
    pub todo: Todo,
    /// Chance in the protocol: whom to ping, how long to wait.
    pub rng: Rng,
    /// Chance in commands, apart so that commands do not disturb the protocol.
    pub engine_rng: Rng,
    pub cron_ticks: u64,
    /// Clients that want what is replicated and are not sent it yet, where somebody carries it to them (see `door`).
    pub to_be_fed: Option<Vec<ClientId>>,
}

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub engine: Engine,
    pub state: NodeState,
    pub service: Service,
    pub liveness: Liveness,
    pub incarnation: u32,
    /// What arrived while the process hung, or waited for another node.
    deferred: VecDeque<Event>,
    /// What was replicated and nobody has taken yet, where somebody listens (see `door`).
    pub tapped: Option<Vec<Vec<Bytes>>>,
    /// When this node's ticks fall, within a tenth of a second.
    stagger: Nanos,
}

impl Node {
    /// A node whose process has just started and knows only itself.
    pub fn new(me: NodeIndex, roster: &Rc<Roster>, seed: u64, now: Ms) -> Self {
        let engine = configured_engine(roster, me);
        let settings = Settings::read(&engine, &roster.config);
        let replid = hex_id(seed, &[0x7265_706c, u64::from(me.0)]);
        let state = NodeState {
            me,
            roster: roster.clone(),
            settings,
            view: View::alone(me, roster, now),
            replication: Replication::new(replid, 1),
            election: Election::default(),
            manual: ManualFailover::default(),
            key_migrations: KeyMigrations::default(),
            counters: Counters::default(),
            todo: Todo::default(),
            rng: Rng::named(seed, &format!("cluster node {}", me.0)),
            engine_rng: Rng::named(seed, &format!("engine {}", me.0)),
            cron_ticks: 0,
            to_be_fed: None,
        };
        let stagger = Nanos(draw(seed, &[0x6372_6f6e, u64::from(me.0)]) % TICK.0);
        Self {
            engine,
            state,
            service: Service::default(),
            liveness: Liveness::Up,
            incarnation: 0,
            deferred: VecDeque::new(),
            tapped: None,
            stagger,
        }
    }

    /// Asks for the first tick of this process.
    pub fn schedule_first_tick(&self, now: Nanos, out: &mut Vec<Output>) {
        let event = Event::Cron { node: self.state.me, incarnation: self.incarnation };
        out.push(Output::Schedule { at: now + self.stagger, event });
    }

    /// Something that concerns this node has come due.
    pub fn handle(&mut self, ctx: &mut Ctx<'_>, event: Event) {
        if self.liveness == Liveness::Dead {
            return;
        }
        if let Event::KeyMigration { from, message, .. } = &event
            && let KeyMigrationMessage::Connect { link } = **message
        {
            self.accept_link(ctx, *from, link);
            return;
        }
        let is_free = !self.is_waiting() || self.state.key_migrations.awaits(&event);
        if self.liveness == Liveness::Up && is_free {
            self.handle_now(ctx, event);
        } else if self.deferred.len() < DEFERRED_MAX {
            self.deferred.push_back(event);
        }
    }

    /// Whether the process waits for another node (MIGRATE), and does nothing else.
    pub fn is_waiting(&self) -> bool {
        self.engine.is_migrating()
    }

    fn handle_now(&mut self, ctx: &mut Ctx<'_>, event: Event) {
        match event {
            Event::Cron { incarnation, .. } if incarnation == self.incarnation => self.tick(ctx),
            Event::Served { incarnation, .. } if incarnation == self.incarnation => self.served(ctx),
            Event::Timer { incarnation, timer, .. } if incarnation == self.incarnation => match timer {
                Timer::BeginFullSync => self.state.begin_full_sync(ctx, self.engine.keyspace()),
                Timer::Loaded => self.snapshot_loaded(ctx),
                Timer::Clients => self.clients_due(ctx),
                Timer::KeyMigration { serial } => self.key_migration_due(ctx, serial),
            },
            Event::Cron { .. } | Event::Served { .. } | Event::Timer { .. } => {} // Meant for a former process.
            Event::Bus { from, message, .. } => {
                self.state.receive_bus(ctx, self.engine.keyspace_mut(), from, &message);
                self.propagate();
                if let BusBody::Publish { channel, message, sharded } = &message.body
                    && self.state.view.peer(from).is_some_and(|peer| !peer.handshake)
                {
                    self.engine.publish(channel, message, *sharded);
                }
            }
            Event::Replication { from, message, .. } => self.receive_replication(ctx, from, &message),
            Event::KeyMigration { from, message, .. } => self.receive_key_migration(ctx, from, &message),
        }
        self.before_sleep(ctx);
    }

    /// What the handled event left to be done.
    pub fn before_sleep(&mut self, ctx: &mut Ctx<'_>) {
        if self.is_waiting() {
            return;
        }
        if self.engine.has_ended() {
            self.shut_down(ctx);
            return;
        }
        if self.state.todo.election_step && !self.state.view.am_primary() {
            self.state.manual_failover_progress(ctx);
            self.state.election_step(ctx);
        }
        if self.state.todo.update_state {
            self.state.update_cluster_state(ctx);
        }
        self.tend_clients(ctx);
        self.serve_next(ctx);
        self.set_alarm(ctx);
    }

    /// The 100 ms tick.
    fn tick(&mut self, ctx: &mut Ctx<'_>) {
        self.state.settings = Settings::read(&self.engine, &self.state.roster.config);
        self.state.cluster_cron(ctx);
        self.state.close_idle_links(ctx);
        if self.state.cron_ticks.is_multiple_of(TICKS_PER_SECOND) {
            self.state.replication_cron(ctx);
        }
        let Self { engine, state, .. } = self;
        if state.manual.pause_until <= ctx.ms {
            // While a manual failover holds the clients back, nothing may change: no key expires either.
            engine.cron(&mut NodeHost { state, ctx });
        }
        self.propagate();
        self.name_primary();
        self.state.flush_stream(ctx);
        self.report_notices(ctx);
        let event = Event::Cron { node: self.state.me, incarnation: self.incarnation };
        ctx.out.push(Output::Schedule { at: ctx.now + TICK, event });
    }

    /// Puts what the engine has changed into the replication stream; a replica's own changes go nowhere.
    pub fn propagate(&mut self) {
        let effects = self.engine.take_effects();
        if let Some(tapped) = &mut self.tapped {
            tapped.extend(effects.iter().cloned());
        }
        if !self.state.view.am_primary() {
            return;
        }
        for argv in effects {
            self.state.replication.feed(argv, self.state.settings.backlog_bytes);
        }
        if std::mem::take(&mut self.state.todo.ask_for_acknowledgements) {
            let argv = ["REPLCONF", "GETACK", "*"].map(Bytes::from).to_vec();
            self.state.replication.feed(argv, self.state.settings.backlog_bytes);
        }
    }

    /// Tells the engine whom it copies, for MONITOR to show where commands come from.
    fn name_primary(&mut self) {
        if let Some(primary) = self.state.view.my_primary().filter(|_| !self.state.view.am_primary()) {
            let spec = self.state.roster.spec(primary);
            self.engine.name_primary(&spec.ip, spec.port);
        }
    }

    /// Applies a command of the replication stream.
    pub fn apply(&mut self, ctx: &mut Ctx<'_>, argv: &[Bytes]) {
        let Self { engine, state, .. } = self;
        engine.apply(&mut NodeHost { state, ctx }, argv);
    }

    /// Passes on what happened to keys by itself.
    pub fn report_notices(&mut self, ctx: &mut Ctx<'_>) {
        let node = self.state.me;
        ctx.out.extend(self.engine.take_notices().into_iter().map(|notice| Output::Key { node, notice }));
    }

    /// The machine is gone, its memory with it; `nodes.conf` is on a disk that survives.
    pub fn kill(&mut self) {
        self.liveness = Liveness::Dead;
        self.incarnation += 1;
        self.deferred.clear();
        self.service.crash();
        self.engine = configured_engine(&self.state.roster, self.state.me);
        let replid = hex_id(self.state.rng.next_u64(), &[0x7265_706c]);
        let next_link = self.state.replication.next_link();
        self.state.replication = Replication::new(replid, next_link);
        self.state.election_reset();
        self.state.key_migrations.crash();
        self.state.counters = Counters::default();
        self.state.cron_ticks = 0;
    }

    /// The process ends by itself (SHUTDOWN): unlike one that is killed it closes its connections.
    fn shut_down(&mut self, ctx: &mut Ctx<'_>) {
        ctx.note(self.state.me, Note::ShutDown);
        self.hang_up_all(ctx);
        self.kill();
    }

    /// The machine is back.
    pub fn restart(&mut self, ctx: &mut Ctx<'_>) {
        if self.liveness != Liveness::Dead {
            return;
        }
        self.liveness = Liveness::Up;
        self.state.settings = Settings::read(&self.engine, &self.state.roster.config);
        let view = &mut self.state.view;
        view.ok = false;
        view.first_update = 0;
        view.minority_at = 0;
        view.blacklist.clear();
        let me = view.me;
        for (index, place) in view.peers.iter_mut().enumerate() {
            let Some(peer) = place else { continue };
            if peer.handshake {
                *place = None;
                continue;
            }
            reset_runtime(peer, ctx.ms);
            if index == usize::from(me.0) {
                peer.pong_received = 0;
            }
        }
        self.state.count_size();
        self.state.todo.update_state = true;
        self.schedule_first_tick(ctx.now, ctx.out);
        self.before_sleep(ctx);
    }

    /// The process hangs.
    pub fn pause(&mut self) {
        if self.liveness == Liveness::Up {
            self.liveness = Liveness::Paused;
        }
    }

    /// The process goes on: sockets first, then the clock, as the event loop does.
    pub fn resume(&mut self, ctx: &mut Ctx<'_>) {
        if self.liveness != Liveness::Paused {
            return;
        }
        self.liveness = Liveness::Up;
        self.catch_up(ctx);
        self.before_sleep(ctx);
    }

    /// Handles what arrived while the process hung or waited.
    pub fn catch_up(&mut self, ctx: &mut Ctx<'_>) {
        let (ticks, rest): (Vec<Event>, Vec<Event>) =
            std::mem::take(&mut self.deferred).into_iter().partition(|event| matches!(event, Event::Cron { .. }));
        for event in rest.into_iter().chain(ticks) {
            self.handle(ctx, event);
        }
    }

    /// A reading of this node.
    pub fn status(&self) -> NodeStatus {
        let NodeState { view, replication, .. } = &self.state;
        let dead = self.liveness == Liveness::Dead;
        let marked = |test: fn(&Peer) -> bool| view.known().filter(|(_, peer)| test(peer)).map(|(n, _)| n).collect();
        let role = match view.my_primary() {
            Some(of) if of != view.me => Role::Replica { of },
            _ => Role::Primary,
        };
        NodeStatus {
            liveness: self.liveness,
            role,
            loading: replication.is_loading(),
            link_up: !dead && (view.am_primary() || replication.primary_state() == Some(LinkState::Connected)),
            cluster_ok: view.ok && !dead,
            current_epoch: view.current_epoch,
            config_epoch: view.my_primary().and_then(|node| view.peer(node)).map_or(0, |peer| peer.config_epoch),
            offset: replication.offset,
            slots: view.myself().slots.ranges(),
            queue: self.service.depth(),
            busy: self.service.busy,
            suspects: marked(|peer| peer.pfail),
            failed: marked(|peer| peer.fail),
        }
    }
}

/// What a process forgets of a peer when it ends.
fn reset_runtime(peer: &mut Peer, now: Ms) {
    peer.link = None;
    peer.inbound = None;
    peer.ping_sent = 0;
    peer.pong_received = now;
    peer.data_received = 0;
    peer.voted_time = 0;
    peer.repl_offset = 0;
    peer.pfail = false;
    peer.fail_time = if peer.fail { now } else { 0 };
    peer.reports.clear();
    peer.meet = false;
}

/// An empty engine with the deployment's configuration. What the engine does not know is read by [`Settings`].
fn configured_engine(roster: &Roster, me: NodeIndex) -> Engine {
    let mut engine = Engine::new(true);
    let _ = engine.configure("cluster-enabled", "yes");
    let _ = engine.configure("port", &roster.spec(me).port.to_string());
    for (name, value) in &roster.config {
        let _ = engine.configure(name, value);
    }
    engine
}
