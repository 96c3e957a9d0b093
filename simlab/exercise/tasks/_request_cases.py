"""The requests themselves, by what is right: a maker gives a case, or None where the company has nobody for it.

The surface is no guide. A well-known name, a neighbor, a kitchen table or a colleague's record stand on both sides,
and the same nurse at the same door is an emergency on one page and none on another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simlab.controls.access import Request
from simlab.exercise.tasks._request_facts import House, pick
from simlab.exercise.tasks._request_parts import (
    Case,
    Kind,
    emergency,
    no_work,
    not_this_one,
    ones_own,
    pieces,
    too_much,
    work,
)

Taken = set[str]
_SIGNED = {
    "open": "the price was set with the gene test. No signature opens it for this (45 CFR 164.502(a)(5)(i)), so the privacy office has to look into it, and the price has to be set anew."
}
Maker = Callable[[House, int, Taken], Case | None]
NIGHT, LATER = "Friday, 21:40", 60  # hours until somebody else is there


def _record(room: House, member: str) -> str:
    return f"{room.member(member)}: {room.entries(member)} claims on file"


def _title(room: House, staff: str) -> str:
    return f"{room.name(staff)}, {room.job(staff)}"


def _fresh(room: House, staff: str) -> dict[str, Any]:
    """A log-in in order, at a site or from home."""
    return {"place": room.place(staff), "device": "managed", "mfa_minutes": 25}


def _desk(room: House, staff: str) -> str:
    return f"Signed in 25 minutes ago, on a Larkspur laptop ({room.site(staff)})"


# It is work, and looks odd


def _well_known(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("claims_examiner", seed, taken)[0]
    member = room.stranger(who, seed, "famous", famous=True)
    name, days = room.member(member), pick(seed, "famous days", 2, 9)
    return Case(
        "well-known", _title(room, who),
        pieces("Address and claims", f"“{name} is on the news tonight, and the claim is due today.”", _record(room, member),
               (f"Claim of {name}: given to {room.name(who)} {days} days ago", "Not related, not a neighbor", _desk(room, who))),
        "open", work(room.name(who), name, "a decision on the claim", f"the claim was decided on time. {name} is on the news, and the work was real."),
        Request(who, member, "claims_examiner", "read", "claims", "payment", "claim", **_fresh(room, who)), entries=room.entries(member),
    )  # fmt: skip


def _neighbor(room: House, seed: int, taken: Taken) -> Case | None:
    found = room.tied("member_services", "neighbor", seed, taken)
    if not found:
        return None
    who, member = found[0]
    name, at = room.member(member), pick(seed, "neighbor at", 10, 50)
    return Case(
        "neighbor", _title(room, who),
        pieces("Claims of this year", "“The call is still open. It is about the last bill, and why it is so high.”", _record(room, member),
               (f"Call from {name} at 10:{at}, still open, taken by {room.name(who)}", "Lives in the same ZIP area. They do not know each other", _desk(room, who))),
        "open", work(room.name(who), name, "an answer", f"{name} had an answer in four minutes. To live in the same area is no tie."),
        Request(who, member, "member_services", "read", "claims", "member request", "call", kin="neighbor", **_fresh(room, who)), entries=room.entries(member),
    )  # fmt: skip


def _kitchen_table(room: House, seed: int, taken: Taken) -> Case | None:
    for who in room.of_role("nurse_reviewer", seed, taken)[-1:]:
        member = room.stranger(who, seed, "home", famous=False)
        name, minutes = room.member(member), pick(seed, "home mfa", 6, 24)
        return Case(
            "kitchen-table", _title(room, who),
            pieces("The notes on a stay in hospital", "“I work from home today. I need the notes for the review.”", _record(room, member),
                   (f"Case of {name}: given to {room.name(who)}, due tomorrow", "Not related, not a neighbor",
                    f"Signed in from home, on a Larkspur laptop. Passkey used {minutes} minutes ago")),
            "open", work(room.name(who), name, "word on the treatment", "the review was done by noon. The case, the laptop and the log-in were in order, and a kitchen table is a place to work."),
            Request(who, member, "nurse_reviewer", "read", "clinical", "treatment", "case", place="remote", device="managed", mfa_minutes=minutes),
            entries=room.entries(member),
        )  # fmt: skip
    return None


def _inquiry(room: House, seed: int, taken: Taken) -> Case | None:
    for who in room.of_role("privacy_officer", seed, taken)[:1]:
        member = room.co_worker(who, seed, "inquiry")
        name = room.member(member)
        return Case(
            "inquiry", _title(room, who),
            pieces("Claims and notes of somebody who works here", f"“{name} says that a colleague has looked at them. I have to see what was there to see.”",
                   _record(room, member), (f"Complaint of {name}: given to {room.name(who)}", f"{name} works here too", _desk(room, who))),
            "open", work(room.name(who), name, "an answer to the complaint", f"{name} heard in two days who had looked. Somebody must be able to look into the files of staff, and this is who."),
            Request(who, member, "privacy_officer", "read", "claims", "operations", "case", kin="co-worker", **_fresh(room, who)), entries=room.entries(member),
        )  # fmt: skip
    return None


# Care cannot wait, and the door is shut


def _urgent(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("nurse_reviewer", seed, taken)[0]
    member = room.stranger(who, seed, "urgent", famous=False)
    name, at = room.member(member), pick(seed, "urgent at", 10, 38)
    return Case(
        "urgent", _title(room, who),
        pieces("The notes on the last two stays", f"“A hospital asks for a yes to a transfer tonight. It is not my case. {name}'s nurse is away until Monday.”",
               _record(room, member), (f"{NIGHT}. Urgent request for {name}: came in at 21:{at}", f"Case of {name}: given to a colleague, on leave. No other nurse on duty", _desk(room, who))),
        "glass", emergency(room.name(who), name, "the transfer", LATER),
        Request(who, member, "nurse_reviewer", "read", "clinical", "treatment", is_emergency=True, **_fresh(room, who)), {"has_glass": True}, entries=room.entries(member),
    )  # fmt: skip


def _dead_phone(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("nurse_reviewer", seed, taken)[0]
    member = room.stranger(who, seed, "phone", famous=False)
    name, hours = room.member(member), pick(seed, "phone hours", 9, 14)
    return Case(
        "dead-phone", _title(room, who),
        pieces("The notes for an urgent review", "“My passkey is on my phone, and it is dead. The infusion is due at ten tonight.”", _record(room, member),
               (f"{NIGHT}. Urgent case of {name}: given to {room.name(who)}", f"Second factor last used {hours} hours ago. The rule says 8", "The help desk opens on Monday")),
        "glass", emergency(room.name(who), name, "the infusion", LATER),
        Request(who, member, "nurse_reviewer", "read", "clinical", "treatment", "case", place="site", device="managed", mfa_minutes=60 * hours, is_emergency=True),
        {"has_glass": True}, entries=room.entries(member),
    )  # fmt: skip


def _one_of_us(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("nurse_reviewer", seed, taken)[0]
    member = room.co_worker(who, seed, "one of us")
    name = room.member(member)
    return Case(
        "one-of-us", _title(room, who),
        pieces("The notes for an urgent review", f"“It is {name}, who works with us. I know that I should not. There is nobody else tonight.”", _record(room, member),
               (f"{NIGHT}. Urgent request for {name}: came in an hour ago", f"{name} works here too. Files of staff are shut to colleagues", "No other nurse on duty until Monday")),
        "glass", emergency(room.name(who), name, "the treatment", LATER),
        Request(who, member, "nurse_reviewer", "read", "clinical", "treatment", "case", kin="co-worker", is_emergency=True, **_fresh(room, who)), {"has_glass": True}, entries=room.entries(member),
    )  # fmt: skip


# The work is real, and the request is larger


def _whole_file(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("claims_examiner", seed, taken)[0]
    member = room.stranger(who, seed, "whole", famous=False)
    name, many = room.member(member), room.entries(member)
    return Case(
        "whole-file", _title(room, who),
        pieces(f"The whole record, {many} claims and all notes", "“One claim of May looks odd. I like to have it all before me.”", _record(room, member),
               (f"One claim of {name}: given to {room.name(who)}", "No reason for the whole record is written down", _desk(room, who))),
        "part", too_much(room.name(who), name, "the odd claim", "the claim and those of the same clinic", "All the other years"),
        Request(who, member, "claims_examiner", "read", "claims", "payment", "claim", is_whole_record=True, **_fresh(room, who)), {"is_whole_record": False}, entries=many,
    )  # fmt: skip


def _notes_for_a_bill(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("member_services", seed, taken)[0]
    member = room.stranger(who, seed, "bill", famous=False)
    name = room.member(member)
    return Case(
        "notes-for-a-bill", _title(room, who),
        pieces("The claims, and the nurse's notes", f"“{name} is on the line and asks what is left to pay. With the notes I could explain it better.”", _record(room, member),
               (f"Call from {name}, still open, taken by {room.name(who)}", "Role: member services. It answers questions on bills", _desk(room, who))),
        "part", too_much(room.name(who), name, "the call", "the claims", "The nurse's notes"),
        Request(who, member, "member_services", "read", "clinical", "member request", "call", **_fresh(room, who)), {"data": "claims"}, entries=room.entries(member),
    )  # fmt: skip


def _extract(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("analyst", seed, taken)[0]
    member = room.stranger(who, seed, "extract", famous=False)
    many = 100 * pick(seed, "extract rows", 8, 40)
    return Case(
        "extract", _title(room, who),
        pieces(f"Claims and clinical notes of {many:,} members", "“The report is on what visits cost. Notes may help, one never knows.”", f"{room.member(member)} and {many - 1:,} others",
               ("Project: cost of visits, approved in March", "The project's paper names claims. It does not name notes", _desk(room, who))),
        "part", too_much(room.name(who), "Whoever asked for the report", "the report", "the claims", "The notes of all of them"),
        Request(who, member, "analyst", "read", "clinical", "operations", "project", records=many, **_fresh(room, who)), {"data": "claims"}, entries=room.entries(member), people=many,
    )  # fmt: skip


def _family_history(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("enrolment", seed, taken)[0]
    member = room.stranger(who, seed, "history", famous=False)
    name = room.member(member)
    return Case(
        "family-history", _title(room, who),
        pieces("Enrollment data, and a gene test that is on file", f"“I set the premium for {name}'s new policy. A signed paper says that we may use all of it.”", _record(room, member),
               (f"New policy of {name}: given to {room.name(who)}", "Underwriting. The signed paper covers the test too", _desk(room, who))),
        "part", too_much(room.name(who), name, "the new policy", "the enrollment data", "The gene test") | _SIGNED,
        Request(who, member, "enrolment", "read", "genetic", "underwriting", "case", authorization="valid", **_fresh(room, who)), {"data": "demographic"}, entries=room.entries(member),
    )  # fmt: skip


# It is work, and somebody else's


def _tied(relation: str, says: str, tie: str, kind: str) -> Maker:
    def make(room: House, seed: int, taken: Taken) -> Case | None:
        found = room.tied("claims_examiner", relation, seed, taken)
        if not found:
            return None
        who, member = found[0]
        name, others = room.member(member), room.of_role("claims_examiner", seed, {*taken, who})
        other = room.name(others[0])
        led = not_this_one(room.name(who), name, "the claim", other, f"{tie}, {name}")
        return Case(
            kind, _title(room, who),
            pieces("The claim, to decide it", says, _record(room, member),
                   (f"Claim of {name}: given to {room.name(who)} by the queue", _said(room, who, name, relation), _desk(room, who))),
            "colleague", ones_own(room.name(who), other) if relation == "self" else led,
            Request(who, member, "claims_examiner", "update", "claims", "payment", "claim", kin=relation, **_fresh(room, who)), {"kin": "none"}, entries=room.entries(member),  # type: ignore[arg-type]
        )  # fmt: skip

    return make


def _said(room: House, who: str, name: str, relation: str) -> str:
    if relation == "self":
        return f"{name} is insured here, and is who asks"
    return f"{name} {'lives with' if relation == 'household' else 'is related to'} {room.name(who)}"


def _lunch(room: House, seed: int, taken: Taken) -> Case | None:
    found = room.of_role("nurse_reviewer", seed, set())
    who = found[-1]
    if who in taken:
        return None
    member = room.stranger(who, seed, "lunch", famous=False)
    name = room.member(member)
    return Case(
        "lunch", _title(room, who),
        pieces("Emergency access to the notes", f"“It is not my case. {room.name(found[0])} is at lunch until one, and I have time now.”", _record(room, member),
               (f"Tuesday, 12:20. Review of {name}: due on Thursday, nothing urgent", f"Case of {name}: given to {room.name(found[0])}", _desk(room, who))),
        "colleague", not_this_one(room.name(who), name, "the review", room.name(found[0]), f"{name}, a colleague's case"),
        Request(who, member, "nurse_reviewer", "read", "clinical", "treatment", has_glass=True, **_fresh(room, who)), {"relation": "case"}, entries=room.entries(member),
    )  # fmt: skip


# No work leads there


def _just_a_look(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("claims_examiner", seed, taken, like="look")[0]
    member = room.stranger(who, seed, "look", famous=True)
    name = room.member(member)
    return Case(
        "just-a-look", _title(room, who),
        pieces("The last claims", f"“{name} is on the news. I just want to look, I tell nobody.”", _record(room, member),
               (f"No claim, call or case of {name} with {room.name(who)}", "Role: claims examiner. It may open claims", _desk(room, who))),
        "refuse", no_work(room.name(who), name, room.entries(member), "Nobody waited for it, and nobody was exposed."),
        Request(who, member, "claims_examiner", "read", "claims", "payment", **_fresh(room, who)), entries=room.entries(member),
    )  # fmt: skip


def _sick_note(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("manager", seed, taken)[0]
    member = room.co_worker(who, seed, "sick")
    name = room.member(member)
    return Case(
        "sick-note", _title(room, who),
        pieces("Why somebody of the team is ill", f"“{name} has been away for {pick(seed, 'sick weeks', 2, 5)} weeks. I have to plan the shifts.”", _record(room, member),
               (f"No case of {name} with {room.name(who)}", f"{name} works here too, and is insured here", _desk(room, who))),
        "refuse", no_work(room.name(who), name, room.entries(member), f"The shifts were planned with what {name} wants to tell. An employer has no work in an insured person's record."),
        Request(who, member, "manager", "read", "clinical", "operations", kin="co-worker", **_fresh(room, who)), entries=room.entries(member),
    )  # fmt: skip


def _a_favor(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("member_services", seed, taken, like="favor")[0]
    member = room.stranger(who, seed, "favor", famous=False)
    name = room.member(member)
    return Case(
        "a-favor", _title(room, who),
        pieces("The claims of this year", f"“{name} asked me at church what the plan has paid. I said I would look.”", _record(room, member),
               (f"No call and no letter of {name} for two months", "Role: member services. It may open claims on a call", _desk(room, who))),
        "refuse", no_work(room.name(who), name, room.entries(member), f"{name} got the number of the service line, called, and had the answer in five minutes."),
        Request(who, member, "member_services", "read", "claims", "member request", **_fresh(room, who)), entries=room.entries(member),
    )  # fmt: skip


def _true_test(room: House, seed: int, taken: Taken) -> Case | None:
    who = room.of_role("it_admin", seed, taken)[0]
    member = room.stranger(who, seed, "test", famous=False)
    name = room.member(member)
    return Case(
        "true-test", _title(room, who),
        pieces("One true record", f"“I test the new screen tonight. {name}'s record has everything in it.”", _record(room, member),
               ("Change of the claims screen: approved", "Made-up records for tests are there", _desk(room, who))),
        "refuse", no_work(room.name(who), name, room.entries(member), "The screen was tested with a made-up record. It had everything in it, too."),
        Request(who, member, "it_admin", "read", "claims", "operations", **_fresh(room, who)), entries=room.entries(member),
    )  # fmt: skip


CASES: dict[Kind, dict[str, Maker]] = {
    "open": {"well-known": _well_known, "neighbor": _neighbor, "kitchen-table": _kitchen_table, "inquiry": _inquiry},
    "glass": {"urgent": _urgent, "dead-phone": _dead_phone, "one-of-us": _one_of_us},
    "part": {
        "whole-file": _whole_file,
        "notes-for-a-bill": _notes_for_a_bill,
        "extract": _extract,
        "family-history": _family_history,
    },
    "colleague": {
        "own": _tied("self", "“It came to me by the queue. It is small, and I know what was done.”", "", "own"),
        "at-home": _tied("household", "“We live under one roof. There is nothing here that I do not know.”", "somebody at home", "at-home"),
        "kin": _tied("relative", "“It is family, and I treat family as everybody else.”", "a relative", "kin"),
        "lunch": _lunch,
    },
    "refuse": {"just-a-look": _just_a_look, "sick-note": _sick_note, "a-favor": _a_favor, "true-test": _true_test},
}  # fmt: skip
