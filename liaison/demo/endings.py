"""Stories that came to an answer: rated, published, a second round, diverted, withdrawn."""

from liaison.demo.errands import Errand
from liaison.demo.stage import Story
from liaison.demo.stories import accepted_on, sent_on, signed_on
from liaison.demo.thread import Thread

LATE = "还是老样子，晚上又试了一次没有好。"
DONE = "已重新安排施工，另一侧同步处理完毕。"
AGAIN = "只修了一头，另一头还是没有动，麻烦再去看看。"


def answered_by_deputy(t: Thread) -> Story:
    yield from accepted_on(t, 6, contact=True)
    t.answer((yield t.at(5, 20)), outcome="explained")


def _answered(t: Thread, before: int, *, contact: bool = False, photo: bool = False) -> Story:
    """The whole loop up to the station's answer; with pictures of before and after."""
    yield from signed_on(t, before + 5, contact=contact, photo=photo)
    t.errands[0].contact((yield t.at(before + 4, 10)))
    t.errands[0].reply((yield t.at(before + 1, 16)), photo=photo, secret=False)
    t.reply((yield t.at(before, 10)), photo=photo)


def answered(t: Thread) -> Story:
    yield from _answered(t, 3, contact=True, photo=True)


def closed_and_published(t: Thread) -> Story:
    yield from _answered(t, 12, contact=True, photo=True)
    t.rate((yield t.at(10, 20)), "satisfied")
    t.publish((yield t.at(9, 15)), photos=True)


def closed_by_deputy(t: Thread) -> Story:
    yield from accepted_on(t, 22)
    t.answer((yield t.at(21, 19)), outcome="explained")
    t.rate((yield t.at(20, 12)), "satisfied")
    t.publish((yield t.at(18, 9)))


def closed_basic(t: Thread) -> Story:
    yield from _answered(t, 16, photo=True)
    t.rate((yield t.at(14, 21)), "basic", "修是修好了，就是等得久了些。")
    t.publish((yield t.at(13, 10)), photos=True)


def lapsed(t: Thread) -> Story:
    yield from _answered(t, 26)


def second_round(t: Thread) -> Story:
    yield from _answered(t, 6, contact=True)
    t.rate((yield t.at(4, 21)), "unsatisfied", AGAIN)


def second_round_handling(t: Thread) -> Story:
    yield from _answered(t, 12)
    t.rate((yield t.at(9, 20)), "unsatisfied", LATE)
    orders = t.transfer((yield t.at(7, 9)))
    Errand(t, orders[0]).sign((yield t.at(6, 9)))


def _second_answer(t: Thread, before: int) -> Story:
    yield from _answered(t, before + 10)
    t.rate((yield t.at(before + 9, 20)), "unsatisfied", AGAIN)
    errand = Errand(t, t.transfer((yield t.at(before + 7, 9)))[0])
    errand.sign((yield t.at(before + 6, 9)))
    errand.reply((yield t.at(before + 2, 9)), text=DONE, outcome="solved", secret=False)
    t.reply((yield t.at(before, 10)))


def second_round_closed(t: Thread) -> Story:
    yield from _second_answer(t, 9)
    t.rate((yield t.at(7, 20)), "satisfied")
    t.publish((yield t.at(5, 10)))


def unsatisfied_twice(t: Thread) -> Story:
    yield from _second_answer(t, 14)
    t.rate((yield t.at(11, 20)), "unsatisfied", "比原来强一点，可是离说好的还差得远。")


def reopened(t: Thread) -> Story:
    yield from _answered(t, 20)
    t.rate((yield t.at(18, 12)), "basic")
    t.reopen((yield t.at(3, 9)), "回访时发现同一处又坏了，重新办理。")


def diverted_petition(t: Thread) -> Story:
    yield from sent_on(t, 7)
    t.divert((yield t.at(6, 9)), "petition")


def diverted_discipline(t: Thread) -> Story:
    yield from accepted_on(t, 12)
    t.divert((yield t.at(11, 10)), "discipline")


def diverted_emergency(t: Thread) -> Story:
    yield from sent_on(t, 15, 8)
    t.divert((yield t.at(15, 10)), "emergency")


def withdrawn_early(t: Thread) -> Story:
    yield from sent_on(t, 11, contact=True)
    t.withdraw((yield t.at(10, 18)))


def withdrawn_at_work(t: Thread) -> Story:
    yield from signed_on(t, 9)
    t.withdraw((yield t.at(6, 18)))


def published_at_work(t: Thread) -> Story:
    yield from signed_on(t, 7, photo=True)
    t.publish((yield t.at(5, 11)), photos=True)


def publication_rejected(t: Thread) -> Story:
    yield from _answered(t, 18)
    t.rate((yield t.at(17, 20)), "satisfied")
    t.hide((yield t.at(16, 10)), "写到了邻居家里的事，不宜公开。")


def publication_hidden(t: Thread) -> Story:
    yield from accepted_on(t, 25)
    t.answer((yield t.at(24, 19)), outcome="explained")
    t.rate((yield t.at(23, 12)), "satisfied")
    t.publish_marked((yield t.at(22, 9)))
    t.hide((yield t.at(14, 9)), "当事人提出照片里能认出自家门口，先下架。")
