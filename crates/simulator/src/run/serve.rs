//! Messages arrive: what the server says to each, and what the witness sees of it.

use beadsbox_sync::TransportError;

use super::{Asked, Heard, Simulation};
use crate::{
    breakage::Breakage,
    network::{Ask, Reply, Request},
};

impl Simulation {
    pub(crate) fn deliver(&mut self, pick: u8) {
        let Some(request) = self.wires().take_request(pick) else { return };
        self.tally.count_if("messages reordered", pick > 0);
        self.serve(request);
    }

    pub(super) fn repeat(&mut self, pick: u8) {
        let Some(request) = self.wires().take_request(pick) else { return };
        self.tally.count("requests repeated");
        self.wires().keep_copy(&request);
        self.serve(request);
    }

    fn serve(&mut self, request: Request) {
        let now = self.now;
        self.trace.number(u64::from(request.machine));
        let answer = match &request.ask {
            Ask::Push(push) => {
                let reply = self.server.push(push, now);
                if let Ok(reply) = &reply {
                    self.trace.number(reply.last_seq);
                    self.witness.server_answered(&self.server, (push.device_id, push.incarnation), &reply.results);
                    self.tally.count_if("pushes into quarantine", reply.quarantined);
                }
                self.note(|| Asked::Push(push.clone(), reply.clone()));
                reply.map(Reply::Push)
            }
            Ask::Changes(query) => {
                let page = self.server.changes(request.device, query, now);
                if let Ok(page) = &page {
                    self.trace.number(page.to.seq);
                    self.witness.server_answered(&self.server, (request.device, query.incarnation), &page.own_results);
                }
                page.map(Reply::Changes)
            }
            Ask::Snapshot(query) => self.server.snapshot(request.device, query.after, now).map(Reply::Snapshot),
            Ask::Chunk(snapshot, number, from) => self.server.snapshot_chunk(request.device, *snapshot, *number, *from).map(Reply::Chunk),
            Ask::Own(query) => {
                let own = self.server.own_operations(request.device, query);
                self.tally.add("operations given back", own.as_ref().map_or(0, |own| own.operations.len() as u64));
                self.note(|| Asked::Own(request.device, query.clone(), own.clone()));
                own.map(Reply::Own)
            }
            Ask::Fork(asked) => {
                let life = self.server.fork(request.device, asked);
                self.tally.count_if("forks", life.is_ok());
                self.note(|| Asked::Fork(asked.clone(), life.clone()));
                life.map(Reply::Fork)
            }
            Ask::Recognise(shown) => {
                let recognised = self.server.recognise(request.device, shown);
                self.tally.count_if("devices recognised", recognised.is_ok());
                recognised.map(Reply::Recognise)
            }
        };
        self.tally.count("requests served");
        self.tally.count_if("requests refused", answer.is_err());
        self.wires().reply(request, answer.map_err(TransportError::Refused));
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> Asked) {
        let at = self.now;
        if let Some(heard) = &mut self.heard {
            heard.push(Heard { at, what: what() });
        }
    }

    pub(crate) fn answer(&mut self, pick: u8) {
        if Breakage::ConfirmedBeforeCommit.is_left_out(self.breakage) {
            let confirmed = self.wires().results_of(pick);
            for (machine, op) in confirmed {
                if let Some(machine) = self.machines.iter_mut().find(|known| known.number == machine) {
                    machine.confirm_at_once(op);
                }
            }
        }
        let answered = self.wires().answer(pick);
        self.trace.number(answered.map_or(u64::MAX, u64::from));
    }
}
