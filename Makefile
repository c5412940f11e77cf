# Everything a person does with csvsum. Each command makes its own set-up: a virtual environment, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What is installed: to run the service, to build it for Lambda as well, to test it as well.
RUN := $(VENV)/.run
BUILD := $(VENV)/.build
INSTALLED := $(VENV)/.installed
# The native kernel: for this machine, and for Lambda's two.
KERNEL := chalicelib/engine/native/lib/.kernel
NATIVE := chalicelib/engine/native/lib/.built
C_SOURCES := $(wildcard chalicelib/engine/native/src/*.[ch])
C_FILES := $(C_SOURCES) $(wildcard tests/*/*.[ch])
KERNEL_SOURCES := $(C_SOURCES) chalicelib/engine/native/build.py
BENCH_VENV := .venv-bench
BENCH_INSTALLED := $(BENCH_VENV)/.installed
BENCH ?= quick

# The names of what the command line gave to make: a misspelled one is refused.
GIVEN = $(foreach name,$(.VARIABLES),$(if $(findstring command,$(origin $(name))),$(name)))

.DEFAULT_GOAL := help
.PHONY: help build run pictures test test-long fuzz mutate test-unit test-deployed test-localstack check lint audit lint-template bench clean \
	resources deploy rollback smoke url undeploy package policies lint-package localstack clear-state \
	token tokens revoke

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(RUN): requirements.txt requirements-run.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "csvsum needs Python 3.11 or newer; set PYTHON=...")'
	@$(PYTHON) -m local.install packages $(VENV) requirements-run.txt
	@touch $@

$(BUILD): $(RUN) requirements-build.txt
	@$(PYTHON) -m local.install packages $(VENV) requirements-build.txt
	@touch $@

$(INSTALLED): requirements.txt requirements-run.txt requirements-build.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "csvsum needs Python 3.11 or newer; set PYTHON=...")'
	@$(PYTHON) -m local.install packages $(VENV) requirements-dev.txt
	@touch $(RUN) $(BUILD) $@

$(KERNEL): $(RUN) $(KERNEL_SOURCES)
	@$(PYTHON) -m local.install kernel $(VENV)
	@mkdir -p $(@D) && touch $@

$(NATIVE): $(BUILD) $(KERNEL_SOURCES)
	@echo "Compiling the native kernel, for Lambda as well ..."
	@$(BIN)/python -m chalicelib.engine.native.build || echo "It cannot be compiled here; csvsum uses pandas, which is slower."
	@mkdir -p $(@D) && touch $(KERNEL) $@

build: $(NATIVE) ## compile the native kernel: for this machine, and for Lambda on x86-64 and arm64
	@ls chalicelib/engine/native/lib

run: $(RUN) $(KERNEL) ## start the whole service here: make run [PORT=8000] [WORKERS=2] [DATA=data] [STATE=.csvsum] [AUTH=token]
	@exec $(BIN)/python -m local $(GIVEN)

# With STAGE the tokens of a deployment, without it those of the running `make run`.
TOKENS = $(if $(filter file,$(origin STAGE)),$(BIN)/python -m local.tokens --given "$(strip $(GIVEN))",$(DEPLOY))
OF_STAGE = $(if $(filter file,$(origin STAGE)),,$(STAGE))

token: $(RUN) ## create a token, shown once: make token CLIENT=finance [STAGE=prod] [ROLE=admin] [DAYS=90]
	@$(TOKENS) token $(OF_STAGE) --client "$(CLIENT)" --role "$(ROLE)" --days "$(DAYS)"

tokens: $(RUN) ## list the tokens: make tokens [STAGE=prod]
	@$(TOKENS) tokens $(OF_STAGE)

revoke: $(RUN) ## revoke a client's tokens, or one by its id: make revoke CLIENT=finance [TOKEN=1a2b3c4d] [STAGE=prod]
	@$(TOKENS) revoke $(OF_STAGE) --client "$(CLIENT)" --token "$(TOKEN)"

