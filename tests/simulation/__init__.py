"""The engine on virtual time, with faults drawn from a seed: what it promises, whatever breaks.

    python -m tests.simulation --seed 7             one run, with its timeline when it fails
    python -m tests.simulation --minutes 60         as many seeds as an hour holds
    python -m tests.simulation --ablations          each safeguard taken out must be found missing

The engine, the rules, the log's format and its checks are the real ones; the store, the clock,
the network and the people are models. Nothing here reads a clock or draws chance but from the
seed, so a seed is a run, on any machine.

    faults       what may go wrong in a run, drawn once for each seed (swarm testing)
    clock        true time, and each node's own
    store        a model of the log's store: slow, failing, unsure, gone
    node         one process, and all that falls with it
    sales        the auctions of a run: rules, terms, bidders
    people       bidders who ask again until they know, officers, and viewers who keep all they saw
    troubles     each kind of fault, acting
    world        the one run of a seed on one node
    cluster      the one run of a seed on several, and the faults between them
    between      models of the letters and leases that lie between nodes
    tests.invariants   what must hold of a history and the log it left, shared with the real faults
    ablations    the safeguards, each taken out
    runs         what is done with seeds: many at once, the least that fails, timelines
"""
