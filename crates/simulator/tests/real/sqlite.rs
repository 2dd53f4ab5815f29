//! The device's part: what a modelled device's files went through, real files go through, and show the same after every step.

use beadsbox_domain::VoucherId;
use beadsbox_protocol::{OperationBody, person::SaltedPerson};
use beadsbox_simulator::{
    device::{
        Machine,
        files::{Files, Written},
        outbox::Outbox,
    },
    names,
};
use beadsbox_store::{BatchLimit, Enrolment, NewOperation, Store, StoreKeys, StorePaths};

use crate::{HISTORIES, history_of_files};

const KEYS: StoreKeys = StoreKeys { outbox: [1; 32], cache: [2; 32] };

struct Real {
    store: Store,
    folder: tempfile::TempDir,
}

impl Real {
    fn like(machine: &Machine, epoch: uuid::Uuid) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&StorePaths::in_folder(folder.path()), &KEYS).unwrap();
        let enrolment = Enrolment {
            device: machine.device,
            incarnation: 1,
            name: "Till".into(),
            shop: names::shop(machine.device_number),
            server_url: String::new(),
            epoch,
            server_public_key: beadsbox_simulator::server::public_key(),
            certificate: String::new(),
            enrolled_at: names::beginning(),
            public_key: names::device_key(machine.device).verifying_key().to_bytes(),
            profile: None,
            shop_name: None,
            time_zone: None,
        };
        store.enrol(&enrolment).unwrap();
        Self { store, folder }
    }

    fn record(&self, body: &OperationBody, person: Option<SaltedPerson>) {
        let new = NewOperation {
            op: body.op,
            at: body.at,
            staff: body.staff,
            shop: body.shop,
            online: body.online,
            clock_right: body.clock_right,
            operation: body.operation.clone(),
            person,
        };
        self.store.record::<std::convert::Infallible, _>(move |_| Ok(new)).unwrap();
    }

    /// The program ends and starts again.
    fn reopened(self) -> Self {
        let Self { store, folder } = self;
        drop(store);
        let (store, _) = Store::open(&StorePaths::in_folder(folder.path()), &KEYS).unwrap();
        Self { store, folder }
    }

    fn goes_through(&self, written: &Written, from: &Outbox, model: &mut Files) {
        match written {
            Written::Operation(dev_seq) => {
                let row = &from.rows[usize::try_from(*dev_seq).unwrap() - 1];
                let body = row.body.clone().unwrap();
                let person = from.person_of(row);
                self.record(&body, person.clone());
                model.record(body.as_ref().clone(), person);
            }
            Written::Results(epoch, results, false) => {
                self.store.record_results(results, *epoch).unwrap();
                assert!(model.take_results(*epoch, results, false));
            }
            Written::Results(epoch, results, true) => {
                self.store.record_quarantined(results, *epoch).unwrap();
                assert!(model.take_results(*epoch, results, true));
            }
            Written::Behind(life, last_seq) => {
                let real = self.store.fall_behind(*life, *last_seq).unwrap();
                assert_eq!(real, model.fall_behind(*life, *last_seq));
            }
            Written::TakenBack(epoch, operations) => {
                self.store.take_back(operations, *epoch).unwrap();
                assert!(model.take_back(*epoch, operations));
            }
            Written::Life(fork, incarnation) => {
                let real = self.store.fork(fork.seq).unwrap().unwrap();
                assert_eq!((real.incarnation, real.hash), (fork.incarnation, fork.hash));
                self.store.adopt_life(real, *incarnation).unwrap();
                model.adopt_life(*fork, *incarnation);
            }
            Written::Page(page) => {
                self.store.apply_page(page, model.now).unwrap();
                model.apply_page(page);
            }
            Written::Reset => {
                self.store.reset_cache().unwrap();
                model.reset_cache();
            }
            Written::Adopted(epoch, last_seq) => {
                // The store empties the cache in the same call; the model notes that as a step of its own.
                let is_new = model.outbox.epoch != *epoch;
                self.store.adopt_epoch(*epoch, *last_seq).unwrap();
                model.adopt(*epoch, *last_seq);
                if is_new {
                    model.reset_cache();
                }
            }
        }
    }

    fn shows_what(&self, model: &Files, seed: u64) {
        let view = self.store.view().unwrap();
        let listed = model.listed();
        for id in &listed {
            let (state, replayed) = model.shown(*id);
            let real = view.voucher(*id).unwrap();
            assert_eq!(real.as_ref().map(|real| &real.voucher), state.voucher.as_ref(), "seed {seed}: {id}");
            if let Some(real) = real {
                assert_eq!(real.waiting, replayed.waiting, "seed {seed}: {id}");
            }
        }
        let unknown = VoucherId(uuid::Uuid::max());
        assert_eq!(view.voucher(unknown).unwrap(), None);
        let (real, modelled) = (self.store.pending_batch(0, BatchLimit::default()).unwrap(), model.outbox.pending(0, 500));
        let real = real.map(|batch| (batch.first_seq, batch.bodies, batch.tip, batch.waiting_after));
        assert_eq!(real, modelled.map(|batch| (batch.first_seq, batch.bodies, batch.tip, batch.waiting_after)), "seed {seed}");
        let counts = self.store.counts().unwrap();
        assert_eq!(counts.quarantined, model.outbox.quarantined() as u64, "seed {seed}");
        assert_eq!(self.store.acknowledged_through().unwrap(), model.outbox.acknowledged_through(), "seed {seed}");
        assert_eq!(self.store.position().unwrap().cursor, model.cache.cursor, "seed {seed}");
    }
}

fn goes_the_same_way(seed: u64) {
    let simulation = history_of_files(seed);
    let epoch = names::id(names::Tag::Epoch, 0, 1);
    // One device of each run: the files of a few are enough.
    let enrolled = simulation.machines.iter().filter(|machine| machine.number == machine.device_number).count();
    let place = usize::try_from(seed).unwrap() % enrolled;
    let machine = &simulation.machines[place];
    let mut real = Real::like(machine, epoch);
    let mut model = Files::new(machine.number, Outbox::new(machine.device, names::shop(machine.device_number), epoch));
    let from = simulation.outbox(place);
    for (number, written) in simulation.written(place).iter().enumerate() {
        real.goes_through(written, &from, &mut model);
        if number % 40 == 39 {
            real = real.reopened();
        }
        if number % 5 == 0 {
            real.shows_what(&model, seed);
        }
    }
    real.shows_what(&model, seed);
    assert_eq!(real.store.verify_chain().unwrap(), from.rows.len() as u64, "seed {seed}");
}

#[test]
fn real_files_show_what_the_model_shows() {
    for seed in 1..=HISTORIES {
        goes_the_same_way(seed);
    }
}
