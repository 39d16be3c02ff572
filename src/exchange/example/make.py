#!/usr/bin/env python3
"""Makes `programme.jsonl`, the example programme, from the invented people of tests/fixtures/office.

Run once by hand (pip install openpyxl), from the top of the repository; the same bytes on every run.
The file is a list of edits: a line {"edit": {...}} and after it a line a record {"kind", "id", "is"}.
"""
import csv, hashlib, io, json, random, sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo
import openpyxl

OFFICE = sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/office"
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2025, 3, 18, 16, 12, tzinfo=LONDON)
rnd = random.Random(2025)
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PREFIX = dict(person="pe", cohort="co", admin="ad", instrument="in", theme="th", stream="st", application="ap", enrolment="en",
              group="gr", membership="me", round="ro", session="se", mark="ma", sighting="si", wave="wa", request="rq",
              response="rs", goal="go", quote="qu", consent="cn", use="us", message="ms")
PREFIX["pair rule"] = "pr"
PREFIX["busy time"] = "bu"
out = []


def ident(kind, *key):
    n = int.from_bytes(hashlib.sha256("/".join(map(str, (kind,) + key)).encode()).digest()[:8], "big") & ((1 << 60) - 1)
    return PREFIX[kind] + "-" + "".join(ALPHABET[n >> (5 * (11 - p)) & 31] for p in range(12))


def edit(cohort, verb, on):
    out.append({"edit": {"cohort": ident("cohort", cohort), "verb": verb, "on": on}})


def put(kind, key, /, **fields):
    key = key if isinstance(key, tuple) else (key,)
    i = ident(kind, *key)
    out.append({"kind": kind, "id": i, "is": fields})
    return i


def utc(local):
    return local.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


def clean(text):
    return " ".join(str(text).split()) if text else ""


# ---- the office's files -------------------------------------------------------------------------------------------
def applications(path, role):
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    head = [str(h) for h in rows[0]]
    col = lambda word: next((i for i, h in enumerate(head) if word in h.lower()), None)
    people = {}
    for row in rows[1:]:
        get = lambda word: row[col(word)] if col(word) is not None else None
        name, email = clean(get("full name")), clean(get("work email"))
        code = next((c for c in ("CCIO", "CNIO", "DHLP", "CIO", "Safety") if c in str(get("which stream are you"))), None)
        if not name or "@" not in email or not code:
            continue
        times = []
        for part in filter(None, (get("usually free") or "").split(";")):
            day, span = part.split()
            a, b = span.split("-")
            minutes = lambda t: int(t[:2]) * 60 + int(t[3:])
            times.append(dict(day=["Mon", "Tue", "Wed", "Thu", "Fri"].index(day), **{"from": minutes(a), "to": minutes(b)}))
        second = str(get("second choice") or "")
        people[email.lower()] = dict(
            name=name, email=email, role=role, organisation=clean(get("organisation")), region=clean(get("nhs region")),
            job_title=clean(get("job title")), stream="CSO" if code == "Safety" else code,
            second=next((c if c != "Safety" else "CSO" for c in ("CCIO", "CNIO", "DHLP", "CIO", "Safety") if c in second), None),
            stage=(get("career stage") or "").lower() or None,
            wishes=[w for w in (get("want from mentoring") or get("topics") or "").split(";") if w],
            manager=clean(get("line manager")), times=times, needs=clean(get("access needs")), quote=str(get("quote") or ""),
            capacity=get("how many mentees"), received=row[2].replace(tzinfo=LONDON))
    return list(people.values())


mentees = applications(OFFICE + "/2025/applications-mentees.xlsx", "mentee")
mentors = applications(OFFICE + "/2025/applications-mentors.xlsx", "mentor")
roster = list(csv.DictReader(io.open(OFFICE + "/2024/roster.csv", encoding="cp1252"), delimiter=";"))
survey = list(csv.reader(io.open(OFFICE + "/2024/endpoint-survey.csv", encoding="utf-8-sig")))[2:]
pulses = {r["Email address"].lower(): r for r in csv.DictReader(io.open(OFFICE + "/2025/pulse-session-1.csv", encoding="utf-8-sig"))}

