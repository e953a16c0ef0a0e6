"""Brings the generated parts of the pages up to date: `./dev docs`."""

from pathlib import Path

import check
import host_work_doc
import onnx_ops_doc
import onnx_schema


LANGUAGES = {".py": "python"}  # All else is C++.


def snippet(source):
    language = LANGUAGES.get(Path(source).suffix, "cpp")
    return f"<!-- {source} -->\n```{language}\n{check.read(source)}```\n"


def refresh_snippets():
    for name in check.git_files():
        if name.endswith(".md"):
            before = check.read(name)
            after = check.SNIPPET.sub(lambda m: snippet(m[1]), before)
            if after != before:
                (check.ROOT / name).write_text(after)
                print(f"{name}: snippets refreshed")


if __name__ == "__main__":
    refresh_snippets()
    host_work_doc.PAGE.write_text(host_work_doc.page())
    onnx_ops_doc.PAGE.write_text(onnx_ops_doc.page())
    onnx_schema.TABLE.write_text(onnx_schema.table())
