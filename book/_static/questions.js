/* What follows a prediction stays folded until the reader has opened an answer; the first one opened is remembered,
   in this browser. tools/lesson_pages.py writes the elements, questions.css folds. Without scripts nothing is folded. */
(function () {
  "use strict";
  const KEY = "every-interleaving";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const setOpen = (answers, open) => answers.forEach((answer) => { answer.open = open; });
  const say = (words) => all(".page-says").forEach((place) => place.replaceChildren(words));
  const greeted = new WeakSet(); // first answers that have been opened for the reader once
  const reached = new Set(); // questions behind which a link has led
  const printed = []; // answers that are open for the printer only
  let kept = { first: {}, everything: false }; // question -> its first answer; serves alone where storage is blocked

  // ---- what is remembered ----

  function isKept(data) {
    const first = data?.first, isRecord = !!first && typeof first === "object" && !Array.isArray(first);
    return isRecord && Object.values(first).every((answer) => typeof answer === "string");
  }

  function read() {
    try {
      const stored = JSON.parse(localStorage.getItem(KEY));
      if (isKept(stored)) kept = stored;
    } catch { /* blocked, or not ours: the page remembers as long as it is open */ }
    return kept;
  }

  function change(how) {
    how(read());
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch { /* blocked, or full */ }
    show();
  }

  const firstOf = ({ dataset }) => (Object.hasOwn(kept.first, dataset.question) ? kept.first[dataset.question] : null);

  // ---- what is in sight ----

  /* Brings the page in line with what is remembered; runs while the page is still coming in, so that nothing jumps. */
  function show() {
    const { everything } = read();
    root.classList.toggle("everything", !!everything);
    all(".show-everything button").forEach((button) => button.setAttribute("aria-pressed", !!everything));
    all(".goes-on").forEach((line) => { line.hidden = firstOf(line) !== null || reached.has(line.dataset.question); });
    all("details.answer").forEach((answer) => {
      const isFirst = answer.classList.toggle("first", firstOf(answer) === answer.dataset.answer);
      if (!isFirst || greeted.has(answer)) return;
      greeted.add(answer);
      if (!answer.closest(".again-question")) answer.open = true;
    });
    all(".again-counts").forEach(count);
  }

  /* Opening an answer commits, unless the printer did it. */
  function onToggle({ target }) {
    if (!target.matches?.("details.answer") || !target.open || printed.includes(target)) return;
    read();
    if (firstOf(target) !== null) return;
    const { question, answer } = target.dataset;
    const folds = all(".goes-on").some((line) => line.dataset.question === question && line.checkVisibility());
    change((state) => { state.first[question] = answer; });
    say(folds ? "What happens is shown below." : "");
  }

  /* A link that leads into what is folded unfolds it. */
  function reach() {
    const target = document.getElementById(location.hash.slice(1)), before = reached.size;
    for (let at = target; at && at.tagName !== "SECTION"; at = at.parentElement) {
      for (let above = at.previousElementSibling; above; above = above.previousElementSibling) {
        if (above.matches(".goes-on:not([hidden])")) reached.add(above.dataset.question);
      }
    }
    if (reached.size === before) return;
    show();
    target.scrollIntoView();
  }

  // ---- the page Again ----

  const kinds = { wrong: "Not right at first", open: "Not tried yet", right: "Right at first" };
  const kindOf = (question) => ({ null: "open", right: "right" })[firstOf(question)] || "wrong";

  function count(place) {
    const questions = all(".again-question"), number = (kind) => questions.filter((q) => kindOf(q) === kind).length;
    questions.forEach((q) => q.querySelector(".ask-again")?.toggleAttribute("hidden", kindOf(q) === "open"));
    const tried = `${number("right")} right at first, ${number("wrong")} not, ${number("open")} not tried`;
    const words = `${questions.length} questions: ${tried}`;
    if (place.textContent !== words) place.textContent = words; // else it would be said, and observed, again and again
  }

  /* What was wrong at first comes first. Only as the page opens: nothing moves under the reader. */
  function arrange() {
    const list = document.querySelector(".again-questions");
    if (!list) return;
    const questions = all(".again-question").sort((one, other) => one.dataset.number - other.dataset.number);
    const groups = Object.entries(kinds).flatMap(([kind, words]) => {
      const heading = Object.assign(document.createElement("h2"), { textContent: words });
      const group = questions.filter((question) => kindOf(question) === kind);
      return group.length ? [heading, ...group] : [];
    });
    list.replaceChildren(...groups);
    list.classList.add("arranged");
  }

  function askAgain(question) {
    setOpen(all("details", question), false);
    change((state) => { delete state.first[question.dataset.question]; });
  }

  function forget() {
    if (!confirm("Forget all your first answers?")) return;
    setOpen(all("details.answer"), false);
    change((state) => { state.first = {}; });
    arrange();
    say("Your answers are forgotten.");
  }

  function save() {
    const address = `data:application/json,${encodeURIComponent(JSON.stringify({ first: read().first }, null, 1))}`;
    Object.assign(document.createElement("a"), { href: address, download: "every-interleaving.json" }).click();
  }

  async function load(input) {
    const text = await input.files[0].text();
    input.value = ""; // so that the same file can be chosen once more
    try {
      const data = JSON.parse(text);
      if (!isKept(data)) throw new TypeError("no record of answers");
      change((state) => Object.assign(state.first, data.first));
      arrange();
      say("The answers in the file are loaded.");
    } catch {
      say("This file holds no answers of this book, and nothing has changed.");
    }
  }

  // ---- when ----

  const onClick = {
    ".show-everything button": () => change((state) => { state.everything = !state.everything; }),
    ".ask-again button": (button) => askAgain(button.closest(".again-question")),
    ".again-save": save,
    ".again-load": () => document.querySelector(".again-file").click(),
    ".again-forget": forget,
  };
  document.addEventListener("click", ({ target }) => {
    for (const [selector, action] of Object.entries(onClick)) if (target.matches(selector)) action(target);
  });
  document.addEventListener("change", ({ target }) => { if (target.matches(".again-file")) load(target); });
  document.addEventListener("toggle", onToggle, true); // it does not bubble
  window.addEventListener("hashchange", reach);
  window.addEventListener("storage", show); // another tab
  window.addEventListener("pageshow", show); // back from another page
  window.addEventListener("beforeprint", () => {
    printed.push(...all("details.answer:not([open])"));
    setOpen(printed, true);
  });
  window.addEventListener("afterprint", () => setOpen(printed.splice(0), false));

  root.classList.add("scripted");
  const arriving = new MutationObserver(show);
  arriving.observe(root, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    arriving.disconnect();
    show();
    arrange();
    reach();
  });
})();
