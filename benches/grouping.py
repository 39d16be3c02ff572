"""OR-tools' min-cost flow on a grouping problem: the other side of `cargo bench --bench grouping`.

Prints one line of JSON: objective, seconds to solve, seconds to build and solve, peak memory in KiB. Arcs are the best of each mentee,
which is what makes the flow sparse; the objective it reaches may therefore be a little less than the optimum.
"""

import json
import resource
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow

BEST = 48
REWARD = 1_000_000


def main() -> None:
    with open(sys.argv[1]) as file:
        problem = json.load(file)
    mentees, mentors = problem["mentees"], problem["mentors"]
    begun = time.perf_counter()

    def column(rows, key):
        return np.array([row[key] for row in rows], dtype=np.int64)

    org, stream, region, level, skills = (column(mentors, k) for k in ("org", "stream", "region", "level", "skills"))
    tails, heads, costs = [], [], []
    n, m = len(mentees), len(mentors)
    bits = np.array([bin(value).count("1") for value in range(1 << 10)], dtype=np.int64)
    for i, mentee in enumerate(mentees):
        shared = skills & mentee["goals"]
        score = 4 * (bits[shared & 1023] + bits[(shared >> 10) & 1023] + bits[shared >> 20])
        score += 6 * (stream == mentee["stream"]) + 3 * (region == mentee["region"])
        ahead = level - mentee["level"]
        score += np.where(ahead <= 0, -8, np.where(ahead <= 2, 5, np.where(ahead == 3, 2, 0)))
        for wish, points in zip(mentee["prefs"], (12, 8, 5)):
            score[wish] += points
        score = np.where(org == mentee["org"], -(10**6), score)
        best = np.argpartition(-score, BEST)[:BEST] if m > BEST else np.arange(m)
        best = best[score[best] > -(10**6)]
        tails.append(np.full(len(best), i))
        heads.append(n + best)
        costs.append(-score[best])
    seat_tail, seat_cost = [], []
    target, balance = problem["t"], problem["balance"]
    for j, mentor in enumerate(mentors):
        for size in range(mentor["max"]):
            cost = balance * ((size + 1 - target) ** 2 - (size - target) ** 2)
            seat_tail.append(n + j)
            seat_cost.append(cost - (REWARD if size < mentor["min"] else 0))
    tail = np.concatenate([*tails, seat_tail])
    head = np.concatenate([*heads, np.full(len(seat_tail), n + m)])
    cost = np.concatenate([*costs, seat_cost])
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tail, head, np.ones(len(tail), dtype=np.int64), cost)
    supply = np.zeros(n + m + 1, dtype=np.int64)
    supply[:n], supply[n + m] = 1, -n
    flow.set_nodes_supplies(np.arange(n + m + 1), supply)
    built = time.perf_counter()
    status = flow.solve()
    solved = time.perf_counter()
    if status != flow.OPTIMAL:
        print(json.dumps({"error": f"no answer with {BEST} arcs a mentee: {status}"}))
        return
    minimums = sum(mentor["min"] for mentor in mentors)
    objective = -flow.optimal_cost() - REWARD * minimums - balance * target * target * m
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = {"solve": solved - built, "whole": solved - begun}
    print(json.dumps({"objective": int(objective), **seconds, "peak": peak}))


main()
