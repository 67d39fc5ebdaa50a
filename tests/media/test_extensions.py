"""Extensions of legs: what either worker is told, and when a patch is free again."""

from offhook.media.extensions import Extensions
from offhook.media.messages import Close, Command, Join, Part, Patch
from offhook.media.patches import Rings
from offhook.media.rings import local_memory

END = "a on 1 by 0"  # of the only patch, on a's own worker


class Told:
    """Extensions, and what they tell workers."""

    def __init__(self, patches: int = 1) -> None:
        memory = local_memory(patches)
        self.rings = Rings(memory)
        self.said: list[tuple[int, Command]] = []
        self.extensions = Extensions(memory, lambda *each: self.said.append(each))

    def take(self) -> list[tuple[int, Command]]:
        """Return what was told since the last look."""
        said, self.said = self.said, []
        return said


def test_an_extension_is_made_once_and_heard_while_it_is_used() -> None:
    there = Told()
    assert there.extensions.use("a", 0, 1, "b")
    assert there.take() == [(0, Patch(END, 0, 0)), (1, Patch("a", 0, 1)), (0, Join("a", END))]
    assert there.extensions.use("a", 0, 1, "room")
    there.extensions.unuse("a", 1, "b")
    there.extensions.unuse("a", 1, "b")
    assert there.take() == []
    there.extensions.unuse("a", 1, "room")
    assert there.take() == [(0, Part("a", END))]
    assert there.extensions.use("a", 0, 1, "b")

    assert there.take() == [(0, Join("a", END))]
    assert dict(there.extensions.rows) == {0: 1, 1: 1}


def test_its_memory_is_cleared_before_it_is_used() -> None:
    there = Told()
    there.rings.written[:] = 7
    there.extensions.use("a", 0, 1, "b")

    assert there.rings.written.tolist() == [[0, 0]]


def test_when_its_leg_goes_so_do_its_ends_and_then_the_patch_is_free() -> None:
    there = Told()
    there.extensions.use("a", 0, 1, "b")
    there.take()
    there.extensions.withdraw("a")
    assert there.take() == [(0, Close(END)), (1, Close("a"))]
    assert there.extensions.gone((1, "a"))
    assert not there.extensions.use("c", 0, 1, "b")  # one end may still write
    assert there.extensions.gone((0, END))
    assert there.extensions.use("c", 0, 1, "b")

    assert not there.extensions.gone((0, "a"))  # the leg itself
    assert dict(there.extensions.rows) == {0: 1, 1: 1}


def test_when_one_end_is_lost_the_other_goes_and_a_new_one_can_be_made() -> None:
    there = Told(patches=2)
    there.extensions.use("a", 0, 1, "b")
    there.take()
    assert there.extensions.gone((1, "a"))  # the worker has died
    assert there.take() == [(0, Close(END))]
    assert there.extensions.use("a", 0, 1, "c")
    assert there.take()[0] == (0, Patch("a on 1 by 1", 1, 0))
    assert there.extensions.gone((0, END))
    there.extensions.unuse("a", 1, "b")  # of the one that was lost
    assert there.take() == []
    there.extensions.unuse("a", 1, "c")

    assert there.take() == [(0, Part("a", "a on 1 by 1"))]


def test_a_leg_without_extensions_has_nothing_to_withdraw() -> None:
    there = Told()
    there.extensions.withdraw("a")
    there.extensions.unuse("a", 1, "b")

    assert there.take() == []
