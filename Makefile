# Every target makes the virtual environment first if it is not there. PYTHON=python3.13 make ... picks the interpreter.
RUN := sh tools/with-venv.sh

.DEFAULT_GOAL := help
.PHONY: help book test bench lab author refresh lock

help: ## list these targets
	@sed -n 's/^\([a-z]*\): ## /  make \1\t/p' Makefile

book: ## build the web book, warnings as errors
	@$(RUN) python tools/build_book.py

test: ## run every test; START_METHOD=spawn (or fork, forkserver) sets the notebooks' default start method
	@$(RUN) --tests python -m pytest -n 3 $(if $(START_METHOD),--start-method=$(START_METHOD))

bench: ## time the explorer beside two other tools, and two processes beside one
	@$(RUN) --tests python tests/benchmarks/bench_explorer.py
	@$(RUN) --tests python tests/benchmarks/bench_processes.py

lab: ## open the lessons in JupyterLab, as copies of your own in lab/
	@$(RUN) python tools/lab.py

author: ## open the lessons themselves in JupyterLab, to write them
	@$(RUN) python -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

refresh: ## run every notebook again, in place; NOTEBOOKS="a.ipynb b.ipynb" names some
	@$(RUN) --tests python tools/refresh.py $(NOTEBOOKS)

lock: ## renew constraints.txt from the two requirements files
	@$(RUN) sh tools/lock.sh
