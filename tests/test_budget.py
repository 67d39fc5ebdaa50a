"""Budgets."""

from offhook.budget import Budget


def test_a_budget_is_spent_and_grows_again_up_to_its_size() -> None:
    now = 0.0
    budget = Budget(3, 2.0, lambda: now)

    assert [budget.take() for _ in range(4)] == [True, True, True, False]
    now = 1.0
    assert [budget.take() for _ in range(3)] == [True, True, False]
    now = 100.0
    assert [budget.take() for _ in range(4)] == [True, True, True, False]
    assert budget.refused == 3