PERSON = dict(known_as="", earlier_emails=[], phone="", organisation="", region="", job_title="", line_manager="", access_needs="",
              note="", retain_until=None)
known = {}


def person(email, **fields):
    key = email.lower()
    if key not in known:
        known[key] = ident("person", key)
        put("person", key, **{**PERSON, "email": email, **fields})
    return known[key]


STREAMS = [("CCIO", "Chief Clinical Information Officer", "clinical", "CCIO advisory panel", "Jo Trent"),
           ("CIO", "Chief Information Officer", "technical", "CIO advisory panel", "Sam Kerr"),
           ("CNIO", "Chief Nursing Information Officer", "clinical", "CNIO advisory panel", "Jo Trent"),
           ("CSO", "Clinical Safety Officer", "clinical", "CSO Council", "Ana Lund"),
           ("DHLP", "Digital Health Leadership Programme alumni", "mixed", "DHLP graduates and faculty", "Ana Lund")]
COHORT = dict(zone="Europe/London", rounds=6, group_min=3, group_target=4, group_max=6, to_complete=4, smallest_published=5,
              sessions_at_once=4, cost_times=50, cost_weekday=6, cost_hour=4, cost_apart=1,
              weight_stream=30, weight_times=20, weight_employer=15, weight_wishes=20, weight_regions=5, weight_stages=5, weight_size=5,
              thresholds=dict(unmarked_minutes=15, open_register_minutes=30, missing_register_hours=48, pool_days=3, link_hours=24,
                              answer_days=3, answer_percent=60, low_mean_tenths=35, fall_tenths=8, low_pulse=2, offer_days=3))
ITEMS = [("vision", "Setting a digital vision with the board"), ("clinicians", "Influencing clinicians"),
         ("executives", "Influencing executives and finance"), ("resistance", "Leading change through resistance"),
         ("dispute", "Handling a clinical-safety or supplier dispute"), ("team", "Building and developing a team"),
         ("speaking", "Speaking publicly about my work"), ("career", "Planning my next career step")]
ask = lambda key, text, scale, scored=False: dict(key=key, text=text, scale=scale, scored=scored)


def shared():
    put("cohort", "2024", name="2024", first_day="2023-10-01", last_day="2024-03-31", state="evaluating", **COHORT)
    put("instrument", "pulse", key="pulse", name="Pulse", audience="everybody", enough=2, questions=[
        ask("useful", "How useful was this session to your role?", "1-5", True),
        ask("open", "I could speak openly", "1-5", True), ask("next_step", "The next step I will take", "text"),
        ask("word", "I would like a word with the organisers", "yes or no")])
    put("instrument", "confidence", key="confidence", name="Role confidence", audience="mentees", enough=6,
        questions=[ask(k, t, "0-10", True) for k, t in ITEMS])
    put("instrument", "match", key="match", name="Match quality", audience="mentees", enough=1,
        questions=[ask("match", "How well does your group fit you?", "1-5", True)])
    put("instrument", "satisfaction", key="satisfaction", name="Satisfaction", audience="everybody", enough=1, questions=[
        ask("overall", "Overall, how satisfied are you?", "1-5", True),
        ask("recommend", "How likely are you to recommend the programme?", "0-10"),
        ask("changed", "In your own words, what changed?", "text"), ask("quote", "May we quote you?", "text")])
    put("instrument", "exit", key="exit", name="Exit", audience="everybody", enough=0, questions=[
        ask("reason", "Why are you leaving?", "text"), ask("contact", "May we contact you next year?", "yes or no")])
    for n, (name, words) in enumerate([("confidence", "confidence confident afraid brave"),
                                       ("innovative thinking", "think idea side different"),
                                       ("peer conversation", "peer others hearing honest"),
                                       ("strengths and weaknesses", "strength weakness case numbers")]):
        put("theme", name, name=name, words=words.split(), order=n + 1)


