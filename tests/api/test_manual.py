"""The page about REST is true."""

from pathlib import Path

from tests.api.conforming import DOCUMENT

from offhook import errors
from offhook.api.manual import main, page

PAGE = Path(__file__).parents[2] / "docs" / "rest.md"


def test_the_page_is_up_to_date(tmp_path: Path) -> None:
    """When this fails: `python -m offhook.api.manual docs/rest.md`."""
    main(tmp_path / "rest.md")

    assert (tmp_path / "rest.md").read_text() == PAGE.read_text()


def test_the_page_has_every_operation_every_member_and_every_refusal() -> None:
    text = page()

    for path, methods in DOCUMENT["paths"].items():
        for method, told in methods.items():
            assert f"## {told['operationId']}\n\n`{method.upper()} {path}`" in text
    for name in DOCUMENT["components"]["schemas"]["CreateCall"]["properties"]:
        assert f"| `{name}` |" in text
    for entry in errors.CATALOGUE.values():
        if entry.status is not None:
            assert entry.meaning in text
