# One command each for users, developers and CI. Everything runs inside .venv, made from the lock.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
WORKSPACE ?= $(HOME)/larkspur
READY := $(VENV)/.ready
VERSION := -c 'import sys; print(sys.version_info[:2])'

.PHONY: setup lab demo test test-long check format bench lock clean

setup: $(READY)

# Hash-locked and address-free: pip and uv take the index from their own configuration. Bytecode is
# compiled once here: the box that grades mounts it read-only, and every kernel would compile again.
$(READY): requirements.lock pyproject.toml
	@$(PY) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Python 3.11 or newer is needed; this is %d.%d. Name another with: make setup PY=python3.11" % v[:2])'
	@# Another Python than before gets a new environment: two in one folder would mix.
	@[ ! -e $(VENV) ] || [ "$$($(BIN)/python $(VERSION) 2>&1)" = "$$($(PY) $(VERSION))" ] || rm -rf $(VENV)
	@echo "Installing into $(VENV): a minute or two, the first time."
ifneq ($(UV),)
	uv venv --quiet --allow-existing --python "$$($(PY) -c 'import sys; print(sys.executable)')" $(VENV)
	uv pip install --quiet --compile-bytecode --python $(VENV) --require-hashes -r requirements.lock
	uv pip install --quiet --python $(VENV) --no-deps --no-build-isolation -e .
else
	@$(PY) -c 'from ensurepip import bootstrap' 2>/dev/null || $(PY) -c 'import sys; sys.exit("This Python cannot make a virtual environment. On Debian and Ubuntu: sudo apt install python%d.%d-venv; then again: make setup" % sys.version_info[:2])'
	$(PY) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@$(BIN)/python -m compileall -q simlab
	@touch $(READY)

lab: setup
	$(BIN)/simlab lab --workspace "$(WORKSPACE)"

demo: setup
	$(BIN)/simlab demo

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/simlab release --check
	$(BIN)/simlab lesson table --check

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# What the tests need beside Python packages: a browser and the sandbox, from Debian. Files in their own
# order: the slow ones come early, single notebooks last, so that both workers end together.
test: check
	$(BIN)/python -m tests.needs
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --nbval-lax tests lessons exercises solutions

test-long: check
	$(BIN)/python -m tests.needs
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m long

bench: setup
	$(BIN)/python -m tests.bench

lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --all-extras --python-version 3.11 \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis artefacts demo
