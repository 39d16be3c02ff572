"""The scheduling instances with OR-tools' CP-SAT: FILE SECONDS -> {"cost", "bound", "seconds"} as JSON."""

import datetime
import json
import sys
import time

from ortools.sat.python import cp_model


def main():
    path, limit = sys.argv[1], float(sys.argv[2])
    with open(path, encoding="utf-8") as file:
        problem = json.load(file)
    first = datetime.date(2025, 1, 1)
    days = [first + datetime.timedelta(days=n) for n in range(181)]
    holidays = {datetime.date.fromisoformat(day) for day in problem["bank_holidays"]}
    away = [{datetime.date.fromisoformat(day) for day in one} for one in problem["unavailable"]]
    begun = time.time()
    model = cp_model.CpModel()
    costs, in_slot, of_person, groups_of = [], {}, {}, {}
    for group in problem["groups"]:
        for person in [group["mentor"], *group["mentees"]]:
            groups_of.setdefault(person, []).append(group["id"])
    shared = {person for person, groups in groups_of.items() if len(groups) > 1}
    for group in problem["groups"]:
        before = None
        for month in range(1, 7):
            held = {}
            choices = []
            for number, day in enumerate(days):
                if day.month != month or day.weekday() > 4 or day in holidays or day in away[group["mentor"]]:
                    continue
                absent = sum(day in away[person] for person in group["mentees"])
                cost = 10 * absent + (2 if day.weekday() != group["weekday"] else 0)
                for slot in range(problem["slots"]):
                    choice = model.new_bool_var("")
                    choices.append(choice)
                    held.setdefault(number, []).append(choice)
                    if cost:
                        costs.append(cost * choice)
                    in_slot.setdefault((number, slot), []).append(choice)
                    for person in {group["mentor"], *group["mentees"]} & shared:
                        of_person.setdefault((person, number, slot), []).append(choice)
            model.add_exactly_one(choices)
            at = sum(number * choice for number, some in held.items() for choice in some)
            if before is not None:
                off = model.new_int_var(0, 62, "")
                model.add(off >= at - before - 28)
                model.add(off >= 28 - at + before)
                costs.append(off)
            before = at
    for choices in in_slot.values():
        model.add(sum(choices) <= problem["K"])
    for choices in of_person.values():
        model.add_at_most_one(choices)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    print(json.dumps({
        "cost": round(solver.objective_value) if found else None,
        "bound": round(solver.best_objective_bound),
        "optimal": status == cp_model.OPTIMAL,
        "seconds": time.time() - begun,
    }))


main()
