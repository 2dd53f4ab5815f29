//! Seeds, as the ordinary tests run them.

use beadsbox_simulator::{Plan, run};

#[test]
fn the_same_seed_goes_the_same_way() {
    for seed in 1..20 {
        let plan = Plan::of_seed(seed, Some(400));
        let first = run(&plan, &plan.steps, None);
        let second = run(&plan, &plan.steps, None);
        assert_eq!((first.trace, first.tally), (second.trace, second.tally), "seed {seed}");
    }
}
