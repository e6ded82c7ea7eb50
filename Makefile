# Every line below is one that you could type yourself. `make help` lists the targets.
PY = .venv/bin/python
CATALOGUES = $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
VAR = $(or $(CEC_VAR),var)
PRODUCTION = DEBUG=0 SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	ALLOWED_HOSTS=cec.example.org SITE_URL=https://cec.example.org \
	DATABASE_URL=postgresql://cec@localhost/cec REDIS_URL=redis://localhost/0 SIGNING_KEY_FILE=key.pem \
	ORGANISATION_NAME=Association PRIVACY_OFFICER_EMAIL=privacy@example.org HOSTING_PLACE=Canada
LOCK = $(PY) -m piptools compile --quiet --allow-unsafe --generate-hashes --strip-extras \
	--no-emit-find-links --no-emit-index-url --no-emit-trusted-host

# Tests and checks have servers and data of their own, beside those of a running `make run`.
test test-faults test-pages check: export CEC_VAR = var/test
test test-faults test-pages check: export CEC_DURABLE = 0
bench: export CEC_VAR = var/bench
test test-faults test-pages check bench: export DEBUG = 1

.NOTPARALLEL:
.PHONY: help run stop test test-faults test-pages check bench reset lock sbom messages \
	environment environment-for-tests packages packages-for-tests

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

run: packages $(CATALOGUES) ## start everything with demo data; PORT=8765 make run for another port
	@$(PY) -m cec.supervisor

stop: environment ## stop a run from another terminal, and the private servers
	@$(PY) -m cec.supervisor stop

test: packages-for-tests $(CATALOGUES) ## run the whole suite; ARGS="-k mentor" for a part of it
	$(PY) -m pytest -n 2 --maxschedchunk 4 $(ARGS)

test-faults: packages-for-tests $(CATALOGUES) ## break things: kill workers, restart the database, stop broker and mail
	$(PY) -m pytest -m faults $(ARGS)

test-pages: packages-for-tests $(CATALOGUES) ## look at every page as every role, in every state, at every width; nonsense in each field
	$(PY) -m pytest -n 2 --maxschedchunk 1 -m pages $(ARGS)

check: environment-for-tests packages $(CATALOGUES) ## linters, types, layers, migrations, production settings, known vulnerabilities
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m djlint --check --lint --quiet templates
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) bin/audit

bench: packages $(CATALOGUES) ## measure against the goals; SCALE=100000 for more participants
	$(PY) manage.py bench $(if $(SCALE),--scale $(SCALE))

reset: environment ## delete all data of `make run`, after asking; FORCE=1 doesn't ask
	@[ "$(FORCE)" = 1 ] || { printf 'Delete all data in $(VAR)? [y/N] '; read answer; [ "$$answer" = y ]; }
	@$(PY) -m cec.supervisor stop
	rm -rf $(VAR)/postgres $(VAR)/valkey $(VAR)/media $(VAR)/celerybeat-schedule*

lock: environment-for-tests ## lock the requirements anew after a change of pyproject.toml
	$(LOCK) --output-file=requirements.txt pyproject.toml
	$(LOCK) --constraint=requirements.txt --extra=dev --output-file=requirements-dev.txt pyproject.toml

sbom: environment-for-tests ## write sbom.json, the list of what the requirements lock
	$(PY) bin/sbom > sbom.json

messages: environment ## bring the French catalogue up to the sources; then translate what is new
	DEBUG=1 $(PY) manage.py makemessages --locale=fr --no-obsolete --add-location=file \
		--ignore=.venv --ignore=var --ignore=tests

environment:
	@bin/environment requirements.txt

environment-for-tests:
	@bin/environment requirements-dev.txt

packages: environment
	@bin/system-packages run

packages-for-tests: environment-for-tests
	@bin/system-packages test

%.mo: %.po
	msgfmt --check-format --output-file=$@ $<
