"""A batch knows how many datagrams it holds."""

import numpy as np

from offhook.media.packets import MAX_DATAGRAM, Packets


def test_the_length_of_a_batch_is_its_number_of_datagrams() -> None:
    numbers = np.zeros(3, np.int64)
    batch = Packets(
        np.zeros((3, MAX_DATAGRAM), np.uint8), numbers, numbers, numbers, np.zeros(3, np.bool_)
    )

    assert len(batch) == 3
