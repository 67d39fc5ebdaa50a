"""How Sphinx builds the site: `make docs` writes it into `site/`. No page loads from elsewhere."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]

project = "Offhook"
author = "the Offhook authors"
project_copyright = "the Offhook authors; Apache-2.0"
release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["toc.not_included"]  # pages that a README of the site lists

html_theme = "furo"
html_title = "Offhook"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
