"""What mkdocs does for Kula's site besides making pages: it collects them before and checks after.

The Markdown in the repository is the one source, written so that GitHub shows it. Its links lead to
files as they lie there, so pages keep their places, and files of code that a page names become pages.
"""

import html.parser
import os
import pathlib
import re
import shutil
import urllib.parse

from mkdocs.exceptions import PluginError
from mkdocs.structure.nav import Link

ROOT = pathlib.Path(__file__).resolve().parent.parent
JAVADOC = ROOT / "target" / "javadoc"
GENERATED = {"target", "runs", "data", ".git", ".idea", "node_modules"}
PICTURES = {".svg", ".png"}
CODE = re.compile(r"(?s)(^```.*?^```|`[^`\n]+`)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#]+)(#[^)\s]*)?\)")
ELSEWHERE = re.compile(r"[a-z]+:")
ITEM = re.compile(r"- |1\. ")
LISTED = re.compile(r"- |\d+\. |\s")
LANGUAGES = {".java": "java", ".py": "python", ".R": "r", ".yaml": "yaml", ".xml": "xml"}

STYLE = """
[data-md-color-primary="teal"] { --md-primary-fg-color: #1f655e; --md-primary-fg-color--dark: #174c47; }
[data-md-color-scheme="default"] { --md-typeset-a-color: #1f655e; }
[data-md-color-scheme="slate"] { --md-typeset-a-color: #6cc5ba; }
.md-typeset h1 { color: inherit; font-weight: 400; overflow-wrap: anywhere; }
.md-typeset table:not([class]) { font-size: .66rem; }
.md-typeset table:not([class]) :is(th, td) { min-width: 0; padding: .5em .7em; }
.md-typeset pre > code { max-height: 40rem; }
.md-grid { max-width: 68rem; }
@media (min-width: 45em) { .md-typeset td:first-child code { white-space: nowrap; } }
"""


def on_config(config, **_):
    """Collects the pages, and lists the decisions in the navigation."""
    pages = pathlib.Path(config["docs_dir"])
    shutil.rmtree(pages, ignore_errors=True)
    for document in documents():
        write(pages / document, collected((ROOT / document).read_text(), document, pages))
    write(pages / "site.css", STYLE)
    decisions = sorted(path for path in documents() if re.match(r"docs/decisions/\d", str(path)))
    listed = [{title(path): str(path)} for path in decisions]
    config["nav"][-1] = {"Decisions": ["docs/decisions/README.md", *listed]}
    return config


def on_nav(nav, **_):
    """Leads to the Javadoc from the reference, where it has been made."""
    if JAVADOC.is_dir():
        reference = next(item for item in nav.items if item.title == "Reference")
        reference.children.append(Link("Javadoc", "javadoc/index.html"))
    return nav


def title(document):
    return (ROOT / document).read_text().split("\n", 1)[0].removeprefix("# ")


def documents():
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in GENERATED)
        for name in sorted(files):
            if name.endswith(".md"):
                yield (pathlib.Path(folder) / name).relative_to(ROOT)


def collected(text, document, pages):
    """The text with links to pages, for links to what is none, and with lists as GitHub sees them."""
    parts = CODE.split(parted(text))
    parts[::2] = [LINK.sub(lambda link: led(link, document, pages), part) for part in parts[::2]]
    return "".join(parts)


def parted(text):
    """A list may follow a line of text without a blank one; to Python-Markdown that is no list."""
    lines, fenced, before = [], False, ""
    for line in text.split("\n"):
        fenced ^= line.startswith("```")
        if not fenced and ITEM.match(line) and before.strip() and not LISTED.match(before):
            lines.append("")
        lines.append(line)
        before = line
    return "\n".join(lines)


def led(link, document, pages):
    name, anchor = link.group(1), link.group(2) or ""
    if ELSEWHERE.match(name):
        return link.group(0)
    target = pathlib.Path(os.path.normpath(document.parent / urllib.parse.unquote(name)))
    place = ROOT / target
    if place.suffix == ".md":
        return link.group(0)
    if place.suffix in PICTURES:
        (pages / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(place, pages / target)
        return link.group(0)
    if place.is_dir() and (place / "README.md").exists():
        page = target / "README.md"
    elif place.is_dir():
        page = target / "index.md"
        write(pages / page, listing(target))
    elif place.is_file():
        page = target.with_name(target.name + ".md")
        write(pages / page, shown(target))
    else:
        raise PluginError(f"{document}: the link '{name}' leads nowhere")
    return "](%s%s)" % (os.path.relpath(page, document.parent), anchor)


def listing(folder):
    found = sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())
    names = [path.relative_to(ROOT / folder) for path in found]
    kept = [name for name in names if not GENERATED & set(name.parts)]
    return f"# {folder}\n\nIn the repository this folder has\n\n" + "".join(
        f"- `{name}`\n" for name in kept
    )


def shown(file):
    """A page that shows a file; a fence is as long as none within."""
    text = (ROOT / file).read_text(errors="replace")
    language = LANGUAGES.get(file.suffix, "text")
    lines = text.splitlines()
    if len(lines) > 400:
        lines = [*lines[:400], f"… {len(lines) - 400} more lines"]
    return f"# {file.name}\n\n`{file}` in the repository:\n\n``````{language}\n" + "\n".join(
        lines
    ) + "\n``````\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Links(html.parser.HTMLParser):
    """What a page leads to, what it loads, and the anchors that it has."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.loaded, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors.update(values[name] for name in ("id", "name") if values.get(name))
        if tag == "a" and values.get("href"):
            self.targets.append(values["href"])
        elif tag == "link" and values.get("rel") not in ("canonical", "prev", "next"):
            self.loaded.append(values.get("href", ""))
        elif tag in ("script", "img", "iframe", "source") and values.get("src"):
            self.loaded.append(values["src"])


def on_post_build(config, **_):
    """Fails where a link of a page leads nowhere, or a page loads what is not of the site."""
    site = pathlib.Path(config["site_dir"])
    pages = {page: Links(page.read_text()) for page in site.rglob("*.html")}
    if JAVADOC.is_dir():
        shutil.copytree(JAVADOC, site / "javadoc")
    wrong = []
    for page, links in pages.items():
        name = page.relative_to(site)
        for target in links.loaded:
            if re.match(r"(https?:)?//", target):
                wrong.append(f"{name} loads {target}")
            elif not (page.parent / target.split("?")[0]).exists() and name.name != "404.html":
                wrong.append(f"{name} loads {target}, which is not there")
        for target in links.targets:
            path, _, anchor = urllib.parse.unquote(target).partition("#")
            if ELSEWHERE.match(path) or path.startswith("/") or name.name == "404.html":
                continue
            led_to = (page.parent / path).resolve() if path else page.resolve()
            if led_to.is_dir():
                led_to = led_to / "index.html"
            if not led_to.exists():
                wrong.append(f"{name}: {target} leads nowhere")
            elif anchor and led_to in pages and anchor not in pages[led_to].anchors:
                wrong.append(f"{name}: {target}, there is no such anchor")
    for sheet in site.rglob("*.css"):
        for address in re.findall(r"url\(['\"]?((?:https?:)?//[^)]*)\)", sheet.read_text()):
            wrong.append(f"{sheet.relative_to(site)} loads {address}")
    if wrong:
        raise PluginError("\n".join(sorted(set(wrong))))
    print(f"site: {len(pages)} pages in {site}, all of whose links lead somewhere")