clear-state: ## remove the jobs and results that make run keeps: make clear-state [STATE=.csvsum]
	@$(PYTHON) -m local.state "$(or $(STATE),.csvsum)" $(GIVEN)

test: $(INSTALLED) $(NATIVE) ## run every test
	@$(BIN)/python -m tests.run

test-long: $(INSTALLED) $(NATIVE) ## long runs: the cutting proof, properties, a job of 300 parts, and the arm64 kernel in qemu
	@command -v qemu-aarch64 >/dev/null || command -v qemu-aarch64-static >/dev/null || { echo "The kernel for arm64 needs qemu: apt install qemu-user" >&2; exit 2; }
	@ARM64_FILES=50000 $(BIN)/python -m pytest -q tests/arm64
	@CUTTING_EXAMPLES=2500 $(BIN)/python -m pytest -q -s tests/proof
	@LOAD_PARTS=300 $(BIN)/python -m pytest -q tests/contract/test_on_strict_aws_load.py
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -q tests/unit
	@OPENAPI_CASES=10000 OPENAPI_SEED=$$$$ $(BIN)/python -m pytest -q tests/functional/test_schemathesis.py

fuzz: $(INSTALLED) $(NATIVE) ## kernels against each other on generated files, with and without sanitizers: make fuzz [MINUTES=60]
	@$(BIN)/python -m tests.fuzz.campaign --minutes $(or $(MINUTES),60)

mutate: $(INSTALLED) ## mutation testing of the cutting: how many small errors the tests notice
	@test -x .venv-mutate/bin/mutmut || ($(PYTHON) -m venv .venv-mutate && \
		.venv-mutate/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt mutmut==3.8.1)
	@.venv-mutate/bin/mutmut run --max-children 2
	@.venv-mutate/bin/mutmut results

test-unit: $(INSTALLED) $(NATIVE) ## run the tests that start nothing
	@$(BIN)/python -m pytest -q tests/unit

pictures: $(INSTALLED) $(NATIVE) ## take the pictures of the page in docs/pictures/ (needs Chromium)
	@$(BIN)/python -m tests.page.pictures

test-deployed: $(INSTALLED) $(NATIVE) ## run the packaged service on an emulator and test it over HTTP
	@$(BIN)/python -m pytest -q tests/deployed

