#!/bin/sh
# Renews constraints.txt: one lock for CPython 3.11 to 3.15 on Linux, macOS and Windows.
set -eu
python -m pip install --quiet 'uv>=0.5'
uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-annotate \
    --no-emit-package every-interleaving --no-emit-index-url --custom-compile-command 'make lock' \
    --output-file constraints.txt requirements.txt tests/requirements.txt
# uv writes the project itself as an editable line, which pip refuses in a constraints file.
sed -i.old '/^-e /d' constraints.txt && rm constraints.txt.old
