"""How somebody else gets into an account: letters, lists of passwords, second factors worn down."""

from __future__ import annotations

from simlab import clock
from simlab.activity.incident import Fact, Step
from simlab.activity.steps.register import Count, Many, step
from simlab.activity.steps.scene import Person, Row, Scene, logon, purpose, read
from simlab.errors import InputError

REFUSED, UNANSWERED, ALLOWED = "request denied", "no answer", "request accepted"


@step("T1566", over=4 * clock.HOUR)
def phishing(scene: Scene, *, letters: Count = 12, caught: Many = 1) -> Step:
    """The same letter to some of the staff; `caught` of them type their password into a copied page.

    Leaves: in `mail` one letter received by each; in `identity` a log-in with the right password from
    an unknown address for each who was caught, and a second factor that nobody answers; the report of
    one who was not caught, if there is one.
    Leaves no trace of: what stands in the letter, who opened it, the copied page, the password typed there.
    """
    if caught > letters:
        raise InputError(f"phishing: {caught} caught by {letters} letters: give as many letters, or fewer caught")
    people = _staff(scene, letters)
    rows = [
        scene.letter(p, t) for p, t in zip(people, scene.moments("letter", letters, 0, scene.over // 6), strict=True)
    ]
    (source,) = scene.outside()
    times = scene.moments("try", 2 * caught, scene.over // 5, scene.over // 3)
    for person, first, second in zip(people, times[::2], times[1::2], strict=False):
        rows += _half_in(scene, person, first, second, source)
    wary = people[-1] if caught < letters else None
    fact = Fact("a letter leads to a copied log-in page", _ids(people[:caught]), src_ip=source)
    return scene.made(rows, fact, scene.report(wary) if wary else [])


@step("T1110.004", over=3 * clock.HOUR)
def credential_stuffing(scene: Scene, *, accounts: Count = 200, hits: Many = 3) -> Step:
    """Names and passwords from another company's leak, tried once each at the member portal.

    Leaves: in `member-portal` one failed log-in for each account, from many addresses; for each hit
    a log-in and two reads of that member's own record.
    Leaves no trace of: the list, and that those who log in are not the members.
    """
    if hits > accounts:
        raise InputError(f"credential-stuffing: {hits} hits among {accounts} accounts: give fewer hits")
    members = _adults(scene, accounts)
    sources, rows = scene.outside(many=accounts), []
    lucky = set(members[:hits])
    tried = [members[n] for n in _shuffled(scene, accounts)]
    length = scene.over * 9 // 10
    for member, time, source in zip(tried, scene.moments("try", accounts, 0, length), sources, strict=True):
        place: Row = {"actor": member, "role": "member", "src_ip": source, "time": time}
        if member not in lucky:
            rows.append(place | logon("member-portal", "wrong password", good=False))
            continue
        place["session"] = scene.session(member)
        rows.append(place | logon("member-portal"))
        for nth, data in enumerate(("demographic", "claims"), start=1):
            later = {"time": time + nth * (scene.over // 25), "purpose": "member request"}
            rows.append(place | read("member-portal", data, member) | later)
    return scene.made(rows, Fact("passwords used twice", members=tuple(members[:hits]), records=hits))


@step("T1557", over=2 * clock.HOUR)
def adversary_in_the_middle(scene: Scene, *, who: str = "", reads: Count = 20) -> Step:
    """A page between one of the staff and the real log-in hands on password and code, and keeps the session.

    Leaves: in `identity` one log-in and one code accepted, from an unknown address and no device; in
    `claims-core` reads in that session.
    Leaves no trace of: the page in between; no try fails, and the factor was truly given.
    """
    person = scene.staff("caught", who, system="claims-core")
    (source,), session = scene.outside(), scene.session("taken")
    first, second = scene.moments("log-in", 2, 0, scene.over // 20)
    rows = [scene.elsewhere(person, first, source, session) | logon("identity")]
    rows.append(scene.elsewhere(person, second, source, session) | logon("identity", "code accepted", "MFA Challenge"))
    members, taken = _reads(scene, person, reads, source, session)
    fact = Fact("the session was taken on the way", (person.actor,), members, reads, src_ip=source)
    return scene.made(rows + taken, fact)


@step("T1621", over=90 * clock.MINUTE)
def mfa_fatigue(scene: Scene, *, who: str = "", requests: Count = 15) -> Step:
    """Somebody has the password and asks for the second factor again and again, until it is given.

    Leaves: in `identity` a log-in and then `requests` second factors denied or not answered, and one
    accepted, all from one unknown address.
    Leaves no trace of: how the password was come by, and why the last request was accepted.
    """
    person = scene.staff("asked", who)
    (source,), session = scene.outside(), scene.session("asked")
    times = scene.moments("request", requests + 2)
    rows = [scene.elsewhere(person, times[0], source, session) | logon("identity")]
    for time, no in zip(times[1:-1], scene.below("answer", requests, 3), strict=True):
        detail = UNANSWERED if no else REFUSED
        asked = logon("identity", detail, "MFA Challenge", good=False)
        rows.append(scene.elsewhere(person, time, source, session) | asked)
    given = logon("identity", ALLOWED, "MFA Challenge")
    rows.append(scene.elsewhere(person, times[-1], source, session) | given)
    return scene.made(rows, Fact("worn down by requests", (person.actor,), src_ip=source))


@step("T1110.003", over=6 * clock.HOUR)
def password_spraying(scene: Scene, *, accounts: Count = 25, hits: Many = 1) -> Step:
    """One or two common passwords, tried at many accounts of the staff.

    Leaves: in `identity` one or two failed log-ins for each account, all from one unknown address;
    for each hit the password is accepted, and the second factor is not answered.
    Leaves no trace of: which passwords were tried; no single account fails often enough to be locked.
    """
    if hits > accounts:
        raise InputError(f"password-spraying: {hits} hits among {accounts} accounts: give fewer hits")
    people, (source,) = _staff(scene, accounts), scene.outside()
    twice = scene.below("tries", accounts, 2)
    rows: list[Row] = []
    for round_ in range(2):
        half = scene.over // 2
        for n, time in enumerate(scene.moments(f"round {round_}", accounts, round_ * half, half - clock.SECOND * 20)):
            if round_ and n < hits:
                rows += _half_in(scene, people[n], time, time + 9 * clock.SECOND, source)
            elif not round_ or twice[n]:
                wrong = logon("identity", "wrong password", good=False)
                rows.append(scene.elsewhere(people[n], time, source, "") | wrong)
    return scene.made(rows, Fact("a common password fits", _ids(people[:hits]), src_ip=source))


def _half_in(scene: Scene, person: Person, first: int, second: int, source: str) -> list[Row]:
    """The right password, and a second factor that nobody answers."""
    session = scene.session(person.actor)
    unanswered = logon("identity", UNANSWERED, "MFA Challenge", good=False)
    return [
        scene.elsewhere(person, first, source, session) | logon("identity"),
        scene.elsewhere(person, second, source, session) | unanswered,
    ]


def _reads(scene: Scene, person: Person, many: int, source: str, session: str) -> tuple[tuple[str, ...], list[Row]]:
    """Members drawn, and their records read from outside in the later part of the time."""
    members = tuple(scene.pick("read", scene.insurer.members, many)["member_id"].astype(str))
    times = scene.moments("read", many, scene.over // 10)
    rows = [
        scene.elsewhere(person, t, source, session) | read("claims-core", "claims", m) | {"purpose": purpose(person)}
        for m, t in zip(members, times, strict=True)
    ]
    return members, rows


def _staff(scene: Scene, many: int) -> list[Person]:
    here = scene.able()
    fits = here if len(here) >= many else scene.employed()
    return [scene.person(int(n)) for n in scene.pick("staff", fits, many).index]


def _adults(scene: Scene, many: int) -> list[str]:
    adults = scene.insurer.members.query("not is_minor and not is_deceased")
    return [str(m) for m in scene.pick("members", adults, many)["member_id"]]


def _shuffled(scene: Scene, many: int) -> list[int]:
    key = scene.below("order", many, 2**32 - 1)
    return sorted(range(many), key=lambda n: (key[n], n))


def _ids(people: list[Person]) -> tuple[str, ...]:
    return tuple(p.actor for p in people)