# ---- 2024 ---------------------------------------------------------------------------------------------------------
def session_fields(group, rnd_id, starts, state, **more):
    return dict(dict(group=group, round=rnd_id, title="", starts=utc(starts), minutes=60, link="", place="", topic="", note="", state=state,
                     reason="", postponed_to=None, sequence=0, moves=0), **more)


TOPICS = ["Getting to know each other", "Your role and its limits", "Making the case", "Leading through resistance",
          "Building a team", "What comes next"]


def year_2024():
    year = "2024"
    edit(year, "set up", "the 2024 cohort")
    shared()
    for n, (code, name, family, source, lead) in enumerate(STREAMS[:3]):
        put("stream", (year, code), code=code, name=name, family=family, source=source, lead=lead, order=n + 1, state="open")
    for n in range(6):
        y, m = (2023, 10 + n) if n < 3 else (2024, n - 2)
        last = (date(y + (m == 12), m % 12 + 1, 1) - timedelta(1)).isoformat()
        put("round", (year, n + 1), number=n + 1, opens=f"{y}-{m:02}-01", closes=last, theme=TOPICS[n])
    edit(year, "import", "65 people from roster.csv")
    first, last = date(2023, 10, 2), date(2024, 3, 31)
    groups, members = {}, {}
    for row in roster:
        surname, _, forename = (p.strip() for p in row["Surname, forename"].partition(","))
        role, code, email = row["Role"].lower(), row["Group"], row["E-mail"]
        title = "Chief Information Officer" if (role, code) == ("mentor", "CIO-5") else ""
        who = person(email, name=f"{forename} {surname}".strip(), organisation=row["Employer"], job_title=title, retain_until="2026-03-31")
        left = datetime.strptime(row["Left"], "%d/%m/%Y").date() if row["Left"] else None
        ended = dict(on=(left or last).isoformat(), reason="new post" if left else "programme ended", by="mentee" if left else "programme")
        en = put("enrolment", (year, email.lower()), person=who, role=role, stream=ident("stream", year, row["Stream"]), second_stream=None,
                 stage=random.Random(email.lower() + "stage").choice(["aspiring", "emerging", "emerging", "senior"]) if role == "mentee" else None,
                 wishes=[], availability=[], capacity=6 if role == "mentor" else None, **{"from": first.isoformat()},
                 state="withdrawn" if left else "completed", ended=ended, note="")
        if role == "mentor":
            groups[code] = (row["Stream"], en, int(row["Sessions attended (of 6)"]))
        else:
            members.setdefault(code, []).append((en, left, int(row["Sessions attended (of 6)"])))
    for code, (stream, lead, _) in groups.items():
        put("group", (year, code), code=code, stream=ident("stream", year, stream), min=None, max=None, state="completed", note="",
            leads=[dict(enrolment=lead, role="lead", **{"from": first.isoformat()}, to=last.isoformat())],
            link=f"https://meet.example.org/{year}/{code.lower()}")
        for en, left, _ in members.get(code, []):
            put("membership", (year, en), enrolment=en, group=ident("group", year, code), **{"from": first.isoformat()},
                to=(left or last).isoformat(), locked=False, origin="import", reason="2024 roster")
    edit(year, "add", "90 sessions and a workshop, with their registers")
    for g, (code, (stream, lead, led)) in enumerate(groups.items()):
        cancelled = {5} if code in ("CIO-3",) else set()
        for n in range(6):
            y, m = (2023, 10 + n) if n < 3 else (2024, n - 2)
            day = date(y, m, 8 + g % 7)
            while day.weekday() != g % 5:
                day += timedelta(1)
            starts = at(day, 12 + g % 5)
            key = (year, code, n + 1)
            gone = n in cancelled
            se = put("session", key, **session_fields(ident("group", year, code), ident("round", year, n + 1), starts,
                     "cancelled" if gone else "closed", topic=TOPICS[n], uid=f"{code}-{n+1}-{year}@cohort.example.org",
                     reason="mentor ill" if gone else "", moves=1 if gone else 0))
            if gone:
                continue
            # Mentees attended as many sessions as the roster says, the first ones of a fixed shuffle.
            for who, left, attended in [(lead, None, 6)] + members.get(code, []):
                if left and day > left:
                    continue
                order = random.Random(who).sample([k for k in range(6) if k not in cancelled], 6 - len(cancelled))
                if left:
                    order = [k for k in order if k < 4]
                there = n in order[:attended]
                value = ("late" if (n + g) % 9 == 4 else "present") if there else ("apologies" if (n + g) % 3 else "absent")
                put("mark", key + (who,), session=se, enrolment=who, guest="", value=value, minutes_late=8 if value == "late" else None,
                    note="", by="Jo Trent", at=utc(starts + timedelta(minutes=70)))
    starts = at(date(2024, 3, 21), 10)
    se = put("session", (year, "workshop"), **session_fields(None, None, starts, "closed", title="Summer School workshop",
             minutes=180, place="Leeds", topic="Peer consulting", uid="workshop-2024@cohort.example.org"))
    everybody = [lead for _, lead, _ in groups.values()]
    everybody += [en for team in members.values() for en, left, _ in team if not left]
    for who in everybody:
        value = "present" if random.Random(who + "workshop").random() < 0.7 else "apologies"
        put("mark", (year, "workshop", who), session=se, enrolment=who, guest="", value=value, minutes_late=None, note="", by="Jo Trent",
            at=utc(starts + timedelta(hours=3)))
    edit(year, "import", "37 answers from endpoint-survey.csv")
    wave = put("wave", (year, "endpoint"), instrument=ident("instrument", "confidence"), occasion="endpoint", round=None,
               opens="2024-04-01", closes="2024-04-21", anonymous=False)
    sat = put("wave", (year, "satisfaction"), instrument=ident("instrument", "satisfaction"), occasion="endpoint", round=None,
              opens="2024-04-01", closes="2024-04-21", anonymous=False)
    answered, cleared = {}, set()
    for row in survey:
        email = row[4].lower()
        if email in known:
            answered[email] = row
    for row in roster:
        email = row["E-mail"].lower()
        if row["Role"] != "Mentee":
            continue
        en = ident("enrolment", year, email)
        for w in (wave, sat):
            put("request", (w, en), wave=w, enrolment=en, asked="2024-04-01T09:00:00Z", answered=email in answered)
        if email not in answered:
            continue
        a = answered[email]
        when = datetime.strptime(a[2], "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=LONDON)
        group = ident("group", year, row["Group"])
        num = lambda t: int(t) if t.strip() else None
        answers = [dict(question="then:" + k, number=num(a[5 + i]), text="") for i, (k, _) in enumerate(ITEMS)]
        answers += [dict(question=k, number=num(a[13 + i]), text="") for i, (k, _) in enumerate(ITEMS)]
        put("response", (wave, en), wave=wave, enrolment=en, group=group, received=utc(when), by_way_of="form", themes=[],
            answers=[x for x in answers if x["number"] is not None])
        text = clean(a[22])
        themes = [ident("theme", t) for t, words in (("peer conversation", ("others", "hearing")), ("innovative thinking", ("think", "side")),
                  ("confidence", ("afraid", "post", "confiden"))) if any(w in text.lower() for w in words)]
        overall = max(1, min(5, (num(a[21]) or 8) // 2))
        re = put("response", (sat, en), wave=sat, enrolment=en, group=group, received=utc(when), by_way_of="form", themes=themes,
                 answers=[dict(question="overall", number=overall, text=""), dict(question="recommend", number=num(a[21]), text=""),
                          dict(question="changed", number=None, text=text), dict(question="quote", number=None, text=a[23])])
        if text and a[23].startswith("Yes"):
            named = "with my name" in a[23]
            # The office cleared what was said first without a name, and hid nothing: the rest waits.
            first_time = text not in cleared and not named
            cleared.update([text] if first_time else [])
            put("quote", (sat, en), response=re, speaker=en, round=None, said=text, edited="", theme=themes[0] if themes else None,
                state="cleared" if first_time else "suggested", unrecognisable=first_time)
            put("consent", (year, email), person=known[email], purpose="quotes", widest="name and title" if named else "one stream member",
                quote=None, wording=a[23], how="endpoint survey", obtained=when.date().isoformat(), withdrawn=None,
                retain_until="2026-03-31")
    star = next(r for r in roster if r["Role"] == "Mentor" and r["Group"] == "CIO-5")
    email = star["E-mail"].lower()
    said = "It made me a better listener, and I learned as much from the group as they did from me."
    qu = put("quote", (year, "mentor"), response=None, speaker=ident("enrolment", year, email), round=None, said=said, edited=said,
             theme=ident("theme", "peer conversation"), state="cleared", unrecognisable=True)
    put("consent", (year, email), person=known[email], purpose="quotes", widest="name and title", quote=None,
        wording="We would like to print your words with your name and title.", how="e-mail", obtained="2024-04-15", withdrawn=None,
        retain_until="2026-03-31")
    forename, surname = (p.strip() for p in reversed(star["Surname, forename"].split(",")))
    put("use", (year, "mentor"), quote=qu, place="2024 announcement", on="2024-05-02",
        label=f"{forename} {surname}, Chief Information Officer, {star['Employer']}")
    out.append({"edit": {"cohort": ident("cohort", "2024"), "verb": "close", "on": "the 2024 cohort"}})
    out.append({"kind": "cohort", "id": ident("cohort", "2024"), "set": {"state": "closed"}})


# ---- 2025 ---------------------------------------------------------------------------------------------------------
def year_2025():
    year = "2025"
    edit(year, "set up", "the 2025 cohort")
    put("cohort", year, name=year, first_day="2025-01-01", last_day="2025-06-30", state="running", **COHORT)
    for n, (code, name, family, source, lead) in enumerate(STREAMS):
        put("stream", (year, code), code=code, name=name, family=family, source=source, lead=lead, order=n + 1, state="open")
    ends = [31, 28, 31, 30, 31, 30]
    for n in range(6):
        put("round", (year, n + 1), number=n + 1, opens=f"2025-{n+1:02}-01", closes=f"2025-{n+1:02}-{ends[n]}", theme=TOPICS[n])
    edit(year, "import", f"{len(mentees) + len(mentors)} applications")
    late = {p["email"].lower() for p in mentees if p["stream"] == "CCIO"} and [p["email"].lower() for p in mentees][:0]
    waiting = {}
    for p in mentors + mentees:
        who = person(p["email"], name=p["name"], organisation=p["organisation"], region=p["region"], job_title=p["job_title"],
                     line_manager=p["manager"], access_needs=p["needs"], phone="", retain_until=None)
    by_stream = {}
    for p in mentees:
        by_stream.setdefault(p["stream"], []).append(p)
    undecided = {by_stream["CIO"][-1]["email"].lower(): "under review", by_stream["CNIO"][-1]["email"].lower(): "received",
                 by_stream["CCIO"][-1]["email"].lower(): "waitlisted"}
    for p in mentors + mentees:
        key = p["email"].lower()
        put("application", (year, key, p["role"]), person=known[key], role=p["role"], stream=ident("stream", year, p["stream"]),
            second_stream=ident("stream", year, p["second"]) if p["second"] and p["second"] != p["stream"] else None, stage=p["stage"],
            wishes=p["wishes"], availability=p["times"], capacity=p["capacity"], statement="", received=utc(p["received"]),
            state="received", offer_expires=None)
        if p["quote"].startswith("Yes"):
            put("consent", (year, key), person=known[key], purpose="quotes",
                widest="name and title" if "with my name" in p["quote"] else "one stream member", quote=None, wording=p["quote"],
                how="application form", obtained=p["received"].date().isoformat(), withdrawn=None, retain_until="2027-06-30")
    edit(year, "decide", "130 applications")
    for p in mentors + mentees:
        key = p["email"].lower()
        state = undecided.get(key, "accepted")
        if state != "received":
            out.append({"kind": "application", "id": ident("application", year, key, p["role"]), "set": {"state": state}})
    live_mentees = [p for p in mentees if p["email"].lower() not in undecided]
    for p in mentors + live_mentees:
        key = p["email"].lower()
        put("enrolment", (year, key), person=known[key], role=p["role"], stream=ident("stream", year, p["stream"]),
            second_stream=ident("stream", year, p["second"]) if p["second"] and p["second"] != p["stream"] else None, stage=p["stage"],
            wishes=p["wishes"], availability=p["times"], capacity=p["capacity"], **{"from": "2025-01-01"}, state="active", ended=None,
            note="")
    edit(year, "add", "groups with their mentors and mentees")
    # Best of what is free at one weekly hour, other employer than the mentor and the rest; three stay in the pool.
    groups = []
    pool_of = {"CCIO": 1, "CIO": 1, "CNIO": 0, "CSO": 1, "DHLP": 1}
    for code, *_ in STREAMS:
        leads = [p for p in mentors if p["stream"] == code]
        free = [p for p in live_mentees if p["stream"] == code]
        stay, free = (free[-pool_of[code]:], free[:-pool_of[code]]) if pool_of[code] else ([], free)
        if code == "DHLP":
            stay = []
            free = [p for p in live_mentees if p["stream"] == code]
        teams = [[] for _ in leads]
        cap = {id(p): min(int(p["capacity"] or 4), 6) for p in leads}
        for p in free:
            def cost(j):
                team, lead = teams[j], leads[j]
                bad = (lead["organisation"] == p["organisation"]) + sum(t["organisation"] == p["organisation"] for t in team)
                boss = lead["email"].lower() == p["manager"].lower() or any(
                    t["email"].lower() == p["manager"].lower() or t["manager"].lower() == p["email"].lower() for t in team)
                full = len(team) >= cap[id(lead)]
                return (full, boss, bad, len(team), -len(set(lead["wishes"]) & set(p["wishes"])), j)
            j = min(range(len(leads)), key=cost)
            if cost(j)[0] or cost(j)[1]:
                stay.append(p)
                continue
            teams[j].append(p)
        for j, (lead, team) in enumerate(zip(leads, teams)):
            g = f"{code}-{j+1}"
            groups.append((g, code, lead, team))
            put("group", (year, g), code=g, stream=ident("stream", year, code), min=None, max=None, state="active", note="",
                link="" if g == "CIO-3" else f"https://meet.example.org/{year}/{g.lower()}",
                leads=[dict(enrolment=ident("enrolment", year, lead["email"].lower()), role="lead", **{"from": "2025-01-06"}, to=None)])
            for p in team:
                en = ident("enrolment", year, p["email"].lower())
                put("membership", (year, en), enrolment=en, group=ident("group", year, g), **{"from": "2025-01-06"}, to=None, locked=False,
                    origin="grouping", reason="same stream; other employer")
        print(code, [len(t) for t in teams], "pool", len(stay), file=sys.stderr)
    edit(year, "plan", "six rounds of every group")
    holidays = {date(2025, 4, 18), date(2025, 4, 21), date(2025, 5, 5), date(2025, 5, 26), date(2025, 1, 1)}
    for day, what in [(date(2025, 1, 1), "New Year's Day"), (date(2025, 4, 18), "Good Friday"), (date(2025, 4, 21), "Easter Monday"),
                      (date(2025, 5, 5), "Early May bank holiday"), (date(2025, 5, 26), "Spring bank holiday")]:
        put("busy time", (year, day), person=None, kind="bank holiday", what=what, starts=utc(at(day, 0)), ends=utc(at(day + timedelta(1), 0)),
            uid=f"{day.isoformat()}@holidays.example.org")
    # Round 3, the day of the demo, is laid by hand; everything else follows from a weekday and an hour.
    today = date(2025, 3, 18)
    special = {"CCIO-2": (today, 16, 0), "CIO-1": (today, 10, 0), "CNIO-1": (today, 13, 0), "DHLP-2": (date(2025, 3, 19), 16, 0),
               "CSO-1": (today, 17, 30), "DHLP-5": (today, 9, 0), "CIO-3": (date(2025, 3, 19), 11, 0)}
    sessions = {}
    for g, (code, stream, lead, team) in enumerate(groups):
        weekday, hour = g % 5, [9, 10, 11, 12, 14, 15, 16][g % 7]
        for n in range(6):
            if code == "DHLP-9" and n >= 3:
                continue
            day = date(2025, n + 1, 6 + (g * 3) % 15)
            while day.weekday() != weekday or day in holidays:
                day += timedelta(1)
            starts = at(day, hour)
            if n == 2 and code in special:
                d, h, m = special[code]
                starts = at(d, h, m)
            elif n == 2 and starts.date() == today:
                starts = at(today + timedelta(2), hour)
            ended = starts + timedelta(minutes=60) <= NOW
            state = "planned"
            if ended:
                state = "closed"
                if (n, code) in ((1, "DHLP-7"), (2, "CNIO-1"), (2, "DHLP-4")):
                    state = "confirmed"
            elif n == 2:
                state = "confirmed"
            moves, reason = 0, ""
            if (n, code) == (1, "CSO-2"):
                state, reason, moves = "cancelled", "mentor ill", 1
            key = (year, code, n + 1)
            se = put("session", key, **session_fields(ident("group", year, code), ident("round", year, n + 1), starts,
                     "confirmed" if state == "closed" else state, topic=TOPICS[n], uid=f"{code}-{n+1}-{year}@cohort.example.org",
                     reason=reason, moves=moves, sequence=moves))
            sessions[(code, n)] = (se, key, starts, state)
    busy_lead = next(lead for code, _, lead, _ in groups if code == "DHLP-2")
    put("busy time", (year, "clash"), person=known[busy_lead["email"].lower()], kind="busy", what="board meeting",
        starts=utc(at(date(2025, 3, 19), 16, 30)), ends=utc(at(date(2025, 3, 19), 17, 30)), uid="clash-2025@cohort.example.org")
    put("session", (year, "workshop"), **session_fields(None, None, at(date(2025, 6, 26), 10), "planned", title="Summer School workshop",
        minutes=180, place="Leeds", topic="Peer consulting", uid="workshop-2025@cohort.example.org"))
    edit(year, "mark", "the registers of rounds 1 to 3")
    attended = set()
    for g, (code, stream, lead, team) in enumerate(groups):
        for n in range(3):
            se, key, starts, state = sessions[(code, n)]
            live = code == "CCIO-2" and n == 2
            if state in ("planned", "cancelled") or (state == "confirmed" and not live and starts > NOW):
                continue
            if (n, code) == (1, "DHLP-7"):
                continue  # a register nobody ever filled in
            for i, p in enumerate([lead] + team):
                en = ident("enrolment", year, p["email"].lower())
                dice = random.Random(f"{code}{n}{i}").random()
                value = "present" if dice < 0.84 else "late" if dice < 0.9 else "apologies" if dice < 0.97 else "absent"
                if i == 0:
                    value = "present" if dice < 0.97 else "late"
                if code == "CCIO-2" and i == 3:
                    value = "absent" if n == 1 else value
                if state == "confirmed" and i in (1, 3) and not live:
                    continue  # not finished
                if live and i in (0, 2, 3, 4):
                    continue
                if live:
                    value = "present"
                if value in ("present", "late"):
                    attended.add((en, n))
                put("mark", key + (en,), session=se, enrolment=en, guest="", value=value, minutes_late=rnd.randint(5, 15) if value == "late" else None,
                    note="", by="Sam Kerr", at=utc(starts + timedelta(minutes=5 if live else 62)))
            if state == "closed":
                out.append({"kind": "session", "id": se, "set": {"state": "closed"}})
            if live:
                for i, p in enumerate([lead] + team):
                    if i in (0, 3):
                        continue
                    en = ident("enrolment", year, p["email"].lower())
                    joined = starts + timedelta(minutes=[0, -2, 11, 0, 1, 2, 3][i])
                    put("sighting", key + (en,), session=se, enrolment=en, name=p["name"], joined=utc(joined), left=None)
    edit(year, "ask", "pulses of rounds 1 to 3, and the baseline")
    for n in range(3):
        put("wave", (year, "pulse", n + 1), instrument=ident("instrument", "pulse"), occasion="pulse", round=ident("round", year, n + 1),
            opens=f"2025-{n+1:02}-01", closes=f"2025-{n+2:02}-14", anonymous=False)
    base = put("wave", (year, "baseline"), instrument=ident("instrument", "confidence"), occasion="baseline", round=None, opens="2025-01-02",
               closes="2025-01-31", anonymous=False)
    steps = ["Redraft the case, with numbers first", "Ask to shadow the board and take notes", "Book time with our safety officer",
             "Hearing how others handle it helped more than any course", "Set up a peer call every month", "Be honest about what I do not know"]
    for g, (code, stream, lead, team) in enumerate(groups):
        for i, p in enumerate(team):
            email = p["email"].lower()
            en = ident("enrolment", year, email)
            chance = random.Random(email)
            answered = chance.random() < 0.8
            put("request", (base, en), wave=base, enrolment=en, asked="2025-01-02T09:00:00Z", answered=answered)
            if answered:
                level = chance.choice([3, 4, 4, 5, 6])
                put("response", (base, en), wave=base, enrolment=en, group=ident("group", year, code), themes=[], by_way_of="form",
                    received=utc(at(date(2025, 1, 3 + chance.randint(0, 20)), 10)),
                    answers=[dict(question=k, number=max(0, min(10, level + chance.randint(-2, 2))), text="") for k, _ in ITEMS])
            for n in range(3):
                se, key, starts, state = sessions[(code, n)]
                if state in ("planned", "cancelled") or starts + timedelta(minutes=60) > NOW:
                    continue
                wave = ident("wave", year, "pulse", n + 1)
                row = pulses.get(email) if n == 0 else None
                share = 0.45 if code == "CIO-2" else 0.8
                has = row is not None if n == 0 else chance.random() < share
                put("request", (wave, en), wave=wave, enrolment=en, asked=utc(starts + timedelta(minutes=65)), answered=has)
                if not has:
                    continue
                if row:
                    values = list(row.values())
                    useful, speak, text, word = int(values[2] or 4), int(values[3] or 4), clean(values[4]), values[5] == "Yes"
                else:
                    low = code == "DHLP-3" and n == 1
                    useful, speak = (chance.randint(2, 4) if low else chance.choice([3, 4, 4, 5, 5])), chance.choice([3, 4, 5, 5])
                    text, word = (chance.choice(steps) if chance.random() < 0.6 else ""), chance.random() < 0.02
                lower = text.lower()
                themes = [ident("theme", t) for t, words in (("peer conversation", ("peer", "others", "shadow")),
                          ("strengths and weaknesses", ("case", "numbers", "honest")), ("confidence", ("board",))) if any(w in lower for w in words)]
                re = put("response", (wave, en), wave=wave, enrolment=en, group=ident("group", year, code), themes=themes, by_way_of="form",
                         received=utc(min(starts + timedelta(hours=2 + chance.randint(0, 60)), NOW - timedelta(minutes=30))),
                         answers=[dict(question="useful", number=useful, text=""), dict(question="open", number=speak, text=""),
                                  dict(question="next_step", number=None, text=text), dict(question="word", number=int(word), text="")])
                if text and chance.random() < 0.25:
                    put("quote", (wave, en), response=re, speaker=en, round=ident("round", year, n + 1), said=text, edited=text,
                        theme=themes[0] if themes else None, state="cleared" if chance.random() < 0.5 else "suggested",
                        unrecognisable=True)
            if i == 0 and g % 3 == 0:
                put("goal", (year, email), enrolment=en, text=(p["wishes"] or ["Career planning"])[0], set_on="2025-02-10", score=None,
                    scored_on=None)
    a, b = (next(p for p in live_mentees if p["stream"] == "CIO"), next(p for p in mentors if p["stream"] == "CIO"))
    put("pair rule", (year, 1), one=known[a["email"].lower()], other=known[b["email"].lower()], kind="apart", reason="earlier pair", until=None,
        blocking=False, note="worked together in 2022")


year_2024()
year_2025()
with open("src/exchange/example/programme.jsonl", "w", encoding="utf-8") as f:
    for line in out:
        f.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
print(len(out), "lines", file=sys.stderr)
