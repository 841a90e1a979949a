//! A few simulations from fixed seeds, as part of every test run; the long runs are `cargo xtask sim`.

use tests::sim::Plan;

const STEPS: usize = 250;

fn plan(seed: u64) -> Plan {
    Plan { seed, steps: STEPS, is_traced: false }
}

#[test]
fn simulated_phones_and_relays_keep_their_promises() {
    let mut entries = 0;
    for seed in 1..=20 {
        let plan = plan(seed);
        let outcome = plan.run();
        entries += outcome.entries;
        assert_eq!(outcome.broken, None, "again: {}", plan.command());
    }
    assert!(entries > 500, "{entries} entries: nobody did anything");
}

#[test]
fn a_seed_tells_the_same_story_every_time() {
    for seed in [7, 8] {
        let (one, other) = (plan(seed).run(), plan(seed).run());
        assert_eq!(
            (one.hash, one.entries, one.deeds),
            (other.hash, other.entries, other.deeds),
            "seed {seed}"
        );
    }
}
