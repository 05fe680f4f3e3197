/* The reader is the scheduler of a threaded program and chooses which thread takes the next step.
   Every output of a notebook carries this file: it sets itself up once per page, then mounts what is new. */
(function () {
  "use strict";
  const BLOCKED = 1, ENDED = 2; // a thread's state, 0 if it can go on
  const THREADS = 0, WATCHED = 1, NEXT = 2, ENDING = 3; // the parts of a node
  const SELECTOR = ".interleave-player";
  const players = new WeakMap();
  let count = 0;

  /* An element. Data comes in as text only, never as markup. */
  function h(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function button(attributes, action, ...children) {
    const made = h("button", { type: "button", ...attributes }, ...children);
    made.addEventListener("click", action);
    return made;
  }

  /* The reader's focus stays on a button that has no use just now, so it is not disabled in earnest. */
  const setDisabled = (made, disabled) => made.setAttribute("aria-disabled", disabled);
  const rich = (text) => text.split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part));
  const plain = (text) => text.replaceAll("`", "");
  const pieces = (text) => (text ? text.split(/\n|, (?=[^\W\d]\w* = )/) : []); // "name = value" of each local
  const unseen = (text) => h("span", { class: "ip-sr" }, text);
  const chip = (t) => h("span", { class: "ip-chip", "data-t": t % 4 }, t + 1);

  class Player {
    constructor(root, data) {
      Object.assign(this, { root, data, found: new Map(), shown: 0 }); // found: ending -> by the reader, or shown
      this.bad = data.endings.filter((ending) => !ending.good);
      let parts = 0; // which function a line belongs to: a gap parts two
      this.functionOf = data.lines.map((line) => (line ? parts : (parts += 1)));
      this.reset();
      this.build();
      this.render();
    }

    // ---- the state, and what steps do to it ----

    reset() {
      Object.assign(this, { visited: [0], taken: [], tour: null });
    }

    get node() { return this.data.nodes[this.visited.at(-1)]; }
    get ending() { return this.data.endings[this.node[ENDING]]; }
    get steps() { return this.taken.length; }
    string(index) { return this.data.strings[index]; }
    nodesAround(step) { return [step - 1, step].map((i) => this.data.nodes[this.visited[i]]); }
    printed(step) { return this.data.printed?.length ? this.string(this.data.printed[this.visited[step]]) : ""; }

    statement([, line, , , suffix]) {
      const text = line < 0 ? "" : this.data.lines[line][1].trim();
      return text ? text + ["", "  (goes on)"][suffix] : ["(starts)", "(goes on)"][suffix];
    }

    reason([state, , reason]) {
      return state === BLOCKED ? this.string(reason) || "waiting" : state === ENDED ? "has ended" : "";
    }

    /* [expression, value, value before] of what a step changed. */
    watchedChanges(step) {
      if (!step) return [];
      const [before, after] = this.nodesAround(step).map((node) => node[WATCHED].map((i) => this.string(i)));
      return this.data.watch.map((name, i) => [name, after[i], before[i]]).filter(([, now, old]) => now !== old);
    }

    /* Watched values that the step's line assigns, and that are what they were: that is how an update is lost. */
    rewritten(step, [, line]) {
      const node = this.nodesAround(step)[1], changed = this.watchedChanges(step).map(([name]) => name);
      const assigned = (this.data.writes || {})[line] || [];
      return assigned.map((i) => [this.data.watch[i], this.string(node[WATCHED][i])]).filter(([n]) => !changed.includes(n));
    }

    /* "name = value" of locals that a step changed. A call or a return shows others, which is no change. */
    localChanges(step, t) {
      if (!step) return [];
      const [[, from, , before], [, to, , after]] = this.nodesAround(step).map((node) => node[THREADS][t]);
      if (from >= 0 && to >= 0 && this.functionOf[from] !== this.functionOf[to]) return [];
      const old = pieces(this.string(before));
      return pieces(this.string(after)).filter((piece) => !old.includes(piece));
    }

    /* A step in words: the statement, and what came of it. */
    story(step) {
      const t = this.taken[step - 1];
      const [before, after] = this.nodesAround(step).map((node) => node[THREADS][t]);
      const changes = this.watchedChanges(step).map(([name, now]) => `${name} = ${now}`);
      const again = this.rewritten(step, before).map(([name, value]) => `${name} = ${value} again`);
      const news = [...new Set([...changes, ...again, ...this.localChanges(step, t)])].map((piece) => `\`${piece}\``);
      const print = this.printed(step).slice(this.printed(step - 1).length).trimEnd();
      if (print) news.push(`prints \`${print}\``);
      if (after[0] === BLOCKED) news.push(this.reason(after));
      return [this.statement(before), news.join("; ")];
    }

    // ---- what the reader does ----

    choose(t) {
      if (!(t in this.data.threads)) return;
      this.tour = null; // the reader takes over
      this.step(t);
    }

    step(t) {
      const next = this.node[NEXT][t];
      if (next < 0) {
        this.update(`${this.data.threads[t]} cannot take a step: ${this.reason(this.node[THREADS][t])}.`);
        return;
      }
      this.visited.push(next);
      this.taken.push(t);
      const ending = this.node[ENDING];
      if (this.ending) this.found.set(ending, this.found.get(ending) || !this.tour);
      this.update(this.spoken());
    }

    undo() {
      if (!this.steps) return;
      this.tour = null;
      this.visited.pop();
      this.taken.pop();
      this.update(`Undone. Steps taken: ${this.steps}.`);
    }

    restart() {
      if (!this.steps && !this.tour) return;
      this.reset();
      this.update("Restarted.");
    }

    /* The first press goes back to the start, each further one takes a step of a schedule that fails. */
    show() {
      if (this.tour && !this.ending) {
        this.step(this.tour[this.steps]);
        return;
      }
      this.reset();
      this.tour = this.bad[this.shown++ % this.bad.length].path;
      this.update(this.status());
    }

    update(spoken) {
      this.render();
      this.live.textContent = plain(spoken);
    }

    // ---- words ----

    spoken() {
      const [statement, news] = this.story(this.steps), names = this.data.threads;
      const said = [`Step ${this.steps}, ${names[this.taken.at(-1)]}: ${statement}.`];
      if (news) said.push(`Now ${news}.`);
      this.node[THREADS].forEach((state, t) => {
        if (state[0] === BLOCKED) said.push(`${names[t]} is blocked: ${this.reason(state)}.`);
      });
      return [...said, this.ending ? this.status() : ""].join(" ").trim();
    }

    status() {
      if (this.ending) return this.judged(this.ending);
      const { threads } = this.data, keys = threads.slice(0, 9).map((name, t) => t + 1);
      if (!this.tour) return `Keys: ${keys.join(", ")} for the threads, u to undo, r to restart.`;
      const next = threads[this.tour[this.steps]];
      return `A schedule that fails. Step ${this.steps + 1} of ${this.tour.length} is for ${next}.`;
    }

    judged({ text, good }) {
      if (!good) return `${this.tour ? "This breaks it" : "You broke it"}: ${text[0].toLowerCase()}${text.slice(1)}`;
      if (!this.bad.length) return `${text.replace(/\.$/, "")}: no schedule breaks it.`;
      return `${text} This schedule went well; can you find one that does not?`;
    }

    // ---- the page ----

    build() {
      const { threads, lines } = this.data;
      this.rows = lines.map((line) => this.buildLine(line));
      this.markers = threads.map((name, t) => this.buildMarker(name, t));
      this.cards = threads.map((name, t) => this.buildThread(name, t));
      const source = { class: "ip-source", tabindex: 0, role: "group", "aria-label": "Source" };
      this.source = h("div", source, ...this.rows);
      this.values = h("div", { class: "ip-values" });
      this.verdict = h("p", { class: "ip-verdict" });
      this.undoButton = button({ class: "ip-undo", "aria-keyshortcuts": "u" }, () => this.undo(), "Undo");
      this.restartButton = button({ class: "ip-restart", "aria-keyshortcuts": "r" }, () => this.restart(), "Restart");
      this.showButton = button({ class: "ip-show" }, () => this.show());
      this.stepsTitle = h("p", { class: "ip-title" });
      this.log = h("ol", { class: "ip-log", tabindex: 0, "aria-label": "Steps taken" });
      this.endingsTitle = h("p", { class: "ip-title ip-count" });
      this.endings = h("ul", { class: "ip-endings" });
      this.live = h("div", { class: "ip-sr", "aria-live": "polite" });
      this.root.append(this.buildBody());
    }

    buildBody() {
      const div = (name, ...children) => h("div", { class: name }, ...children);
      const question = h("p", { class: "ip-title" }, "Who takes the next step?");
      const label = `You are the scheduler of ${this.data.threads.join(", ")}`;
      // a click anywhere in it brings the keyboard to this player, so it can have the focus
      return h("div", { class: "ip-body", role: "group", "aria-label": label, tabindex: -1 },
        div("ip-pair",
          div("ip-wide", this.source, this.values),
          div("ip-narrow", question, ...this.cards.map((card) => card.box))),
        this.verdict,
        div("ip-controls", this.undoButton, this.restartButton, this.bad.length ? this.showButton : ""),
        div("ip-pair",
          div("ip-wide", this.stepsTitle, this.log),
          div("ip-narrow", this.endingsTitle, this.endings)),
        this.live);
    }

    buildLine(line) {
      const [number, text] = line || ["⋮", ""];
      const lane = h("span", { class: "ip-lane", style: `--lanes: ${this.data.threads.length}` });
      const gutter = h("span", { class: "ip-gutter" }, h("span", { class: "ip-number" }, number), lane);
      return h("div", { class: "ip-line" }, gutter, h("code", {}, text));
    }

    /* Each thread has a lane of its own, so that markers on one line stand side by side. */
    buildMarker(name, t) {
      const marker = chip(t);
      marker.title = name;
      marker.style.gridColumn = t + 1;
      marker.append(unseen(` ${name} is here: `));
      return marker;
    }

    buildThread(name, t) {
      const id = `interleave-note-${(count += 1)}`, next = h("span", { class: "ip-next" });
      const note = h("div", { class: "ip-note", id });
      const keys = { class: "ip-step", "data-thread": t, "aria-describedby": id, "aria-keyshortcuts": t + 1 };
      const step = button(keys, () => this.choose(t), chip(t), unseen(" · "), name, unseen(": "), next);
      return { step, next, note, box: h("div", { class: "ip-thread", "data-t": t % 4 }, step, note) };
    }

    render() {
      this.renderMarkers();
      this.cards.forEach((card, t) => this.renderThread(card, this.node[THREADS][t], t));
      this.renderValues();
      this.renderPast();
      this.verdict.replaceChildren(...rich(this.status()));
      this.verdict.dataset.good = this.ending ? this.ending.good : "";
      setDisabled(this.undoButton, !this.steps);
      setDisabled(this.restartButton, !this.steps && !this.tour);
      const which = this.shown && this.bad.length > 1 ? "another" : "a";
      this.showButton.textContent = this.tour && !this.ending ? "Next step" : `Show me ${which} failing schedule`;
    }

    renderMarkers() {
      const last = this.taken.at(-1);
      this.node[THREADS].forEach(([state, line], t) => {
        const marker = this.markers[t], from = marker.isConnected && marker.getBoundingClientRect().top;
        marker.classList.toggle("ip-waiting", state === BLOCKED);
        if (state === ENDED || line < 0) marker.remove();
        else this.rows[line].querySelector(".ip-lane").append(marker);
        if (t === last) this.reveal(this.rows[line]);
        if (from !== false && marker.isConnected) this.glide(marker, from - marker.getBoundingClientRect().top);
      });
      this.rows.forEach((row) => row.classList.toggle("ip-here", row.querySelector(".ip-chip") !== null));
    }

    /* Scrolls a long source, and never the page. */
    reveal(row) {
      if (!row) return;
      const box = this.source, above = row.offsetTop - box.scrollTop;
      if (above < 0 || above + row.offsetHeight > box.clientHeight) box.scrollTop += above - box.clientHeight / 2;
    }

    /* The eye follows a marker that moves. */
    glide(marker, distance) {
      if (!distance || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
      marker.animate({ transform: [`translateY(${distance}px)`, "none"] }, { duration: 180, easing: "ease-out" });
    }

    renderThread({ box, step, next, note }, state, t) {
      const ended = state[0] === ENDED, changed = this.localChanges(this.steps, t);
      next.replaceChildren(ended ? this.reason(state) : h("code", {}, this.statement(state)));
      setDisabled(step, this.node[NEXT][t] < 0);
      box.classList.toggle("ip-waiting", state[0] === BLOCKED);
      box.classList.toggle("ip-awaited", !!this.tour && !this.ending && this.tour[this.steps] === t);
      const locals = ended ? [] : pieces(this.string(state[3]));
      const reason = ended ? "" : h("span", { class: "ip-reason" }, ...rich(this.reason(state)));
      note.replaceChildren(reason, ...locals.flatMap((piece) => [this.value(piece, changed.includes(piece)), " "]));
    }

    /* A value; one that has just changed wears the colour of the thread that changed it. */
    value(text, changed) {
      if (!changed) return h("code", {}, text);
      return h("code", { class: "ip-changed", "data-t": this.taken.at(-1) % 4 }, text, unseen(" (changed)"));
    }

    renderValues() {
      const changes = new Map(this.watchedChanges(this.steps).map(([name, , old]) => [name, old]));
      this.values.replaceChildren(...this.data.watch.map((name, i) => {
        const value = this.value(`${name} = ${this.string(this.node[WATCHED][i])}`, changes.has(name));
        return h("div", {}, value, h("span", { class: "ip-was" }, changes.has(name) ? `was ${changes.get(name)}` : ""));
      }));
      const printed = this.printed(this.steps).trimEnd();
      if (printed) this.values.append(h("p", { class: "ip-title" }, "Printed"), h("pre", {}, printed));
    }

    renderPast() {
      this.stepsTitle.textContent = `Steps taken: ${this.steps}`;
      this.log.replaceChildren(...this.taken.map((t, i) => this.logged(t, ...this.story(i + 1))));
      this.log.scrollTop = this.log.scrollHeight;
      this.endingsTitle.textContent = `Endings found: ${this.found.size} of ${this.data.endings.length}`;
      this.endings.replaceChildren(...[...this.found].map(([ending, own]) =>
        h("li", {}, ...rich(this.data.endings[ending].text), own ? "" : " (shown to you)")));
    }

    logged(t, statement, news) {
      const what = h("span", {}, unseen(` ${this.data.threads[t]}: `), h("code", {}, statement));
      if (news) what.append(h("span", { class: "ip-news" }, " → ", ...rich(news)));
      return h("li", {}, chip(t), what);
    }

    press(key) {
      if (key === "u") this.undo();
      else if (key === "r") this.restart();
      else this.choose(key - 1);
    }
  }

  function mount(root) {
    players.set(root, new Player(root, JSON.parse(root.querySelector("script").textContent)));
    root.dataset.mounted = "";
    root.querySelector(".interleave-fallback")?.setAttribute("hidden", "");
  }

  /* Caught at the window, before JupyterLab, in which 1 and r turn cells into something else and Enter opens them. */
  function onKey(event) {
    const root = event.target.closest?.(SELECTOR);
    if (!players.has(root) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[1-9ur]$/.test(event.key)) {
      event.stopPropagation();
      if (!event.repeat) players.get(root).press(event.key);
    } else if (/^(Enter| )$/.test(event.key) && !event.shiftKey && event.target.closest("button")) {
      event.stopPropagation();
    }
  }

  if (!window.interleavePlayer) {
    const fresh = `${SELECTOR}:not([data-mounted])`;
    window.interleavePlayer = { mount: () => document.querySelectorAll(fresh).forEach(mount) };
    window.addEventListener("keydown", onKey, true);
  }
  window.interleavePlayer.mount();
})();