test-localstack: $(INSTALLED) $(NATIVE) ## test the commands on an empty LocalStack: [ENDPOINT=http://...]
	@$(BIN)/python -m pytest -q tests/localstack --endpoint-url $(or $(ENDPOINT),http://127.0.0.1:4566)

lint: $(INSTALLED) ## ruff, clang-format, mypy, bandit and the layer test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/clang-format --dry-run --Werror $(C_FILES)
	@$(BIN)/mypy
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app.py chalicelib cli deploy infra local smoke
	@$(BIN)/python -m pytest -q tests/unit/test_layers.py

CHECKOV := .venv-lint/bin/checkov --framework cloudformation --compact --quiet --skip-download
lint-template: $(INSTALLED) $(NATIVE) ## cfn-lint and checkov on all templates
	@test -x .venv-lint/bin/checkov || ($(PYTHON) -m venv .venv-lint && \
		.venv-lint/bin/python -m pip install --quiet --disable-pip-version-check -r deploy/requirements-lint.txt)
	@$(BIN)/cfn-lint infra/resources.json infra/github.json
	@mkdir -p build  # checkov leaves out what a condition is for
	@sed 's/"Condition": "[A-Za-z]*",//' infra/resources.json > build/all-resources.json
	@$(CHECKOV) --file build/all-resources.json infra/github.json
	@$(MAKE) --no-print-directory package lint-package STAGE=prod
	@$(MAKE) --no-print-directory package lint-package STAGE=prod \
		SET=CSV_SOURCE=file:///mnt/csv WITH=infra/efs.json

lint-package:
	@$(BIN)/cfn-lint build/$(STAGE)/package/sam.json
	@$(CHECKOV) --file build/$(STAGE)/package/sam.json

audit: $(INSTALLED) ## look for known vulnerabilities in requirements.txt: make audit [REQUIRED=1]
	@$(BIN)/python -m tests.audit $(if $(REQUIRED),--required)

check: lint audit test ## all checks: lint, audit and every test

$(BENCH_INSTALLED): requirements.txt requirements-run.txt requirements-build.txt requirements-dev.txt benchmarks/requirements.txt
	@echo "Installing what csvsum is compared with into $(BENCH_VENV) (once) ..."
	@test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

bench: $(BENCH_INSTALLED) ## compare speed and accuracy with polars, duckdb, ...: make bench [BENCH=smoke|quick|medium|full] [ONLY=PART] [WRITE=1]
	@$(BENCH_VENV)/bin/python -m benchmarks $(BENCH) $(addprefix --only ,$(ONLY)) $(if $(WRITE),--write)

DEPLOY = $(BIN)/python -m deploy --given "$(strip $(GIVEN))"
STAGE ?= dev

resources: $(RUN) ## what chalice deploy needs first: make resources STAGE=dev
	@$(DEPLOY) resources $(STAGE) $(SET)

deploy: $(NATIVE) ## deploy, or update: make deploy STAGE=prod [SET="NAME=value ..."]
	@$(DEPLOY) up $(STAGE) $(SET)

rollback: $(RUN) ## return to the release before: make rollback STAGE=prod
	@$(DEPLOY) rollback $(STAGE) $(if $(UNFINISHED),--unfinished)

# Of one file, or of STEPS; with a second region also the steps that deploy there and remove it.
SMOKE = $(BIN)/python -m smoke --prefix csvsum-$(STAGE) \
	$(if $(AWS_ENDPOINT_URL),--endpoint-url $(AWS_ENDPOINT_URL)) \
	$(if $(STEPS),$(if $(filter-out all,$(STEPS)),--only $(STEPS)),--csv "$(or $(CSV),sample.csv)") \
	--deploy "make deploy STAGE=$(STAGE)" $(if $(SECOND_REGION),--second-region $(SECOND_REGION) \
	--undeploy "make undeploy STAGE=$(STAGE) DATA=delete" \
	--broken-deploy "make deploy STAGE=$(STAGE) SET=AlarmTopic=nonsense")

smoke: $(RUN) ## have the service sum a file, or more: make smoke STAGE=prod [CSV=sample.csv] [STEPS=all]
	@url=$$($(DEPLOY) url $(STAGE)) && $(SMOKE) --base-url "$$url"

url: $(RUN) ## print the URL of the deployed service: make url STAGE=prod
	@$(DEPLOY) url $(STAGE)

undeploy: $(RUN) ## remove all but the data: make undeploy STAGE=prod [DATA=delete]
	@$(DEPLOY) down $(STAGE) $(SET) --data $(or $(DATA),keep)

package: $(NATIVE) ## template and zip alone: make package STAGE=prod [SET=...] [WITH=infra/efs.json]
	@$(DEPLOY) package $(STAGE) $(SET) $(foreach file,$(WITH),--with $(file))

policies: $(RUN) ## write .chalice/policies/ after a change of names or rights
	@$(DEPLOY) policies

localstack: $(NATIVE) ## start LocalStack in Docker and deploy to it: make localstack [SET=...]
	@docker compose --file localstack-compose.yml up --detach --wait
	@AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \
		AWS_REGION=us-east-1 $(DEPLOY) up localstack $(SET)
	@echo "  It ends, and forgets all, with: docker compose --file localstack-compose.yml down"

clean: ## remove what the other commands installed and built
	rm -rf $(VENV) .venv-lint .venv-mutate mutants $(BENCH_VENV) benchmarks/files build chalicelib/engine/native/lib .pytest_cache .mypy_cache .ruff_cache .hypothesis
