# 码上联 Liaison. `make run` serves, `make test` tests; both need python3 and a package index only.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv/bin/python
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run code test bench lint fmt ci lock install install-dev clean

help:
	@echo "make run    启动（HOST PORT BASE_URL DATABASE_URL REDIS_URL 可设）"
	@echo "make code   演示账号此刻的动态码"
	@echo "make test   全部测试（ARGS='tests/voices -k rate'；REQUIRE_ALL=1 不许跳过）"
	@echo "make lint   代码检查（STEPS="mypy ruff"）      make fmt   排版      make bench  性能"
	@echo "make ci     lint + test   make lock  重新锁定依赖"

run: install
	@exec $(VENV) -m liaison.embedded run

code: install
	@exec $(VENV) -m liaison.embedded code

test: install-dev
	@exec $(VENV) -m liaison.embedded test $(ARGS)

bench: install-dev
	@exec $(VENV) -m bench $(ARGS)

lint: install-dev
	@exec $(VENV) -m tools.lint $(STEPS)

fmt: install-dev
	@$(VENV) -m ruff check --quiet --fix-only .
	@$(VENV) -m ruff format .

ci: lint
	@REQUIRE_ALL=1 $(MAKE) test

lock: install-dev
	@exec $(VENV) -m tools.lock

install:
	@exec $(PYTHON) tools/bootstrap.py requirements.txt

install-dev:
	@exec $(PYTHON) tools/bootstrap.py requirements-dev.txt

clean:
	rm -rf staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
