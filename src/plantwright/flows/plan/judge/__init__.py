"""The judge of plans, a rule a module; `plantwright.flows.plan.verify` is the door to it."""
