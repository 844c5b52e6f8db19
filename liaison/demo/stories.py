"""Stories on the way: each brings one message to a state of the table, by itself.

A story yields the moments of its steps (working days before today, hour) and ends where it is
to be found today; `endings` has those that came to an answer.
"""

from liaison.demo.errands import Errand
from liaison.demo.stage import Story
from liaison.demo.thread import Thread


def sent_on(
    t: Thread, before: int, hour: int = 19, *, contact: bool = False, photo: bool = False
) -> Story:
    """Up to the message that was sent."""
    now = yield t.at(before, hour)
    t.send(now, contact=contact, photo=photo)


def accepted_on(t: Thread, before: int, *, contact: bool = False, photo: bool = False) -> Story:
    """Up to 代表受理."""
    yield from sent_on(t, before + 1, contact=contact, photo=photo)
    t.accept((yield t.at(before, 9)))


def referred_on(t: Thread, before: int, *, contact: bool = False, photo: bool = False) -> Story:
    """Up to 报联络站."""
    yield from accepted_on(t, before + 1, contact=contact, photo=photo)
    t.refer((yield t.at(before, 10)))


def new(t: Thread) -> Story:
    yield from sent_on(t, 1, 20, contact=True, photo=True)


def new_due_soon(t: Thread) -> Story:
    yield from sent_on(t, 4)


def new_overdue(t: Thread) -> Story:
    yield from sent_on(t, 9, photo=True)


def appended(t: Thread) -> Story:
    yield from sent_on(t, 3, contact=True)
    t.append((yield t.at(2, 12)), "补充一下：最严重的是靠西头那一段，早上七点前后人最多。")


def accepted(t: Thread) -> Story:
    yield from accepted_on(t, 2, photo=True)


def accepted_overdue(t: Thread) -> Story:
    yield from accepted_on(t, 32)


def sent_back(t: Thread) -> Story:
    yield from referred_on(t, 6)
    t.send_back((yield t.at(4, 15)), "请代表先到现场核实是公共部位还是自家院里，再报站里。")


def passed_on(t: Thread) -> Story:
    yield from sent_on(t, 5)
    others = [d for d in t.county.deputies if d.region_code[:9] == t.deputy.region_code[:9]]
    to = next(d for d in others if d.code != t.deputy.code)
    t.pass_on((yield t.at(3, 9)), to, "这一片由另一位代表联系，转过去更方便上门。")


def review(t: Thread) -> Story:
    yield from referred_on(t, 2, contact=True, photo=True)


def review_overdue(t: Thread) -> Story:
    yield from referred_on(t, 10)


def assigned(t: Thread) -> Story:
    yield from referred_on(t, 2, photo=True)
    t.transfer((yield t.at(1, 14)))


def assigned_overdue(t: Thread) -> Story:
    yield from referred_on(t, 8)
    t.transfer((yield t.at(6, 14)))


def signed_on(t: Thread, before: int, *, contact: bool = False, photo: bool = False) -> Story:
    """Up to 签收; leaves the errands in `t.errands`."""
    yield from referred_on(t, before + 3, contact=contact, photo=photo)
    orders = t.transfer((yield t.at(before + 2, 15)))
    t.errands = [Errand(t, order) for order in orders]
    t.errands[0].sign((yield t.at(before, 9)))


def signed(t: Thread) -> Story:
    yield from signed_on(t, 1)


def handling(t: Thread) -> Story:
    yield from signed_on(t, 8, contact=True, photo=True)
    t.errands[0].contact((yield t.at(5, 15)))
    t.reveal((yield t.at(4, 10)), "电话核实具体位置")


def handling_overdue(t: Thread) -> Story:
    yield from signed_on(t, 28)
    t.errands[0].contact((yield t.at(25, 10)))


def return_asked(t: Thread) -> Story:
    yield from referred_on(t, 4)
    orders = t.transfer((yield t.at(3, 9)))
    Errand(t, orders[0]).ask_return((yield t.at(1, 16)), "综合行政执法局")


def return_refused(t: Thread) -> Story:
    yield from referred_on(t, 8)
    errand = Errand(t, t.transfer((yield t.at(7, 9)))[0])
    errand.ask_return((yield t.at(5, 16)), "交通运输局")
    errand.refuse_return((yield t.at(4, 10)))


def reassigned(t: Thread) -> Story:
    yield from referred_on(t, 8)
    errand = Errand(t, t.transfer((yield t.at(7, 9)))[0])
    errand.ask_return((yield t.at(5, 16)), "政府办公室")
    heir = errand.grant_return((yield t.at(4, 10)), "office")
    heir.sign((yield t.at(3, 9)))


def extension_asked(t: Thread) -> Story:
    yield from signed_on(t, 12)
    t.errands[0].ask_extension((yield t.at(3, 11)), 20)


def extension_granted(t: Thread) -> Story:
    yield from signed_on(t, 15)
    t.errands[0].ask_extension((yield t.at(8, 11)), 25)
    t.errands[0].grant_extension((yield t.at(7, 9)))


def replied(t: Thread) -> Story:
    yield from signed_on(t, 6, photo=True)
    t.errands[0].contact((yield t.at(5, 10)))
    t.errands[0].reply((yield t.at(2, 16)), photo=True)


def reply_sent_back(t: Thread) -> Story:
    yield from signed_on(t, 9)
    t.errands[0].reply((yield t.at(5, 10)), text="已收悉，将尽快处理。", outcome="reference")
    t.errands[0].send_back((yield t.at(3, 15)))


def replied_again(t: Thread) -> Story:
    yield from signed_on(t, 12)
    t.errands[0].reply((yield t.at(8, 10)), text="已安排人员处理。", outcome="reference")
    t.errands[0].send_back((yield t.at(7, 15)))
    t.errands[0].reply((yield t.at(2, 11)))


def _joint(t: Thread, before: int) -> Story:
    """A lead with one co-handler, both signed."""
    yield from referred_on(t, before + 2)
    orders = t.transfer((yield t.at(before + 1, 9)), co=t.matter.co or "office")
    t.errands = [Errand(t, order) for order in orders]
    t.errands[0].sign((yield t.at(before, 9)))
    t.errands[1].sign((yield t.at(before, 14)))


def joint_waiting(t: Thread) -> Story:
    yield from _joint(t, 4)


def joint_opined(t: Thread) -> Story:
    yield from _joint(t, 9)
    t.errands[1].opine((yield t.at(6, 10)))
    t.errands[0].contact((yield t.at(4, 10)))


def parted(t: Thread) -> Story:
    """分办: one of two units has replied."""
    yield from referred_on(t, 10)
    other = "office" if t.matter.unit != "office" else "city"
    orders = t.transfer((yield t.at(9, 9)), t.matter.unit, other)
    first, second = (Errand(t, order) for order in orders)
    first.sign((yield t.at(8, 9)))
    second.sign((yield t.at(8, 15)))
    first.reply((yield t.at(3, 10)))
